/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "voice.h"

#include "kernels.h"

#define ONE_FRAME ((uint64_t) 1 << 32)

void
flitzis_voice_start (FlitzisVoice  *voice,
                     FlitzisHandle *handle,
                     uint32_t       engine_rate) FLITZIS_REALTIME
{
  voice->handle = handle;
  voice->was_heard = false;
  voice->position = 0;
  voice->step = (handle->sample_rate * ONE_FRAME + engine_rate / 2) / engine_rate;
}

void
flitzis_voice_set_gain (FlitzisVoice *voice, float gain, uint32_t n_frames) FLITZIS_REALTIME
{
  if (!voice->was_heard)
    flitzis_ramp_jump (&voice->gain, gain);
  else if (gain != voice->gain.to)
    flitzis_ramp_move (&voice->gain, gain, n_frames);
}

bool
flitzis_voice_is_finished (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return voice->position >> 32 >= voice->handle->n_frames;
}

/* How many of the next `n_frames` come before the end of the sample. */
static uint32_t
clamp_to_end (const FlitzisVoice *voice, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t left = (voice->handle->n_frames << 32) - voice->position;
  uint64_t n_left = left / voice->step + (left % voice->step != 0);

  return n_left < n_frames ? (uint32_t) n_left : n_frames;
}

/* The next frames: where they lie in the sample, or interpolated in `scratch`. */
static const float *
read_frames (const FlitzisVoice *voice, float *scratch, uint32_t n_frames) FLITZIS_REALTIME
{
  const FlitzisHandle *handle = voice->handle;

  if (voice->step == ONE_FRAME)
    return handle->frames + (voice->position >> 32) * handle->n_channels;

  flitzis_interpolate (scratch, handle->frames, handle->n_channels, handle->n_frames,
                       voice->position, voice->step, n_frames);

  return scratch;
}

void
flitzis_voice_render (FlitzisVoice   *voice,
                      FlitzisScratch *scratch,
                      FlitzisRamp    *fade,
                      float          *out,
                      uint32_t        n_frames) FLITZIS_REALTIME
{
  uint32_t     n_channels = voice->handle->n_channels;
  const float *frames;

  if (flitzis_voice_is_finished (voice))
    return;

  n_frames = clamp_to_end (voice, n_frames);
  frames = read_frames (voice, scratch->frames, n_frames);

  if (fade == NULL && flitzis_ramp_is_resting (&voice->gain))
    {
      flitzis_mix (out, frames, n_channels, voice->gain.to, n_frames);
    }
  else
    {
      for (uint32_t i = 0; i < n_frames; i++)
        scratch->gains[i] = 1.0f;

      flitzis_ramp_multiply (&voice->gain, scratch->gains, n_frames);

      if (fade != NULL)
        flitzis_ramp_multiply (fade, scratch->gains, n_frames);

      flitzis_mix_gains (out, frames, n_channels, scratch->gains, n_frames);
    }

  voice->position += n_frames * voice->step;
  voice->was_heard = true;
}
