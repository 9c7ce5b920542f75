/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* Starts a voice at the position `now`, or reports why not. */
void flitzis_pool_play (FlitzisPool          *pool,
                        const FlitzisCommand *command,
                        uint64_t              now) FLITZIS_REALTIME;
