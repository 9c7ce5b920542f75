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

/* Completes all moves of gain, pan and rate. */
void flitzis_pool_finish_moves (FlitzisPool *pool) FLITZIS_REALTIME;
