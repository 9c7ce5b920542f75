/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "reader.h"

#include "tables.h"

/* How much lower than at its own rate the cut-off must be, for nothing to fold back: up to a rate
 * of 1.5 that gives way to keeping what can be heard. */
static uint8_t
find_filter (uint64_t step) FLITZIS_REALTIME
{
  float rate = (float) step * 0x1p-32f;

  return (uint8_t) flitzis_find_filter (rate < 1.5f ? 1.0f + 1.75f * (rate - 1.0f) : 1.25f * rate);
}

static uint32_t
get_reach (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  const FlitzisGlide *glide = &voice->glide;

  if (voice->interpolation == FLITZIS_MIXER_INTERPOLATION_LINEAR)
    return 1;

  return flitzis_tables.filters[find_filter (glide->from > glide->to ? glide->from : glide->to)]
             .n_taps /
         2;
}

/* How many of the next frames, each `step` behind the last, come before a place. */
static uint32_t
count_frames (uint64_t position, uint64_t step, uint64_t place, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t end = place < UINT32_MAX ? place << 32 : UINT64_MAX;
  uint64_t n = position < end ? (end - position - 1) / step + 1 : 0;

  return n < n_frames ? (uint32_t) n : n_frames;
}

/* The places of the next frames, from the first that the filter reaches on. Returns how many there
 * are before the end and within a window, and the position behind them. */
static uint32_t
find_places (const FlitzisVoice *voice, FlitzisScratch *scratch, uint32_t n_frames, uint64_t *end)
    FLITZIS_REALTIME
{
  uint64_t length = flitzis_source_get_length (&voice->source);
  uint64_t position = voice->source.position, first = position >> 32;
  uint32_t reach = get_reach (voice);
  uint64_t last = first + FLITZIS_WINDOW_FRAMES - 2 * reach + 1;
  uint64_t origin = (first - reach + 1) << 32;
  uint32_t n;

  last = last < length ? last : length;

  if (flitzis_glide_is_resting (&voice->glide))
    {
      uint64_t step = voice->glide.to;
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
      uint64_t step = flitzis_glide_get_step (&voice->glide, voice->glide.frame + 1 + n);

      scratch->places[n] = position - origin;
      scratch->filters[n] = find_filter (step);
      position += step;
    }

  *end = position;

  return n;
}

static const float *
interpolate (const FlitzisVoice *voice, FlitzisScratch *scratch, uint32_t n_frames) FLITZIS_REALTIME
{
  const FlitzisKernels *kernels = scratch->kernels;
  uint32_t              n_channels = voice->handle->n_channels;
  uint32_t              reach = get_reach (voice);
  int64_t               first = (int64_t) (voice->source.position >> 32) - reach + 1;
  uint32_t              n_window = (uint32_t) (scratch->places[n_frames - 1] >> 32) + reach + 1;
  const float          *window = flitzis_source_read (&voice->source, first, n_window,
                                                      scratch->window);

  if (voice->interpolation == FLITZIS_MIXER_INTERPOLATION_LINEAR)
    kernels->interpolate_linear (scratch->frames, window, n_channels, scratch->places, n_frames);
  else
    kernels->interpolate_sinc (scratch->frames, window, n_channels, scratch->places,
                               scratch->filters, n_frames);

  return scratch->frames;
}

bool
flitzis_reader_is_plain (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return flitzis_glide_is_resting (&voice->glide) && voice->glide.to == FLITZIS_ONE_FRAME &&
         (uint32_t) voice->source.position == 0;
}

const float *
flitzis_reader_read (const FlitzisVoice *voice,
                     FlitzisScratch     *scratch,
                     uint32_t           *n_frames,
                     uint64_t           *end) FLITZIS_REALTIME
{
  const FlitzisSource *source = &voice->source;
  uint64_t             place = source->position >> 32;

  if (flitzis_reader_is_plain (voice))
    {
      uint64_t left = flitzis_source_get_length (source) - place;

      *n_frames = left < *n_frames ? (uint32_t) left : *n_frames;
      *end = source->position + *n_frames * FLITZIS_ONE_FRAME;
      return flitzis_source_read (source, (int64_t) place, *n_frames, scratch->frames);
    }

  *n_frames = find_places (voice, scratch, *n_frames, end);

  return interpolate (voice, scratch, *n_frames);
}
