/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Milliseconds of processor time to convert a sound in memory from one rate to another, for Flitzis
 * and for the resamplers of GStreamer and libsoxr. All have the same filter: flat within 0.1 dB up
 * to 20 kHz and 110 dB down from 22.05 kHz on where the lower rate is 44.1 kHz, and in proportion
 * where it is another.
 *
 * Each line is a key and a value:
 *
 *   resample-ms/FROM-TO/CHANNELS/SECONDS/USE/WHO
 *
 * USE is "first" if the filter has to be made, or "later" if it is kept from the last conversion.
 * The resamplers take turns, and the median of 41 runs counts. An argument limits the keys to those
 * that go on with it after the first slash: 44100-48000/stereo.
 */

#include "config.h"

#include "decode/resampler-filter.h"
#include "decode/resampler.h"

#include <gst/audio/audio.h>
#include <math.h>
#include <string.h>

#ifdef HAVE_SOXR
#include <soxr.h>
#endif

#define N_TURNS 41

/* Frames that are handed over at a time. */
#define BLOCK_FRAMES 4096

/* The frames that are checked. They stand early in the sound, since libsoxr drifts by a hundred
 * thousandth of a frame in four seconds from 44100 to 47999 Hz. */
#define CHECK_FIRST 5000
#define CHECK_END 20000

/* Fed after the end of a sound, until the last frame has come out. */
static const float silence[2 * BLOCK_FRAMES];

typedef struct
{
  guint         n_channels;
  guint         from_rate;
  guint         to_rate;
  gsize         n_in;
  gsize         n_out;
  float        *in;
  FlitzisFrames out; /* room for n_out frames is reserved */
} Sound;

static void
forget_here (void)
{
  /* Four filters are kept; four others, with few taps each, push them out. */
  for (guint i = 1; i <= 4; i++)
    flitzis_rate_filter_unref (flitzis_rate_filter_get (1, 1 + i));
}

static void
convert_here (Sound *sound)
{
  g_autoptr (FlitzisResampler) resampler =
      flitzis_resampler_new (sound->n_channels, sound->from_rate, sound->to_rate);

  if (!flitzis_resampler_feed (resampler, sound->in, sound->n_in, &sound->out) ||
      !flitzis_resampler_finish (resampler, sound->n_in, &sound->out))
    g_error ("there is no memory");
}

static GstAudioResampler *gst_resampler;

static void
forget_gst (void)
{
  g_clear_pointer (&gst_resampler, gst_audio_resampler_free);
}

/* The window and the cut-off are those of lib/decode/resampler-filter.c. Each phase has its exact
 * filter; only where there are very many phases is it faster to interpolate between some. */
static GstAudioResampler *
make_gst (const Sound *sound)
{
  guint         unit = gst_util_greatest_common_divisor (sound->from_rate, sound->to_rate);
  gboolean      is_full = sound->to_rate / unit <= 1024;
  GstStructure *options = gst_structure_new (
      "options",
      GST_AUDIO_RESAMPLER_OPT_STOP_ATTENUATION, G_TYPE_DOUBLE, 115.0,
      GST_AUDIO_RESAMPLER_OPT_TRANSITION_BANDWIDTH, G_TYPE_DOUBLE, 0.0552,
      GST_AUDIO_RESAMPLER_OPT_CUTOFF, G_TYPE_DOUBLE, 0.945,
      GST_AUDIO_RESAMPLER_OPT_FILTER_OVERSAMPLE, G_TYPE_INT, 32,
      GST_AUDIO_RESAMPLER_OPT_FILTER_MODE, GST_TYPE_AUDIO_RESAMPLER_FILTER_MODE,
      is_full ? GST_AUDIO_RESAMPLER_FILTER_MODE_FULL
              : GST_AUDIO_RESAMPLER_FILTER_MODE_INTERPOLATED,
      GST_AUDIO_RESAMPLER_OPT_FILTER_INTERPOLATION, GST_TYPE_AUDIO_RESAMPLER_FILTER_INTERPOLATION,
      is_full ? GST_AUDIO_RESAMPLER_FILTER_INTERPOLATION_NONE
              : GST_AUDIO_RESAMPLER_FILTER_INTERPOLATION_LINEAR,
      NULL);
  GstAudioResampler *made = gst_audio_resampler_new (
      GST_AUDIO_RESAMPLER_METHOD_KAISER, GST_AUDIO_RESAMPLER_FLAG_NONE, GST_AUDIO_FORMAT_F32,
      sound->n_channels, sound->from_rate, sound->to_rate, options);

  gst_structure_free (options);

  return made;
}

