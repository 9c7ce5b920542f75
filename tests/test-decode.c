/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Files and bytes become samples: lengths, onsets, values, resampling, errors, and nothing left. */

#include "config.h"

#include "decode/containers.h"
#include "decode/crc.h"
#include "decode/decode.h"
#include "decode/decoder.h"
#include "decode/gstreamer.h"
#include "flitzis-error.h"
#include "sample/mend.h"
#include "stream-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

/* What fixtures/make-fixtures.py puts in each file. */
#define ONSET 1200
#define LEVEL 0.5
#define DECAY 40.0

static const double frequencies[] = { 997.0, 1499.0 };

typedef struct
{
  const char *name;
  guint       n_channels;
  guint       rate;
  guint64     n_frames;

  /* The frame of the peak, and how far a value may be from the formula. */
  guint  onset;
  double tolerance;
} Fixture;

/*
 * The frames and onsets of the coded ones are what FFmpeg gives, apart from the padding that it
 * leaves behind AAC in MP4 (11264 frames of 11025 and 11040) and what it drops of Vorbis's end
 * (128).
 */
static const Fixture fixtures[] = {
  { "mono-8.wav", 1, 48000, 4800, ONSET, 0.5 / 128 + 1e-6 },
  { "stereo-8.wav", 2, 48000, 4800, ONSET, 0.5 / 128 + 1e-6 },
  { "mono-16.wav", 1, 48000, 4800, ONSET, 0.5 / 32768 + 1e-7 },
  { "stereo-16.wav", 2, 48000, 4800, ONSET, 0.5 / 32768 + 1e-7 },
  { "mono-24.wav", 1, 48000, 4800, ONSET, 1e-7 },
  { "stereo-24.wav", 2, 48000, 4800, ONSET, 1e-7 },
  { "mono-32.wav", 1, 48000, 4800, ONSET, 1e-7 },
  { "stereo-32.wav", 2, 48000, 4800, ONSET, 1e-7 },
  { "mono-float.wav", 1, 48000, 4800, ONSET, 1e-7 },
  { "stereo-float.wav", 2, 48000, 4800, ONSET, 1e-7 },
  { "mono-44100.wav", 1, 44100, 4800, ONSET, 0.5 / 32768 + 1e-7 },
  { "stereo-44100.wav", 2, 44100, 4800, ONSET, 0.5 / 32768 + 1e-7 },
  { "mono-22050.wav", 1, 22050, 4800, ONSET, 0.5 / 32768 + 1e-7 },
  { "odd-24.wav", 1, 48000, 4801, ONSET, 1e-7 },
  { "stray-bytes.wav", 1, 48000, 4800, ONSET, 0.5 / 32768 + 1e-7 },
  { "stereo.aiff", 2, 44100, 11025, ONSET, 0.5 / 32768 + 1e-7 },
  { "mono.flac", 1, 44100, 11025, ONSET, 0.5 / 32768 + 1e-7 },
  { "stereo.flac", 2, 44100, 11025, ONSET, 0.5 / 32768 + 1e-7 },
  { "mono.ogg", 1, 44100, 11025, ONSET, 0.2 },
  { "stereo.ogg", 2, 44100, 11025, ONSET, 0.2 },
  { "chained.ogg", 2, 44100, 22050, ONSET, 0.0 },
  { "mono.opus", 1, 48000, 11025, ONSET, 0.3 },
  { "stereo.opus", 2, 48000, 11025, ONSET, 0.3 },
  { "cbr.mp3", 2, 44100, 11025, ONSET, 0.3 },
  { "vbr.mp3", 1, 44100, 11025, ONSET, 0.3 },
  { "no-header.mp3", 2, 48000, 12672 - 1105, ONSET, 0.3 },
  { "stereo.m4a", 2, 44100, 11025, ONSET, 0.3 },
  { "mono.m4a", 1, 48000, 11025, ONSET, 0.3 },
  { "itunes.m4a", 2, 44100, 11025, ONSET, 0.3 },
  { "stereo.aac", 2, 44100, 12288 - 1024, ONSET, 0.3 },
  { "video.mp4", 2, 44100, 11025, ONSET, 0.3 },
  { "video.webm", 2, 48000, 11072, ONSET, 0.2 },
};

static GFile *
get_fixture (const char *name)
{
  const char *folder = g_getenv ("FLITZIS_FIXTURES");

  g_assert_nonnull (folder);

  return g_file_new_build_filename (folder, name, NULL);
}

static FlitzisSample *
decode_fixture (const char *name, guint rate, GError **error)
{
  g_autoptr (GFile) file = get_fixture (name);

  return flitzis_decode_file (file, rate, NULL, NULL, NULL, error);
}

static const float *
get_values (FlitzisSample *sample)
{
  return g_bytes_get_data (flitzis_sample_get_bytes (sample), NULL);
}

/* Memory that the library has made begins at a multiple of 64 bytes; zeros fill up the last 64, and
 * 64 more. */
static void
assert_padded (GBytes *bytes)
{
  gsize         size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpuint ((guintptr) data % 64, ==, 0);
  for (gsize i = size; i < (size + 63) / 64 * 64 + 64; i++)
    g_assert_cmpuint (data[i], ==, 0);
}

static double
expect_value (const Fixture *fixture, guint channel, double frame)
{
  double time_s = (frame - fixture->onset) / fixture->rate;

  if (time_s < -1e-9)
    return 0.0;

  return LEVEL * exp (-DECAY * time_s) * cos (2 * G_PI * frequencies[channel] * time_s);
}

/*
 * Where the sound stands: the shift at which it is most alike to the formula. Coded sound has no
 * frame at which it starts, but one at which it fits.
 */
static int
find_shift (const Fixture *fixture, FlitzisSample *sample, guint channel)
{
  const float *values = get_values (sample);
  guint        n_channels = flitzis_sample_get_n_channels (sample);
  guint64      n_frames = flitzis_sample_get_n_frames (sample);
  double       best = -1.0;
  int          best_shift = -1000;

  for (int shift = -40; shift <= 40; shift++)
    {
      double likeness = 0.0;

      for (gint64 frame = 60; frame < (gint64) MIN (n_frames, 4000); frame++)
        likeness +=
            values[frame * n_channels + channel] * expect_value (fixture, channel, frame - shift);
      if (likeness > best)
        {
          best = likeness;
          best_shift = shift;
        }
    }

  return best_shift;
}

static void
test_fixture (gconstpointer data)
{
  const Fixture *fixture = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) sample = decode_fixture (fixture->name, fixture->rate, &error);
  const float *values;

  g_assert_no_error (error);
  g_assert_cmpuint (flitzis_sample_get_n_channels (sample), ==, fixture->n_channels);
  g_assert_cmpuint (flitzis_sample_get_source_rate (sample), ==, fixture->rate);
  g_assert_cmpuint (flitzis_sample_get_sample_rate (sample), ==, fixture->rate);
  g_assert_cmpuint (flitzis_sample_get_n_frames (sample), ==, fixture->n_frames);
  g_assert_cmpuint (flitzis_sample_get_n_mended (sample), ==, 0);
  assert_padded (flitzis_sample_get_bytes (sample));

  values = get_values (sample);
  for (guint channel = 0; channel < fixture->n_channels; channel++)
    {
      g_assert_cmpint (find_shift (fixture, sample, channel), ==, 0);

      for (guint64 frame = 0; fixture->tolerance > 0.0 && frame < fixture->n_frames; frame++)
        g_assert_cmpfloat_with_epsilon (values[frame * fixture->n_channels + channel],
                                        expect_value (fixture, channel, frame),
                                        fixture->tolerance);
    }
}

