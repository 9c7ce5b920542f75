/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "kernels.h"

#include "tables.h"

#include <string.h>

#define HALF (FLITZIS_N_TAPS / 2)

void
flitzis_mix (float *restrict out,
             const float *restrict in,
             uint32_t n_channels,
             float    left,
             float    right,
             uint32_t n_frames) FLITZIS_REALTIME
{
  if (n_channels == 2)
    {
      for (uint32_t i = 0; i < n_frames; i++)
        {
          out[2 * i] += left * in[2 * i];
          out[2 * i + 1] += right * in[2 * i + 1];
        }
    }
  else
    {
      for (uint32_t i = 0; i < n_frames; i++)
        {
          out[2 * i] += left * in[i];
          out[2 * i + 1] += right * in[i];
        }
    }
}

void
flitzis_mix_gains (float *restrict out,
                   const float *restrict in,
                   uint32_t n_channels,
                   const float *restrict left,
                   const float *restrict right,
                   uint32_t n_frames) FLITZIS_REALTIME
{
  uint32_t other = n_channels - 1;

  for (uint32_t i = 0; i < n_frames; i++)
    {
      out[2 * i] += left[i] * in[n_channels * i];
      out[2 * i + 1] += right[i] * in[n_channels * i + other];
    }
}

void
flitzis_add (float *restrict out,
             const float *restrict in,
             uint32_t n_frames) FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < 2 * n_frames; i++)
    out[i] += in[i];
}

/* Magnitudes compare like their bits. */
static int32_t
get_magnitude (float value) FLITZIS_REALTIME
{
  int32_t bits;

  memcpy (&bits, &value, sizeof bits);

  return bits & INT32_MAX;
}

static float
from_magnitude (int32_t bits) FLITZIS_REALTIME
{
  float value;

  memcpy (&value, &bits, sizeof value);

  return value;
}

float
flitzis_get_peak (const float *values, uint32_t stride, uint32_t n_frames) FLITZIS_REALTIME
{
  int32_t peak = 0;

  for (uint32_t i = 0; i < n_frames; i++)
    {
      int32_t magnitude = get_magnitude (values[i * stride]);

      peak = magnitude > peak ? magnitude : peak;
    }

  return from_magnitude (peak);
}

float
flitzis_get_peak_gains (const float *values,
                        uint32_t     stride,
                        const float *gains,
                        uint32_t     n_frames) FLITZIS_REALTIME
{
  int32_t peak = 0;

  for (uint32_t i = 0; i < n_frames; i++)
    {
      int32_t magnitude = get_magnitude (gains[i] * values[i * stride]);

      peak = magnitude > peak ? magnitude : peak;
    }

  return from_magnitude (peak);
}

void
flitzis_interpolate_linear (float *restrict out,
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

uint32_t
flitzis_get_filter_reach (float stretch) FLITZIS_REALTIME
{
  return (uint32_t) (HALF * stretch) + 1;
}

/* A fraction of a frame has 9 bits of a phase and 23 of a way between two. */
#define PHASE_SHIFT 23
#define WAY_MASK ((1u << PHASE_SHIFT) - 1)

_Static_assert(FLITZIS_N_PHASES == 1 << (32 - PHASE_SHIFT), "a phase has so many bits");

static void
filter (float *restrict out, const float *restrict in, uint32_t n_channels, uint32_t fraction)
    FLITZIS_REALTIME
{
  const float *here = flitzis_tables.phases[fraction >> PHASE_SHIFT];
  const float *next = here + FLITZIS_N_TAPS;
  float        way = (float) (fraction & WAY_MASK) * (1.0f / (1u << PHASE_SHIFT));
  float        taps[FLITZIS_N_TAPS];

  for (uint32_t k = 0; k < FLITZIS_N_TAPS; k++)
    taps[k] = here[k] + way * (next[k] - here[k]);

  for (uint32_t c = 0; c < n_channels; c++)
    {
      float sums[8] = { 0 };

      for (uint32_t k = 0; k < FLITZIS_N_TAPS; k += 8)
        {
          for (uint32_t j = 0; j < 8; j++)
            sums[j] += taps[k + j] * in[(k + j) * n_channels + c];
        }

      out[c] = ((sums[0] + sums[4]) + (sums[2] + sums[6])) +
               ((sums[1] + sums[5]) + (sums[3] + sums[7]));
    }
}

static float
get_tap (float frames_off) FLITZIS_REALTIME
{
  float    place = (frames_off < 0.0f ? -frames_off : frames_off) * FLITZIS_N_PHASES;
  uint32_t i = (uint32_t) place;

  if (i >= HALF * FLITZIS_N_PHASES)
    return 0.0f;

  return flitzis_tables.filter[i] +
         (place - (float) i) * (flitzis_tables.filter[i + 1] - flitzis_tables.filter[i]);
}

static void
filter_stretched (float *restrict out,
                  const float *restrict in,
                  uint32_t n_channels,
                  uint32_t fraction,
                  float    stretch) FLITZIS_REALTIME
{
  int   reach = (int) flitzis_get_filter_reach (stretch);
  float scale = 1.0f / stretch;
  float left = 0.0f, right = 0.0f;
  float middle = (float) fraction * 0x1p-32f;

  for (int k = 1 - reach; k <= reach; k++)
    {
      const float *frame = in + k * (int) n_channels;
      float        tap = get_tap (((float) k - middle) * scale);

      left += tap * frame[0];
      right += tap * frame[n_channels - 1];
    }

  out[0] = left * scale;
  out[n_channels - 1] = right * scale;
}

void
flitzis_interpolate_sinc (float *restrict out,
                          const float *restrict in,
                          uint32_t n_channels,
                          const uint64_t *restrict places,
                          const float *restrict stretches,
                          uint32_t n_frames) FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < n_frames; i++)
    {
      const float *here = in + (places[i] >> 32) * n_channels;
      uint32_t     fraction = (uint32_t) places[i];

      if (stretches[i] == 1.0f)
        filter (out + i * n_channels, here - (HALF - 1) * n_channels, n_channels, fraction);
      else
        filter_stretched (out + i * n_channels, here, n_channels, fraction, stretches[i]);
    }
}
