/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "mixer-state.h"

/* The commands of the mixer, which it carries out now or at a frame. */

/* Carries out the commands that were sent before the block, or puts them into the schedule. */
void flitzis_mixer_apply_commands (FlitzisMixer *mixer) FLITZIS_REALTIME;

/* Carries out the commands that waited for this frame. */
void flitzis_mixer_apply_events (FlitzisMixer *mixer,
                                 uint64_t      now) FLITZIS_REALTIME;
