/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"
#include "tempo-grid.h"

/* Moves settings with tweens, and lets voices follow. */

/* Begins a tween at `now`. It does nothing if its voice does not sound, or if it was to begin at
 * once and its setting has been set since the call. */
void flitzis_pool_begin_tween (FlitzisPool            *pool,
                               const FlitzisCommand   *command,
                               const FlitzisTempoGrid *grid,
                               uint64_t                now) FLITZIS_REALTIME;

/* Ends all tweens with a lower number. Their settings stay where they are. */
void flitzis_pool_cancel_tweens (FlitzisPool *pool,
                                 uint64_t     below,
                                 uint64_t     now) FLITZIS_REALTIME;

/* Ends the tweens whose settings control has set. Voices follow with the settings. */
void flitzis_pool_drop_tweens (FlitzisPool *pool) FLITZIS_REALTIME;

/* Lets voices follow the tweens that have a point at `now`, and ends those that are over. */
void flitzis_pool_follow_tweens (FlitzisPool *pool,
                                 uint64_t     now) FLITZIS_REALTIME;

/* Publishes the values of the moving settings for other threads. */
void flitzis_pool_tell_tweens (FlitzisPool *pool,
                               uint64_t     now) FLITZIS_REALTIME;

/* Drops a tween that does not begin: it counts as one that has ended. */
void flitzis_pool_drop_tween (FlitzisPool *pool) FLITZIS_REALTIME;