static void
convert_gst (Sound *sound)
{
  guint n_channels = sound->n_channels;
  gsize n_done = 0, n_made = 0;

  if (gst_resampler == NULL)
    gst_resampler = make_gst (sound);
  else
    gst_audio_resampler_reset (gst_resampler);

  while (n_made < sound->n_out)
    {
      gboolean is_over = n_done == sound->n_in;
      gsize    n_in = is_over ? BLOCK_FRAMES : MIN (BLOCK_FRAMES, sound->n_in - n_done);
      gsize    n_out = gst_audio_resampler_get_out_frames (gst_resampler, n_in);
      gpointer in = is_over ? (gpointer) silence : sound->in + n_done * n_channels;
      gpointer out = sound->out.values + n_made * n_channels;

      n_out = MIN (n_out, sound->n_out - n_made);
      gst_audio_resampler_resample (gst_resampler, &in, n_in, &out, n_out);
      n_made += n_out;
      n_done += is_over ? 0 : n_in;
    }

  sound->out.n_values = n_made * n_channels;
}

#ifdef HAVE_SOXR
static soxr_t soxr;

static void
forget_soxr (void)
{
  g_clear_pointer (&soxr, soxr_delete);
}

static void
make_soxr (const Sound *sound)
{
  soxr_quality_spec_t quality = soxr_quality_spec (SOXR_HQ, 0);
  soxr_error_t        error;

  quality.precision = 17;
  quality.passband_end = 0.891; /* 0.06 dB down at 20 kHz, as ours is 0.05 dB */
  quality.stopband_begin = 1.0;
  soxr = soxr_create (sound->from_rate, sound->to_rate, sound->n_channels, &error, NULL, &quality,
                      NULL);
  if (error != NULL)
    g_error ("soxr: %s", error);
}

static void
convert_soxr (Sound *sound)
{
  guint n_channels = sound->n_channels;
  gsize n_done = 0, n_made = 0, n_in, n_out = 1;

  if (soxr == NULL)
    make_soxr (sound);
  else
    soxr_clear (soxr);

  while (n_made < sound->n_out && n_out + sound->n_in - n_done > 0)
    {
      n_in = MIN (BLOCK_FRAMES, sound->n_in - n_done);
      soxr_process (soxr, n_in > 0 ? sound->in + n_done * n_channels : NULL, n_in, &n_in,
                    sound->out.values + n_made * n_channels, sound->n_out - n_made, &n_out);
      n_done += n_in;
      n_made += n_out;
    }

  sound->out.n_values = n_made * n_channels;
}
#endif

typedef struct
{
  const char *name;
  void (*convert) (Sound *sound);
  void (*forget) (void); /* frees the filter */
} Resampler;

static const Resampler resamplers[] = {
  { "flitzis", convert_here, forget_here },
  { "gstreamer", convert_gst, forget_gst },
#ifdef HAVE_SOXR
  { "soxr", convert_soxr, forget_soxr },
#endif
};

/* A tone that stays and, if the rate gets lower, one that must vanish. */
static void
fill_in (Sound *sound)
{
  guint lower = MIN (sound->from_rate, sound->to_rate);

  for (gsize i = 0; i < sound->n_in; i++)
    {
      double turns = G_PI * lower / sound->from_rate * i;

      for (guint c = 0; c < sound->n_channels; c++)
        sound->in[i * sound->n_channels + c] =
            (float) (0.5 * sin (0.8 * turns) +
                     (sound->to_rate < sound->from_rate ? 0.4 * sin (1.01 * turns) : 0.0));
    }
}

