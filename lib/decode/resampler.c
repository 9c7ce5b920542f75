/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Converts decoded frames from one rate to another, once, at high quality. */

#include "config.h"

#include "decode/resampler.h"

#include "decode/resampler-kernel.h"

#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

/* The smallest number of frames of a stretch, unless the filter's cycle is longer. */
#define STRETCH_FRAMES 256

typedef float Four __attribute__ ((vector_size (16), aligned (4), may_alias));

struct _FlitzisResampler
{
  FlitzisRateFilter     *filter;
  FlitzisBlock           block;
  FlitzisResamplerKernel convert;

  /* For interpolated rows: the next output frame is `place` frames after the first, plus a part of
   * a frame in units of 1 / n_out of the filter. */
  gsize place;
  guint units;

  /* Input frames that are not converted yet, or that later output frames still need. There is room
   * for a block and the frames that the filter reads past its end. */
  float *held;
  gsize  n_held;
  gsize  capacity;

  guint64 n_made; /* values appended so far */

  /* room for the output of the last block, after block.spread */
  float *last;
};

guint64
flitzis_resample_length (guint64 n_frames, guint from_rate, guint to_rate)
{
  return gst_util_uint64_scale_int_round (n_frames, to_rate, from_rate);
}

/* Returns the largest number of output frames of a block. */
static gsize
get_most (const FlitzisResampler *self)
{
  return gst_util_uint64_scale_ceil (self->block.n_frames, self->filter->to_rate,
                                     self->filter->from_rate);
}

void
flitzis_resampler_free (FlitzisResampler *self)
{
  g_clear_pointer (&self->filter, flitzis_rate_filter_unref);
  free (self->block.spread);
  g_free (self);
}

static FlitzisResamplerKernel
choose_convert (void)
{
#ifdef FLITZIS_HAVE_AVX2
  if (__builtin_cpu_supports ("avx2"))
    return flitzis_resampler_kernel_avx2;
#endif

  return flitzis_resampler_kernel_plain;
}

FlitzisResampler *
flitzis_resampler_new (guint n_channels, guint from_rate, guint to_rate)
{
  g_autoptr (FlitzisResampler) self = g_new0 (FlitzisResampler, 1);
  FlitzisRateFilter *filter = flitzis_rate_filter_get (from_rate, to_rate);
  gsize              n_stretch = STRETCH_FRAMES, n_values, n_spread;
  FlitzisBlock      *block = &self->block;

  if (filter == NULL)
    return NULL;

  if (!filter->is_blended)
    n_stretch = MAX (STRETCH_FRAMES / filter->n_in, 1) * filter->n_in;

  self->filter = filter;
  self->convert = choose_convert ();
  block->filter = filter;
  block->n_channels = n_channels;
  block->n_frames = n_stretch * FLITZIS_BLOCK_STRETCHES;

  /* the first frame is in the middle of its filter, with silence before it */
  self->capacity = block->n_frames + filter->n_taps;
  self->n_held = filter->n_taps / 2 - 1;
  n_spread = flitzis_block_get_spread (block);
  n_values = n_spread + (self->capacity + get_most (self)) * n_channels + 8;
  block->spread = aligned_alloc (64, GST_ROUND_UP_64 (n_values * sizeof (float)));
  if (block->spread == NULL)
    return NULL;

  self->last = block->spread + n_spread;
  self->held = self->last + get_most (self) * n_channels;
  block->frames = self->held;
  memset (self->held, 0, self->n_held * n_channels * sizeof (float));

  return g_steal_pointer (&self);
}

void
flitzis_resampler_set_plain (FlitzisResampler *self)
{
  self->convert = flitzis_resampler_kernel_plain;
}

/* The frames are converted in blocks, so it begins with the block that makes the frame. The frames
 * that the filter reads before the first one of the file are silence. */
guint64
flitzis_resampler_seek (FlitzisResampler *self, guint64 frame, guint64 *n_early)
{
  const FlitzisRateFilter *filter = self->filter;
  guint64                  n_before = filter->n_taps / 2 - 1;
  guint64                  block = frame * filter->n_in / filter->n_out / self->block.n_frames;
  guint64                  start = block * self->block.n_frames;
  guint64                  first = (start * filter->n_out + filter->n_in - 1) / filter->n_in;

  self->place = first * filter->n_in / filter->n_out - start;
  self->units = first * filter->n_in % filter->n_out;
  self->n_made = first * self->block.n_channels;
  self->n_held = n_before - MIN (n_before, start);
  memset (self->held, 0, self->n_held * self->block.n_channels * sizeof (float));
  *n_early = frame - first;

  return start - MIN (n_before, start);
}

