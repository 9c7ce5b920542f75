/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "voice.h"

/* The next frames of a voice: as they lie in the sample, or interpolated. */

/* Whether they are those of the sample, one for one. */
bool flitzis_resampler_is_plain (const FlitzisVoice *voice) FLITZIS_REALTIME;

/* Reads up to `n_frames`: where they lie in the sample, or in `scratch`. `end` is the position
 * behind them. */
const float *flitzis_resampler_read (const FlitzisVoice *voice,
                                     FlitzisScratch     *scratch,
                                     uint32_t           *n_frames,
                                     uint64_t           *end) FLITZIS_REALTIME;
