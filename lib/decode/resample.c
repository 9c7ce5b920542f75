/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Converts decoded frames from one rate to another, once, at high quality. */

#include "config.h"

#include "decode/resample.h"

#include "decode/filter.h"
#include "flitzis-error.h"

#include <gst/gst.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Frames converted before the job is asked again whether it is to go on. */
#define BLOCK_FRAMES 65536

/* Frames that are taken apart into channels at a time, beside those that a filter spans. */
#define PART_FRAMES 2048

/* As wide as the widest registers that are used. Its sums come in the same order without them. */
typedef float Group __attribute__ ((vector_size (32), aligned (4), may_alias));
typedef float HalfGroup __attribute__ ((vector_size (16)));

struct _FlitzisResampler
{
  FlitzisFilter *filter;
  guint          n_channels;
  gboolean       is_plain;

  /* The next frame to come out stands `place` frames behind the first that is held, and a part of
   * a frame more, in units of 1 / n_units. Each step leads to the one after. */
  gsize place;
  guint units;
  guint n_units;
  guint step_frames;
  guint step_units;

  /* of each channel, one behind the other */
  float *held;
  gsize  n_held;
  gsize  capacity;

  /* a row between two of the filter's */
  float *row;
};

guint64
flitzis_resample_length (guint64 n_frames, guint from_rate, guint to_rate)
{
  return gst_util_uint64_scale_int_round (n_frames, to_rate, from_rate);
}

guint64
flitzis_resampler_get_room (guint64 n_in, guint from_rate, guint to_rate)
{
  return flitzis_resample_length (n_in, from_rate, to_rate) +
         FLITZIS_FILTER_LENGTH * (2 + to_rate / from_rate);
}

void
flitzis_resampler_free (FlitzisResampler *self)
{
  g_clear_pointer (&self->filter, flitzis_filter_unref);
  g_free (self->held);
  g_free (self->row);
  g_free (self);
}

FlitzisResampler *
flitzis_resampler_new (guint n_channels, guint from_rate, guint to_rate)
{
  g_autoptr (FlitzisResampler) self = g_new0 (FlitzisResampler, 1);
  FlitzisFilter *filter = flitzis_filter_get (from_rate, to_rate);
  guint          unit = gst_util_greatest_common_divisor ((int) from_rate, (int) to_rate);

  if (filter == NULL)
    return NULL;

  self->filter = filter;
  self->n_channels = n_channels;
  self->n_units = to_rate / unit;
  self->step_frames = from_rate / to_rate;
  self->step_units = from_rate % to_rate / unit;

  /* The first frame is in the middle of its filter, with silence in front. */
  self->capacity = PART_FRAMES + filter->n_taps;
  self->n_held = filter->n_taps / 2 - 1;
  self->held = g_try_new0 (float, self->capacity *n_channels);
  self->row = g_try_new (float, filter->n_taps);
  if (self->held == NULL || self->row == NULL)
    return NULL;

  return g_steal_pointer (&self);
}

static inline __attribute__ ((always_inline)) float
add_up (const Group *sums)
{
  HalfGroup halves[2];

  memcpy (halves, sums, sizeof halves);
  halves[0] += halves[1];

  return (halves[0][0] + halves[0][2]) + (halves[0][1] + halves[0][3]);
}

static inline __attribute__ ((always_inline)) void
multiply (const float *restrict taps,
          const float *restrict values,
          gsize stride,
          guint n_channels,
          guint n_taps,
          float *restrict out)
{
  Group sums[2] = { 0 };

  for (guint k = 0; k < n_taps; k += 8)
    {
      for (guint c = 0; c < n_channels; c++)
        sums[c] += *(const Group *) (taps + k) * *(const Group *) (values + c * stride + k);
    }

  for (guint c = 0; c < n_channels; c++)
    out[c] = add_up (&sums[c]);
}

static inline __attribute__ ((always_inline)) const float *
get_row (FlitzisResampler *self)
{
  const FlitzisFilter *filter = self->filter;
  double               phase;
  const float         *row;
  float                way;

  if (!filter->is_blended)
    return filter->rows + (gsize) self->units * filter->n_taps;

  phase = (double) self->units * filter->n_phases / self->n_units;
  row = filter->rows + (gsize) phase * filter->n_taps;
  way = (float) (phase - (double) (gsize) phase);
  for (guint k = 0; k < filter->n_taps; k++)
    self->row[k] = row[k] + way * (row[filter->n_taps + k] - row[k]);

  return self->row;
}

/* Gives at most `n_most` frames, as long as the filter has what it spans. */
static inline __attribute__ ((always_inline)) gsize
convert_any (FlitzisResampler *self, guint n_channels, float *out, gsize n_most)
{
  guint n_taps = self->filter->n_taps;
  gsize n_out = 0;

  for (; n_out < n_most && self->place + n_taps <= self->n_held; n_out++)
    {
      const float *row = get_row (self);

      multiply (row, self->held + self->place, self->capacity, n_channels, n_taps,
                out + n_out * n_channels);

      self->place += self->step_frames;
      self->units += self->step_units;
      if (self->units >= self->n_units)
        {
          self->units -= self->n_units;
          self->place++;
        }
    }

  return n_out;
}

