/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "voice.h"

#include "resampler.h"

static void
set_gain (FlitzisVoice *voice, FlitzisRamp *ramp, float gain, uint32_t n_frames) FLITZIS_REALTIME
{
  if (!voice->was_heard)
    flitzis_ramp_jump (ramp, gain);
  else if (gain != ramp->to)
    flitzis_ramp_move (ramp, gain, n_frames);
  else
    return;

  voice->is_moving = true;
}

void
flitzis_voice_set_sound (FlitzisVoice       *voice,
                         const FlitzisSound *sound,
                         uint32_t            engine_rate,
                         uint32_t            n_frames) FLITZIS_REALTIME
{
  uint32_t own_rate = voice->handle->sample_rate;
  double   rate = own_rate == engine_rate ? sound->rate : sound->rate * own_rate / engine_rate;
  uint64_t step = (uint64_t) (int64_t) (rate * (double) FLITZIS_ONE_FRAME + 0.5);

  if (!voice->was_heard)
    flitzis_rate_ramp_jump (&voice->rate, step);
  else
    flitzis_rate_ramp_move (&voice->rate, step, n_frames);

  if (!flitzis_resampler_is_plain (voice))
    voice->n_plain_frames = 0;

  set_gain (voice, &voice->left, sound->left, n_frames);
  set_gain (voice, &voice->right, sound->right, n_frames);
}

void
flitzis_voice_set_paused (FlitzisVoice *voice, bool is_paused, uint32_t n_frames) FLITZIS_REALTIME
{
  if (voice->is_paused == is_paused || voice->is_released)
    return;

  voice->is_paused = is_paused;
  voice->n_plain_frames = 0;

  if (!voice->was_heard)
    flitzis_ramp_jump (&voice->envelope, is_paused ? 0.0f : 1.0f);
  else
    flitzis_ramp_move (&voice->envelope, is_paused ? 0.0f : 1.0f, n_frames);
}

void
flitzis_voice_release (FlitzisVoice *voice, FlitzisEnd reason, uint32_t n_frames) FLITZIS_REALTIME
{
  if (voice->is_released && n_frames >= voice->envelope.n_frames - voice->envelope.frame)
    return;

  voice->reason = voice->is_released ? voice->reason : reason;
  voice->is_released = true;
  voice->n_plain_frames = 0;
  flitzis_ramp_move (&voice->envelope, 0.0f, n_frames);
}

/* Whether it is on its way to silence, or there. */
static bool
is_leaving (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return voice->is_paused || voice->is_released;
}

bool
flitzis_voice_is_silent (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return is_leaving (voice) && flitzis_ramp_is_resting (&voice->envelope);
}

bool
flitzis_voice_is_finished (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return (voice->is_released && flitzis_ramp_is_resting (&voice->envelope)) ||
         voice->playhead.position >> 32 >= flitzis_playhead_get_length (&voice->playhead);
}

float
flitzis_voice_get_loudness (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  float left = flitzis_ramp_get_value (&voice->left);
  float right = flitzis_ramp_get_value (&voice->right);

  return (left > right ? left : right) * flitzis_ramp_get_value (&voice->envelope);
}

static void
look_at_ramps (FlitzisVoice *voice) FLITZIS_REALTIME
{
  voice->is_moving = !flitzis_ramp_is_resting (&voice->left) ||
                     !flitzis_ramp_is_resting (&voice->right) ||
                     !flitzis_ramp_is_resting (&voice->envelope);
  voice->plain_left = voice->left.to;
  voice->plain_right = voice->right.to;
}

bool
flitzis_voice_find_plain (FlitzisVoice *voice, uint32_t n_frames) FLITZIS_REALTIME
{
  uint32_t n_until_silent = voice->envelope.n_frames - voice->envelope.frame;
  uint32_t n;

  if (!flitzis_resampler_is_plain (voice))
    return false;

  n = flitzis_playhead_find (&voice->playhead, (int64_t) (voice->playhead.position >> 32),
                             &voice->plain_frames);

  if (is_leaving (voice) && n > n_until_silent)
    n = n_until_silent;

  if (n < n_frames)
    return false;

  voice->n_plain_frames = n;
  voice->was_heard = true;
  look_at_ramps (voice);

  return true;
}

static float
mix (FlitzisVoice         *voice,
     const FlitzisKernels *kernels,
     FlitzisRamp          *fade,
     const float          *frames,
     float                *out,
     uint32_t              n_frames) FLITZIS_REALTIME
{
  FlitzisMove move; /* without the factors that there are not */

  move.left = flitzis_ramp_get_slope (&voice->left);
  move.right = flitzis_ramp_get_slope (&voice->right);
  move.has_sides = !flitzis_ramp_is_resting (&voice->left) ||
                   !flitzis_ramp_is_resting (&voice->right);
  move.n_factors = 0;

  if (!flitzis_ramp_is_resting (&voice->envelope))
    move.factors[move.n_factors++] = flitzis_ramp_get_slope (&voice->envelope);

  if (fade != NULL)
    move.factors[move.n_factors++] = flitzis_ramp_get_slope (fade);

  flitzis_ramp_advance (&voice->left, n_frames);
  flitzis_ramp_advance (&voice->right, n_frames);
  flitzis_ramp_advance (&voice->envelope, n_frames);

  if (fade != NULL)
    flitzis_ramp_advance (fade, n_frames);

  return kernels->mix_moving (out, frames, &move, voice->n_channels, n_frames);
}

float
flitzis_voice_mix_plain (FlitzisVoice         *voice,
                         const FlitzisKernels *kernels,
                         float                *out,
                         uint32_t              n_frames) FLITZIS_REALTIME
{
  float peak = mix (voice, kernels, NULL, voice->plain_frames, out, n_frames);

  look_at_ramps (voice);

  return peak;
}

float
flitzis_voice_render (FlitzisVoice   *voice,
                      FlitzisScratch *scratch,
                      FlitzisRamp    *fade,
                      float          *out,
                      uint32_t        n_frames) FLITZIS_REALTIME
{
  uint32_t left = voice->envelope.n_frames - voice->envelope.frame;
  float    peak = 0.0f;

  voice->n_plain_frames = 0;

  if (is_leaving (voice) && left < n_frames)
    n_frames = left;

  while (n_frames > 0 && !flitzis_voice_is_finished (voice))
    {
      uint32_t     n = n_frames;
      uint64_t     end;
      const float *frames = flitzis_resampler_read (voice, scratch, &n, &end);
      float        peak_here = mix (voice, scratch->kernels, fade, frames, out, n);

      peak = peak_here > peak ? peak_here : peak;
      flitzis_playhead_move (&voice->playhead, end);
      flitzis_rate_ramp_advance (&voice->rate, n);
      voice->was_heard = true;
      out += 2 * n;
      n_frames -= n;
    }

  return peak;
}
