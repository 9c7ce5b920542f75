/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "kernels.h"

#include "interpolate.h"
#include "vector.h"

#include <string.h>

/*
 * Built once for each kind of processor. FLITZIS_KERNELS is the name of the table, and FLITZIS_KIND
 * is the name of the kind.
 */

/* If the code has to be small, one input at a time is enough. */
#if defined(__OPTIMIZE_SIZE__)
#define N_INPUTS_AT_ONCE 1
#else
#define N_INPUTS_AT_ONCE FLITZIS_MAX_INPUTS
#endif

/* Mixes one of the frames that are left when they no longer fill a vector. */
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

/* The frames of one step of a loop, and the distance at which loops prefetch an input: a processor
 * cannot guess the next frames where a voice or a page ends. */
#define STEP_FRAMES (2 * FLITZIS_VECTOR_FRAMES)
#define N_FRAMES_AHEAD 128

/* Updates the peaks with two more vectors. For mono it uses the frames themselves, and the peak is
 * multiplied by the gain at the end. The result is the same, because rounding keeps the order. */
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

/* Sets the peak of each input to the largest value of its vector, of four vectors at a time. */
FLITZIS_INLINE void
set_peaks (FlitzisInput *inputs, const FlitzisVector *peaks, uint32_t n_inputs) FLITZIS_REALTIME
{
  FlitzisVector low, high, all;

  if (n_inputs < 4)
    {
      for (uint32_t k = 0; k < n_inputs; k++)
        inputs[k].peak = flitzis_vector_get_largest (peaks[k]);

      return;
    }

  low = flitzis_vector_max (
      __builtin_shufflevector (peaks[0], peaks[1], 0, 1, 2, 3, 8, 9, 10, 11),
      __builtin_shufflevector (peaks[0], peaks[1], 4, 5, 6, 7, 12, 13, 14, 15));
  high = flitzis_vector_max (
      __builtin_shufflevector (peaks[2], peaks[3], 0, 1, 2, 3, 8, 9, 10, 11),
      __builtin_shufflevector (peaks[2], peaks[3], 4, 5, 6, 7, 12, 13, 14, 15));
  all = flitzis_vector_max (__builtin_shufflevector (low, high, 0, 1, 8, 9, 4, 5, 12, 13),
                            __builtin_shufflevector (low, high, 2, 3, 10, 11, 6, 7, 14, 15));
  all = flitzis_vector_max (all, __builtin_shufflevector (all, all, 1, 0, 3, 2, 5, 4, 7, 6));

  inputs[0].peak = all[0];
  inputs[1].peak = all[4];
  inputs[2].peak = all[2];
  inputs[3].peak = all[6];
}

/* Mixes the frames from the i-th on. */
static __attribute__ ((noinline)) void
mix_rest (float        *out,
          FlitzisInput *inputs,
          uint32_t      n_inputs,
          uint32_t      n_channels,
          uint64_t      i,
          uint32_t      n_frames) FLITZIS_REALTIME
{
  for (uint32_t k = 0; k < n_inputs; k++)
    {
      for (uint64_t j = i; j < n_frames; j++)
        inputs[k].peak = flitzis_max (inputs[k].peak,
                                      mix_frame (out + 2 * j, inputs[k].frames + n_channels * j,
                                                 n_channels, inputs[k].left, inputs[k].right));
    }
}