/* The same sound at the same time, whatever the rate: trimming comes before resampling. */
static void
test_fixture_resampled (gconstpointer data)
{
  const Fixture *fixture = data;
  guint          rate = fixture->rate == 48000 ? 44100 : 48000;
  double         ratio = (double) rate / fixture->rate;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) sample = decode_fixture (fixture->name, rate, &error);
  const float *values;
  double       best = -1.0;
  int          best_shift = -1000;

  g_assert_no_error (error);
  g_assert_cmpuint (flitzis_sample_get_source_rate (sample), ==, fixture->rate);
  g_assert_cmpuint (flitzis_sample_get_sample_rate (sample), ==, rate);
  g_assert_cmpuint (flitzis_sample_get_n_frames (sample), ==,
                    (guint64) (fixture->n_frames * ratio + 0.5));
  assert_padded (flitzis_sample_get_bytes (sample));

  values = get_values (sample);
  for (int shift = -20; shift <= 20; shift++)
    {
      double likeness = 0.0;

      for (int frame = 30; frame < 3800; frame++)
        likeness += values[frame * fixture->n_channels] *
                    expect_value (fixture, 0, (frame - shift) / ratio);
      if (likeness > best)
        {
          best = likeness;
          best_shift = shift;
        }
    }
  g_assert_cmpint (best_shift, ==, 0);
}

static void
put_le (guint8 *target, guint32 value, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++)
    target[i] = value >> (8 * i);
}

/* A WAV file of float frames in memory. */
static GBytes *
make_wav (const float *values, gsize n_values, guint n_channels, guint rate)
{
  guint32     data_size = n_values * sizeof (float);
  GByteArray *array = g_byte_array_new ();
  guint8      head[44] = "RIFF....WAVEfmt ";

  put_le (head + 4, 36 + data_size, 4);
  put_le (head + 16, 16, 4);
  put_le (head + 20, 3, 2);
  put_le (head + 22, n_channels, 2);
  put_le (head + 24, rate, 4);
  put_le (head + 28, rate * n_channels * 4, 4);
  put_le (head + 32, n_channels * 4, 2);
  put_le (head + 34, 32, 2);
  memcpy (head + 36, "data", 4);
  put_le (head + 40, data_size, 4);
  g_byte_array_append (array, head, sizeof head);
  g_byte_array_append (array, (const guint8 *) values, data_size);

  return g_byte_array_free_to_bytes (array);
}

static FlitzisSample *
decode_values (const float *values, gsize n_values, guint n_channels, guint rate, guint to_rate)
{
  g_autoptr (GBytes) bytes = make_wav (values, n_values, n_channels, rate);
  g_autoptr (GError) error = NULL;
  FlitzisSample *sample = flitzis_decode_bytes (bytes, to_rate, NULL, NULL, NULL, &error);

  g_assert_no_error (error);

  return sample;
}

static void
test_bit_exact (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) sample = NULL;
  g_autofree float *values = g_new (float, 20000);
  g_autofree char  *contents = NULL;
  g_autoptr (GFile) file = get_fixture ("stereo-16.wav");
  gsize size;

  for (guint i = 0; i < 20000; i++)
    values[i] = (float) g_test_rand_double_range (-4.0, 4.0);
  sample = decode_values (values, 20000, 2, 44100, 44100);
  g_assert_cmpuint (flitzis_sample_get_n_frames (sample), ==, 10000);
  g_assert_cmpmem (get_values (sample), 80000, values, 80000);
  g_clear_object (&sample);

  g_assert_true (g_file_load_contents (file, NULL, &contents, &size, NULL, &error));
  sample = decode_fixture ("stereo-16.wav", 48000, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 9600; i++)
    {
      const guint8 *bytes = (const guint8 *) contents + 44 + 2 * i;
      gint16        value = (gint16) (bytes[0] | bytes[1] << 8);

      g_assert_true (get_values (sample)[i] == value / 32768.0f);
    }
}

static void
test_mend (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) same = decode_fixture ("broken-values.wav", 48000, &error);
  g_autoptr (FlitzisSample) resampled = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (flitzis_sample_get_n_mended (same), ==, 4);
  g_assert_cmpuint (flitzis_sample_get_n_frames (same), ==, 4800);
  for (guint i = 0; i < ONSET; i++)
    g_assert_cmpfloat (get_values (same)[i], ==, 0.0);
  g_assert_cmpfloat_with_epsilon (get_values (same)[ONSET], LEVEL, 1e-7);

  /* Mended before it is resampled: not one frame around it is touched. */
  resampled = decode_fixture ("broken-values.wav", 44100, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (flitzis_sample_get_n_mended (resampled), ==, 4);
  for (guint i = 0; i < 900; i++)
    g_assert_cmpfloat (get_values (resampled)[i], ==, 0.0);
  for (guint i = 0; i < flitzis_sample_get_n_frames (resampled); i++)
    g_assert_true (isfinite (get_values (resampled)[i]));
}

/* Wherever they stand: blocks of values are looked at together, and the last ones alone. */
static void
test_mend_anywhere (void)
{
  static const guint places[] = { 0, 1, 255, 256, 511, 767, 768, 998, 999 };
  static const float broken[] = { NAN, INFINITY, -INFINITY, 1e-40f, -1e-45f, 2e30f };
  float              values[1000], expected[1000];

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = expected[i] = i % 7 == 3 ? -0.0f : 0.001f * i - 0.5f;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      values[places[i]] = broken[i % G_N_ELEMENTS (broken)];
      expected[places[i]] = 0.0f;
    }

  g_assert_cmpuint (flitzis_mend_count (values, G_N_ELEMENTS (values)), ==,
                    G_N_ELEMENTS (places));
  g_assert_cmpuint (flitzis_mend_values (values, G_N_ELEMENTS (values)), ==,
                    G_N_ELEMENTS (places));
  g_assert_cmpmem (values, sizeof values, expected, sizeof expected);
}

static void
test_padding_of_copies (void)
{
  static const float values[5] = { 0.5f, NAN, 0.25f, -0.5f, 1.0f };
  guint8             bytes[sizeof values + 1];
  g_autoptr (GBytes) broken = g_bytes_new (values, sizeof values);
  g_autoptr (GBytes) odd = NULL;
  g_autoptr (FlitzisSample) mended = flitzis_sample_new (broken, 1, 48000, NULL);
  g_autoptr (FlitzisSample) moved = NULL;

  memcpy (bytes + 1, values + 2, 3 * sizeof (float));
  odd = g_bytes_new_static (bytes + 1, 3 * sizeof (float));
  moved = flitzis_sample_new (odd, 1, 48000, NULL);

  assert_padded (flitzis_sample_get_bytes (mended));
  g_assert_cmpmem (get_values (mended), 20, ((float[]){ 0.5f, 0.0f, 0.25f, -0.5f, 1.0f }), 20);
  assert_padded (flitzis_sample_get_bytes (moved));
  g_assert_cmpmem (get_values (moved), 12, values + 2, 12);
}