static gsize
convert_plain (FlitzisResampler *self, float *out, gsize n_most)
{
  return self->n_channels == 2 ? convert_any (self, 2, out, n_most)
                               : convert_any (self, 1, out, n_most);
}

#ifdef __x86_64__
__attribute__ ((target ("avx2"))) static gsize
convert_avx2 (FlitzisResampler *self, float *out, gsize n_most)
{
  return self->n_channels == 2 ? convert_any (self, 2, out, n_most)
                               : convert_any (self, 1, out, n_most);
}
#endif

static gsize
convert (FlitzisResampler *self, float *out, gsize n_most)
{
#ifdef __x86_64__
  if (!self->is_plain && __builtin_cpu_supports ("avx2"))
    return convert_avx2 (self, out, n_most);
#endif

  return convert_plain (self, out, n_most);
}

/* Lets go of what no filter spans any more. */
static void
move_held (FlitzisResampler *self)
{
  gsize n_gone = MIN (self->place, self->n_held);

  for (guint c = 0; c < self->n_channels; c++)
    {
      float *channel = self->held + c * self->capacity;

      memmove (channel, channel + n_gone, (self->n_held - n_gone) * sizeof (float));
    }
  self->n_held -= n_gone;
  self->place -= n_gone;
}

void
flitzis_resampler_set_plain (FlitzisResampler *self)
{
  self->is_plain = TRUE;
}

/* Takes as many frames as there is room for. */
static gsize
take (FlitzisResampler *self, const float *in, gsize n_in)
{
  gsize n_taken = MIN (n_in, self->capacity - self->n_held);

  for (guint c = 0; c < self->n_channels; c++)
    {
      float *channel = self->held + c * self->capacity + self->n_held;

      if (in == NULL)
        memset (channel, 0, n_taken * sizeof (float));
      else
        for (gsize i = 0; i < n_taken; i++)
          channel[i] = in[i * self->n_channels + c];
    }
  self->n_held += n_taken;

  return n_taken;
}

gboolean
flitzis_resampler_feed (FlitzisResampler *self, const float *in, gsize n_in, FlitzisFrames *out)
{
  while (n_in > 0)
    {
      gsize n_taken = take (self, in, n_in);
      gsize n_most = gst_util_uint64_scale_int_ceil (n_taken, self->filter->to_rate,
                                                     self->filter->from_rate) +
                     1;
      float *values;

      if (!flitzis_frames_extend (out, n_most * self->n_channels, &values))
        return FALSE;

      out->n_values -= (n_most - convert (self, values, n_most)) * self->n_channels;
      move_held (self);

      n_in -= n_taken;
      if (in != NULL)
        in += n_taken * self->n_channels;
    }

  return TRUE;
}

gboolean
flitzis_resampler_finish (FlitzisResampler *self, guint64 n_in, FlitzisFrames *out)
{
  FlitzisFilter *filter = self->filter;
  guint64        n_out = flitzis_resample_length (n_in, filter->from_rate, filter->to_rate);

  /* The last come out when the filter has seen as much silence behind them as it is long. */
  if (!flitzis_resampler_feed (self, NULL, filter->n_taps, out))
    return FALSE;

  /* Not one is missing by the filter's arithmetic; behind the last there may be some of silence. */
  out->n_values = MIN (out->n_values, MAX (n_out, 1) * self->n_channels);

  return TRUE;
}

/*
 * Gives back the whole pages among values that are not read again, so that a sample is never held
 * at both rates. Where the system takes them back, they read as zeros until they are freed.
 */
static void
give_back (float *first, float *end)
{
  gsize page_size = sysconf (_SC_PAGESIZE);
  gsize from = ((gsize) first + page_size - 1) / page_size * page_size;
  gsize to = (gsize) end / page_size * page_size;

  if (to > from)
    madvise ((gpointer) from, to - from, MADV_DONTNEED);
}

gboolean
flitzis_resample (FlitzisFrames *frames, FlitzisDecodeJob *job, GError **error)
{
  guint n_channels = frames->n_channels;
  gsize n_in = flitzis_frames_count (frames);
  g_auto (FlitzisFrames) out = { .n_channels = n_channels, .rate = job->sample_rate };
  g_autoptr (FlitzisResampler) resampler = NULL;
  gboolean has_room;

  resampler = flitzis_resampler_new (n_channels, frames->rate, job->sample_rate);
  has_room = resampler != NULL &&
             flitzis_frames_reserve (&out, flitzis_resampler_get_room (n_in, frames->rate,
                                                                       job->sample_rate));
  for (gsize done = 0; done < n_in && has_room; done += BLOCK_FRAMES)
    {
      float *block = frames->values + done * n_channels;
      gsize  n_block = MIN (n_in - done, BLOCK_FRAMES);

      if (!flitzis_decode_job_check (job, error))
        return FALSE;

      has_room = flitzis_resampler_feed (resampler, block, n_block, &out);
      give_back (block, block + n_block * n_channels);
    }

  if (!has_room || !flitzis_resampler_finish (resampler, n_in, &out))
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "there is no memory for its frames at %u Hz", job->sample_rate);
      return FALSE;
    }

  flitzis_frames_clear (frames);
  *frames = out;
  out.values = NULL;

  return TRUE;
}
