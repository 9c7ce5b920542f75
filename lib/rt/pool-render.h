/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* Returns how many of the next frames, at most `n_frames`, come before triggers begin that wait for
 * the end of a voice. */
uint32_t flitzis_pool_count_until_end (FlitzisPool *pool,
                                       uint32_t     n_frames) FLITZIS_REALTIME;

/* Mixes the next `n_frames` of all voices, at most one chunk. */
void flitzis_pool_render (FlitzisPool *pool,
                          float       *out,
                          uint32_t     n_frames) FLITZIS_REALTIME;
