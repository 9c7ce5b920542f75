/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "ramp.h"
#include "../realtime.h"

#include <stdbool.h>
#include <stdint.h>

/* A limit on the gain, and its frame. */
typedef struct
{
  uint64_t frame;
  float    gain;
} FlitzisLimit;

/*
 * Keeps the mix below full scale. It reads each frame `n_frames` before it puts the frame out. The
 * gain is the smallest that any frame of that time needs, averaged over `n_frames`. So the gain has
 * come down when the peak comes, and it rises slowly after that. While it is off, it does nothing
 * at all.
 */
typedef struct
{
  /* constant */
  uint32_t n_frames; /* of its delay */
  float    recovery; /* the part of the distance to 1, per frame */

  bool          is_on;
  FlitzisRamp   wetness;     /* 0: not heard, 1: only this is heard */
  uint32_t      n_until_wet; /* frames until the ring is full of sound */
  uint64_t      frame;       /* read so far */
  float        *delayed;     /* the last n_frames, a ring */
  float        *gains;       /* the last n_frames, a ring; `sum` of them */
  double        sum;
  float         gain;
  FlitzisLimit *limits; /* ascending, of the last n_frames + 1; a ring of n_frames + 2 */
  uint32_t      first_limit, n_limits;
} FlitzisLimiter;

/* setup: `delayed` has room for 2 * n_frames, `gains` for n_frames, `limits` for n_frames + 2 */
void flitzis_limiter_init (FlitzisLimiter *limiter,
                           uint32_t        sample_rate,
                           uint32_t        n_frames,
                           float          *delayed,
                           float          *gains,
                           FlitzisLimit   *limits);

/* Switches the limiter on or off, within `n_frames`. */
void flitzis_limiter_set_on (FlitzisLimiter *limiter,
                             bool            is_on,
                             uint32_t        n_frames) FLITZIS_REALTIME;

/* Limits stereo frames in place. */
void flitzis_limiter_process (FlitzisLimiter *limiter,
                              float          *frames,
                              uint32_t        n_frames) FLITZIS_REALTIME;
