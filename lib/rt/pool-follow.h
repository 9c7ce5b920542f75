/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* How voices follow the settings of their slot, their own and those of the engine. */

/* At frame `now` of the mixer. */
void flitzis_pool_follow_voice (FlitzisPool  *pool,
                                FlitzisVoice *voice,
                                uint64_t      now) FLITZIS_REALTIME;

/* All voices if a setting has changed, else those that are new. */
void flitzis_pool_follow (FlitzisPool *pool,
                          uint64_t     now) FLITZIS_REALTIME;

/* All moves of gain, pan and rate are complete. */
void flitzis_pool_finish_moves (FlitzisPool *pool) FLITZIS_REALTIME;
