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

typedef struct
{
  FlitzisFilter *filter;
  guint          n_channels;

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
} Resampler;

guint64
flitzis_resample_length (guint64 n_frames, guint from_rate, guint to_rate)
{
  return gst_util_uint64_scale_int_round (n_frames, to_rate, from_rate);
}

static void
resampler_clear (Resampler *self)
{
  g_clear_pointer (&self->filter, flitzis_filter_unref);
  g_free (self->held);
  g_free (self->row);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Resampler, resampler_clear)

/* FALSE where memory is short. */
static gboolean
resampler_init (Resampler *self, guint n_channels, guint from_rate, guint to_rate)
{
  FlitzisFilter *filter = flitzis_filter_get (from_rate, to_rate);
  guint64        unit = gst_util_greatest_common_divisor ((int) from_rate, (int) to_rate);

  if (filter == NULL)
    return FALSE;

  self->filter = filter;
  self->n_channels = n_channels;
  self->n_units = (guint) (to_rate / unit);
  self->step_frames = from_rate / to_rate;
  self->step_units = (guint) (from_rate % to_rate / unit);

  /* The first frame is in the middle of its filter, with silence in front. */
  self->capacity = PART_FRAMES + filter->n_taps;
  self->n_held = filter->n_taps / 2 - 1;
  self->held = g_try_new0 (float, self->capacity *n_channels);
  self->row = g_try_new (float, filter->n_taps);

  return self->held != NULL && self->row != NULL;
}

static inline __attribute__ ((always_inline)) float
multiply (const float *taps, const float *values, guint n_taps)
{
  Group sums = { 0 };

  for (guint k = 0; k < n_taps; k += 8)
    sums += *(const Group *) (taps + k) * *(const Group *) (values + k);

  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

static inline __attribute__ ((always_inline)) const float *
get_row (Resampler *self)
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
convert_any (Resampler *self, float *out, gsize n_most)
{
  guint n_taps = self->filter->n_taps;
  gsize n_out = 0;

  for (; n_out < n_most && self->place + n_taps <= self->n_held; n_out++)
    {
      const float *row = get_row (self);

      for (guint c = 0; c < self->n_channels; c++)
        *out++ = multiply (row, self->held + c * self->capacity + self->place, n_taps);

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
convert_plain (Resampler *self, float *out, gsize n_most)
{
  return convert_any (self, out, n_most);
}

#ifdef __x86_64__
__attribute__ ((target ("avx2"))) static gsize
convert_avx2 (Resampler *self, float *out, gsize n_most)
{
  return convert_any (self, out, n_most);
}
#endif

static gsize
convert (Resampler *self, float *out, gsize n_most)
{
#ifdef __x86_64__
  if (__builtin_cpu_supports ("avx2"))
    return convert_avx2 (self, out, n_most);
#endif

  return convert_plain (self, out, n_most);
}

/* Lets go of what no filter spans any more. */
static void
move_held (Resampler *self)
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

/* Feeds `n_in` frames (silence where `in` is NULL) and appends at most what `out` has room for. */
static void
feed (Resampler *self, const float *in, gsize n_in, FlitzisFrames *out)
{
  gsize n_room;

  while (n_in > 0 && (n_room = (out->capacity - out->n_values) / out->n_channels) > 0)
    {
      gsize n_part = MIN (n_in, self->capacity - self->n_held);

      for (guint c = 0; c < self->n_channels; c++)
        {
          float *channel = self->held + c * self->capacity + self->n_held;

          for (gsize i = 0; i < n_part; i++)
            channel[i] = in != NULL ? in[i * self->n_channels + c] : 0.0f;
        }
      self->n_held += n_part;
      out->n_values += convert (self, out->values + out->n_values, n_room) * out->n_channels;
      move_held (self);

      n_in -= n_part;
      if (in != NULL)
        in += n_part * self->n_channels;
    }
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
  guint   rate = job->sample_rate;
  gsize   n_in = flitzis_frames_count (frames);
  guint64 n_out = flitzis_resample_length (n_in, frames->rate, rate);
  g_auto (FlitzisFrames) out = { .n_channels = frames->n_channels, .rate = rate };
  g_auto (Resampler) resampler = { 0 };
  gboolean wanted = TRUE;

  n_out = MAX (n_out, 1);
  if (!flitzis_frames_reserve (&out, n_out) ||
      !resampler_init (&resampler, frames->n_channels, frames->rate, rate))
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "there is no memory for %" G_GUINT64_FORMAT " frames at %u Hz", n_out, rate);
      return FALSE;
    }

  for (gsize done = 0; done < n_in && wanted; done += BLOCK_FRAMES)
    {
      float *block = frames->values + done * frames->n_channels;
      gsize  n_block = MIN (n_in - done, BLOCK_FRAMES);

      feed (&resampler, block, n_block, &out);
      give_back (block, block + n_block * frames->n_channels);
      wanted = flitzis_decode_job_check (job, error);
    }

  /* The last frames come out when the filter has seen as much silence behind them as it is long. */
  if (wanted)
    feed (&resampler, NULL, resampler.filter->n_taps, &out);
  if (!wanted)
    return FALSE;

  /* Not one frame is missing by the filter's arithmetic; were one, it would be silence. */
  while (out.n_values < n_out * out.n_channels)
    out.values[out.n_values++] = 0.0f;

  flitzis_frames_clear (frames);
  *frames = out;
  out.values = NULL;

  return TRUE;
}
