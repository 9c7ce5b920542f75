/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* libsndfile, and libsoxr or libsamplerate behind it. */

#include "bench-load-peers.h"

#include <samplerate.h>
#include <sndfile.h>
#include <soxr.h>

#define RATE 48000

/* The frames that come of so many, and some more for rounding. */
static gsize
get_room (gsize n_in, guint rate)
{
  return (gsize) ((double) n_in * RATE / rate) + 16;
}

static float *
read_frames (const char *path, SF_INFO *info)
{
  SNDFILE *file = sf_open (path, SFM_READ, info);
  float   *frames;

  if (file == NULL)
    g_error ("%s: %s", path, sf_strerror (NULL));

  frames = g_new (float, info->frames * info->channels);
  info->frames = sf_readf_float (file, frames, info->frames);
  sf_close (file);

  return frames;
}

gsize
bench_load_sndfile_soxr (const char *path)
{
  SF_INFO             info = { 0 };
  g_autofree float   *in = read_frames (path, &info);
  g_autofree float   *out = NULL;
  soxr_quality_spec_t quality = soxr_quality_spec (SOXR_HQ, 0);
  gsize               n_out;

  if (info.samplerate == RATE)
    return info.frames;

  quality.passband_end = 20000.0 / 22050.0;
  quality.stopband_begin = 1.0;
  n_out = get_room (info.frames, info.samplerate);
  out = g_new (float, n_out *info.channels);
  if (soxr_oneshot (info.samplerate, RATE, info.channels, in, info.frames, NULL, out, n_out, &n_out,
                    NULL, &quality, NULL) != NULL)
    g_error ("soxr failed");

  return n_out;
}

/* Its converters are as they are: this is the fastest that is 100 dB down. */
gsize
bench_load_sndfile_samplerate (const char *path)
{
  SF_INFO           info = { 0 };
  g_autofree float *in = read_frames (path, &info);
  g_autofree float *out = NULL;
  SRC_DATA          data = { .data_in = in, .input_frames = info.frames };

  if (info.samplerate == RATE)
    return info.frames;

  data.src_ratio = (double) RATE / info.samplerate;
  data.output_frames = get_room (info.frames, info.samplerate);
  data.data_out = out = g_new (float, data.output_frames *info.channels);
  if (src_simple (&data, SRC_SINC_MEDIUM_QUALITY, info.channels) != 0)
    g_error ("libsamplerate failed");

  return data.output_frames_gen;
}
