/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

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

/* Adds eight taps x frames in eight lanes for each channel. For stereo, the first four taps are in
 * the first vector. The taps are in the order of the tables. */
FLITZIS_INLINE void
add_taps (FlitzisVector *sums, const float *in, FlitzisVector taps, uint32_t n_channels)
    FLITZIS_REALTIME
{
  FlitzisVector first = flitzis_vector_load (in);

  if (n_channels == 1)
    {
      sums[0] += taps * __builtin_shufflevector (first, first, 0, 1, 4, 5, 2, 3, 6, 7);
      return;
    }

  sums[0] += first * __builtin_shufflevector (taps, taps, 0, 0, 1, 1, 4, 4, 5, 5);
  sums[1] += flitzis_vector_load (in + 8) *
             __builtin_shufflevector (taps, taps, 2, 2, 3, 3, 6, 6, 7, 7);
}

/* Sums up the lanes in pairs. */
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

#define PHASE_BITS 9

_Static_assert(FLITZIS_N_PHASES == 1 << PHASE_BITS, "a phase has so many bits");

/* The number of frames that are prepared together, all for the same filter. */
#define N_PREPARED 8

typedef struct
{
  const float  *in[N_PREPARED];  /* the first frame that the filter reads */
  const float  *row[N_PREPARED]; /* the first row that the filter is made of */
  FlitzisVector weights[4];      /* of that row and the next rows, a lane for each frame */
} Prepared;

/* Returns the place of each frame between its row and the next, from 0 to 1. */
FLITZIS_INLINE FlitzisVector
find_rows (Prepared       *prepared,
           const float    *in,
           uint32_t        n_channels,
           const uint64_t *places,
           uint32_t        n_frames,
           const float    *rows,
           uint32_t        n_taps,
           uint32_t        phase_bits) FLITZIS_REALTIME
{
  FlitzisBits ways = { 0 };

  for (uint32_t i = 0; i < n_frames; i++)
    {
      uint32_t fraction = (uint32_t) places[i];

      prepared->in[i] = in + ((places[i] >> 32) - (n_taps / 2 - 1)) * n_channels;
      prepared->row[i] = rows + (uint64_t) (fraction >> (32 - phase_bits)) * n_taps;
      ways[i] = (int32_t) (fraction << phase_bits >> 1);
    }

  return __builtin_convertvector(ways, FlitzisVector) * 0x1p-31f;
}

FLITZIS_REPEATED void
filter (float          *out,
        const float    *in,
        uint32_t        n_channels,
        const uint64_t *places,
        uint32_t        n_frames) FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < n_frames; i++)
    {
      uint32_t      fraction = (uint32_t) places[i];
      float         way = (float) (int32_t) (fraction << PHASE_BITS >> 1) * 0x1p-31f;
      const float  *here = flitzis_tables.phases[fraction >> (32 - PHASE_BITS)];
      const float  *next = here + FLITZIS_N_TAPS;
      const float  *frames = in + ((places[i] >> 32) - (FLITZIS_N_TAPS / 2 - 1)) * n_channels;
      FlitzisVector sums[2] = { { 0 }, { 0 } };

      for (uint64_t k = 0; k < FLITZIS_N_TAPS; k += 8)
        {
          FlitzisVector from = flitzis_vector_load (here + k);
          FlitzisVector taps = from + way * (flitzis_vector_load (next + k) - from);

          add_taps (sums, frames + n_channels * k, taps, n_channels);
        }

      put_sum (out + i * n_channels, sums, n_channels);
    }
}

/* Computes the weights of the polynomial of the third degree through four rows (Lagrange). */
FLITZIS_REPEATED void
filter_stretched (float                        *out,
                  const float                  *in,
                  uint32_t                      n_channels,
                  const uint64_t               *places,
                  uint32_t                      n_frames,
                  const FlitzisStretchedFilter *of) FLITZIS_REALTIME
{
  uint64_t      n = of->n_taps;
  Prepared      prepared;
  FlitzisVector t = find_rows (&prepared, in, n_channels, places, n_frames,
                               flitzis_tables.rows + of->first, of->n_taps, of->phase_bits);

  prepared.weights[0] = -t * (t - 1.0f) * (t - 2.0f) / 6.0f;
  prepared.weights[1] = (t + 1.0f) * (t - 1.0f) * (t - 2.0f) / 2.0f;
  prepared.weights[2] = -(t + 1.0f) * t * (t - 2.0f) / 2.0f;
  prepared.weights[3] = (t + 1.0f) * t * (t - 1.0f) / 6.0f;

  for (uint32_t i = 0; i < n_frames; i++)
    {
      const float  *before = prepared.row[i], *here = before + n, *next = here + n;
      const float  *behind = next + n;
      FlitzisVector sums[2] = { { 0 }, { 0 } };

      for (uint64_t k = 0; k < n; k += 8)
        {
          FlitzisVector taps = (prepared.weights[0][i] * flitzis_vector_load (before + k) +
                                prepared.weights[1][i] * flitzis_vector_load (here + k)) +
                               (prepared.weights[2][i] * flitzis_vector_load (next + k) +
                                prepared.weights[3][i] * flitzis_vector_load (behind + k));

          add_taps (sums, prepared.in[i] + n_channels * k, taps, n_channels);
        }

      put_sum (out + i * n_channels, sums, n_channels);
    }
}

/* Returns how many successive frames have the filter of the first. */
static uint32_t
count_alike (const uint8_t *filters, uint32_t n_frames) FLITZIS_REALTIME
{
  uint32_t n = 1;

  while (n < n_frames && n < N_PREPARED && filters[n] == filters[0])
    n++;

  return n;
}

static void
interpolate_sinc (float          *out,
                  const float    *in,
                  uint32_t        n_channels,
                  const uint64_t *places,
                  const uint8_t  *filters,
                  uint32_t        n_frames) FLITZIS_REALTIME
{
  for (uint32_t i = 0, n; i < n_frames; i += n)
    {
      const FlitzisStretchedFilter *of = &flitzis_tables.filters[filters[i]];

      n = count_alike (filters + i, n_frames - i);

      if (filters[i] == 0 && n_channels == 2)
        filter (out + 2 * i, in, 2, places + i, n);
      else if (filters[i] == 0)
        filter (out + i, in, 1, places + i, n);
      else if (n_channels == 2)
        filter_stretched (out + 2 * i, in, 2, places + i, n, of);
      else
        filter_stretched (out + i, in, 1, places + i, n, of);
    }
}
