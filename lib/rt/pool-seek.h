/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* Lets a voice go on from another frame of its sample. If its part ends before that frame, the
 * voice has played to the end. `now` is a frame of the mixer. */
void flitzis_pool_seek_voice (FlitzisPool *pool,
                              uint64_t     voice,
                              uint64_t     frame,
                              uint64_t     now) FLITZIS_REALTIME;