/* Computes one frame, with taps between one row and the next. */
static void
blend (const FlitzisResampler *self, float *out)
{
  const FlitzisRateFilter *filter = self->filter;
  double                   phase = (double) self->units * filter->n_phases / filter->n_out;
  const float             *row = filter->rows + (gsize) phase * filter->n_taps;
  float                    way = (float) (phase - (double) (gsize) phase);
  const float             *values = self->held + self->place * self->block.n_channels;
  Four                     sums[2] = { 0 };

  for (guint k = 0; k < filter->n_taps; k += 4)
    {
      Four here = *(const Four *) (row + k);
      Four taps = here + (*(const Four *) (row + filter->n_taps + k) - here) * way;

      if (self->block.n_channels == 1)
        {
          sums[0] += taps * *(const Four *) (values + k);
        }
      else
        {
          sums[0] += __builtin_shufflevector (taps, taps, 0, 0, 1, 1) *
                     *(const Four *) (values + 2 * k);
          sums[1] += __builtin_shufflevector (taps, taps, 2, 2, 3, 3) *
                     *(const Four *) (values + 2 * k + 4);
        }
    }

  sums[0] += sums[1];
  out[0] = sums[0][0] + sums[0][2];
  if (self->block.n_channels == 1)
    out[0] += sums[0][1] + sums[0][3];
  else
    out[1] = sums[0][1] + sums[0][3];
}

/* Returns the number of output frames of a block. */
static gsize
convert_blended (FlitzisResampler *self, float *out)
{
  const FlitzisRateFilter *filter = self->filter;
  gsize                    n_out;

  for (n_out = 0; self->place < self->block.n_frames; n_out++)
    {
      blend (self, out + n_out * self->block.n_channels);

      self->place += filter->n_in / filter->n_out;
      self->units += filter->n_in % filter->n_out;
      if (self->units >= filter->n_out)
        {
          self->units -= filter->n_out;
          self->place++;
        }
    }
  self->place -= self->block.n_frames;

  return n_out;
}

/* Adds frames, or silence if `in` is NULL. There must be room for them. */
static void
take (FlitzisResampler *self, const float *in, gsize n_in)
{
  float *held = self->held + self->n_held * self->block.n_channels;
  gsize  size = n_in * self->block.n_channels * sizeof (float);

  if (in != NULL)
    memcpy (held, in, size);
  else
    memset (held, 0, size);

  self->n_held += n_in;
}

/* Converts a block, and returns the number of output frames. */
static gsize
convert (FlitzisResampler *self, float *out)
{
  guint n_channels = self->block.n_channels;
  gsize n_out = get_most (self);

  if (self->filter->is_blended)
    n_out = convert_blended (self, out);
  else
    self->convert (&self->block, out);

  self->n_held -= self->block.n_frames;
  memmove (self->held, self->held + self->block.n_frames * n_channels,
           self->n_held * n_channels * sizeof (float));

  return n_out;
}

gboolean
flitzis_resampler_feed (FlitzisResampler *self, const float *in, gsize n_in, FlitzisFrames *out)
{
  guint n_channels = self->block.n_channels;

  while (n_in > 0)
    {
      gsize n_taken = MIN (n_in, self->capacity - self->n_held);

      take (self, in, n_taken);
      in += n_taken * n_channels;
      n_in -= n_taken;

      if (self->n_held == self->capacity)
        {
          gsize  n_most = get_most (self), n_out;
          float *values;

          if (!flitzis_frames_extend (out, n_most * n_channels, &values))
            return FALSE;

          n_out = convert (self, values);
          out->n_values -= (n_most - n_out) * n_channels;
          self->n_made += n_out * n_channels;
        }
    }

  return TRUE;
}

gboolean
flitzis_resampler_finish (FlitzisResampler *self, guint64 n_in, FlitzisFrames *out)
{
  guint   from_rate = self->filter->from_rate, to_rate = self->filter->to_rate;
  guint64 n_out = MAX (flitzis_resample_length (n_in, from_rate, to_rate), 1);
  guint64 n_values = n_out * self->block.n_channels;

  /* asks for no more room than these frames need */
  while (self->n_made < n_values)
    {
      gsize  n_last, n_more;
      float *values;

      take (self, NULL, self->capacity - self->n_held);
      n_last = convert (self, self->last) * self->block.n_channels;
      n_more = MIN (n_last, n_values - self->n_made);
      if (!flitzis_frames_extend (out, n_more, &values))
        return FALSE;

      memcpy (values, self->last, n_more * sizeof (float));
      self->n_made += n_more;
    }

  return TRUE;
}
