/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* Adds a voice that starts at the position `now`, or reports its end. The voice waits until it
 * begins. */
void flitzis_pool_play (FlitzisPool          *pool,
                        const FlitzisCommand *command,
                        uint64_t              now) FLITZIS_REALTIME;

/* At the start of a block: begins all voices that wait. Voices that were triggered for now before
 * `oldest_ns` are rejected instead. */
void flitzis_pool_begin_voices (FlitzisPool *pool,
                                uint64_t     oldest_ns) FLITZIS_REALTIME;

/* Within a block: begins the newest voice, if it waits. */
void flitzis_pool_begin_newest (FlitzisPool *pool) FLITZIS_REALTIME;