/* Of unknown length, while others take the memory behind it. */
static void
test_padding_of_growing (void)
{
  for (guint n_values = 1; n_values < 2000000; n_values = n_values * 3 + 1)
    {
      g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func (g_free);
      g_auto (FlitzisFrames) frames = { .n_channels = 1 };
      g_autoptr (GBytes) bytes = NULL;
      const float *data;

      for (guint done = 0; done < n_values;)
        {
          guint  n_more = MIN (1000, n_values - done);
          float *values;

          g_assert_true (flitzis_frames_extend (&frames, n_more, &values));
          for (guint i = 0; i < n_more; i++)
            values[i] = (float) done++;
          g_ptr_array_add (others, g_malloc (16 * (done % 7)));
        }

      bytes = flitzis_frames_steal (&frames);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, n_values * sizeof (float));
      assert_padded (bytes);
      data = g_bytes_get_data (bytes, NULL);
      for (guint i = 0; i < n_values; i++)
        g_assert_true (data[i] == (float) i);
    }
}

/* ITU-R BS.775 gives the centre and the surrounds 3 dB less; the mixer normalises the sum. */
static void
test_surround (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) sample = decode_fixture ("surround.wav", 48000, &error);
  const float *values;

  g_assert_no_error (error);
  g_assert_cmpuint (flitzis_sample_get_n_channels (sample), ==, 2);
  g_assert_cmpuint (flitzis_sample_get_n_frames (sample), ==, 480);

  /* Left 1/2, right 1/4, centre 1/8, LFE 1/16, rear left 1/32, rear right 1/64. */
  values = get_values (sample);
  g_assert_cmpfloat (values[0], >, 1.5 * values[1]);
  g_assert_cmpfloat (values[0], <, 0.6);
  g_assert_cmpfloat (values[1], >, 0.05);
  for (guint frame = 1; frame < 480; frame++)
    g_assert_cmpmem (values, 8, values + 2 * frame, 8);
}

typedef struct
{
  double level_db;
  double phase;
  double rest_db;
} Tone;

/* Fits a sine of known frequency to the middle of the sample; the rest is what should not be there.
 */
static Tone
measure_tone (FlitzisSample *sample, double frequency, double level)
{
  const float *values = get_values (sample);
  guint        rate = flitzis_sample_get_sample_rate (sample);
  int          n_frames = flitzis_sample_get_n_frames (sample);
  int          first = n_frames / 4, last = n_frames - n_frames / 4;
  double       ss = 0.0, cc = 0.0, sc = 0.0, vs = 0.0, vc = 0.0, rest = 0.0, a = 0.0, b = 0.0;
  Tone         tone;

  for (int i = first; i < last; i++)
    {
      double s = sin (2 * G_PI * frequency * i / rate);
      double c = cos (2 * G_PI * frequency * i / rate);

      ss += s * s;
      cc += c * c;
      sc += s * c;
      vs += s * values[i];
      vc += c * values[i];
    }

  /* A tone above the Nyquist frequency has no place in the output: all that is there is alias. */
  if (frequency < rate / 2.0)
    {
      a = (vs * cc - vc * sc) / (ss * cc - sc * sc);
      b = (vc * ss - vs * sc) / (ss * cc - sc * sc);
    }

  for (int i = first; i < last; i++)
    {
      double expected = a * sin (2 * G_PI * frequency * i / rate) +
                        b * cos (2 * G_PI * frequency * i / rate);

      rest += (values[i] - expected) * (values[i] - expected);
    }

  tone.level_db = 20 * log10 (hypot (a, b) / level + 1e-30);
  tone.phase = atan2 (b, a);
  tone.rest_db = 10 * log10 (rest / (last - first) * 2 / (level * level) + 1e-30);

  return tone;
}

typedef struct
{
  guint from_rate;
  guint to_rate;
} Conversion;

static const Conversion conversions[] = {
  { 44100, 48000 },
  { 48000, 44100 },
  { 96000, 48000 },
  { 22050, 48000 },
  { 192000, 48000 },
  { 44100, 47999 },
};

static void
test_resampler (gconstpointer data)
{
  const Conversion   *conversion = data;
  static const double tones[] = { 50, 997, 5000, 9900, 10500, 12345, 15000, 18000, 19000,
                                  20000, 20500, 21500, 22100, 23000, 24050, 26000, 30000, 36000,
                                  40100, 47000, 60000, 70500, 95000 };
  guint               from_rate = conversion->from_rate, to_rate = conversion->to_rate;
  double              nyquist = MIN (from_rate, to_rate) / 2.0;
  double              pass_edge = MIN (20000.0, 0.9 * nyquist);
  guint               n_in = from_rate / 4 + 1;
  g_autofree float   *values = g_new (float, n_in);

  for (guint t = 0; t < G_N_ELEMENTS (tones) && tones[t] < from_rate / 2.0; t++)
    {
      g_autoptr (FlitzisSample) sample = NULL;
      Tone tone;

      for (guint i = 0; i < n_in; i++)
        values[i] = (float) (0.8 * sin (2 * G_PI * tones[t] * i / from_rate));

      sample = decode_values (values, n_in, 1, from_rate, to_rate);
      g_assert_cmpuint (flitzis_sample_get_n_frames (sample), ==,
                        (guint64) ((double) n_in * to_rate / from_rate + 0.5));

      tone = measure_tone (sample, tones[t], 0.8);
      g_test_message ("%u -> %u Hz: %.0f Hz: %.4f dB, phase %.5f, rest %.1f dB", from_rate,
                      to_rate, tones[t], tone.level_db, tone.phase, tone.rest_db);
      g_assert_cmpfloat (tone.rest_db, <, -100.0);
      if (tones[t] <= pass_edge)
        {
          g_assert_cmpfloat (fabs (tone.level_db), <, 0.1);
          /* a hundredth of a frame */
          g_assert_cmpfloat (fabs (tone.phase), <, 0.01 * 2 * G_PI * tones[t] / to_rate + 1e-4);
        }
    }
}

static void
resample_values (const float   *values,
                 guint          n_frames,
                 guint          n_channels,
                 guint          to_rate,
                 gboolean       is_plain,
                 guint          n_at_once,
                 FlitzisFrames *out)
{
  g_autoptr (FlitzisResampler) resampler = flitzis_resampler_new (n_channels, 44100, to_rate);

  out->n_channels = n_channels;
  if (is_plain)
    flitzis_resampler_set_plain (resampler);
  for (guint done = 0; done < n_frames; done += n_at_once)
    g_assert_true (flitzis_resampler_feed (resampler, values + done * n_channels,
                                           MIN (n_at_once, n_frames - done), out));
  g_assert_true (flitzis_resampler_finish (resampler, n_frames, out));
}

/* On every machine, and however the frames come, the same values come out: where the places between
 * frames are many, few, a number that no register fits, and so many that rows are blended. */
static void
test_resampler_variants (void)
{
  static const guint rates[] = { 48000, 22050, 88200, 36750, 47999 };
  float              values[12000];

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = (float) g_test_rand_double_range (-1.0, 1.0);

  for (guint n_channels = 1; n_channels <= 2; n_channels++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
        {
          g_auto (FlitzisFrames) wide = { 0 }, plain = { 0 };

          resample_values (values, 6000, n_channels, rates[i], FALSE, 6000, &wide);
          resample_values (values, 6000, n_channels, rates[i], TRUE, 577, &plain);
          g_assert_cmpuint (flitzis_frames_count (&wide), ==,
                            flitzis_resample_length (6000, 44100, rates[i]));
          g_assert_cmpmem (wide.values, wide.n_values * sizeof (float), plain.values,
                           plain.n_values * sizeof (float));
        }
    }
}

