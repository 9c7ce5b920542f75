/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* Which voices fall silent: by a stop, or by a trigger that chokes them. */

void flitzis_pool_stop_voice (FlitzisPool *pool,
                              uint64_t     voice,
                              uint32_t     n_frames) FLITZIS_REALTIME;
void flitzis_pool_stop_slot (FlitzisPool *pool,
                             uint32_t     slot) FLITZIS_REALTIME;
void flitzis_pool_stop_all (FlitzisPool *pool) FLITZIS_REALTIME;

/* Stops the voices that are marked. */
void flitzis_pool_stop_marked (FlitzisPool *pool) FLITZIS_REALTIME;

/* What has to fall silent when this trigger sounds. If no voice is free, it makes room at once. */
void flitzis_pool_choke (FlitzisPool          *pool,
                         const FlitzisCommand *command) FLITZIS_REALTIME;
