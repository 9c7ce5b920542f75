/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "mixer-state.h"

/* What the mixer is told to do, now or at a frame. */

/* Carries out what was sent before the block, or puts it into the schedule. */
void flitzis_mixer_apply_commands (FlitzisMixer *mixer) FLITZIS_REALTIME;

/* Carries out what waited for this frame. */
void flitzis_mixer_apply_events (FlitzisMixer *mixer,
                                 uint64_t      now) FLITZIS_REALTIME;
