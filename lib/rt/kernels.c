/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "kernels.h"

#include "interpolate.h"
#include "vector.h"

/*
 * Built once for each kind of processor: FLITZIS_KERNELS is the name of the table, FLITZIS_KIND
 * that of the kind.
 */

/* Where the code has to be small, one input at a time will do. */
#if defined(__OPTIMIZE_SIZE__)
#define N_INPUTS_AT_ONCE 1
#else
#define N_INPUTS_AT_ONCE FLITZIS_MAX_INPUTS
#endif

/* One of those that are left when they do not fill a vector any more. */
static __attribute__ ((noinline)) float
mix_frame (float       *out,
           const float *frame,
           uint32_t     n_channels,
           float        left,
           float        right) FLITZIS_REALTIME
{
  float on_left = left * frame[0], on_right = right * frame[n_channels - 1];

  out[0] += on_left;
  out[1] += on_right;

  return flitzis_max (flitzis_abs (on_left), flitzis_abs (on_right));
}

/* As many inputs as said, in one go: so the mix is read and written once for all of them. */
FLITZIS_REPEATED void
mix_inputs (float        *out,
            FlitzisInput *inputs,
            uint32_t      n_inputs,
            uint32_t      n_channels,
            uint32_t      n_frames) FLITZIS_REALTIME
{
  FlitzisVector gains[FLITZIS_MAX_INPUTS], peaks[FLITZIS_MAX_INPUTS];
  const float  *frames[FLITZIS_MAX_INPUTS]; /* known not to change with the mix */
  uint32_t      i;

  for (uint32_t k = 0; k < n_inputs; k++)
    {
      gains[k] = flitzis_vector_of_sides (inputs[k].left, inputs[k].right);
      peaks[k] = (FlitzisVector){ 0 };
      frames[k] = inputs[k].frames;
    }

  for (i = 0; i + FLITZIS_VECTOR_FRAMES <= n_frames; i += FLITZIS_VECTOR_FRAMES)
    {
      FlitzisVector sum = flitzis_vector_load (out + 2 * i);

      for (uint32_t k = 0; k < n_inputs; k++)
        {
          FlitzisVector added = gains[k] * flitzis_vector_load_frames (frames[k], i, n_channels);

          sum += added;
          peaks[k] = flitzis_vector_max (peaks[k], flitzis_vector_abs (added));
        }

      flitzis_vector_store (out + 2 * i, sum);
    }

  for (uint32_t k = 0; k < n_inputs; k++)
    {
      inputs[k].peak = flitzis_vector_get_largest (peaks[k]);

      for (uint32_t j = i; j < n_frames; j++)
        inputs[k].peak = flitzis_max (inputs[k].peak,
                                      mix_frame (out + 2 * j, frames[k] + n_channels * j,
                                                 n_channels, inputs[k].left, inputs[k].right));
    }
}

static void
mix (float        *out,
     FlitzisInput *inputs,
     uint32_t      n_inputs,
     uint32_t      n_channels,
     uint32_t      n_frames) FLITZIS_REALTIME
{
  uint32_t n_at_once = n_inputs == N_INPUTS_AT_ONCE ? n_inputs : 1;

  for (uint32_t k = 0; k < n_inputs; k += n_at_once)
    {
      if (n_at_once == N_INPUTS_AT_ONCE && n_channels == 2)
        mix_inputs (out, inputs + k, N_INPUTS_AT_ONCE, 2, n_frames);
      else if (n_at_once == N_INPUTS_AT_ONCE)
        mix_inputs (out, inputs + k, N_INPUTS_AT_ONCE, 1, n_frames);
      else if (n_channels == 2)
        mix_inputs (out, inputs + k, 1, 2, n_frames);
      else
        mix_inputs (out, inputs + k, 1, 1, n_frames);
    }
}

FLITZIS_REPEATED float
mix_slopes (float             *out,
            const float       *frames,
            const FlitzisMove *move,
            uint32_t           n_factors,
            uint32_t           n_channels,
            uint32_t           n_frames) FLITZIS_REALTIME
{
  const FlitzisSlope *factors = move->factors;
  FlitzisVector       from = flitzis_vector_of_sides (move->left.from, move->right.from);
  FlitzisVector       step = flitzis_vector_of_sides (move->left.step, move->right.step);
  FlitzisVector       frame = flitzis_vector_of_sides (move->left.frame, move->right.frame);
  const FlitzisVector each = { 0, 0, 1, 1, 2, 2, 3, 3 };
  FlitzisVector       peaks = { 0 };
  FlitzisVector       at = each;
  float               peak;
  uint32_t            i;

  for (i = 0; i + FLITZIS_VECTOR_FRAMES <= n_frames; i += FLITZIS_VECTOR_FRAMES)
    {
      FlitzisVector gains = from + step * (frame + at);
      FlitzisVector added;

      for (uint32_t k = 0; k < n_factors; k++)
        gains *= factors[k].from + factors[k].step * (factors[k].frame + at);

      added = gains * flitzis_vector_load_frames (frames, i, n_channels);
      flitzis_vector_store (out + 2 * i, flitzis_vector_load (out + 2 * i) + added);
      peaks = flitzis_vector_max (peaks, flitzis_vector_abs (added));
      at += (float) FLITZIS_VECTOR_FRAMES;
    }

  peak = flitzis_vector_get_largest (peaks);

  for (; i < n_frames; i++)
    {
      float left = flitzis_slope_get_value (&move->left, i);
      float right = flitzis_slope_get_value (&move->right, i);

      for (uint32_t k = 0; k < n_factors; k++)
        {
          left *= flitzis_slope_get_value (&factors[k], i);
          right *= flitzis_slope_get_value (&factors[k], i);
        }

      peak = flitzis_max (peak, mix_frame (out + 2 * i, frames + n_channels * i, n_channels,
                                           left, right));
    }

  return peak;
}

static float
mix_moving (float             *out,
            const float       *frames,
            const FlitzisMove *move,
            uint32_t           n_channels,
            uint32_t           n_frames) FLITZIS_REALTIME
{
  if (move->n_factors == 0 && n_channels == 2)
    return mix_slopes (out, frames, move, 0, 2, n_frames);

  if (move->n_factors == 0)
    return mix_slopes (out, frames, move, 0, 1, n_frames);

  return mix_slopes (out, frames, move, move->n_factors, n_channels, n_frames);
}

static void
get_peaks (const float *frames, float *peaks, uint32_t n_frames) FLITZIS_REALTIME
{
  FlitzisVector largest = { 0 };
  uint32_t      i;

  for (i = 0; i + FLITZIS_VECTOR_FRAMES <= n_frames; i += FLITZIS_VECTOR_FRAMES)
    largest = flitzis_vector_max (largest,
                                  flitzis_vector_abs (flitzis_vector_load (frames + 2 * i)));

  for (uint32_t side = 0; side < 2; side++)
    {
      peaks[side] = flitzis_max (flitzis_max (largest[side], largest[side + 2]),
                                 flitzis_max (largest[side + 4], largest[side + 6]));

      for (uint32_t j = i; j < n_frames; j++)
        peaks[side] = flitzis_max (peaks[side], flitzis_abs (frames[2 * j + side]));
    }
}

const FlitzisKernels FLITZIS_KERNELS = {
  .name = FLITZIS_KIND,
  .mix = mix,
  .mix_moving = mix_moving,
  .get_peaks = get_peaks,
  .interpolate_linear = interpolate_linear,
  .interpolate_sinc = interpolate_sinc,
};
