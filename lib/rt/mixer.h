/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"
#include "mixer-state.h"

#include <stdint.h>

/* The owner: carries out the commands and marks that were there at the call. */
void flitzis_mixer_apply (FlitzisMixer *mixer) FLITZIS_REALTIME;

/* The owner: does the same, then writes the next `n_frames` stereo frames to `out`. Returns the
 * number of frames that were written: for the callback all of them; offline it stops before a frame
 * for which a ring is not filled yet. */
uint32_t flitzis_mixer_render (FlitzisMixer *mixer,
                               float        *out,
                               uint32_t      n_frames) FLITZIS_REALTIME;
