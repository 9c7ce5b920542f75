/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "kernels.h"
#include "tables.h"
#include "vector.h"

/* The interpolating kernels, a part of kernels.c. */

FLITZIS_REPEATED void
interpolate_lines (float *restrict out,
                   const float *restrict in,
                   uint32_t n_channels,
                   const uint64_t *restrict places,
                   uint32_t n_frames) FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < n_frames; i++)
    {
      const float *here = in + (places[i] >> 32) * n_channels;
      float        fraction = (float) (uint32_t) places[i] * 0x1p-32f;

      for (uint32_t c = 0; c < n_channels; c++)
        out[i * n_channels + c] = here[c] + fraction * (here[n_channels + c] - here[c]);
    }
}

static void
interpolate_linear (float          *out,
                    const float    *in,
                    uint32_t        n_channels,
                    const uint64_t *places,
                    uint32_t        n_frames) FLITZIS_REALTIME
{
  if (n_channels == 2)
    interpolate_lines (out, in, 2, places, n_frames);
  else
    interpolate_lines (out, in, 1, places, n_frames);
}

/* One frame: the sum of taps x frames, in eight lanes for each channel that are summed up last, in
 * pairs. `n_taps` is a multiple of 8. */
FLITZIS_REPEATED void
apply_taps (float       *out,
            const float *in,
            const float *taps,
            uint32_t     n_taps,
            uint32_t     n_channels,
            float        scale) FLITZIS_REALTIME
{
  FlitzisVector low = { 0 }, high = { 0 }, sum;

  for (uint32_t k = 0; k < n_taps; k += 8)
    {
      FlitzisVector eight = flitzis_vector_load (taps + k);

      if (n_channels == 1)
        {
          low += eight * flitzis_vector_load (in + k);
          continue;
        }

      low += flitzis_vector_load (in + 2 * k) *
             __builtin_shufflevector (eight, eight, 0, 0, 1, 1, 2, 2, 3, 3);
      high += flitzis_vector_load (in + 2 * k + 8) *
              __builtin_shufflevector (eight, eight, 4, 4, 5, 5, 6, 6, 7, 7);
    }

  sum = n_channels == 1 ? low : low + high;
  sum += __builtin_shufflevector (sum, sum, 4, 5, 6, 7, 0, 1, 2, 3);
  sum += __builtin_shufflevector (sum, sum, 2, 3, 0, 1, 6, 7, 4, 5);

  out[0] = scale * (n_channels == 1 ? sum[0] + sum[1] : sum[0]);

  if (n_channels == 2)
    out[1] = scale * sum[1];
}

/* A fraction of a frame has 9 bits of a phase and 23 of a way between two. */
#define PHASE_SHIFT 23
#define WAY_MASK ((1u << PHASE_SHIFT) - 1)

_Static_assert(FLITZIS_N_PHASES == 1 << (32 - PHASE_SHIFT), "a phase has so many bits");

FLITZIS_REPEATED void
filter (float *out, const float *in, uint32_t n_channels, uint32_t fraction) FLITZIS_REALTIME
{
  const float  *here = flitzis_tables.phases[fraction >> PHASE_SHIFT];
  const float  *next = here + FLITZIS_N_TAPS;
  float         way = (float) (int32_t) (fraction & WAY_MASK) * (1.0f / (1u << PHASE_SHIFT));
  FlitzisVector taps[FLITZIS_N_TAPS / 8];

  for (uint32_t k = 0; k < FLITZIS_N_TAPS / 8; k++)
    {
      FlitzisVector from = flitzis_vector_load (here + 8 * k);

      taps[k] = from + way * (flitzis_vector_load (next + 8 * k) - from);
    }

  apply_taps (out, in - (FLITZIS_N_TAPS / 2 - 1) * n_channels, (const float *) taps,
              FLITZIS_N_TAPS, n_channels, 1.0f);
}

/* The taps of a stretched filter, from the table of its right half: beyond it they are 0. */
static void
fill_taps (float *taps, int32_t reach, uint32_t fraction, float scale) FLITZIS_REALTIME
{
  const float end = FLITZIS_N_TAPS / 2 * FLITZIS_N_PHASES - 0x1p-9f;
  float       middle = (float) fraction * 0x1p-32f;

  for (int32_t k = 0; k < 2 * reach; k++)
    {
      float   frames_off = (float) (k + 1 - reach) - middle;
      float   place = flitzis_abs (frames_off * scale) * FLITZIS_N_PHASES;
      int32_t i;

      place = place < end ? place : end;
      i = (int32_t) place;
      taps[k] = flitzis_tables.filter[i] +
                (place - (float) i) * (flitzis_tables.filter[i + 1] - flitzis_tables.filter[i]);
    }
}

static void
filter_stretched (float       *out,
                  const float *in,
                  uint32_t     n_channels,
                  uint32_t     fraction,
                  float        stretch) FLITZIS_REALTIME
{
  uint32_t reach = flitzis_get_filter_reach (stretch);
  float    scale = 1.0f / stretch;
  float    taps[2 * FLITZIS_MAX_REACH];

  fill_taps (taps, (int32_t) reach, fraction, scale);
  in -= (reach - 1) * n_channels;

  if (n_channels == 2)
    apply_taps (out, in, taps, 2 * reach, 2, scale);
  else
    apply_taps (out, in, taps, 2 * reach, 1, scale);
}

static void
interpolate_sinc (float          *out,
                  const float    *in,
                  uint32_t        n_channels,
                  const uint64_t *places,
                  const float    *stretches,
                  uint32_t        n_frames) FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < n_frames; i++)
    {
      const float *here = in + (places[i] >> 32) * n_channels;
      uint32_t     fraction = (uint32_t) places[i];

      if (stretches[i] != 1.0f)
        filter_stretched (out + i * n_channels, here, n_channels, fraction, stretches[i]);
      else if (n_channels == 2)
        filter (out + 2 * i, here, 2, fraction);
      else
        filter (out + i, here, 1, fraction);
    }
}
