/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "load/head.h"

#include "decode/stream-reader.h"
#include "flitzis-error.h"
#include "flitzis-sample-private.h"
#include "sample/frames.h"

/* A voice plays the head while its pipeline starts. */
#define HEAD_FRAMES(sample_rate) ((sample_rate) / 2)

static gpointer
open_source (gpointer source, GCancellable *cancellable, GError **error)
{
  return flitzis_stream_reader_new (source, cancellable, error);
}

static gssize
read_source (gpointer reader, float *out, gsize n_frames, GError **error)
{
  return flitzis_stream_reader_read (reader, out, n_frames, error);
}

static void
close_source (gpointer reader)
{
  flitzis_stream_reader_free (reader);
}

static void
free_source (gpointer source)
{
  flitzis_stream_source_unref (source);
}

static const FlitzisSourceFuncs source_funcs = {
  .open = open_source,
  .read = read_source,
  .close = close_source,
  .free_source = free_source,
};

/* Reads up to `n_frames` into `frames`. Returns how many there were, or -1. */
static gssize
read_frames (FlitzisStreamReader *reader, FlitzisFrames *frames, gsize n_frames, GError **error)
{
  float *values;
  gssize n;

  if (!flitzis_frames_extend (frames, n_frames * frames->n_channels, &values))
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                           "There is no memory for the first frames");
      return -1;
    }

  n = flitzis_stream_reader_read (reader, values, n_frames, error);
  frames->n_values -= (n_frames - (gsize) MAX (n, 0)) * frames->n_channels;

  return n;
}

/* Finds out whether the file has more than `n_min` frames, by reading if it does not state that.
 * The frames are thrown away. */
static gboolean
is_longer (FlitzisStreamReader *reader,
           guint64              n_read,
           guint64              n_min,
           gboolean            *longer,
           GError             **error)
{
  g_auto (FlitzisFrames) part = { .n_channels = flitzis_stream_reader_get_n_channels (reader) };
  gssize n = 1;

  while (n > 0 && n_read <= n_min && flitzis_stream_reader_get_length (reader) < 0)
    {
      part.n_values = 0;
      n = read_frames (reader, &part, HEAD_FRAMES (48000), error);
      n_read += (guint64) MAX (n, 0);
    }

  *longer = flitzis_stream_reader_get_length (reader) >= 0
                ? (guint64) flitzis_stream_reader_get_length (reader) > n_min
                : n_read > n_min;

  return n >= 0;
}

FlitzisSample *
flitzis_head_load (GFile        *file,
                   GBytes       *bytes,
                   guint         sample_rate,
                   double        threshold,
                   GCancellable *cancellable,
                   GError      **error)
{
  g_autoptr (FlitzisStreamSource) source = flitzis_stream_source_new (file, bytes, sample_rate);
  g_autoptr (FlitzisStreamReader) reader = flitzis_stream_reader_new (source, cancellable, error);
  g_auto (FlitzisFrames) head = { 0 };
  g_auto (FlitzisFacts) facts = { 0 };
  gsize    n_head = HEAD_FRAMES (sample_rate);
  gint64   n_frames;
  gboolean longer;
  gssize   n;

  if (reader == NULL)
    return NULL;

  head.n_channels = flitzis_stream_reader_get_n_channels (reader);
  n = read_frames (reader, &head, n_head, error);

  if (n < 0 || !is_longer (reader, (guint64) n,
                           MAX (n_head, (guint64) (threshold * sample_rate + 0.5)), &longer,
                           error))
    return NULL;

  if (!longer)
    return NULL;

  n_frames = flitzis_stream_reader_get_length (reader);
  flitzis_stream_reader_steal_facts (reader, &facts);

  return flitzis_sample_new_streamed (flitzis_frames_steal (&head), head.n_channels, sample_rate,
                                      flitzis_stream_reader_get_source_rate (reader), 0, &facts,
                                      (guint64) MAX (n_frames, 0), &source_funcs,
                                      g_steal_pointer (&source));
}
