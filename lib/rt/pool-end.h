/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* Silences voices: by a stop, or by a trigger that chokes them. */

void flitzis_pool_stop_voice (FlitzisPool *pool,
                              uint64_t     voice,
                              uint32_t     n_frames) FLITZIS_REALTIME;
void flitzis_pool_stop_slot (FlitzisPool *pool,
                             uint32_t     slot) FLITZIS_REALTIME;
void flitzis_pool_stop_all (FlitzisPool *pool) FLITZIS_REALTIME;

/* Stops all voices that have a mark. */
void flitzis_pool_stop_marked (FlitzisPool *pool) FLITZIS_REALTIME;

/* Silences the voices that this trigger chokes. If no voice is free, they make room at once. */
void flitzis_pool_choke (FlitzisPool          *pool,
                         const FlitzisCommand *command) FLITZIS_REALTIME;
