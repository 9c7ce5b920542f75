/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* Adds a voice that starts at the position `now`, or reports why not. It waits until it begins. */
void flitzis_pool_play (FlitzisPool          *pool,
                        const FlitzisCommand *command,
                        uint64_t              now) FLITZIS_REALTIME;

/* At the start of a block: all voices that wait begin, but those called before `oldest_ns` for the
 * moment of their call are rejected. */
void flitzis_pool_begin_voices (FlitzisPool *pool,
                                uint64_t     oldest_ns) FLITZIS_REALTIME;

/* Within a block: if the newest voice waits, it begins. */
void flitzis_pool_begin_newest (FlitzisPool *pool) FLITZIS_REALTIME;
