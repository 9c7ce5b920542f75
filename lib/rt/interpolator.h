/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "dsp/rate-ramp.h"
#include "playhead.h"
#include "realtime.h"
#include "scratch.h"
#include "settings.h"

#include <stdbool.h>
#include <stdint.h>

/* Reads the next frames of a playhead that runs at a rate: frames of the sample, or values between
 * them. */
typedef struct
{
  const FlitzisPlayhead    *playhead;
  const FlitzisRateRamp    *rate;
  FlitzisMixerInterpolation interpolation;
} FlitzisInterpolator;

/* Returns whether they are the frames of the sample, one for one. */
static inline bool
flitzis_interpolator_is_plain (const FlitzisInterpolator *self) FLITZIS_REALTIME
{
  return flitzis_rate_ramp_is_resting (self->rate) && self->rate->to == FLITZIS_ONE_FRAME &&
         (uint32_t) self->playhead->position == 0;
}

/* Returns how many of the next frames, at most `n_frames`, come before the end of the playhead. */
uint32_t flitzis_interpolator_count (const FlitzisInterpolator *self,
                                     uint32_t                   n_frames) FLITZIS_REALTIME;

/* Reads up to `n_frames`. The result points into the sample or into `scratch`, and `end` is set to
 * the position after the frames. */
const float *flitzis_interpolator_read (const FlitzisInterpolator *self,
                                        FlitzisScratch            *scratch,
                                        uint32_t                  *n_frames,
                                        uint64_t                  *end) FLITZIS_REALTIME;
