/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Streams: fixtures in pieces, seeks, files that change or cannot be read for a while, cancelled
 * reads, and a resampler that begins anywhere. tests/test_streams.py has longer files. */

#include "config.h"

#include "decode/decode.h"
#include "decode/resampler.h"
#include "decode/stream-reader.h"
#include "flitzis-error.h"
#include "stream-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define RATE 44100
#define HEAD_BYTES 44

/* Long enough that the reader has not read it all when it has decoded its first frames. */
#define N_FRAMES (30 * RATE)

static void
test_fixtures (void)
{
  g_autoptr (GDir) folder = g_dir_open (g_getenv ("FLITZIS_FIXTURES"), 0, NULL);
  const char *name;
  guint       n_read = 0;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      for (guint rate = 44100; rate <= 48000; rate += 3900)
        {
          g_autoptr (GFile) file =
              g_file_new_build_filename (g_getenv ("FLITZIS_FIXTURES"), name, NULL);
          g_autoptr (FlitzisSample) sample =
              flitzis_decode_file (file, rate, NULL, NULL, NULL, NULL);
          g_autoptr (FlitzisStreamSource) source = flitzis_stream_source_new (file, NULL, rate);
          g_autoptr (FlitzisStreamReader) reader = NULL;
          g_autofree float *frames = NULL;
          g_autoptr (GError) error = NULL;
          guint64 n_frames;
          gsize   size;

          if (sample == NULL)
            continue;

          g_test_message ("%s at %u Hz", name, rate);
          n_frames = flitzis_sample_get_n_frames (sample);
          size = n_frames * flitzis_sample_get_n_channels (sample) * sizeof (float);
          frames = g_malloc (size);
          reader = flitzis_stream_reader_new (source, NULL, &error);
          g_assert_no_error (error);
          g_assert_cmpuint (flitzis_stream_reader_get_n_channels (reader), ==,
                            flitzis_sample_get_n_channels (sample));
          g_assert_cmpint (flitzis_stream_reader_read (reader, frames, n_frames, &error), ==,
                           n_frames);
          g_assert_cmpmem (frames, size, g_bytes_get_data (flitzis_sample_get_bytes (sample), NULL),
                           size);
          g_assert_cmpint (flitzis_stream_reader_read (reader, frames, 1, &error), ==, 0);
          g_assert_no_error (error);
          g_assert_cmpint (flitzis_stream_reader_get_length (reader), ==, n_frames);
          n_read++;
        }
    }

  g_assert_cmpuint (n_read, >, 20);
}

/* Returns a WAV of 16 bits, mono, whose values count up. */
static GBytes *
make_wav (guint n_frames)
{
  guint8 *data = g_malloc (HEAD_BYTES + n_frames * 2);

  memcpy (data, "RIFF....WAVEfmt \20\0\0\0\1\0\1\0........\2\0\20\0data....", HEAD_BYTES);
  *(guint32 *) (data + 4) = GUINT32_TO_LE (36 + n_frames * 2);
  *(guint32 *) (data + 24) = GUINT32_TO_LE (RATE);
  *(guint32 *) (data + 28) = GUINT32_TO_LE (RATE * 2);
  *(guint32 *) (data + 40) = GUINT32_TO_LE (n_frames * 2);
  for (guint i = 0; i < n_frames; i++)
    ((guint16 *) (data + HEAD_BYTES))[i] = GUINT16_TO_LE (i);

  return g_bytes_new_take (data, HEAD_BYTES + n_frames * 2);
}

typedef struct
{
  char                *folder;
  char                *path;
  GFile               *file;
  GBytes              *wav;
  FlitzisStreamSource *source;
  FlitzisStreamReader *reader;
  float                frames[RATE];
} File;

static void
write_wav (const char *path, GBytes *wav)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, g_bytes_get_data (wav, NULL), g_bytes_get_size (wav), &error);
  g_assert_no_error (error);
}

