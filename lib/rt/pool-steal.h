/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/*
 * Whether a voice is free for this trigger; if none is, one is stolen for it. Looks at all voices
 * while they all sound and the trigger asks for the quietest, or some have a higher priority.
 */
bool flitzis_pool_make_room (FlitzisPool          *pool,
                             const FlitzisCommand *command) FLITZIS_REALTIME;
