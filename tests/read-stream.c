/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Compares the reader of streams with a load, for a test in Python that makes the files:
 *   read-stream FILE RATE SEED N_SEEKS [SLACK]
 * It seeks and reads, reads the whole file in odd pieces, seeks and reads again, and prints what
 * differs. With SLACK, the frames after a seek need only be alike, and may be off by that number of
 * frames.
 */

#include "config.h"

#include "decode/decode.h"
#include "decode/stream-reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PIECE 20011

static guint n_wrong;

static double
get_ms (gint64 since_us)
{
  return (g_get_monotonic_time () - since_us) / 1000.0;
}

/* Returns the frames that differ from those of the load. */
static gsize
compare (const float *a, const float *b, gsize n_frames, guint n_channels, double *most)
{
  gsize n = 0;

  *most = 0.0;
  for (gsize i = 0; i < n_frames; i++)
    if (memcmp (a + i * n_channels, b + i * n_channels, n_channels * sizeof (float)) != 0)
      {
        n++;
        for (guint channel = 0; channel < n_channels; channel++)
          *most = MAX (*most, fabs (a[i * n_channels + channel] - b[i * n_channels + channel]));
      }

  return n;
}

/* Returns the shift, of up to 8 frames, at which the frames are most alike; G_MAXINT if none is. */
static int
find_shift (const float *read, const float *loaded, gsize n_frames, guint n_channels)
{
  double least = G_MAXDOUBLE, energy = 0.0;
  int    best = 0;

  for (int shift = -8; shift <= 8; shift++)
    {
      double error = 0.0;

      energy = 0.0;
      for (gsize i = 8; i + 8 < n_frames; i++)
        {
          double value = loaded[i * n_channels];
          double other = read[(i + shift) * n_channels];

          energy += value * value;
          error += (value - other) * (value - other);
        }

      if (error < least)
        {
          least = error;
          best = shift;
        }
    }

  return least <= energy / 4 ? best : G_MAXINT;
}

static void
read_piece (FlitzisStreamReader *reader,
            const float         *loaded,
            guint64              n_loaded,
            guint                n_channels,
            guint64              position,
            gsize                n_frames,
            int                  slack)
{
  g_autofree float *out = g_new (float, n_frames *n_channels);
  g_autoptr (GError) error = NULL;
  gsize  n_expected = MIN (n_frames, n_loaded - position);
  gint64 start_us = g_get_monotonic_time ();
  gssize n_read = flitzis_stream_reader_read (reader, out, n_frames, &error);
  double ms = get_ms (start_us), most;
  gsize  n_differ;

  if (n_read != (gssize) n_expected)
    {
      n_wrong++;
      printf ("wrong: %zd instead of %zu frames at %" G_GUINT64_FORMAT ": %s\n", n_read, n_expected,
              position, error != NULL ? error->message : "no error");
      return;
    }

  n_differ = compare (out, loaded + position * n_channels, n_expected, n_channels, &most);
  if (n_differ > 0 && slack >= 0)
    {
      int shift = find_shift (out, loaded + position * n_channels, n_expected, n_channels);

      printf ("off by %d frames at %" G_GUINT64_FORMAT ", %zu differ by up to %g\n", shift,
              position, n_differ, most);
      if (abs (shift) > slack)
        n_wrong++;
    }
  else if (n_differ > 0)
    {
      n_wrong++;
      printf ("wrong: %zu of %zu frames at %" G_GUINT64_FORMAT " differ by up to %g (%.1f ms)\n",
              n_differ, n_expected, position, most, ms);
    }
}

static void
seek_and_read (FlitzisStreamReader *reader,
               FlitzisSample       *sample,
               GRand               *random,
               guint                n_seeks,
               int                  slack)
{
  guint64      n_loaded = flitzis_sample_get_n_frames (sample);
  const float *loaded = g_bytes_get_data (flitzis_sample_get_bytes (sample), NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n_seeks; i++)
    {
      guint64 position = g_rand_double (random) * n_loaded;
      gint64  start_us = g_get_monotonic_time ();

      /* every other time, nothing is read after the first of two seeks */
      if (i % 2 == 1 &&
          !flitzis_stream_reader_seek (reader, g_rand_double (random) * n_loaded, &error))
        g_error ("%s", error->message);
      if (!flitzis_stream_reader_seek (reader, position, &error))
        g_error ("%s", error->message);
      read_piece (reader, loaded, n_loaded, flitzis_sample_get_n_channels (sample), position,
                  g_rand_int_range (random, 1, MAX_PIECE), slack);
      printf ("seek to frame %" G_GUINT64_FORMAT " and read: %.1f ms\n", position,
              get_ms (start_us));
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (argv[1]);
  guint  rate = atoi (argv[2]);
  guint  n_seeks = atoi (argv[4]);
  int    slack = argc > 5 ? atoi (argv[5]) : -1;
  GRand *random = g_rand_new_with_seed (atoi (argv[3]));
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) sample = flitzis_decode_file (file, rate, NULL, NULL, NULL, &error);
  g_autoptr (FlitzisStreamSource) source = flitzis_stream_source_new (file, NULL, rate);
  g_autoptr (FlitzisStreamReader) reader = NULL;
  guint64      n_loaded, position = 0;
  guint        n_channels;
  gint64       length, start_us;
  const float *loaded;

  if (sample == NULL)
    g_error ("%s", error->message);

  start_us = g_get_monotonic_time ();
  reader = flitzis_stream_reader_new (source, NULL, &error);
  if (reader == NULL)
    g_error ("%s", error->message);

  length = flitzis_stream_reader_get_length (reader);
  printf ("open: %.1f ms, length %" G_GINT64_FORMAT "\n", get_ms (start_us), length);
  n_loaded = flitzis_sample_get_n_frames (sample);
  n_channels = flitzis_sample_get_n_channels (sample);
  loaded = g_bytes_get_data (flitzis_sample_get_bytes (sample), NULL);
  if (flitzis_stream_reader_get_n_channels (reader) != n_channels ||
      flitzis_stream_reader_get_source_rate (reader) != flitzis_sample_get_source_rate (sample) ||
      (length >= 0 && (guint64) length != n_loaded))
    {
      n_wrong++;
      printf ("wrong: %u channels, %" G_GINT64_FORMAT " frames\n",
              flitzis_stream_reader_get_n_channels (reader), length);
    }

  seek_and_read (reader, sample, random, n_seeks, slack);
  if (n_seeks > 0 && !flitzis_stream_reader_seek (reader, 0, &error))
    g_error ("%s", error->message);

  while (position < n_loaded)
    {
      gsize n_frames = g_rand_int_range (random, 1, MAX_PIECE);

      read_piece (reader, loaded, n_loaded, n_channels, position, n_frames, -1);
      position += MIN (n_frames, n_loaded - position);
    }
  read_piece (reader, loaded, n_loaded, n_channels, n_loaded, 1, -1);
  if ((guint64) flitzis_stream_reader_get_length (reader) != n_loaded)
    {
      n_wrong++;
      printf ("wrong: %" G_GINT64_FORMAT " frames at the end\n",
              flitzis_stream_reader_get_length (reader));
    }

  seek_and_read (reader, sample, random, n_seeks, slack);
  printf ("%u wrong\n", n_wrong);
  g_rand_free (random);

  return n_wrong > 0;
}