static void
set_up (File *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("flitzis-XXXXXX", &error);
  self->path = g_build_filename (self->folder, "long.wav", NULL);
  self->file = g_file_new_for_path (self->path);
  self->wav = make_wav (N_FRAMES);
  write_wav (self->path, self->wav);
  self->source = flitzis_stream_source_new (self->file, NULL, RATE);
  self->reader = flitzis_stream_reader_new (self->source, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (flitzis_stream_reader_get_length (self->reader), ==, N_FRAMES);
}

static void
tear_down (File *self, gconstpointer data)
{
  flitzis_stream_reader_free (self->reader);
  flitzis_stream_source_unref (self->source);
  g_bytes_unref (self->wav);
  g_object_unref (self->file);
  g_unlink (self->path);
  g_rmdir (self->folder);
  g_free (self->path);
  g_free (self->folder);
}

static float
get_expected (guint64 frame)
{
  return (gint16) (guint16) frame / 32768.0f;
}

/* Reads on to the end or to an error, and returns the number of frames. */
static guint64
read_on (File *self, GError **error)
{
  guint64 n_frames = 0;
  gssize  n_read;

  while ((n_read = flitzis_stream_reader_read (self->reader, self->frames, RATE, error)) > 0)
    {
      g_assert_cmpfloat (self->frames[0], ==, get_expected (n_frames));
      n_frames += n_read;
    }

  return n_frames;
}

static void
assert_changed (File *self, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (read_on (self, &error), <, N_FRAMES);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT);
  g_assert_cmpstr (error->message, ==, message);
  g_clear_error (&error);

  g_assert_cmpint (flitzis_stream_reader_read (self->reader, self->frames, 1, &error), ==, -1);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_cut (File *self, gconstpointer data)
{
  g_assert_cmpint (truncate (self->path, HEAD_BYTES + N_FRAMES), ==, 0);
  assert_changed (self, "Could not decode “long.wav”: it was changed while it was read");
}

static void
test_overwritten (File *self, gconstpointer data)
{
  g_autoptr (GFileIOStream) stream = g_file_open_readwrite (self->file, NULL, NULL);
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (stream));

  g_assert_true (g_seekable_seek (G_SEEKABLE (out), -2, G_SEEK_END, NULL, NULL));
  g_assert_cmpint (g_output_stream_write (out, "xx", 2, NULL, NULL), ==, 2);
  assert_changed (self, "Could not decode “long.wav”: it was changed while it was read");
}

/* The reader goes on with the file that it has open; another reader sees the new one. */
static void
test_replaced (File *self, gconstpointer data)
{
  FlitzisStreamReader *other;
  g_autoptr (GError) error = NULL;

  other = flitzis_stream_reader_new (self->source, NULL, &error);
  g_assert_no_error (error);
  flitzis_stream_reader_free (other);

  g_unlink (self->path);
  write_wav (self->path, self->wav);
  g_assert_null (flitzis_stream_reader_new (self->source, NULL, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT);
  g_assert_cmpstr (error->message, ==,
                   "Could not decode “long.wav”: it was changed or replaced after it was loaded");
  g_clear_error (&error);

  g_assert_cmpuint (read_on (self, &error), <, N_FRAMES);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT);
}

