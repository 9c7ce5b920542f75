/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "ramp.h"

static float
get_value_at (const FlitzisRamp *ramp, uint32_t frame) FLITZIS_REALTIME
{
  return frame < ramp->n_frames ? ramp->from + ramp->step * (float) frame : ramp->to;
}

void
flitzis_ramp_jump (FlitzisRamp *ramp, float value) FLITZIS_REALTIME
{
  *ramp = (FlitzisRamp){ .from = value, .to = value };
}

void
flitzis_ramp_move (FlitzisRamp *ramp, float target, uint32_t n_frames) FLITZIS_REALTIME
{
  float from = flitzis_ramp_get_value (ramp);

  *ramp = (FlitzisRamp){
    .from = from,
    .to = target,
    .step = n_frames > 0 ? (target - from) / (float) n_frames : 0.0f,
    .n_frames = n_frames,
  };
}

float
flitzis_ramp_get_value (const FlitzisRamp *ramp) FLITZIS_REALTIME
{
  return get_value_at (ramp, ramp->frame);
}

void
flitzis_ramp_multiply (FlitzisRamp *ramp, float *values, uint32_t n_frames) FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < n_frames; i++)
    values[i] *= get_value_at (ramp, ramp->frame + 1 + i);

  flitzis_ramp_advance (ramp, n_frames);
}
