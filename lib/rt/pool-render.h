/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* Mixes the next `n_frames` of all voices, at most one chunk. */
void flitzis_pool_render (FlitzisPool *pool,
                          float       *out,
                          uint32_t     n_frames) FLITZIS_REALTIME;