static void
test_deleted (File *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_unlink (self->path);
  g_assert_cmpuint (read_on (self, &error), <, N_FRAMES);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT);
  g_clear_error (&error);

  g_assert_null (flitzis_stream_reader_new (self->source, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_cancelled (File *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  flitzis_stream_reader_free (self->reader);
  self->reader = flitzis_stream_reader_new (self->source, cancellable, &error);
  g_assert_no_error (error);
  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (read_on (self, &error), <, N_FRAMES);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Seeks to the end, and beyond it, and back. */
static void
test_ends (File *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (flitzis_stream_reader_seek (self->reader, N_FRAMES - 1, &error));
  g_assert_cmpint (flitzis_stream_reader_read (self->reader, self->frames, 2, &error), ==, 1);
  g_assert_cmpfloat (self->frames[0], ==, get_expected (N_FRAMES - 1));
  g_assert_cmpint (flitzis_stream_reader_read (self->reader, self->frames, 2, &error), ==, 0);
  g_assert_true (flitzis_stream_reader_seek (self->reader, G_MAXUINT64, &error));
  g_assert_cmpint (flitzis_stream_reader_read (self->reader, self->frames, 2, &error), ==, 0);
  g_assert_true (flitzis_stream_reader_seek (self->reader, 7, &error));
  g_assert_cmpint (flitzis_stream_reader_read (self->reader, self->frames, 1, &error), ==, 1);
  g_assert_cmpfloat (self->frames[0], ==, get_expected (7));
  g_assert_no_error (error);
}

static void
assert_read (FlitzisStreamReader *reader, guint64 frame, gsize n_frames)
{
  g_autofree float *frames = g_new (float, n_frames);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (flitzis_stream_reader_read (reader, frames, n_frames, &error), ==, n_frames);
  g_assert_no_error (error);
  for (gsize i = 0; i < n_frames; i++)
    g_assert_cmpfloat (frames[i], ==, get_expected (frame + i));
}

static void
assert_seek (FlitzisStreamReader *reader, guint64 frame)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (flitzis_stream_reader_seek (reader, frame, &error));
  g_assert_no_error (error);
}

/* Forwards and backwards, near and far, each after a read and after another seek. */
static void
test_seeks (File *self, gconstpointer data)
{
  static const guint seconds[] = { 1, 2, 1, 0, 13, 14, 12, 26, 13, 1, 29, 30, 29, 12, 30, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    {
      for (guint k = 0; k < G_N_ELEMENTS (seconds); k++)
        {
          gint64 frame = CLAMP ((gint64) seconds[k] * RATE + (gint64) i - 8, 0, N_FRAMES);

          if (i % 2 == 1)
            assert_seek (self->reader, seconds[(k + i) % G_N_ELEMENTS (seconds)] * RATE);
          assert_seek (self->reader, frame);
          assert_read (self->reader, frame, MIN (1000 + i, N_FRAMES - frame));
          assert_read (self->reader, MIN (frame + 1000 + i, N_FRAMES),
                       CLAMP (N_FRAMES - 1000 - (gint64) i - frame, 0, 5));
        }
    }
}

/* Bytes that cannot be read while `is_broken`, as if the disk were disconnected. */
static gint is_broken;

typedef GMemoryInputStream      BrittleStream;
typedef GMemoryInputStreamClass BrittleStreamClass;

static GType brittle_stream_get_type (void);

G_DEFINE_TYPE (BrittleStream, brittle_stream, G_TYPE_MEMORY_INPUT_STREAM)

static gssize
brittle_stream_read (GInputStream *stream,
                     void         *buffer,
                     gsize         count,
                     GCancellable *cancellable,
                     GError      **error)
{
  if (!g_atomic_int_get (&is_broken))
    return G_INPUT_STREAM_CLASS (brittle_stream_parent_class)
        ->read_fn (stream, buffer, count, cancellable, error);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "it is out of reach");

  return -1;
}

static void
brittle_stream_class_init (BrittleStreamClass *class)
{
  G_INPUT_STREAM_CLASS (class)->read_fn = brittle_stream_read;
}

static void
brittle_stream_init (BrittleStream *self)
{
}

static GInputStream *
open_brittle (GBytes *bytes)
{
  GInputStream *stream = g_object_new (brittle_stream_get_type (), NULL);

  g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (stream), bytes);

  return stream;
}

static void
assert_out_of_reach (gboolean is_good, GError **error)
{
  g_assert_false (is_good);
  g_assert_error (*error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpstr ((*error)->message, ==, "Could not decode “long.wav”: it is out of reach");
  g_clear_error (error);
}

/* A read fails, and with it those that follow, until a seek when the file can be read again. */
static void
test_failure (gboolean seeks_meanwhile)
{
  g_autoptr (GBytes) wav = make_wav (N_FRAMES);
  g_autoptr (GFile) file = stream_file_new ("long.wav", open_brittle, wav);
  g_autoptr (FlitzisStreamSource) source = flitzis_stream_source_new (file, NULL, RATE);
  g_autoptr (FlitzisStreamReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  guint64 position = 0;

  reader = flitzis_stream_reader_new (source, NULL, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < 8; i++)
    {
      const guint64 frames[] = { 0, position, position + 1, 5 * RATE, 20 * RATE, 15 * RATE };
      guint64       frame;
      gssize        n_read;
      float         value;

      g_atomic_int_set (&is_broken, TRUE);
      while ((n_read = flitzis_stream_reader_read (reader, &value, 1, &error)) == 1)
        g_assert_cmpfloat (value, ==, get_expected (position++));
      assert_out_of_reach (n_read >= 0, &error);
      assert_out_of_reach (flitzis_stream_reader_read (reader, &value, 1, &error) >= 0, &error);

      frame = i % 2 == 0 ? position : frames[i % G_N_ELEMENTS (frames)];
      if (seeks_meanwhile)
        assert_out_of_reach (flitzis_stream_reader_seek (reader, frame, &error), &error);

      g_atomic_int_set (&is_broken, FALSE);
      assert_seek (reader, frame);
      assert_read (reader, frame, RATE);
      position = frame + RATE;
    }
}

static void
test_retry (void)
{
  test_failure (FALSE);
  test_failure (TRUE);
}

static void
test_bytes (void)
{
  g_autoptr (GBytes) wav = make_wav (RATE);
  g_autoptr (FlitzisStreamSource) source = flitzis_stream_source_new (NULL, wav, RATE);
  g_autoptr (FlitzisStreamReader) reader = NULL;
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  g_autoptr (FlitzisStreamSource) empty = flitzis_stream_source_new (NULL, none, RATE);
  g_autoptr (GError) error = NULL;
  float frames[8];

  reader = flitzis_stream_reader_new (source, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (flitzis_stream_reader_read (reader, frames, 8, &error), ==, 8);
  g_assert_cmpfloat (frames[7], ==, get_expected (7));

  g_assert_null (flitzis_stream_reader_new (empty, NULL, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT);
  g_assert_cmpstr (error->message, ==, "Could not decode 0 bytes in memory: it is empty");
}

static void
resample (guint from_rate, guint to_rate, guint n_channels)
{
  gsize             n_in = from_rate / 2 + 12345;
  g_autofree float *in = g_new (float, n_in *n_channels);
  g_autoptr (FlitzisResampler) whole = flitzis_resampler_new (n_channels, from_rate, to_rate);
  g_autoptr (FlitzisResampler) part = flitzis_resampler_new (n_channels, from_rate, to_rate);
  g_auto (FlitzisFrames) expected = { .n_channels = n_channels };
  gsize n_out;

  for (gsize i = 0; i < n_in * n_channels; i++)
    in[i] = g_test_rand_double_range (-1.0, 1.0);
  g_assert_true (flitzis_resampler_feed (whole, in, n_in, &expected));
  g_assert_true (flitzis_resampler_finish (whole, n_in, &expected));
  n_out = flitzis_frames_count (&expected);

  for (guint i = 0; i < 20; i++)
    {
      g_auto (FlitzisFrames) frames = { .n_channels = n_channels };
      guint64 frame = i == 0 ? 0 : (guint64) g_test_rand_int_range (0, n_out);
      guint64 n_early, first = flitzis_resampler_seek (part, frame, &n_early);

      g_assert_cmpuint (first, <=, n_in);
      g_assert_true (flitzis_resampler_feed (part, in + first * n_channels, n_in - first, &frames));
      g_assert_true (flitzis_resampler_finish (part, n_in, &frames));
      g_assert_cmpuint (flitzis_frames_count (&frames), ==, n_early + n_out - frame);
      g_assert_cmpmem (frames.values + n_early * n_channels,
                       (n_out - frame) * n_channels * sizeof (float),
                       expected.values + frame * n_channels,
                       (n_out - frame) * n_channels * sizeof (float));
    }
}

static void
test_resampler (void)
{
  static const guint rates[][2] = {
    { 44100, 48000 },
    { 48000, 44100 },
    { 44100, 96000 },
    { 8000, 48000 },
    { 96000, 8000 },
    { 44100, 44101 },
    { 44101, 48000 },
    { 192000, 8001 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    for (guint n_channels = 1; n_channels <= 2; n_channels++)
      resample (rates[i][0], rates[i][1], n_channels);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stream/fixtures", test_fixtures);
  g_test_add ("/stream/cut", File, NULL, set_up, test_cut, tear_down);
  g_test_add ("/stream/overwritten", File, NULL, set_up, test_overwritten, tear_down);
  g_test_add ("/stream/replaced", File, NULL, set_up, test_replaced, tear_down);
  g_test_add ("/stream/deleted", File, NULL, set_up, test_deleted, tear_down);
  g_test_add ("/stream/cancelled", File, NULL, set_up, test_cancelled, tear_down);
  g_test_add ("/stream/ends", File, NULL, set_up, test_ends, tear_down);
  g_test_add ("/stream/seeks", File, NULL, set_up, test_seeks, tear_down);
  g_test_add_func ("/stream/retry", test_retry);
  g_test_add_func ("/stream/bytes", test_bytes);
  g_test_add_func ("/stream/resampler", test_resampler);

  return g_test_run ();
}
