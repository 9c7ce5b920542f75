/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "ramp.h"
#include "../realtime.h"

#include <stdbool.h>
#include <stdint.h>

/* The smallest gain of the last frames, and when it was asked for. */
typedef struct
{
  uint64_t frame;
  float    gain;
} FlitzisLimit;

/*
 * Keeps the mix below full scale. It hears each frame `n_frames` before it lets it out: the gain is
 * the smallest that any frame of that time asks for, averaged over as many frames, so it has come
 * down when the peak is there, and it rises again slowly. Off, it does nothing at all.
 */
typedef struct
{
  /* constant */
  uint32_t n_frames; /* of its delay */
  float    recovery; /* per frame, of what is missing to 1 */

  bool          is_on;
  FlitzisRamp   wetness;     /* 0: not heard, 1: nothing else is */
  uint32_t      n_until_wet; /* frames until the ring holds nothing but sound */
  uint64_t      frame;       /* heard so far */
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

/* On or off within `n_frames`. */
void flitzis_limiter_set_on (FlitzisLimiter *limiter,
                             bool            is_on,
                             uint32_t        n_frames) FLITZIS_REALTIME;

/* Limits stereo frames in place. */
void flitzis_limiter_process (FlitzisLimiter *limiter,
                              float          *frames,
                              uint32_t        n_frames) FLITZIS_REALTIME;