/* Mixes all inputs in one pass, so that the mix is read and written only once. */
FLITZIS_REPEATED void
mix_inputs (float        *out,
            FlitzisInput *inputs,
            uint32_t      n_inputs,
            bool          is_first,
            uint32_t      n_channels,
            uint32_t      n_frames) FLITZIS_REALTIME
{
  FlitzisVector gains[FLITZIS_MAX_INPUTS], peaks[FLITZIS_MAX_INPUTS];
  const float  *frames[FLITZIS_MAX_INPUTS]; /* copies, which writing the mix cannot change */
  uint64_t      i;

  for (uint32_t k = 0; k < n_inputs; k++)
    {
      gains[k] = flitzis_vector_of_sides (inputs[k].left, inputs[k].right);
      peaks[k] = (FlitzisVector){ 0 };
      frames[k] = inputs[k].frames;
    }

  for (i = 0; i + STEP_FRAMES <= n_frames; i += STEP_FRAMES)
    {
      FlitzisVector first = { 0 }, second = { 0 };

      if (!is_first)
        {
          first = flitzis_vector_load (out + 2 * i);
          second = flitzis_vector_load (out + 2 * i + 8);
        }

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

  set_peaks (inputs, peaks, n_inputs);

  for (uint32_t k = 0; n_channels == 1 && k < n_inputs; k++)
    inputs[k].peak *= flitzis_max (flitzis_abs (inputs[k].left), flitzis_abs (inputs[k].right));

  if (i < n_frames && is_first)
    memset (out + 2 * i, 0, 2 * (n_frames - i) * sizeof (float));

  if (i < n_frames)
    mix_rest (out, inputs, n_inputs, n_channels, i, n_frames);
}

static void
mix (float        *out,
     FlitzisInput *inputs,
     uint32_t      n_inputs,
     bool          is_first,
     uint32_t      n_channels,
     uint32_t      n_frames) FLITZIS_REALTIME
{
  uint32_t n_at_once = n_inputs == N_INPUTS_AT_ONCE ? n_inputs : 1;

  if (is_first && n_at_once == 1)
    memset (out, 0, 2 * n_frames * sizeof (float));

  for (uint32_t k = 0; k < n_inputs; k += n_at_once)
    {
      if (n_at_once > 1 && n_channels == 2 && is_first)
        mix_inputs (out, inputs, N_INPUTS_AT_ONCE, true, 2, n_frames);
      else if (n_at_once > 1 && n_channels == 2)
        mix_inputs (out, inputs, N_INPUTS_AT_ONCE, false, 2, n_frames);
      else if (n_at_once > 1 && is_first)
        mix_inputs (out, inputs, N_INPUTS_AT_ONCE, true, 1, n_frames);
      else if (n_at_once > 1)
        mix_inputs (out, inputs, N_INPUTS_AT_ONCE, false, 1, n_frames);
      else if (n_channels == 2)
        mix_inputs (out, inputs + k, 1, false, 2, n_frames);
      else
        mix_inputs (out, inputs + k, 1, false, 1, n_frames);
    }
}

/* A slope for each lane, and its frames in this vector and in the next. */
typedef struct
{
  FlitzisVector from, step, end, to;
  FlitzisVector frames[2];
} Slopes;

#define LANES_IN_ORDER ((FlitzisVector){ 0, 1, 2, 3, 4, 5, 6, 7 })
#define LANES_OF_STEREO ((FlitzisVector){ 0, 0, 1, 1, 2, 2, 3, 3 })
/* For values that are doubled: the first four are in the lower halves, see `double_lower`. */
#define LANES_TO_DOUBLE ((FlitzisVector){ 0, 1, 4, 5, 2, 3, 6, 7 })

FLITZIS_INLINE Slopes
make_slopes (const FlitzisSlope *left, const FlitzisSlope *right, FlitzisVector lanes)
    FLITZIS_REALTIME
{
  FlitzisVector frames = flitzis_vector_of_sides (left->frame, right->frame) + lanes;

  return (Slopes){
    .from = flitzis_vector_of_sides (left->from, right->from),
    .step = flitzis_vector_of_sides (left->step, right->step),
    .end = flitzis_vector_of_sides (left->end, right->end),
    .to = flitzis_vector_of_sides (left->to, right->to),
    .frames = { frames, frames + (float) FLITZIS_VECTOR_FRAMES },
  };
}

/* Returns the values of a vector, then moves on by `n_frames`. Unless `at_end`, all values are
 * still moving. */
FLITZIS_INLINE FlitzisVector
take_values (Slopes *slopes, uint32_t i, bool at_end, float n_frames) FLITZIS_REALTIME
{
  FlitzisVector values = slopes->from + slopes->step * slopes->frames[i];

  if (at_end)
    values = flitzis_vector_choose (slopes->frames[i] < slopes->end, values, slopes->to);

  slopes->frames[i] += n_frames;

  return values;
}

/* Makes slopes that have arrived stay there. */
FLITZIS_INLINE void
settle (Slopes *slopes) FLITZIS_REALTIME
{
  FlitzisBits is_moving = slopes->frames[0] < slopes->end;

  slopes->from = flitzis_vector_choose (is_moving, slopes->from, slopes->to);
  slopes->step = flitzis_vector_choose (is_moving, slopes->step, (FlitzisVector){ 0 });
}

/* Returns how many frames a slope still moves: 0 if it has arrived. */
FLITZIS_INLINE uint32_t
count_frames (const FlitzisSlope *slope) FLITZIS_REALTIME
{
  return slope->frame < slope->end ? (uint32_t) (slope->end - slope->frame) : 0;
}

FLITZIS_INLINE FlitzisVector
double_lower (FlitzisVector a) FLITZIS_REALTIME
{
  return __builtin_shufflevector (a, a, 0, 0, 1, 1, 4, 4, 5, 5);
}

FLITZIS_INLINE FlitzisVector
double_upper (FlitzisVector a) FLITZIS_REALTIME
{
  return __builtin_shufflevector (a, a, 2, 2, 3, 3, 6, 6, 7, 7);
}

/* The most common moves: both sides alike, or by one factor; for mono, in the middle. */
typedef struct
{
  Slopes        slopes; /* of both sides for stereo, four frames each; else only the first */
  FlitzisVector gains;  /* which do not move */
  FlitzisVector peaks;
} Simple;

/* Mixes eight frames. */
FLITZIS_INLINE void
mix_simple_step (float       *out,
                 const float *frames,
                 Simple      *simple,
                 bool         has_sides,
                 bool         at_end,
                 uint32_t     n_channels) FLITZIS_REALTIME
{
  FlitzisVector values = take_values (&simple->slopes, 0, at_end, STEP_FRAMES), first, second;

  if (n_channels == 1)
    {
      values = (has_sides ? values : simple->gains * values) * flitzis_vector_load (frames);
      simple->peaks = flitzis_vector_max (simple->peaks, flitzis_vector_abs (values));
      first = __builtin_shufflevector (values, values, 0, 0, 1, 1, 2, 2, 3, 3);
      second = __builtin_shufflevector (values, values, 4, 4, 5, 5, 6, 6, 7, 7);
    }
  else
    {
      first = has_sides ? values : simple->gains * double_lower (values);
      second = has_sides ? take_values (&simple->slopes, 1, at_end, STEP_FRAMES)
                         : simple->gains * double_upper (values);
      first *= flitzis_vector_load (frames);
      second *= flitzis_vector_load (frames + 8);
      simple->peaks = get_larger (simple->peaks, first, second, frames, n_channels);
    }

  __builtin_prefetch (frames + n_channels * N_FRAMES_AHEAD);
  flitzis_vector_store (out, flitzis_vector_load (out) + first);
  flitzis_vector_store (out + 8, flitzis_vector_load (out + 8) + second);
}

/* Mixes all whole steps of the frames. Returns the peak. */
FLITZIS_REPEATED float
mix_simple (float             *out,
            const float       *frames,
            const FlitzisMove *move,
            bool               has_sides,
            uint32_t           n_channels,
            uint32_t           n_frames) FLITZIS_REALTIME
{
  const FlitzisSlope *left = has_sides ? &move->left : &move->factors[0];
  const FlitzisSlope *right = has_sides ? &move->right : left;
  uint32_t            n_left = count_frames (left), n_right = count_frames (right);
  uint64_t            n = n_left > 0 ? n_left : n_right;
  Simple              simple = { .peaks = { 0 } };

  if (n_channels == 1)
    simple.slopes = make_slopes (left, right, LANES_IN_ORDER);
  else if (has_sides)
    simple.slopes = make_slopes (left, right, LANES_OF_STEREO);
  else
    simple.slopes = make_slopes (left, right, LANES_TO_DOUBLE);

  simple.gains = flitzis_vector_of_sides (move->left.to, move->right.to);
  n = n < n_frames ? n : n_frames;

  for (uint64_t i = 0;;)
    {
      settle (&simple.slopes);

      for (; i + STEP_FRAMES <= n; i += STEP_FRAMES)
        mix_simple_step (out + 2 * i, frames + n_channels * i, &simple, has_sides, false,
                         n_channels);

      if (i + STEP_FRAMES > n_frames)
        return flitzis_vector_get_largest (simple.peaks);

      mix_simple_step (out + 2 * i, frames + n_channels * i, &simple, has_sides, true, n_channels);
      i += STEP_FRAMES;
      n = n_frames;
    }
}

static bool
is_simple (const FlitzisMove *move, uint32_t n_channels) FLITZIS_REALTIME
{
  const FlitzisSlope *left = &move->left, *right = &move->right;

  if (!move->has_sides)
    return move->n_factors == 1 && (n_channels == 2 || left->to == right->to);

  if (n_channels == 2)
    return move->n_factors == 0 &&
           (count_frames (left) == count_frames (right) || count_frames (left) == 0 ||
            count_frames (right) == 0);

  return move->n_factors == 0 && left->from == right->from && left->step == right->step &&
         left->frame == right->frame && left->end == right->end && left->to == right->to;
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

/* Mixes all whole vectors of the frames, with any moves. */
static __attribute__ ((noinline)) float
mix_slopes (float             *out,
            const float       *frames,
            const FlitzisMove *move,
            uint32_t           n_channels,
            uint32_t           n_frames) FLITZIS_REALTIME
{
  Slopes        sides = make_slopes (&move->left, &move->right, LANES_OF_STEREO);
  Slopes        factors[FLITZIS_MAX_FACTORS];
  FlitzisVector peaks = { 0 };

  for (uint32_t k = 0; k < move->n_factors; k++)
    factors[k] = make_slopes (&move->factors[k], &move->factors[k], LANES_OF_STEREO);

  for (uint32_t i = 0; i + FLITZIS_VECTOR_FRAMES <= n_frames; i += FLITZIS_VECTOR_FRAMES)
    {
      FlitzisVector gains = take_values (&sides, 0, true, FLITZIS_VECTOR_FRAMES);
      FlitzisVector added;

      for (uint32_t k = 0; k < move->n_factors; k++)
        gains *= take_values (&factors[k], 0, true, FLITZIS_VECTOR_FRAMES);

      added = gains * flitzis_vector_load_frames (frames, i, n_channels);
      flitzis_vector_store (out + 2 * i, flitzis_vector_load (out + 2 * i) + added);
      peaks = flitzis_vector_max (peaks, flitzis_vector_abs (added));
    }

  return flitzis_vector_get_largest (peaks);
}

static float
mix_moving (float             *out,
            const float       *frames,
            const FlitzisMove *move,
            uint32_t           n_channels,
            uint32_t           n_frames) FLITZIS_REALTIME
{
  uint32_t n_done;
  float    peak;

  if (N_INPUTS_AT_ONCE > 1 && is_simple (move, n_channels))
    {
      n_done = n_frames - n_frames % STEP_FRAMES;

      if (n_channels == 2)
        peak = move->has_sides ? mix_simple (out, frames, move, true, 2, n_done)
                               : mix_simple (out, frames, move, false, 2, n_done);
      else
        peak = move->has_sides ? mix_simple (out, frames, move, true, 1, n_done)
                               : mix_simple (out, frames, move, false, 1, n_done);
    }
  else
    {
      n_done = n_frames - n_frames % FLITZIS_VECTOR_FRAMES;
      peak = mix_slopes (out, frames, move, n_channels, n_done);
    }

  for (uint32_t i = n_done; i < n_frames; i++)
    peak = flitzis_max (peak, mix_moving_frame (out, frames, move, n_channels, i));

  return peak;
}

static void
get_peaks (const float *frames, float *peaks, uint32_t n_frames) FLITZIS_REALTIME
{
  FlitzisVector first = { 0 }, second = { 0 };
  uint64_t      i;

  for (i = 0; i + STEP_FRAMES <= n_frames; i += STEP_FRAMES)
    {
      first = flitzis_vector_max (first,
                                  flitzis_vector_abs (flitzis_vector_load (frames + 2 * i)));
      second = flitzis_vector_max (second,
                                   flitzis_vector_abs (flitzis_vector_load (frames + 2 * i + 8)));
    }

  first = flitzis_vector_max (first, second);

  for (uint32_t side = 0; side < 2; side++)
    {
      peaks[side] = flitzis_max (flitzis_max (first[side], first[side + 2]),
                                 flitzis_max (first[side + 4], first[side + 6]));

      for (uint64_t j = i; j < n_frames; j++)
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
