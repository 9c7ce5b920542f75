/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "interpolator.h"

#include "dsp/tables.h"

/* Finds the filter whose cut-off is low enough to keep out aliases. Up to a rate of 1.5, keeping
 * the audible frequencies is more important. */
static uint8_t
find_filter (uint64_t step) FLITZIS_REALTIME
{
  float rate = (float) step * 0x1p-32f;

  return (uint8_t) flitzis_find_filter (rate < 1.5f ? 1.0f + 1.75f * (rate - 1.0f) : 1.25f * rate);
}

static uint32_t
get_reach (const FlitzisInterpolator *self) FLITZIS_REALTIME
{
  const FlitzisRateRamp *rate = self->rate;

  if (self->interpolation == FLITZIS_MIXER_INTERPOLATION_LINEAR)
    return 1;

  return flitzis_tables.filters[find_filter (rate->from > rate->to ? rate->from : rate->to)]
             .n_taps /
         2;
}

/* Returns how many of the next frames come before a place; they are `step` apart. */
static uint32_t
count_frames (uint64_t position, uint64_t step, uint64_t place, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t end = place < UINT32_MAX ? place << 32 : UINT64_MAX;
  uint64_t n = position < end ? (end - position - 1) / step + 1 : 0;

  return n < n_frames ? (uint32_t) n : n_frames;
}

/* The rate counts as in find_places (). */
uint32_t
flitzis_interpolator_count (const FlitzisInterpolator *self, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t length = flitzis_playhead_get_length (self->playhead);
  uint64_t position = self->playhead->position;
  uint32_t n;

  if (flitzis_rate_ramp_is_resting (self->rate))
    return count_frames (position, self->rate->to, length, n_frames);

  for (n = 0; n < n_frames && position >> 32 < length; n++)
    position += flitzis_rate_ramp_get_step (self->rate, self->rate->frame + 1 + n);

  return n;
}

/* Computes the places of the next frames, relative to the first frame that the filter reaches.
 * Returns how many there are before the end and within a window, and sets `end` to the position
 * after them. */
static uint32_t
find_places (const FlitzisInterpolator *self,
             FlitzisScratch            *scratch,
             uint32_t                   n_frames,
             uint64_t                  *end) FLITZIS_REALTIME
{
  uint64_t length = flitzis_playhead_get_length (self->playhead);
  uint64_t position = self->playhead->position, first = position >> 32;
  uint32_t reach = get_reach (self);
  uint64_t last = first + FLITZIS_WINDOW_FRAMES - 2 * reach + 1;
  uint64_t origin = (first - reach + 1) << 32;
  uint32_t n;

  last = last < length ? last : length;

  if (flitzis_rate_ramp_is_resting (self->rate))
    {
      uint64_t step = self->rate->to;
      uint8_t  filter = find_filter (step);

      n_frames = count_frames (position, step, last, n_frames);

      for (n = 0; n < n_frames; n++)
        {
          scratch->places[n] = position - origin + n * step;
          scratch->filters[n] = filter;
        }

      *end = position + n_frames * step;
      return n_frames;
    }

  for (n = 0; n < n_frames && position >> 32 < last; n++)
    {
      uint64_t step = flitzis_rate_ramp_get_step (self->rate, self->rate->frame + 1 + n);

      scratch->places[n] = position - origin;
      scratch->filters[n] = find_filter (step);
      position += step;
    }

  *end = position;

  return n;
}

static const float *
interpolate (const FlitzisInterpolator *self, FlitzisScratch *scratch, uint32_t n_frames)
    FLITZIS_REALTIME
{
  const FlitzisKernels *kernels = scratch->kernels;
  uint32_t              n_channels = self->playhead->handle->n_channels;
  uint32_t              reach = get_reach (self);
  int64_t               first = (int64_t) (self->playhead->position >> 32) - reach + 1;
  uint32_t              n_window = (uint32_t) (scratch->places[n_frames - 1] >> 32) + reach + 1;
  const float          *window = flitzis_playhead_read (self->playhead, first, n_window,
                                                        scratch->window);

  if (self->interpolation == FLITZIS_MIXER_INTERPOLATION_LINEAR)
    kernels->interpolate_linear (scratch->frames, window, n_channels, scratch->places, n_frames);
  else
    kernels->interpolate_sinc (scratch->frames, window, n_channels, scratch->places,
                               scratch->filters, n_frames);

  return scratch->frames;
}

const float *
flitzis_interpolator_read (const FlitzisInterpolator *self,
                           FlitzisScratch            *scratch,
                           uint32_t                  *n_frames,
                           uint64_t                  *end) FLITZIS_REALTIME
{
  const FlitzisPlayhead *playhead = self->playhead;
  uint64_t               place = playhead->position >> 32;

  if (flitzis_interpolator_is_plain (self))
    {
      uint64_t left = flitzis_playhead_get_length (playhead) - place;

      *n_frames = left < *n_frames ? (uint32_t) left : *n_frames;
      *end = playhead->position + *n_frames * FLITZIS_ONE_FRAME;
      return flitzis_playhead_read (playhead, (int64_t) place, *n_frames, scratch->frames);
    }

  *n_frames = find_places (self, scratch, *n_frames, end);

  return interpolate (self, scratch, *n_frames);
}
