/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* Makes voices follow the settings of their slot, of the voice itself and of the engine. */

/* `now` is a frame of the mixer. */
void flitzis_pool_follow_voice (FlitzisPool  *pool,
                                FlitzisVoice *voice,
                                uint64_t      now) FLITZIS_REALTIME;

/* For all voices if a setting has changed, else for new voices. */
void flitzis_pool_follow (FlitzisPool *pool,
                          uint64_t     now) FLITZIS_REALTIME;

/* Makes the voice follow gain, pan and rate alone, as a tween moves them or as they are set. With
 * `has_changed`, they have been set. */
void flitzis_pool_follow_sound (FlitzisPool  *pool,
                                FlitzisVoice *voice,
                                uint64_t      now,
                                bool          has_changed) FLITZIS_REALTIME;

/* Completes all moves of gain, pan and rate. Tweens go on. */
void flitzis_pool_finish_moves (FlitzisPool *pool,
                                uint64_t     now) FLITZIS_REALTIME;
