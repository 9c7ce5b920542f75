/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "../realtime.h"

#include <stdbool.h>
#include <stdint.h>

#define FLITZIS_ONE_FRAME ((uint64_t) 1 << 32)

/*
 * The rate of a voice: frames of the sample for each frame out, 32.32 fixed point. A change is a
 * straight line, like a ramp.
 */
typedef struct
{
  uint64_t from, to;
  uint32_t n_frames; /* of the whole change */
  uint32_t frame;    /* done so far; n_frames: at rest */
} FlitzisRateRamp;

static inline bool
flitzis_rate_ramp_is_resting (const FlitzisRateRamp *ramp) FLITZIS_REALTIME
{
  return ramp->frame >= ramp->n_frames;
}

static inline uint64_t
flitzis_rate_ramp_get_step (const FlitzisRateRamp *ramp, uint32_t frame) FLITZIS_REALTIME
{
  int64_t change = (int64_t) (ramp->to - ramp->from);

  return frame < ramp->n_frames ? ramp->from + (uint64_t) (change / ramp->n_frames * frame)
                                : ramp->to;
}

static inline void
flitzis_rate_ramp_jump (FlitzisRateRamp *ramp, uint64_t step) FLITZIS_REALTIME
{
  *ramp = (FlitzisRateRamp){ .from = step, .to = step };
}

static inline void
flitzis_rate_ramp_move (FlitzisRateRamp *ramp, uint64_t step, uint32_t n_frames) FLITZIS_REALTIME
{
  if (step != ramp->to)
    *ramp = (FlitzisRateRamp){ flitzis_rate_ramp_get_step (ramp, ramp->frame), step, n_frames, 0 };
}

/* Moves on by `n_frames`. */
static inline void
flitzis_rate_ramp_advance (FlitzisRateRamp *ramp, uint32_t n_frames) FLITZIS_REALTIME
{
  if (n_frames < ramp->n_frames - ramp->frame)
    ramp->frame += n_frames;
  else
    *ramp = (FlitzisRateRamp){ .from = ramp->to, .to = ramp->to };
}
