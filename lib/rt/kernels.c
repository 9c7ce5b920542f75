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

/* Frames that the loops take at a time, and how far ahead they ask for those of an input: where one
 * voice follows another or a page ends, a processor does not guess which are next. */
#define STEP_FRAMES (2 * FLITZIS_VECTOR_FRAMES)
#define N_FRAMES_AHEAD 128

/* With two vectors more that are added. Of mono that is those of the frames themselves: times the
 * gain in the end, for rounding keeps the order. */
FLITZIS_INLINE FlitzisVector
get_larger (FlitzisVector peaks,
            FlitzisVector first,
            FlitzisVector second,
            const float  *frames,
            uint32_t      n_channels) FLITZIS_REALTIME
{
  if (n_channels == 1)
    return flitzis_vector_max (peaks, flitzis_vector_abs (flitzis_vector_load (frames)));

  peaks = flitzis_vector_max (peaks, flitzis_vector_abs (first));

  return flitzis_vector_max (peaks, flitzis_vector_abs (second));
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
  uint64_t      i;

  for (uint32_t k = 0; k < n_inputs; k++)
    {
      gains[k] = flitzis_vector_of_sides (inputs[k].left, inputs[k].right);
      peaks[k] = (FlitzisVector){ 0 };
      frames[k] = inputs[k].frames;
    }

  for (i = 0; i + STEP_FRAMES <= n_frames; i += STEP_FRAMES)
    {
      FlitzisVector first = flitzis_vector_load (out + 2 * i);
      FlitzisVector second = flitzis_vector_load (out + 2 * i + 8);

      for (uint32_t k = 0; k < n_inputs; k++)
        {
          const float  *here = frames[k] + n_channels * i;
          FlitzisVector from = flitzis_vector_load_frames (here, 0, n_channels);
          FlitzisVector to = flitzis_vector_load_frames (here, FLITZIS_VECTOR_FRAMES, n_channels);

          from *= gains[k];
          to *= gains[k];
          first += from;
          second += to;
          peaks[k] = get_larger (peaks[k], from, to, here, n_channels);
          __builtin_prefetch (here + n_channels * N_FRAMES_AHEAD);
        }

      flitzis_vector_store (out + 2 * i, first);
      flitzis_vector_store (out + 2 * i + 8, second);
    }

  for (uint32_t k = 0; k < n_inputs; k++)
    {
      if (n_channels == 1)
        peaks[k] *= flitzis_vector_get_largest (flitzis_vector_abs (gains[k]));

      inputs[k].peak = flitzis_vector_get_largest (peaks[k]);

      for (uint64_t j = i; j < n_frames; j++)
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

/* A slope for each side, as a vector of frames. */
typedef struct
{
  FlitzisVector from, step, frame, end, to;
} Slopes;

FLITZIS_INLINE Slopes
make_slopes (const FlitzisSlope *left, const FlitzisSlope *right) FLITZIS_REALTIME
{
  return (Slopes){
    .from = flitzis_vector_of_sides (left->from, right->from),
    .step = flitzis_vector_of_sides (left->step, right->step),
    .frame = flitzis_vector_of_sides (left->frame, right->frame) +
             (FlitzisVector){ 0, 0, 1, 1, 2, 2, 3, 3 },
    .end = flitzis_vector_of_sides (left->end, right->end),
    .to = flitzis_vector_of_sides (left->to, right->to),
  };
}

/* The values of four frames; moves on to the next. */
FLITZIS_INLINE FlitzisVector
take_values (Slopes *slopes) FLITZIS_REALTIME
{
  FlitzisVector frame = slopes->frame;

  slopes->frame += (float) FLITZIS_VECTOR_FRAMES;

  return flitzis_vector_choose (frame < slopes->end, slopes->from + slopes->step * frame,
                                slopes->to);
}

static float
mix_moving_frame (float             *out,
                  const float       *frames,
                  const FlitzisMove *move,
                  uint32_t           n_channels,
                  uint32_t           i) FLITZIS_REALTIME
{
  float left = flitzis_slope_get_value (&move->left, i);
  float right = flitzis_slope_get_value (&move->right, i);

  for (uint32_t k = 0; k < move->n_factors; k++)
    {
      left *= flitzis_slope_get_value (&move->factors[k], i);
      right *= flitzis_slope_get_value (&move->factors[k], i);
    }

  return mix_frame (out + 2 * i, frames + n_channels * i, n_channels, left, right);
}

FLITZIS_REPEATED float
mix_slopes (float             *out,
            const float       *frames,
            const FlitzisMove *move,
            bool               has_sides,
            uint32_t           n_factors,
            uint32_t           n_channels,
            uint32_t           n_frames) FLITZIS_REALTIME
{
  Slopes        sides = make_slopes (&move->left, &move->right);
  Slopes        first = make_slopes (&move->factors[0], &move->factors[0]);
  Slopes        second = make_slopes (&move->factors[1], &move->factors[1]);
  FlitzisVector peaks = { 0 };
  float         peak;
  uint32_t      i;

  for (i = 0; i + FLITZIS_VECTOR_FRAMES <= n_frames; i += FLITZIS_VECTOR_FRAMES)
    {
      FlitzisVector gains = has_sides ? take_values (&sides) : sides.to;
      FlitzisVector added;

      if (n_factors > 0)
        gains *= take_values (&first);

      if (n_factors > 1)
        gains *= take_values (&second);

      added = gains * flitzis_vector_load_frames (frames, i, n_channels);
      flitzis_vector_store (out + 2 * i, flitzis_vector_load (out + 2 * i) + added);
      peaks = flitzis_vector_max (peaks, flitzis_vector_abs (added));
    }

  peak = flitzis_vector_get_largest (peaks);

  for (; i < n_frames; i++)
    peak = flitzis_max (peak, mix_moving_frame (out, frames, move, n_channels, i));

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
    return mix_slopes (out, frames, move, true, 0, 2, n_frames);

  if (move->n_factors == 0)
    return mix_slopes (out, frames, move, true, 0, 1, n_frames);

  if (move->n_factors == 1 && !move->has_sides && n_channels == 2)
    return mix_slopes (out, frames, move, false, 1, 2, n_frames);

  if (move->n_factors == 1 && !move->has_sides)
    return mix_slopes (out, frames, move, false, 1, 1, n_frames);

  return mix_slopes (out, frames, move, true, move->n_factors, n_channels, n_frames);
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
