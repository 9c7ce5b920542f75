/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdint.h>

/* The end of a sample, or of a part of it, that is not known yet. */
#define FLITZIS_END_UNKNOWN UINT64_MAX

/* The frames from `start` up to `end`: one at least. */
typedef struct
{
  uint64_t start, end;
} FlitzisRange;

/* Returns the range within a sample of `n_frames`. An `end` of 0 or beyond the sample is the
 * sample's end. */
static inline FlitzisRange
flitzis_range_make (uint64_t start, uint64_t end, uint64_t n_frames) FLITZIS_REALTIME
{
  if (end == 0 || end > n_frames)
    end = n_frames;

  return (FlitzisRange){ start < end ? start : end - 1, end };
}

/* Returns the frames of a loop that lie within a part. A loop that lies before the part becomes the
 * part's first frame, and one that lies after it becomes the part's last frame. */
static inline FlitzisRange
flitzis_range_clip (FlitzisRange loop, FlitzisRange part) FLITZIS_REALTIME
{
  if (loop.end <= part.start)
    return (FlitzisRange){ part.start, part.start + 1 };

  if (loop.start >= part.end)
    return (FlitzisRange){ part.end - 1, part.end };

  return (FlitzisRange){
    loop.start > part.start ? loop.start : part.start,
    loop.end < part.end ? loop.end : part.end,
  };
}
