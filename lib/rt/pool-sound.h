/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* The sound of a voice at a frame of the mixer, with the tweens that move it. */

/* Returns the run of the engine's gain, or of the gain of a slot or voice; those of pan and rate
 * come after it. */
FlitzisTweenRun *flitzis_pool_get_engine_run (FlitzisPool *pool) FLITZIS_REALTIME;
FlitzisTweenRun *flitzis_pool_get_slot_runs (FlitzisPool *pool,
                                             uint32_t     slot) FLITZIS_REALTIME;
FlitzisTweenRun *flitzis_pool_get_voice_runs (FlitzisPool        *pool,
                                              const FlitzisVoice *voice) FLITZIS_REALTIME;

/* Returns the value of a run at a frame. */
double flitzis_tween_run_get_value (FlitzisTweenRun *self,
                                    uint64_t         frame) FLITZIS_REALTIME;

/* Returns the first point of a run after `now`; UINT64_MAX if it does not move any more. */
uint64_t flitzis_tween_run_get_next_point (const FlitzisTweenRun *self,
                                           uint64_t               now) FLITZIS_REALTIME;

/* Returns the sound of the voice at a frame, without its fades. */
FlitzisSound flitzis_pool_get_sound (FlitzisPool  *pool,
                                     FlitzisVoice *voice,
                                     uint64_t      frame) FLITZIS_REALTIME;

/* Moves the voice on to its next point if a tween moves it. Returns false if none does. With
 * `has_changed`, its settings have changed, so it takes longer to be where the tween is. */
bool flitzis_pool_move_sound (FlitzisPool  *pool,
                              FlitzisVoice *voice,
                              uint64_t      now,
                              bool          has_changed) FLITZIS_REALTIME;