/* Lengths that do not divide evenly; one frame is enough. */
static void
test_lengths (void)
{
  static const guint lengths[] = { 1, 2, 3, 7, 146, 147, 148, 1000, 65535, 65536, 65537, 200001 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree float *values = g_new0 (float, lengths[i]);

      for (guint c = 0; c < G_N_ELEMENTS (conversions); c++)
        {
          g_autoptr (FlitzisSample) sample = NULL;
          double exact = (double) lengths[i] * conversions[c].to_rate / conversions[c].from_rate;

          values[0] = 0.5f;
          sample = decode_values (values, lengths[i], 1, conversions[c].from_rate,
                                  conversions[c].to_rate);
          g_assert_cmpuint (flitzis_sample_get_n_frames (sample), ==,
                            MAX (1, (guint64) floor (exact + 0.5)));
        }
    }
}

typedef struct
{
  const char *name;
  int         code;
  const char *says;
} BadFixture;

static const BadFixture bad_fixtures[] = {
  { "text.wav", FLITZIS_ENGINE_ERROR_UNSUPPORTED, "not audio" },
  { "no-audio.mp4", FLITZIS_ENGINE_ERROR_UNSUPPORTED, "audio" },
  { "one-hertz.wav", FLITZIS_ENGINE_ERROR_UNSUPPORTED, "1 Hz" },
  { "chained-other.ogg", FLITZIS_ENGINE_ERROR_UNSUPPORTED, "changes from 44100 Hz" },
  { "empty.wav", FLITZIS_ENGINE_ERROR_CORRUPT, "empty" },
  { "no-frames.wav", FLITZIS_ENGINE_ERROR_CORRUPT, "no frames" },
  { "cut.flac", FLITZIS_ENGINE_ERROR_CORRUPT, "of its 11025 frames" },
  { "cut.m4a", FLITZIS_ENGINE_ERROR_CORRUPT, "incomplete" },
};

static void
test_bad (gconstpointer data)
{
  const BadFixture *bad = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *quoted = g_strdup_printf ("“%s”", bad->name);
  g_autoptr (FlitzisSample) sample = decode_fixture (bad->name, 48000, &error);

  g_assert_null (sample);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, bad->code);
  g_assert_true (g_str_has_prefix (error->message, "Could not decode "));
  g_assert_nonnull (strstr (error->message, quoted));
  g_assert_nonnull (strstr (error->message, bad->says));
}

static void
assert_io_error (GFile *file, int code, const char *name)
{
  g_autoptr (GError) error = NULL;
  gint64 start_us = g_get_monotonic_time ();

  g_assert_null (flitzis_decode_file (file, 48000, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, G_USEC_PER_SEC);
}

static void
test_file_system (void)
{
  g_autofree char *folder = g_dir_make_tmp ("flitzis-XXXXXX", NULL);
  g_autofree char *fifo = g_build_filename (folder, "pipe", NULL);
  g_autofree char *locked = g_build_filename (folder, "locked.wav", NULL);
  g_autoptr (GFile) missing = get_fixture ("missing.wav");
  g_autoptr (GFile) directory = g_file_new_for_path (folder);
  g_autoptr (GFile) pipe = g_file_new_for_path (fifo);
  g_autoptr (GFile) locked_file = g_file_new_for_path (locked);
  g_autoptr (GFile) resource = g_file_new_for_uri ("resource:///missing.wav");

  assert_io_error (missing, G_IO_ERROR_NOT_FOUND, "missing.wav");
  assert_io_error (resource, G_IO_ERROR_NOT_FOUND, "missing.wav");
  assert_io_error (directory, G_IO_ERROR_IS_DIRECTORY, "flitzis-");

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  assert_io_error (pipe, G_IO_ERROR_NOT_REGULAR_FILE, "pipe");

  /* Nothing is locked to root. */
  g_assert_true (g_file_set_contents (locked, "x", 1, NULL));
  g_assert_cmpint (g_chmod (locked, 0), ==, 0);
  if (geteuid () != 0)
    assert_io_error (locked_file, G_IO_ERROR_PERMISSION_DENIED, "locked.wav");

  g_unlink (locked);
  g_unlink (fifo);
  g_rmdir (folder);
}

/* A name of bytes that are no UTF-8: it is found, and the message is readable. */
static void
test_name (void)
{
  g_autofree char *folder = g_dir_make_tmp ("flitzis-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "kick\xff.wav", NULL);
  g_autoptr (GFile) source = get_fixture ("mono-16.wav");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) sample = NULL;

  g_assert_true (g_file_copy (source, file, G_FILE_COPY_NONE, NULL, NULL, NULL, &error));
  sample = flitzis_decode_file (file, 48000, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (flitzis_sample_get_n_frames (sample), ==, 4800);

  g_assert_true (g_file_set_contents (path, "no sound", -1, NULL));
  g_assert_null (flitzis_decode_file (file, 48000, NULL, NULL, NULL, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, "kick"));

  g_unlink (path);
  g_rmdir (folder);
}

static void
test_bytes (void)
{
  static const char *const names[] = { "stereo-24.wav", "stereo.flac", "stereo.ogg", "cbr.mp3",
                                       "stereo.m4a", "stereo.opus", "stereo.aiff" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GFile) file = get_fixture (names[i]);
      g_autoptr (GBytes) bytes = g_file_load_bytes (file, NULL, NULL, &error);
      g_autoptr (FlitzisSample) of_bytes = NULL;
      g_autoptr (FlitzisSample) of_file = NULL;

      g_assert_no_error (error);
      of_bytes = flitzis_decode_bytes (bytes, 48000, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      of_file = flitzis_decode_file (file, 48000, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (flitzis_sample_get_bytes (of_bytes),
                                    flitzis_sample_get_bytes (of_file)));
    }
}

static void
test_bad_bytes (void)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) text = g_bytes_new_static ("no sound at all", 15);
  g_autoptr (GError) error = NULL;

  g_assert_null (flitzis_decode_bytes (empty, 48000, NULL, NULL, NULL, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT);
  g_clear_error (&error);

  g_assert_null (flitzis_decode_bytes (text, 48000, NULL, NULL, NULL, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "15 bytes in memory"));
}

/* Lengths that lead behind the end are the file's fault; not every stream can look there. */
static void
test_bytes_behind_the_end (void)
{
  static const char headers[][21] = {
    "RIFF\0\0\1\0WAVEJUNK\0\0\1\0",
    "FORM\0\1\0\0AIFFJUNK\0\1\0\0",
    "\0\0\0\x0c\x66typM4A \0\1\0\0free",
    "ID3\3\0\0\0\1\0\0\xff\xfb\x90\x64....",
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (headers[i], 20);
      g_autoptr (GError) error = NULL;

      g_assert_null (flitzis_decode_bytes (bytes, 48000, NULL, NULL, NULL, &error));
      g_assert_cmpint (error->domain, ==, FLITZIS_ENGINE_ERROR);
    }
}

/* A demuxer that gives up at its first look is heard, however quick it is. */
static void
test_quick_error (void)
{
  g_autoptr (GFile) file = get_fixture ("stereo.ogg");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_file_load_bytes (file, NULL, NULL, &error);
  g_autoptr (GBytes) start = NULL;

  g_assert_no_error (error);
  start = g_bytes_new_from_bytes (bytes, 0, 1000);
  for (guint i = 0; i < 100; i++)
    {
      gint64 start_us = g_get_monotonic_time ();

      g_assert_null (flitzis_decode_bytes (start, 48000, NULL, NULL, NULL, &error));
      g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT);
      g_clear_error (&error);
      g_assert_cmpint (g_get_monotonic_time () - start_us, <, 4 * G_USEC_PER_SEC);
    }
}

