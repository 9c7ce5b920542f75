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

/* Adds eight taps x frames in eight lanes for each channel: of stereo those of the first four taps
 * are in the first vector. */
FLITZIS_INLINE void
add_taps (FlitzisVector *sums, const float *in, FlitzisVector taps, uint32_t n_channels)
    FLITZIS_REALTIME
{
  if (n_channels == 1)
    {
      sums[0] += taps * flitzis_vector_load (in);
      return;
    }

  sums[0] += flitzis_vector_load (in) *
             __builtin_shufflevector (taps, taps, 0, 0, 1, 1, 2, 2, 3, 3);
  sums[1] += flitzis_vector_load (in + 8) *
             __builtin_shufflevector (taps, taps, 4, 4, 5, 5, 6, 6, 7, 7);
}

/* The lanes are summed up in pairs. */
FLITZIS_INLINE void
put_sum (float *out, const FlitzisVector *sums, uint32_t n_channels) FLITZIS_REALTIME
{
  FlitzisVector sum = n_channels == 1 ? sums[0] : sums[0] + sums[1];

  sum += __builtin_shufflevector (sum, sum, 4, 5, 6, 7, 0, 1, 2, 3);
  sum += __builtin_shufflevector (sum, sum, 2, 3, 0, 1, 6, 7, 4, 5);
  out[0] = n_channels == 1 ? sum[0] + sum[1] : sum[0];

  if (n_channels == 2)
    out[1] = sum[1];
}

/* The rest of a fraction of a frame behind its first bits. */
FLITZIS_INLINE float
get_way (uint32_t fraction, uint32_t n_bits) FLITZIS_REALTIME
{
  return (float) (int32_t) (fraction << n_bits >> 1) * 0x1p-31f;
}

#define PHASE_BITS 9

_Static_assert(FLITZIS_N_PHASES == 1 << PHASE_BITS, "a phase has so many bits");

FLITZIS_REPEATED void
filter (float *out, const float *in, uint32_t n_channels, uint32_t fraction) FLITZIS_REALTIME
{
  const float  *here = flitzis_tables.phases[fraction >> (32 - PHASE_BITS)];
  const float  *next = here + FLITZIS_N_TAPS;
  float         way = get_way (fraction, PHASE_BITS);
  FlitzisVector sums[2] = { { 0 }, { 0 } };

  in -= (FLITZIS_N_TAPS / 2 - 1) * n_channels;

  for (uint32_t k = 0; k < FLITZIS_N_TAPS; k += 8)
    {
      FlitzisVector from = flitzis_vector_load (here + k);
      FlitzisVector taps = from + way * (flitzis_vector_load (next + k) - from);

      add_taps (sums, in + n_channels * k, taps, n_channels);
    }

  put_sum (out, sums, n_channels);
}

/* The weights are those of the polynomial of the third degree through four rows (Lagrange). */
FLITZIS_REPEATED void
filter_stretched (float               *out,
                  const float         *in,
                  uint32_t             n_channels,
                  uint32_t             fraction,
                  const FlitzisFilter *of) FLITZIS_REALTIME
{
  uint32_t      n = of->n_taps;
  const float  *row = flitzis_tables.rows + of->first + (fraction >> (32 - of->phase_bits)) * n;
  float         t = get_way (fraction, of->phase_bits);
  float         before = -t * (t - 1.0f) * (t - 2.0f) / 6.0f;
  float         here = (t + 1.0f) * (t - 1.0f) * (t - 2.0f) / 2.0f;
  float         next = -(t + 1.0f) * t * (t - 2.0f) / 2.0f;
  float         behind = (t + 1.0f) * t * (t - 1.0f) / 6.0f;
  FlitzisVector sums[2] = { { 0 }, { 0 } };

  in -= (n / 2 - 1) * n_channels;

  for (uint32_t k = 0; k < n; k += 8)
    {
      FlitzisVector taps = (before * flitzis_vector_load (row + k) +
                            here * flitzis_vector_load (row + n + k)) +
                           (next * flitzis_vector_load (row + 2 * n + k) +
                            behind * flitzis_vector_load (row + 3 * n + k));

      add_taps (sums, in + n_channels * k, taps, n_channels);
    }

  put_sum (out, sums, n_channels);
}

static void
interpolate_sinc (float          *out,
                  const float    *in,
                  uint32_t        n_channels,
                  const uint64_t *places,
                  const uint8_t  *filters,
                  uint32_t        n_frames) FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < n_frames; i++)
    {
      const float         *here = in + (places[i] >> 32) * n_channels;
      const FlitzisFilter *of = &flitzis_tables.filters[filters[i]];
      uint32_t             fraction = (uint32_t) places[i];

      if (filters[i] == 0 && n_channels == 2)
        filter (out + 2 * i, here, 2, fraction);
      else if (filters[i] == 0)
        filter (out + i, here, 1, fraction);
      else if (n_channels == 2)
        filter_stretched (out + 2 * i, here, 2, fraction, of);
      else
        filter_stretched (out + i, here, 1, fraction, of);
    }
}
