/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Converts decoded frames from one rate to another, once, at high quality. */

#include "config.h"

#include "decode/resample.h"

#include "flitzis-error.h"

#include <gst/audio/audio.h>
#include <sys/mman.h>
#include <unistd.h>

/* Frames converted before the job is asked again whether it is to go on. */
#define BLOCK_FRAMES 65536

/*
 * A Kaiser window, in fractions of the lower rate's Nyquist frequency. At 44.1 kHz the pass band
 * reaches 20 kHz within 0.1 dB, and above 22.05 kHz everything is 100 dB down or more: no alias or
 * image is left even in the transition band.
 */
#define STOP_ATTENUATION_DB 115.0
#define CUTOFF 0.945
#define TRANSITION_BANDWIDTH 0.055

/*
 * Rates with a large common divisor take few phases, and a table holds the exact filter of each.
 * For the others the filter is interpolated between this many phases, which costs 1/256 of a frame
 * of delay and is as clean.
 */
#define MAX_EXACT_PHASES 1024
#define OVERSAMPLE 256

/* A phase is the longer the more the rate goes down: no table is larger than a few MB. */
#define MAX_EXACT_TAPS (4 * MAX_EXACT_PHASES)

guint64
flitzis_resample_length (guint64 n_frames, guint from_rate, guint to_rate)
{
  return gst_util_uint64_scale_int_round (n_frames, to_rate, from_rate);
}

static guint
greatest_common_divisor (guint a, guint b)
{
  return b == 0 ? a : greatest_common_divisor (b, a % b);
}

static gboolean
has_exact_filter (guint from_rate, guint to_rate)
{
  guint n_phases = to_rate / greatest_common_divisor (from_rate, to_rate);

  return n_phases <= MAX_EXACT_PHASES && n_phases * (1 + from_rate / to_rate) <= MAX_EXACT_TAPS;
}

static GstAudioResampler *
make_resampler (guint n_channels, guint from_rate, guint to_rate)
{
  gboolean                             exact = has_exact_filter (from_rate, to_rate);
  GstAudioResamplerFilterMode          mode = exact ? GST_AUDIO_RESAMPLER_FILTER_MODE_FULL
                                                    : GST_AUDIO_RESAMPLER_FILTER_MODE_INTERPOLATED;
  GstAudioResamplerFilterInterpolation interpolation =
      exact ? GST_AUDIO_RESAMPLER_FILTER_INTERPOLATION_NONE
            : GST_AUDIO_RESAMPLER_FILTER_INTERPOLATION_CUBIC;
  GstStructure *options =
      gst_structure_new ("flitzis-resampler",
                         GST_AUDIO_RESAMPLER_OPT_STOP_ATTENUATION,
                         G_TYPE_DOUBLE, STOP_ATTENUATION_DB,
                         GST_AUDIO_RESAMPLER_OPT_CUTOFF,
                         G_TYPE_DOUBLE, CUTOFF,
                         GST_AUDIO_RESAMPLER_OPT_TRANSITION_BANDWIDTH,
                         G_TYPE_DOUBLE, TRANSITION_BANDWIDTH,
                         GST_AUDIO_RESAMPLER_OPT_FILTER_MODE,
                         GST_TYPE_AUDIO_RESAMPLER_FILTER_MODE, mode,
                         GST_AUDIO_RESAMPLER_OPT_FILTER_INTERPOLATION,
                         GST_TYPE_AUDIO_RESAMPLER_FILTER_INTERPOLATION, interpolation,
                         GST_AUDIO_RESAMPLER_OPT_FILTER_OVERSAMPLE,
                         G_TYPE_INT, OVERSAMPLE,
                         GST_AUDIO_RESAMPLER_OPT_MAX_PHASE_ERROR,
                         G_TYPE_DOUBLE, 0.0,
                         NULL);
  GstAudioResampler *resampler =
      gst_audio_resampler_new (GST_AUDIO_RESAMPLER_METHOD_KAISER, GST_AUDIO_RESAMPLER_FLAG_NONE,
                               GST_AUDIO_FORMAT_F32, n_channels, from_rate, to_rate, options);

  gst_structure_free (options);

  return resampler;
}

/* Feeds `n_in` frames (silence where `in` is NULL) and appends at most what `out` has room for. */
static void
feed (GstAudioResampler *resampler, float *in, gsize n_in, FlitzisFrames *out)
{
  gsize    n_room = (out->capacity - out->n_values) / out->n_channels;
  gsize    n_out = MIN (gst_audio_resampler_get_out_frames (resampler, n_in), n_room);
  gpointer in_planes[1] = { in };
  gpointer out_planes[1] = { out->values + out->n_values };

  gst_audio_resampler_resample (resampler, in != NULL ? in_planes : NULL, n_in, out_planes, n_out);
  out->n_values += n_out * out->n_channels;
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
  GstAudioResampler *resampler;
  gboolean           wanted = TRUE;

  n_out = MAX (n_out, 1);
  if (!flitzis_frames_reserve (&out, n_out))
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "there is no memory for %" G_GUINT64_FORMAT " frames at %u Hz", n_out, rate);
      return FALSE;
    }

  resampler = make_resampler (frames->n_channels, frames->rate, rate);

  for (gsize done = 0; done < n_in && wanted; done += BLOCK_FRAMES)
    {
      float *block = frames->values + done * frames->n_channels;
      gsize  n_block = MIN (n_in - done, BLOCK_FRAMES);

      feed (resampler, block, n_block, &out);
      give_back (block, block + n_block * frames->n_channels);
      wanted = flitzis_decode_job_check (job, error);
    }

  /* The last frames come out when the filter has seen as much silence behind them as it is long. */
  if (wanted)
    feed (resampler, NULL, gst_audio_resampler_get_max_latency (resampler) + 1, &out);

  gst_audio_resampler_free (resampler);
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
