/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "ramp.h"

static float
get_value_at (const FlitzisRamp *ramp, uint32_t frame) FLITZIS_REALTIME
{
  if (frame >= ramp->n_frames)
    return ramp->to;

  return ramp->from + (ramp->to - ramp->from) * ((float) frame / (float) ramp->n_frames);
}

void
flitzis_ramp_jump (FlitzisRamp *ramp, float value) FLITZIS_REALTIME
{
  *ramp = (FlitzisRamp){ .from = value, .to = value };
}

void
flitzis_ramp_move (FlitzisRamp *ramp, float target, uint32_t n_frames) FLITZIS_REALTIME
{
  *ramp = (FlitzisRamp){
    .from = flitzis_ramp_get_value (ramp),
    .to = target,
    .n_frames = n_frames,
  };
}

bool
flitzis_ramp_is_resting (const FlitzisRamp *ramp) FLITZIS_REALTIME
{
  return ramp->frame >= ramp->n_frames;
}

float
flitzis_ramp_get_value (const FlitzisRamp *ramp) FLITZIS_REALTIME
{
  return get_value_at (ramp, ramp->frame);
}

void
flitzis_ramp_multiply (FlitzisRamp *ramp, float *values, uint32_t n_frames) FLITZIS_REALTIME
{
  uint32_t left = ramp->n_frames - ramp->frame;

  for (uint32_t i = 0; i < n_frames; i++)
    values[i] *= get_value_at (ramp, ramp->frame + 1 + i);

  ramp->frame += n_frames < left ? n_frames : left;
}