/* Some decoders begin with an empty buffer, when there is no memory for frames yet. */
static void
test_no_frames_at_first (void)
{
  g_auto (FlitzisFrames) frames = { .n_channels = 1 };
  float *values;

  g_assert_true (flitzis_frames_extend (&frames, 0, &values));
  g_assert_cmpuint (flitzis_frames_count (&frames), ==, 0);
  g_assert_true (flitzis_frames_extend (&frames, 1, &values));
  g_assert_cmpuint (flitzis_frames_count (&frames), ==, 1);
}

/* The definition: bit by bit, the highest first. */
static guint32
get_crc (guint n_bits, guint32 polynomial, const guint8 *data, gsize size)
{
  guint32 crc = 0;

  for (gsize bit = 0; bit < 8 * size; bit++)
    {
      guint next = data[bit / 8] >> (7 - bit % 8) & 1;

      crc = (crc << 1) ^ ((crc >> (n_bits - 1) ^ next) & 1 ? polynomial : 0);
    }

  return n_bits < 32 ? crc & ((1u << n_bits) - 1) : crc;
}

/* Bytes of all lengths, in one go and in two. */
static void
test_crc (void)
{
  guint8 data[80];

  for (gsize i = 0; i < sizeof data; i++)
    data[i] = (guint8) g_test_rand_int ();

  for (gsize size = 0; size <= sizeof data; size++)
    {
      gsize   half = size / 2;
      guint16 crc = flitzis_crc16 (0, data, size);

      g_assert_cmphex (crc, ==, get_crc (16, 0x8005, data, size));
      g_assert_cmphex (flitzis_crc16 (flitzis_crc16 (0, data, half), data + half, size - half), ==,
                       crc);
      g_assert_cmphex (flitzis_crc32 (0, data, size), ==, get_crc (32, 0x04c11db7, data, size));
      g_assert_cmphex (flitzis_crc32 (flitzis_crc32 (0, data, half), data + half, size - half), ==,
                       flitzis_crc32 (0, data, size));
    }
}

/* A file without a path, inside a resource that is made here as GLib's compiler would. */
static void
test_resource (void)
{
  g_autofree char *folder = g_dir_make_tmp ("flitzis-XXXXXX", NULL);
  g_autofree char *source = g_build_filename (folder, "test.gresource.xml", NULL);
  g_autofree char *target = g_build_filename (folder, "test.gresource", NULL);
  g_autofree char *option = g_strdup_printf ("--sourcedir=%s", g_getenv ("FLITZIS_FIXTURES"));
  g_autofree char *target_option = g_strdup_printf ("--target=%s", target);
  g_autoptr (GError) error = NULL;
  g_autoptr (GResource) resource = NULL;
  g_autoptr (GFile) file = g_file_new_for_uri ("resource:///org/flitzis/stereo.m4a");
  g_autoptr (FlitzisSample) sample = NULL;
  g_autoptr (FlitzisSample) same = decode_fixture ("stereo.m4a", 48000, NULL);
  const char *xml = "<gresources><gresource prefix='/org/flitzis'><file>stereo.m4a</file>"
                    "</gresource></gresources>";
  char       *argv[] = { (char *) "glib-compile-resources", option, target_option, source, NULL };
  int         status;

  g_assert_true (g_file_set_contents (source, xml, -1, NULL));
  g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                               &status, &error));
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);

  resource = g_resource_load (target, &error);
  g_assert_no_error (error);
  g_resources_register (resource);
  sample = flitzis_decode_file (file, 48000, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (flitzis_sample_get_bytes (sample),
                                flitzis_sample_get_bytes (same)));
  g_resources_unregister (resource);

  g_unlink (source);
  g_unlink (target);
  g_rmdir (folder);
}

/* A plugin that claims FLAC, and ranks before all others. */
typedef GstElement      Stranger;
typedef GstElementClass StrangerClass;

static GType stranger_get_type (void);
G_DEFINE_TYPE (Stranger, stranger, GST_TYPE_ELEMENT)

static int n_strangers;

static void
stranger_class_init (StrangerClass *class)
{
  static GstStaticPadTemplate sink =
      GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
                               GST_STATIC_CAPS ("audio/x-flac"));
  static GstStaticPadTemplate source =
      GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
                               GST_STATIC_CAPS ("audio/x-raw"));

  gst_element_class_add_static_pad_template (class, &sink);
  gst_element_class_add_static_pad_template (class, &source);
  gst_element_class_set_static_metadata (class, "Stranger", "Codec/Decoder/Audio", "Decodes FLAC",
                                         "Nobody");
}

static void
stranger_init (Stranger *self)
{
  g_atomic_int_inc (&n_strangers);
}

static void
add_stranger (void)
{
  static gboolean is_added;

  g_assert_true (gst_init_check (NULL, NULL, NULL));
  if (!is_added)
    g_assert_true (gst_element_register (NULL, "flitzisstranger", GST_RANK_PRIMARY + 100,
                                         stranger_get_type ()));
  is_added = TRUE;
}

/* What else is installed and claims a format gets no file. */
static void
test_unknown_decoder (void)
{
  g_autoptr (FlitzisSample) sample = NULL;
  g_autoptr (GError) error = NULL;

  add_stranger ();
  sample = decode_fixture ("stereo.flac", 48000, &error);
  g_assert_no_error (error);
  g_assert_nonnull (sample);
  g_assert_cmpint (g_atomic_int_get (&n_strangers), ==, 0);
}

/* A decoder that is not installed is named, whatever else claims its format. */
static void
test_missing_decoder (void)
{
  static const char *const names[] = { "flacdec", "avdec_flac", "claxondec" };
  GstRegistry             *registry = gst_registry_get ();
  GstPluginFeature        *hidden[G_N_ELEMENTS (names)];
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) sample = NULL;

  add_stranger ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      hidden[i] = gst_registry_lookup_feature (registry, names[i]);
      if (hidden[i] != NULL)
        gst_registry_remove_feature (registry, hidden[i]);
    }

  sample = decode_fixture ("stereo.flac", 48000, &error);
  g_assert_null (sample);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "FLAC"));
  g_assert_nonnull (strstr (error->message, "decoder installed that Flitzis uses"));
  g_assert_cmpint (g_atomic_int_get (&n_strangers), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (hidden[i] != NULL)
        gst_registry_add_feature (registry, hidden[i]);
      g_clear_object (&hidden[i]);
    }
}

typedef struct
{
  GCancellable *cancellable;
  guint         n_calls;
  gsize         n_bytes;
  double        progress;
  guint         n_until_end;
} Watch;

static gboolean
watch_cb (gsize n_bytes, double progress, gpointer user_data, GError **error)
{
  Watch *watch = user_data;

  g_assert_cmpuint (n_bytes, >=, watch->n_bytes);
  g_assert_cmpfloat (progress, <=, 1.0);
  g_assert_cmpfloat (progress, >=, watch->progress);

  /* somebody only looks whether it is still wanted */
  if (n_bytes == watch->n_bytes && progress == watch->progress)
    return TRUE;

  watch->n_bytes = n_bytes;
  watch->progress = progress;
  watch->n_calls++;

  if (watch->n_calls != watch->n_until_end)
    return TRUE;

  if (watch->cancellable != NULL)
    {
      g_cancellable_cancel (watch->cancellable);
      return TRUE;
    }

  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE, "enough");

  return FALSE;
}

static GBytes *
make_long_wav (void)
{
  g_autofree float *values = g_new0 (float, 480000);

  return make_wav (values, 480000, 2, 48000);
}

