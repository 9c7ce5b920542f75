/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/*
 * Finds a free voice for this trigger, or steals one. Returns false if there is none. It looks at
 * all voices only if none is free, and the trigger asks for the quietest or some have a higher
 * priority.
 */
bool flitzis_pool_make_room (FlitzisPool          *pool,
                             const FlitzisCommand *command) FLITZIS_REALTIME;
