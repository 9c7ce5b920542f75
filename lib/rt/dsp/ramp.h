/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "../realtime.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A value that moves to its target on a straight line, one step a frame. The value depends only on
 * the number of frames since the move began, so it is the same however these were split into
 * blocks.
 */
typedef struct
{
  float    from;
  float    to;
  float    step;
  uint32_t n_frames; /* of the whole move */
  uint32_t frame;    /* done so far; n_frames: at rest */
} FlitzisRamp;

/* The values of the next frames: from + step * (frame + i) before the end, `to` from there on. No
 * move has more frames than a float can count. */
typedef struct
{
  float from;
  float step;
  float frame;
  float end;
  float to;
} FlitzisSlope;

static inline float
flitzis_slope_get_value (const FlitzisSlope *slope, uint32_t i) FLITZIS_REALTIME
{
  float frame = slope->frame + (float) i;

  return frame < slope->end ? slope->from + slope->step * frame : slope->to;
}

static inline bool
flitzis_ramp_is_resting (const FlitzisRamp *ramp) FLITZIS_REALTIME
{
  return ramp->frame >= ramp->n_frames;
}

void  flitzis_ramp_jump (FlitzisRamp *ramp,
                         float        value) FLITZIS_REALTIME;
void  flitzis_ramp_move (FlitzisRamp *ramp,
                         float        target,
                         uint32_t     n_frames) FLITZIS_REALTIME;
float flitzis_ramp_get_value (const FlitzisRamp *ramp) FLITZIS_REALTIME;

static inline FlitzisSlope
flitzis_ramp_get_slope (const FlitzisRamp *ramp) FLITZIS_REALTIME
{
  return (FlitzisSlope){
    .from = ramp->from,
    .step = ramp->step,
    .frame = (float) (ramp->frame + 1),
    .end = (float) ramp->n_frames,
    .to = ramp->to,
  };
}

/* Moves on by `n_frames`. */
static inline void
flitzis_ramp_advance (FlitzisRamp *ramp, uint32_t n_frames) FLITZIS_REALTIME
{
  uint32_t left = ramp->n_frames - ramp->frame;

  ramp->frame += n_frames < left ? n_frames : left;
}

/* values[i] *= the ramp's next value */
void flitzis_ramp_multiply (FlitzisRamp *ramp,
                            float       *values,
                            uint32_t     n_frames) FLITZIS_REALTIME;
