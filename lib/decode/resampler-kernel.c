/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * The inner loops of the resampler, built once for each kind of processor under the name that
 * FLITZIS_RESAMPLER_KERNEL gives the function.
 *
 * A block is cut into stretches that all begin at the same place of the filter's cycle. A register
 * holds one value of each stretch, so that one tap multiplies all of them at once. Nothing is added
 * up across a register, and the sums have the same order in registers of any width.
 */

#include "config.h"

#include "decode/resampler-kernel.h"

#define N_STRETCHES FLITZIS_BLOCK_STRETCHES
#define GROUP FLITZIS_RATE_FILTER_GROUP

#ifdef __AVX2__
#define WIDTH 8
#else
#define WIDTH 4
#endif

typedef float Vector __attribute__ ((vector_size (4 * WIDTH), aligned (4), may_alias));
typedef float Four __attribute__ ((vector_size (16), aligned (4), may_alias));

/* Transposes four rows of four values. */
static void
transpose (const float *in, gsize in_stride, float *out, gsize out_stride)
{
  Four rows[4], pairs[4];

#pragma GCC unroll 4
  for (guint i = 0; i < 4; i++)
    rows[i] = *(const Four *) (in + i * in_stride);

  pairs[0] = __builtin_shufflevector (rows[0], rows[1], 0, 4, 1, 5);
  pairs[1] = __builtin_shufflevector (rows[0], rows[1], 2, 6, 3, 7);
  pairs[2] = __builtin_shufflevector (rows[2], rows[3], 0, 4, 1, 5);
  pairs[3] = __builtin_shufflevector (rows[2], rows[3], 2, 6, 3, 7);

  *(Four *) out = __builtin_shufflevector (pairs[0], pairs[2], 0, 1, 4, 5);
  *(Four *) (out + out_stride) = __builtin_shufflevector (pairs[0], pairs[2], 2, 3, 6, 7);
  *(Four *) (out + 2 * out_stride) = __builtin_shufflevector (pairs[1], pairs[3], 0, 1, 4, 5);
  *(Four *) (out + 3 * out_stride) = __builtin_shufflevector (pairs[1], pairs[3], 2, 3, 6, 7);
}

/* Returns the number of frames of a stretch. */
static gsize
get_length (const FlitzisBlock *block)
{
  return block->n_frames / N_STRETCHES;
}

/* Puts the stretches side by side, each with the frames after it that the filter reads. */
static void
spread (const FlitzisBlock *block)
{
  gsize n_apart = get_length (block) * block->n_channels;
  gsize n_values = n_apart + block->filter->n_taps * block->n_channels;

  for (gsize done = 0; done < n_values; done += 4)
    for (gsize first = 0; first < N_STRETCHES; first += 4)
      transpose (block->frames + first * n_apart + done, n_apart,
                 block->spread + done * N_STRETCHES + first, N_STRETCHES);
}

/*
 * Computes eight values of each stretch, in two halves with taps and input values of their own: the
 * second half is the next group of frames, or the other channel.
 */
static void
multiply (const float *const taps[2],
          const float *const values[2],
          gsize              stride,
          guint              n_columns,
          float *const       sums[2],
          gsize              sums_stride)
{
  for (guint first = 0; first < N_STRETCHES; first += WIDTH)
    {
      Vector added[2][GROUP] = { 0 };

      for (gsize k = 0; k < n_columns; k++)
        {
#pragma GCC unroll 2
          for (guint half = 0; half < 2; half++)
            {
              Vector value = *(const Vector *) (values[half] + first + k * stride);

#pragma GCC unroll 4
              for (guint i = 0; i < GROUP; i++)
                added[half][i] += value * taps[half][k * GROUP + i];
            }
        }

#pragma GCC unroll 2
      for (guint half = 0; half < 2; half++)
        {
#pragma GCC unroll 4
          for (guint i = 0; i < GROUP; i++)
            *(Vector *) (sums[half] + first + i * sums_stride) = added[half][i];
        }
    }
}

/* Computes the frames of one group of rows, or of two groups if there is only one channel. */
static void
convert_groups (const FlitzisBlock *block, const guint groups[2], gsize cycle, float *out)
{
  const FlitzisRateFilter *filter = block->filter;
  guint                    n_channels = block->n_channels;
  gsize                    n_apart = get_length (block) / filter->n_in * filter->n_out * n_channels;
  const float             *taps[2], *values[2];
  float                   *to[2];
  float                    sums[2 * GROUP][N_STRETCHES];

  for (guint half = 0; half < 2; half++)
    {
      guint row = flitzis_rate_filter_get_first (filter, groups[half]);
      gsize place = cycle * filter->n_in + flitzis_rate_filter_get_place (filter, row);

      taps[half] = filter->rows + (gsize) groups[half] * filter->n_columns * GROUP;
      values[half] = block->spread + place * n_channels * N_STRETCHES;
      to[half] = out + (cycle * filter->n_out + row) * n_channels;
    }

  if (n_channels == 2)
    {
      values[1] += N_STRETCHES;
      to[1] += GROUP;
    }

  multiply (taps, values, n_channels * N_STRETCHES, filter->n_columns,
            (float *[]){ sums[0], sums[n_channels == 2 ? 1 : GROUP] }, n_channels * N_STRETCHES);

  for (guint half = 0; half < 2; half++)
    for (guint first = 0; first < N_STRETCHES; first += 4)
      transpose (&sums[half * GROUP][first], N_STRETCHES, to[half] + first * n_apart, n_apart);
}

void
FLITZIS_RESAMPLER_KERNEL (const FlitzisBlock *block, float *out)
{
  const FlitzisRateFilter *filter = block->filter;
  guint                    n_groups = flitzis_rate_filter_count_groups (filter);
  guint                    n_more = 2 / block->n_channels;

  spread (block);

  for (guint group = 0; group < n_groups; group += n_more)
    for (gsize cycle = 0; cycle < get_length (block) / filter->n_in; cycle++)
      {
        guint last = MIN (group + n_more, n_groups) - 1;

        convert_groups (block, (guint[]){ last + 1 - n_more, last }, cycle, out);
      }
}