/* Fails unless all frames came out, with the first tone in its place and at its level alone. */
static void
check (const Sound *sound, const char *name)
{
  guint  n_channels = sound->n_channels;
  double step = 0.8 * G_PI * MIN (sound->from_rate, sound->to_rate) / sound->to_rate;
  double tt = 0.0, tv = 0.0, vv = 0.0, gain;

  if (sound->out.n_values != sound->n_out * n_channels)
    g_error ("%s makes %" G_GSIZE_FORMAT " values, not %" G_GSIZE_FORMAT, name,
             sound->out.n_values, sound->n_out * n_channels);

  for (gsize i = CHECK_FIRST; i < CHECK_END; i++)
    {
      double tone = 0.5 * sin (step * i), value = sound->out.values[i * n_channels];

      tt += tone * tone;
      tv += tone * value;
      vv += value * value;
    }
  gain = tv / tt;

  /* within 0.1 dB, with the rest 100 dB below it */
  if (fabs (gain - 1.0) > 0.011 || vv - gain * tv > 1e-10 * tt)
    g_error ("%s: the gain of the tone is %f, and the rest %g of it", name, gain,
             sqrt (MAX (0.0, vv - gain * tv) / tt));
}

static double
measure (const Resampler *resampler, Sound *sound)
{
  struct timespec start, end;

  sound->out.n_values = 0;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &start);
  resampler->convert (sound);
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &end);

  return (end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) / 1e6;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return *(const double *) a < *(const double *) b ? -1 : 1;
}

static void
measure_sound (const char *key, guint from_rate, guint to_rate, guint n_channels, double seconds)
{
  static const char *const uses[] = { "first", "later" };
  double                   times[G_N_ELEMENTS (resamplers)][2][N_TURNS];
  Sound                    sound = { n_channels, from_rate, to_rate };

  sound.out.n_channels = n_channels;
  sound.n_in = (gsize) (seconds * from_rate);
  sound.n_out = flitzis_resample_length (sound.n_in, from_rate, to_rate);
  sound.in = g_new (float, sound.n_in *n_channels);
  if (!flitzis_frames_reserve (&sound.out, sound.n_out))
    g_error ("there is no memory");
  memset (sound.out.values, 0, sound.n_out * n_channels * sizeof (float)); /* touches the pages */
  fill_in (&sound);

  for (guint turn = 0; turn < N_TURNS; turn++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (resamplers); i++)
        {
          resamplers[i].forget ();
          times[i][0][turn] = measure (&resamplers[i], &sound);
          /* Not the later ones: a reset of GStreamer's keeps its place between two frames. */
          check (&sound, resamplers[i].name);
          times[i][1][turn] = measure (&resamplers[i], &sound);
        }
    }

  for (guint i = 0; i < G_N_ELEMENTS (resamplers); i++)
    {
      resamplers[i].forget ();
      for (guint use = 0; use < 2; use++)
        {
          qsort (times[i][use], N_TURNS, sizeof (double), compare);
          g_print ("resample-ms/%s/%s/%s %.3f\n", key, uses[use], resamplers[i].name,
                   times[i][use][N_TURNS / 2]);
        }
    }

  flitzis_frames_clear (&sound.out);
  g_free (sound.in);
}

int
main (int argc, char *argv[])
{
  static const guint rates[][2] = {
    { 44100, 48000 },
    { 48000, 44100 },
    { 96000, 48000 },
    { 22050, 48000 },
    { 44100, 47999 },
  };
  static const double lengths[] = { 0.5, 1.0, 10.0 };

  gst_init (&argc, &argv);

  for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
    for (guint n_channels = 1; n_channels <= 2; n_channels++)
      for (guint l = 0; l < G_N_ELEMENTS (lengths); l++)
        {
          g_autofree char *key = g_strdup_printf ("%u-%u/%s/%g", rates[r][0], rates[r][1],
                                                  n_channels == 1 ? "mono" : "stereo", lengths[l]);

          if (argc < 2 || g_str_has_prefix (key, argv[1]))
            measure_sound (key, rates[r][0], rates[r][1], n_channels, lengths[l]);
        }

  return 0;
}