static void
test_progress (void)
{
  g_autoptr (GBytes) bytes = make_long_wav ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) sample = NULL;
  Watch watch = { 0 };

  sample = flitzis_decode_bytes (bytes, 24000, NULL, watch_cb, &watch, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (watch.n_calls, >, 10);
  g_assert_cmpfloat_with_epsilon (watch.progress, 1.0, 1e-6);
  g_assert_cmpuint (watch.n_bytes, ==, g_bytes_get_size (flitzis_sample_get_bytes (sample)));
}

static void
test_ended_by_func (void)
{
  g_autoptr (GBytes) bytes = make_long_wav ();
  g_autoptr (GError) error = NULL;
  Watch watch = { .n_until_end = 3 };

  g_assert_null (flitzis_decode_bytes (bytes, 48000, NULL, watch_cb, &watch, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
  g_assert_true (g_str_has_prefix (error->message, "Could not decode "));
  g_assert_true (g_str_has_suffix (error->message, " bytes in memory: enough"));
  g_assert_cmpuint (watch.n_calls, ==, 3);
}

static void
test_cancel (void)
{
  g_autoptr (GBytes) bytes = make_long_wav ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Watch watch = { .cancellable = cancellable, .n_until_end = 2 };

  /* at the next buffer */
  g_assert_null (flitzis_decode_bytes (bytes, 44100, cancellable, watch_cb, &watch, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (watch.n_calls, ==, 2);
  g_clear_error (&error);

  /* before it has begun */
  g_assert_null (flitzis_decode_bytes (bytes, 48000, cancellable, watch_cb, &watch, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (watch.n_calls, ==, 2);
}

/* Frames are resampled as they come, so that the request also ends in the midst of that. */
static void
test_ended_while_resampling (void)
{
  g_autoptr (GBytes) bytes = make_long_wav ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) plain = NULL;
  g_autoptr (FlitzisSample) resampled = NULL;
  Watch decoding = { 0 }, all = { 0 }, ended;

  plain = flitzis_decode_bytes (bytes, 48000, NULL, watch_cb, &decoding, &error);
  g_assert_no_error (error);
  resampled = flitzis_decode_bytes (bytes, 24000, NULL, watch_cb, &all, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all.n_calls, ==, decoding.n_calls);

  ended = (Watch){ .n_until_end = all.n_calls / 2 };
  g_assert_null (flitzis_decode_bytes (bytes, 24000, NULL, watch_cb, &ended, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
  g_assert_cmpuint (ended.n_calls, ==, all.n_calls / 2);
}

/* How much will come is known before it comes, where the header says so and the file is as long. */
static void
test_expected (void)
{
  g_autoptr (GBytes) bytes = make_long_wav ();
  g_autoptr (GError) error = NULL;
  Watch watch = { .n_until_end = 1 };

  g_assert_null (flitzis_decode_bytes (bytes, 24000, NULL, watch_cb, &watch, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "it has 240000 frames (5.000 s): enough"));
  g_assert_cmpuint (watch.n_bytes, ==, 240000 / 2 * 2 * sizeof (float));
}

typedef enum
{
  CHANGE_CUT,
  CHANGE_EMPTY,
  CHANGE_OVERWRITE,
  CHANGE_APPEND,
  CHANGE_REPLACE,
  CHANGE_UNLINK,
  N_CHANGES
} Change;

typedef struct
{
  Change      change;
  const char *path;
  guint       n_calls;
} Changer;

/* Once the file is being decoded. */
static gboolean
change_cb (gsize n_bytes, double progress, gpointer user_data, GError **error)
{
  Changer *changer = user_data;
  int      fd;

  if (progress <= 0.0 || ++changer->n_calls != 3)
    return TRUE;

  switch (changer->change)
    {
    case CHANGE_CUT:
      g_assert_cmpint (truncate (changer->path, 1000000), ==, 0);
      break;

    case CHANGE_EMPTY:
      g_assert_cmpint (truncate (changer->path, 0), ==, 0);
      break;

    case CHANGE_OVERWRITE:
    case CHANGE_APPEND:
      fd = g_open (changer->path,
                   O_WRONLY | (changer->change == CHANGE_APPEND ? O_APPEND : 0), 0);
      g_assert_cmpint (fd, >=, 0);
      g_assert_cmpint (write (fd, changer->path, 10), ==, 10);
      close (fd);
      break;

    case CHANGE_REPLACE:
      g_assert_true (g_file_set_contents (changer->path, "another", -1, NULL));
      break;

    default:
      g_assert_cmpint (g_unlink (changer->path), ==, 0);
    }

  return TRUE;
}

/* What is written to while it is read is refused; what only loses its name is read to the end. */
static void
test_changed (void)
{
  g_autofree char *folder = g_dir_make_tmp ("flitzis-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "kick.wav", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GBytes) bytes = make_long_wav ();
  struct utimbuf long_ago = { 1000000000, 1000000000 };
  gsize          size;

  for (Change change = 0; change < N_CHANGES; change++)
    {
      Changer changer = { change, path, 0 };
      g_autoptr (GError) error = NULL;
      g_autoptr (FlitzisSample) sample = NULL;

      g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, &size),
                                          g_bytes_get_size (bytes), NULL));
      g_assert_cmpint (g_utime (path, &long_ago), ==, 0);
      sample = flitzis_decode_file (file, 48000, NULL, change_cb, &changer, &error);
      g_assert_cmpuint (changer.n_calls, >=, 3);
      if (change >= CHANGE_REPLACE)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (flitzis_sample_get_n_frames (sample), ==, 240000);
        }
      else
        {
          g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT);
          g_assert_cmpstr (error->message, ==,
                           "Could not decode “kick.wav”: it was changed while it was read");
        }
    }

  g_rmdir (folder);
}

/* A stream that cannot seek: some bytes, and then zeros for ever or none. */
typedef struct
{
  GFileInputStream parent_instance;
  GBytes          *bytes;
  gsize            n_read;
  gboolean         is_endless;
} TestPipe;

typedef GFileInputStreamClass TestPipeClass;

static GType test_pipe_get_type (void);
G_DEFINE_TYPE (TestPipe, test_pipe, G_TYPE_FILE_INPUT_STREAM)

static gssize
test_pipe_read (GInputStream *stream,
                void         *buffer,
                gsize         count,
                GCancellable *cancellable,
                GError      **error)
{
  TestPipe     *self = (TestPipe *) stream;
  gsize         size;
  const guint8 *data = g_bytes_get_data (self->bytes, &size);

  if (self->n_read < size)
    {
      count = MIN (count, size - self->n_read);
      memcpy (buffer, data + self->n_read, count);
    }
  else if (self->is_endless)
    memset (buffer, 0, count);
  else
    count = 0;
  self->n_read += count;

  return count;
}

static void
test_pipe_finalize (GObject *object)
{
  g_bytes_unref (((TestPipe *) object)->bytes);
  G_OBJECT_CLASS (test_pipe_parent_class)->finalize (object);
}

static void
test_pipe_class_init (TestPipeClass *class)
{
  G_OBJECT_CLASS (class)->finalize = test_pipe_finalize;
  G_INPUT_STREAM_CLASS (class)->read_fn = test_pipe_read;
}

static void
test_pipe_init (TestPipe *self)
{
}

/* Without bytes there is no end of them. */
static GInputStream *
open_pipe (GBytes *bytes)
{
  TestPipe *stream = g_object_new (test_pipe_get_type (), NULL);

  stream->bytes = bytes != NULL ? g_bytes_ref (bytes) : g_bytes_new (NULL, 0);
  stream->is_endless = bytes == NULL;

  return G_INPUT_STREAM (stream);
}

static gboolean
limit_cb (gsize n_bytes, double progress, gpointer user_data, GError **error)
{
  gsize *n_most = user_data;

  if (n_bytes <= *n_most)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE, "%zu bytes", n_bytes);
  *n_most = n_bytes;

  return FALSE;
}

/* What cannot seek is held, which counts from the first byte on, and with the frames. */
static void
test_unseekable (void)
{
  g_autoptr (GBytes) bytes = make_long_wav ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) sample = NULL;
  g_autoptr (GFile) endless = stream_file_new ("pipe.wav", open_pipe, NULL);
  g_autoptr (GFile) file = stream_file_new ("pipe.wav", open_pipe, bytes);
  gsize n_bytes = 3 * 1000 * 1000;

  g_assert_null (flitzis_decode_file (endless, 48000, NULL, limit_cb, &n_bytes, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "“pipe.wav”"));
  g_assert_cmpuint (n_bytes, <, 3.1 * 1000 * 1000);
  g_clear_error (&error);

  /* without anybody who says what is too much */
  g_assert_null (flitzis_decode_file (endless, 48000, NULL, NULL, NULL, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "longer than 256 MiB"));
  g_clear_error (&error);

  n_bytes = 2 * 480000 * sizeof (float) - 1;
  g_assert_null (flitzis_decode_file (file, 48000, NULL, limit_cb, &n_bytes, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
  g_clear_error (&error);

  n_bytes = 2 * 480000 * sizeof (float) + 44;
  sample = flitzis_decode_file (file, 48000, NULL, limit_cb, &n_bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (flitzis_sample_get_n_frames (sample), ==, 240000);

  g_assert_finalize_object (g_steal_pointer (&file));
}

/* A stream that comes to a standstill in the middle: who reads on is held until it is let go, or is
 * told that it cannot be read. */
typedef struct
{
  GMemoryInputStream parent_instance;
  GMutex             lock;
  GCond              cond;
  gsize              n_left;
  gboolean           is_held;
  gboolean           is_standing;
  gboolean           is_broken;
} TestStream;

typedef GMemoryInputStreamClass TestStreamClass;

static GType test_stream_get_type (void);
G_DEFINE_TYPE (TestStream, test_stream, G_TYPE_MEMORY_INPUT_STREAM)

static gssize
test_stream_read (GInputStream *stream,
                  void         *buffer,
                  gsize         count,
                  GCancellable *cancellable,
                  GError      **error)
{
  TestStream *self = (TestStream *) stream;

  if (self->is_broken && self->n_left < g_seekable_tell (G_SEEKABLE (stream)) + count)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Input/output error");
      return -1;
    }

  g_mutex_lock (&self->lock);
  self->is_standing = self->is_held && !self->is_broken && self->n_left < count;
  while (self->is_standing)
    g_cond_wait (&self->cond, &self->lock);
  self->n_left -= MIN (self->n_left, count);
  g_mutex_unlock (&self->lock);

  return G_INPUT_STREAM_CLASS (test_stream_parent_class)
      ->read_fn (stream, buffer, count, cancellable, error);
}

static void
test_stream_finalize (GObject *object)
{
  TestStream *self = (TestStream *) object;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (test_stream_parent_class)->finalize (object);
}

static void
test_stream_class_init (TestStreamClass *class)
{
  G_OBJECT_CLASS (class)->finalize = test_stream_finalize;
  G_INPUT_STREAM_CLASS (class)->read_fn = test_stream_read;
}

static void
test_stream_init (TestStream *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->is_held = TRUE;
}

static gboolean
test_stream_is_standing (TestStream *self)
{
  gboolean is_standing;

  g_mutex_lock (&self->lock);
  is_standing = self->is_standing;
  g_mutex_unlock (&self->lock);

  return is_standing;
}

static void
test_stream_let_go (TestStream *self)
{
  g_mutex_lock (&self->lock);
  self->is_held = FALSE;
  self->is_standing = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Longer than the test may take. */
#define NEVER_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/* What becomes of a load whose decoder stands still after its first frames. */
typedef enum
{
  STUCK_SILENT,    /* the deadlines pass */
  STUCK_CANCELLED, /* the others go without any */
  STUCK_SUPERSEDED,
} StuckEnd;

typedef struct
{
  StuckEnd             end;
  TestStream          *stream;
  GCancellable        *cancellable;
  FlitzisDecodeRequest request;
  FlitzisFrameBuilder  builder;
  GError              *error;
} Stuck;

/* Whoever looks whether a decoder is still wanted comes here, under the lock of the deadline. A
 * deadline of 0 has passed already. */
static gboolean
stuck_cb (gsize n_bytes, double progress, gpointer user_data, GError **error)
{
  Stuck *self = user_data;

  if (n_bytes == 0 || !test_stream_is_standing (self->stream))
    return TRUE;

  switch (self->end)
    {
    case STUCK_SILENT:
      self->request.deadline_us = 0;
      return TRUE;

    case STUCK_CANCELLED:
      g_cancellable_cancel (self->cancellable);
      return TRUE;

    default:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "another took its place");
      return FALSE;
    }
}

static void
stuck_init (Stuck *self, StuckEnd end)
{
  g_autoptr (GBytes) bytes = make_long_wav ();

  *self = (Stuck){
    .end = end,
    .stream = g_object_new (test_stream_get_type (), NULL),
    .cancellable = g_cancellable_new (),
  };
  self->stream->n_left = 400000;
  g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (self->stream), bytes);
  self->request = flitzis_decode_request_make (48000, self->cancellable, stuck_cb, self);
  g_assert_cmpint (self->request.deadline_us, ==, 5 * G_USEC_PER_SEC);
  self->request.deadline_us = NEVER_US;
  g_assert_true (flitzis_gstreamer_init (NULL));
}

static void
gone_cb (gpointer data, GObject *where_it_was)
{
  g_atomic_int_set ((int *) data, TRUE);
}

/* What is left goes when the thread that was held comes back. */
static void
stuck_clear (Stuck *self)
{
  int is_gone = FALSE;

  test_stream_let_go (self->stream);
  g_object_weak_ref (G_OBJECT (self->stream), gone_cb, &is_gone);
  g_object_unref (self->stream);
  while (!g_atomic_int_get (&is_gone))
    g_usleep (1000);

  g_object_unref (self->cancellable);
  flitzis_frame_builder_clear (&self->builder);
  g_clear_error (&self->error);
}

static void
assert_stuck_error (const Stuck *self)
{
  if (self->end == STUCK_SILENT)
    {
      g_assert_error (self->error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT);
      g_assert_nonnull (strstr (self->error->message, "stopped without saying so"));
      g_assert_nonnull (strstr (self->error->message, "after "));
    }
  else
    {
      g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

/* A thread of the decoder that never comes back: the load ends all the same, with elements that
 * are known and with those that decodebin finds. */
static void
test_stuck (gconstpointer data)
{
  const FlitzisPcm     pcm = { .format = GST_AUDIO_FORMAT_F32LE, .rate = 48000, .n_channels = 2 };
  FlitzisHeader        known = { FLITZIS_CONTAINER_RIFF, FLITZIS_CODEC_PCM, pcm };
  FlitzisHeader        searched = { FLITZIS_CONTAINER_RIFF, FLITZIS_CODEC_OTHER };
  const FlitzisHeader *headers[] = { &known, &searched };

  known.offset = 44;
  known.n_bytes = 240000 * 2 * sizeof (float);
  searched.n_bytes = 44 + known.n_bytes;

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      Stuck stuck;

      stuck_init (&stuck, GPOINTER_TO_INT (data));
      g_assert_false (flitzis_decoder_run (G_INPUT_STREAM (stuck.stream), headers[i],
                                           &stuck.request, &stuck.builder, &stuck.error));
      assert_stuck_error (&stuck);
      g_assert_cmpuint (flitzis_frames_count (&stuck.builder.frames), >, 0);
      g_assert_true (stuck.request.is_abandoned);
      g_assert_true (test_stream_is_standing (stuck.stream));
      stuck_clear (&stuck);
    }
}

/* An error of the file system is told as one, and not as if the file made no sense. */
static void
test_read_error (void)
{
  static const char *const names[] = { "stereo-float.wav", "stereo.flac", "stereo.ogg", "cbr.mp3",
                                       "stereo.m4a" };

  g_assert_true (flitzis_gstreamer_init (NULL));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GFile) file = get_fixture (names[i]);
      g_autoptr (GBytes) bytes = g_file_load_bytes (file, NULL, NULL, NULL);
      g_autoptr (GInputStream) good = g_memory_input_stream_new_from_bytes (bytes);
      g_autoptr (GInputStream) bad = g_object_new (test_stream_get_type (), NULL);
      g_autoptr (GError) error = NULL;
      g_auto (FlitzisFrameBuilder) builder = { 0 };
      FlitzisDecodeRequest request = flitzis_decode_request_make (48000, NULL, NULL, NULL);
      g_auto (FlitzisFacts) facts = { 0 };
      FlitzisHeader header;

      g_assert_true (flitzis_header_read (&header, &facts, good, NULL, NULL));
      g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (bad), bytes);
      ((TestStream *) bad)->is_broken = TRUE;
      ((TestStream *) bad)->n_left = g_bytes_get_size (bytes) / 2;
      g_assert_false (flitzis_decoder_run (bad, &header, &request, &builder, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
      g_assert_cmpstr (error->message, ==, "Input/output error");
    }
}

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n_entries = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n_entries++;

  return n_entries;
}

/* A streaming thread that has failed may let go of the bus a little after us. */
static guint
count_settled (const char *path, guint n_expected)
{
  guint n_least = G_MAXUINT;

  for (guint i = 0; i < 1000 && (i < 20 || n_least > n_expected); i++)
    {
      g_thread_pool_stop_unused_threads ();
      n_least = MIN (n_least, count_entries (path));
      g_usleep (10 * 1000);
    }

  return n_least;
}

static void
decode_good_and_bad (void)
{
  static const char *const names[] = {
    "stereo.flac", "stereo.m4a", "cbr.mp3", "video.mp4",
    "text.wav", "unpositioned.wav", "cut.m4a", "no-frames.wav"
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (FlitzisSample) sample = decode_fixture (names[i], 48000, NULL);
    }
}

/* The threads that GLib keeps idle for a while are told to go first: there may be any number. */
static void
test_nothing_left (void)
{
  guint n_descriptors, n_threads;

  for (guint i = 0; i < 3; i++)
    decode_good_and_bad ();
  n_descriptors = count_settled ("/proc/self/fd", G_MAXUINT);
  n_threads = count_settled ("/proc/self/task", G_MAXUINT);

  for (guint i = 0; i < 12; i++)
    decode_good_and_bad ();

  g_assert_cmpuint (count_settled ("/proc/self/fd", n_descriptors), ==, n_descriptors);
  g_assert_cmpuint (count_settled ("/proc/self/task", n_threads), <=, n_threads);
}

static gpointer
decode_worker (gpointer data)
{
  guint64 n_frames = g_str_has_suffix (data, ".wav") ? 4410 : 11025;

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FlitzisSample) sample = decode_fixture (data, 44100, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (flitzis_sample_get_n_frames (sample), ==, n_frames);
    }

  return NULL;
}

