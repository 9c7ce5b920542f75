/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "kernels.h"

void
flitzis_mix (float *restrict out,
             const float *restrict in,
             uint32_t n_channels,
             float    gain,
             uint32_t n_frames) FLITZIS_REALTIME
{
  if (n_channels == 2)
    {
      for (uint32_t i = 0; i < 2 * n_frames; i++)
        out[i] += gain * in[i];
    }
  else
    {
      for (uint32_t i = 0; i < n_frames; i++)
        {
          out[2 * i] += gain * in[i];
          out[2 * i + 1] += gain * in[i];
        }
    }
}

void
flitzis_mix_gains (float *restrict out,
                   const float *restrict in,
                   uint32_t n_channels,
                   const float *restrict gains,
                   uint32_t n_frames) FLITZIS_REALTIME
{
  uint32_t right = n_channels - 1;

  for (uint32_t i = 0; i < n_frames; i++)
    {
      out[2 * i] += gains[i] * in[n_channels * i];
      out[2 * i + 1] += gains[i] * in[n_channels * i + right];
    }
}

void
flitzis_add (float *restrict out, const float *restrict in, uint32_t n_frames) FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < 2 * n_frames; i++)
    out[i] += in[i];
}

void
flitzis_interpolate (float *restrict out,
                     const float *restrict in,
                     uint32_t n_channels,
                     uint64_t n_frames_in,
                     uint64_t position,
                     uint64_t step,
                     uint32_t n_frames) FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < n_frames; i++)
    {
      uint64_t frame = position >> 32;
      float    fraction = (float) (uint32_t) position * 0x1p-32f;

      for (uint32_t c = 0; c < n_channels; c++)
        {
          float here = frame < n_frames_in ? in[frame * n_channels + c] : 0.0f;
          float next = frame + 1 < n_frames_in ? in[(frame + 1) * n_channels + c] : 0.0f;

          out[i * n_channels + c] = here + fraction * (next - here);
        }

      position += step;
    }
}
