/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "clock.h"

#define AL_ALEXT_PROTOTYPES
#include <AL/al.h>
#include <AL/alc.h>
#include <AL/alext.h>
#include <glib.h>
#include <string.h>

/*
 * OpenAL Soft, rendering into memory: 32 voices, stereo, in blocks of 256 frames. Prints
 *   mix/stereo/WHERE/steady/32/openal   nanoseconds for each voice and frame
 *   rate/stereo/linear/1.2345/openal    the same at a pitch of 1.2345
 *   rate/stereo/sinc/1.2345/openal      and with its best resampler
 * where WHERE is `cache` (one sample of 1 s) or `stream` (a sample of 10 s for each voice).
 */

#define RATE 48000
#define BLOCK_FRAMES 256
#define N_BLOCKS 64 /* measured in a row */
#define N_VOICES 32
#define SECONDS 0.5
#define SHORT_FRAMES RATE
#define LONG_FRAMES (10 * RATE)

static LPALCRENDERSAMPLESSOFT render_samples;

static ALuint
new_buffer (guint n_frames)
{
  g_autofree float *frames = g_new (float, 2 * n_frames);
  ALuint            buffer;

  for (guint i = 0; i < 2 * n_frames; i++)
    frames[i] = (float) g_random_double_range (-0.03, 0.03);

  alGenBuffers (1, &buffer);
  alBufferData (buffer, AL_FORMAT_STEREO_FLOAT32, frames, 2 * n_frames * sizeof (float), RATE);

  return buffer;
}

/* The resampler whose name has this in it. */
static ALint
find_resampler (const char *name)
{
  LPALGETSTRINGISOFT get_string = (LPALGETSTRINGISOFT) alGetProcAddress ("alGetStringiSOFT");

  for (ALint i = 0; i < alGetInteger (AL_NUM_RESAMPLERS_SOFT); i++)
    {
      if (strstr (get_string (AL_RESAMPLER_NAME_SOFT, i), name) != NULL)
        return i;
    }

  g_error ("OpenAL has no resampler “%s”", name);
}

/* Without what it would do to place the two channels in a room. */
static void
start_source (ALuint source, ALuint buffer, float pitch, ALint resampler)
{
  alSourcei (source, AL_BUFFER, buffer);
  alSourcei (source, AL_LOOPING, AL_TRUE);
  alSourcei (source, AL_DIRECT_CHANNELS_SOFT, AL_TRUE);
  alSourcei (source, AL_SOURCE_RESAMPLER_SOFT, resampler);
  alSourcef (source, AL_PITCH, pitch);
  alSourcef (source, AL_GAIN, 0.5f);
  alSourcePlay (source);
}

static gint64
measure_blocks (ALCdevice *device)
{
  float  out[2 * BLOCK_FRAMES];
  gint64 best = G_MAXINT64;
  gint64 start = bench_read_clock (CLOCK_MONOTONIC);
  gint64 end = start + (gint64) (SECONDS * 1e9);

  while (start < end)
    {
      start = bench_read_clock (CLOCK_MONOTONIC);

      for (guint i = 0; i < N_BLOCKS; i++)
        render_samples (device, out, BLOCK_FRAMES);

      best = MIN (best, bench_read_clock (CLOCK_MONOTONIC) - start);
    }

  return best;
}

static void
bench (ALCdevice *device, const char *what, guint n_frames, float pitch, const char *resampler)
{
  guint  n_buffers = n_frames == LONG_FRAMES ? N_VOICES : 1;
  ALuint buffers[N_VOICES], sources[N_VOICES];

  alGenSources (N_VOICES, sources);

  for (guint i = 0; i < n_buffers; i++)
    buffers[i] = new_buffer (n_frames);

  for (guint i = 0; i < N_VOICES; i++)
    start_source (sources[i], buffers[i % n_buffers], pitch, find_resampler (resampler));

  g_print ("%s/openal %.3f\n", what,
           (double) measure_blocks (device) / (N_BLOCKS * BLOCK_FRAMES * N_VOICES));
  alSourceStopv (N_VOICES, sources);
  alDeleteSources (N_VOICES, sources);
  alDeleteBuffers (n_buffers, buffers);
}

int
main (void)
{
  const ALCint                attributes[] = { ALC_FORMAT_CHANNELS_SOFT, ALC_STEREO_SOFT,
                                               ALC_FORMAT_TYPE_SOFT, ALC_FLOAT_SOFT,
                                               ALC_FREQUENCY, RATE,
                                               ALC_HRTF_SOFT, ALC_FALSE,
                                               0 };
  LPALCLOOPBACKOPENDEVICESOFT open_device;
  ALCdevice                  *device;
  ALCcontext                 *context;

  open_device = (LPALCLOOPBACKOPENDEVICESOFT) alcGetProcAddress (NULL, "alcLoopbackOpenDeviceSOFT");
  render_samples = (LPALCRENDERSAMPLESSOFT) alcGetProcAddress (NULL, "alcRenderSamplesSOFT");
  device = open_device (NULL);
  context = alcCreateContext (device, attributes);

  if (!alcMakeContextCurrent (context))
    {
      g_printerr ("OpenAL does not render into memory\n");
      return 1;
    }

  bench (device, "mix/stereo/cache/steady/32", SHORT_FRAMES, 1.0f, "Linear");
  bench (device, "mix/stereo/stream/steady/32", LONG_FRAMES, 1.0f, "Linear");
  bench (device, "rate/stereo/linear/1.2345", SHORT_FRAMES, 1.2345f, "Linear");
  bench (device, "rate/stereo/sinc/1.2345", SHORT_FRAMES, 1.2345f, "23rd");
  alcMakeContextCurrent (NULL);
  alcDestroyContext (context);
  alcCloseDevice (device);

  return 0;
}