/* Several at once, more than there are cores: elements start in every order. */
static void
test_side_by_side (void)
{
  static const char *const names[] = { "stereo.aiff", "stereo.flac", "stereo.ogg", "cbr.mp3",
                                       "stereo.m4a", "stray-bytes.wav", "itunes.m4a",
                                       "stereo.aiff" };
  GThread                 *threads[G_N_ELEMENTS (names)];

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    threads[i] = g_thread_new ("decode", decode_worker, (gpointer) names[i]);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char *argv[])
{
  static const char *const stuck_ends[] = { "silent", "cancelled", "superseded" };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autofree char *path = g_strdup_printf ("/decode/fixture/%s", fixtures[i].name);
      g_autofree char *other = g_strdup_printf ("/decode/resampled/%s", fixtures[i].name);

      g_test_add_data_func (path, &fixtures[i], test_fixture);
      g_test_add_data_func (other, &fixtures[i], test_fixture_resampled);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_fixtures); i++)
    {
      g_autofree char *path = g_strdup_printf ("/decode/bad/%s", bad_fixtures[i].name);

      g_test_add_data_func (path, &bad_fixtures[i], test_bad);
    }
  for (guint i = 0; i < G_N_ELEMENTS (conversions); i++)
    {
      g_autofree char *path = g_strdup_printf ("/decode/resampler/%u-%u", conversions[i].from_rate,
                                               conversions[i].to_rate);

      g_test_add_data_func (path, &conversions[i], test_resampler);
    }
  g_test_add_func ("/decode/mend/anywhere", test_mend_anywhere);
  g_test_add_func ("/decode/padding/copies", test_padding_of_copies);
  g_test_add_func ("/decode/padding/growing", test_padding_of_growing);
  g_test_add_func ("/decode/resampler/variants", test_resampler_variants);
  g_test_add_func ("/decode/bit-exact", test_bit_exact);
  g_test_add_func ("/decode/mend", test_mend);
  g_test_add_func ("/decode/surround", test_surround);
  g_test_add_func ("/decode/lengths", test_lengths);
  g_test_add_func ("/decode/file-system", test_file_system);
  g_test_add_func ("/decode/name", test_name);
  g_test_add_func ("/decode/bytes", test_bytes);
  g_test_add_func ("/decode/bad-bytes", test_bad_bytes);
  g_test_add_func ("/decode/crc", test_crc);
  g_test_add_func ("/decode/resource", test_resource);
  g_test_add_func ("/decode/bytes-behind-the-end", test_bytes_behind_the_end);
  g_test_add_func ("/decode/no-frames-at-first", test_no_frames_at_first);
  g_test_add_func ("/decode/quick-error", test_quick_error);
  g_test_add_func ("/decode/unknown-decoder", test_unknown_decoder);
  g_test_add_func ("/decode/missing-decoder", test_missing_decoder);
  g_test_add_func ("/decode/progress", test_progress);
  g_test_add_func ("/decode/ended-by-func", test_ended_by_func);
  g_test_add_func ("/decode/ended-while-resampling", test_ended_while_resampling);
  g_test_add_func ("/decode/expected", test_expected);
  g_test_add_func ("/decode/cancel", test_cancel);
  g_test_add_func ("/decode/changed", test_changed);
  g_test_add_func ("/decode/unseekable", test_unseekable);
  for (guint i = 0; i < G_N_ELEMENTS (stuck_ends); i++)
    {
      g_autofree char *path = g_strdup_printf ("/decode/stuck/%s", stuck_ends[i]);

      g_test_add_data_func (path, GINT_TO_POINTER (i), test_stuck);
    }
  g_test_add_func ("/decode/read-error", test_read_error);
  g_test_add_func ("/decode/side-by-side", test_side_by_side);
  g_test_add_func ("/decode/nothing-left", test_nothing_left);

  return g_test_run ();
}
