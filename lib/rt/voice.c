/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "voice.h"

#include "interpolator.h"

static FlitzisInterpolator
get_interpolator (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return (FlitzisInterpolator){ &voice->playhead, &voice->rate, voice->interpolation };
}

static bool
is_plain (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisInterpolator interpolator = get_interpolator (voice);

  return flitzis_interpolator_is_plain (&interpolator);
}

/* The length of the fades of a part that begins or ends within the sample, in frames: 1 ms. */
static uint32_t
get_n_cut_frames (uint32_t engine_rate) FLITZIS_REALTIME
{
  return engine_rate / 1000;
}

/* A voice that begins after the first frame of the sample fades in. */
static void
set_cut_in (FlitzisVoice *voice, uint32_t engine_rate) FLITZIS_REALTIME
{
  bool is_cut_in = voice->playhead.position > 0 || voice->playhead.first > 0;

  flitzis_ramp_jump (&voice->cut_in, is_cut_in ? 0.0f : 1.0f);
  flitzis_ramp_move (&voice->cut_in, 1.0f, get_n_cut_frames (engine_rate));
}

void
flitzis_voice_begin (FlitzisVoice *voice,
                     uint32_t      engine_rate,
                     uint32_t      n_attack_frames) FLITZIS_REALTIME
{
  set_cut_in (voice, engine_rate);
  flitzis_ramp_jump (&voice->envelope, 0.0f);
  flitzis_ramp_move (&voice->envelope, 1.0f, n_attack_frames);
  flitzis_ramp_jump (&voice->pause, 1.0f);
}

/* The end of a part fades out within 1 ms, however many frames of the sample that is at this
 * rate. */
static void
set_end_fade (FlitzisVoice *voice, uint64_t step, uint32_t engine_rate) FLITZIS_REALTIME
{
  uint64_t n_frames = (step * get_n_cut_frames (engine_rate) + FLITZIS_ONE_FRAME / 2) >> 32;

  if (voice->was_heard)
    flitzis_playhead_set_end_fade (&voice->playhead, n_frames);
  else
    voice->playhead.n_end_fade_frames = n_frames;
}

void
flitzis_voice_jump (FlitzisVoice *voice, uint32_t engine_rate) FLITZIS_REALTIME
{
  if (!voice->was_heard)
    set_cut_in (voice, engine_rate);

  set_end_fade (voice, voice->rate.to, engine_rate);
  voice->n_plain_frames = 0;
}

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

static void
move_gain (FlitzisVoice *voice,
           FlitzisRamp  *ramp,
           float         gain,
           uint32_t      n_frames,
           uint32_t      n_left_frames) FLITZIS_REALTIME
{
  float before = flitzis_ramp_get_value (ramp);

  if (n_left_frames > n_frames)
    gain = before + (gain - before) * (float) n_frames / (float) n_left_frames;

  if (gain == before && flitzis_ramp_is_resting (ramp))
    return;

  flitzis_ramp_move (ramp, gain, n_frames);
  voice->is_moving = true;
}

static uint64_t
get_step (const FlitzisVoice *voice, double rate, uint32_t engine_rate) FLITZIS_REALTIME
{
  uint32_t own_rate = voice->handle->sample_rate;

  if (own_rate != engine_rate)
    rate = rate * own_rate / engine_rate;

  return (uint64_t) (int64_t) (rate * (double) FLITZIS_ONE_FRAME + 0.5);
}

static void
move_rate (FlitzisVoice *voice, uint64_t step, uint32_t engine_rate, uint32_t n_frames)
    FLITZIS_REALTIME
{
  flitzis_rate_ramp_move (&voice->rate, step, n_frames);
  set_end_fade (voice, step, engine_rate);

  if (!is_plain (voice))
    voice->n_plain_frames = 0;
}

static void
set_rate (FlitzisVoice *voice, uint64_t step, uint32_t engine_rate, uint32_t n_frames)
    FLITZIS_REALTIME
{
  if (voice->was_heard)
    flitzis_rate_ramp_move (&voice->rate, step, n_frames);
  else
    flitzis_rate_ramp_jump (&voice->rate, step);

  set_end_fade (voice, step, engine_rate);

  if (!is_plain (voice))
    voice->n_plain_frames = 0;
}

void
flitzis_voice_set_sound (FlitzisVoice       *voice,
                         const FlitzisSound *sound,
                         uint32_t            engine_rate,
                         uint32_t            n_frames) FLITZIS_REALTIME
{
  set_rate (voice, get_step (voice, sound->rate, engine_rate), engine_rate, n_frames);
  set_gain (voice, &voice->left, sound->left, n_frames);
  set_gain (voice, &voice->right, sound->right, n_frames);
}

void
flitzis_voice_move_sound (FlitzisVoice       *voice,
                          const FlitzisSound *sound,
                          uint32_t            engine_rate,
                          uint32_t            n_frames,
                          uint32_t            n_left_frames) FLITZIS_REALTIME
{
  move_rate (voice, get_step (voice, sound->rate, engine_rate), engine_rate, n_frames);
  move_gain (voice, &voice->left, sound->left, n_frames, n_left_frames);
  move_gain (voice, &voice->right, sound->right, n_frames, n_left_frames);
}

void
flitzis_voice_finish_moves (FlitzisVoice *voice) FLITZIS_REALTIME
{
  flitzis_ramp_jump (&voice->left, voice->left.to);
  flitzis_ramp_jump (&voice->right, voice->right.to);
  flitzis_rate_ramp_jump (&voice->rate, voice->rate.to);
  voice->n_plain_frames = 0;
}

void
flitzis_voice_set_paused (FlitzisVoice *voice, bool is_paused, uint32_t n_frames) FLITZIS_REALTIME
{
  is_paused = is_paused || voice->is_dry;

  if (voice->is_paused == is_paused)
    return;

  voice->is_paused = is_paused;
  voice->n_plain_frames = 0;

  if (!voice->was_heard)
    flitzis_ramp_jump (&voice->pause, is_paused ? 0.0f : 1.0f);
  else
    flitzis_ramp_move (&voice->pause, is_paused ? 0.0f : 1.0f, n_frames);
}

void
flitzis_voice_stand_still (FlitzisVoice *voice) FLITZIS_REALTIME
{
  voice->is_paused = true;
  voice->n_plain_frames = 0;
  flitzis_ramp_jump (&voice->pause, 0.0f);
}

static uint32_t
count_left (const FlitzisRamp *ramp) FLITZIS_REALTIME
{
  return ramp->n_frames - ramp->frame;
}

uint32_t
flitzis_voice_count_moving (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  uint32_t n_left = count_left (&voice->left), n_right = count_left (&voice->right);

  return n_left > n_right ? n_left : n_right;
}

void
flitzis_voice_cut_in (FlitzisVoice *voice, uint32_t n_frames) FLITZIS_REALTIME
{
  flitzis_ramp_jump (&voice->cut_in, 0.0f);
  flitzis_ramp_move (&voice->cut_in, 1.0f, n_frames);
  voice->n_plain_frames = 0;
}

bool
flitzis_voice_ends_within (const FlitzisVoice *voice, uint32_t n_frames) FLITZIS_REALTIME
{
  return voice->is_released && count_left (&voice->envelope) <= n_frames;
}

uint32_t
flitzis_voice_limit_fade (const FlitzisVoice *voice, uint32_t n_frames) FLITZIS_REALTIME
{
  uint32_t n_pause_frames = count_left (&voice->pause);

  return voice->is_paused && n_pause_frames < n_frames ? n_pause_frames : n_frames;
}

void
flitzis_voice_release (FlitzisVoice *voice, FlitzisEnd reason, uint32_t n_frames) FLITZIS_REALTIME
{
  voice->reason = reason;
  voice->is_released = true;
  voice->n_plain_frames = 0;
  flitzis_ramp_move (&voice->envelope, 0.0f, n_frames);
}

/* Returns how many of the next frames sound before the voice stands still or has faded out. */
static uint32_t
count_until_silent (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  uint32_t n_frames = UINT32_MAX;

  if (voice->is_paused)
    n_frames = count_left (&voice->pause);

  if (voice->is_released && count_left (&voice->envelope) < n_frames)
    n_frames = count_left (&voice->envelope);

  return n_frames;
}

bool
flitzis_voice_is_silent (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return count_until_silent (voice) == 0;
}

bool
flitzis_voice_is_finished (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return (voice->is_released && flitzis_ramp_is_resting (&voice->envelope)) ||
         voice->playhead.position >> 32 >= flitzis_playhead_get_length (&voice->playhead);
}

uint32_t
flitzis_voice_count_until_end (const FlitzisVoice *voice, uint32_t n_frames) FLITZIS_REALTIME
{
  FlitzisInterpolator interpolator = get_interpolator (voice);
  uint32_t            n = flitzis_interpolator_count (&interpolator, n_frames);

  return n <= count_until_silent (voice) ? n : n_frames;
}

float
flitzis_voice_get_loudness (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  float left = flitzis_ramp_get_value (&voice->left);
  float right = flitzis_ramp_get_value (&voice->right);

  return (left > right ? left : right) * flitzis_ramp_get_value (&voice->cut_in) *
         flitzis_ramp_get_value (&voice->envelope) * flitzis_ramp_get_value (&voice->pause);
}

static void
look_at_ramps (FlitzisVoice *voice) FLITZIS_REALTIME
{
  voice->is_moving = !flitzis_ramp_is_resting (&voice->left) ||
                     !flitzis_ramp_is_resting (&voice->right) ||
                     !flitzis_ramp_is_resting (&voice->cut_in) ||
                     !flitzis_ramp_is_resting (&voice->envelope) ||
                     !flitzis_ramp_is_resting (&voice->pause);
  voice->plain_left = voice->left.to;
  voice->plain_right = voice->right.to;
}

bool
flitzis_voice_find_plain (FlitzisVoice *voice, uint32_t n_frames) FLITZIS_REALTIME
{
  uint32_t n_until_silent = count_until_silent (voice);
  uint32_t n;

  if (!is_plain (voice))
    return false;

  n = flitzis_playhead_find (&voice->playhead, (int64_t) (voice->playhead.position >> 32),
                             &voice->plain_frames);

  if (n > n_until_silent)
    n = n_until_silent;

  if (n < n_frames)
    return false;

  voice->n_plain_frames = n;
  voice->was_heard = true;
  look_at_ramps (voice);

  return true;
}

static void
add_factor (FlitzisMove *move, FlitzisRamp *ramp, uint32_t n_frames) FLITZIS_REALTIME
{
  if (flitzis_ramp_is_resting (ramp))
    return;

  move->factors[move->n_factors++] = flitzis_ramp_get_slope (ramp);
  flitzis_ramp_advance (ramp, n_frames);
}

static float
mix (FlitzisVoice         *voice,
     const FlitzisKernels *kernels,
     FlitzisRamp          *fade,
     const float          *frames,
     float                *out,
     uint32_t              n_frames) FLITZIS_REALTIME
{
  FlitzisMove move;

  move.left = flitzis_ramp_get_slope (&voice->left);
  move.right = flitzis_ramp_get_slope (&voice->right);
  move.has_sides = !flitzis_ramp_is_resting (&voice->left) ||
                   !flitzis_ramp_is_resting (&voice->right);
  move.n_factors = 0;
  flitzis_ramp_advance (&voice->left, n_frames);
  flitzis_ramp_advance (&voice->right, n_frames);

  /* ramps that rest are at 1 */
  add_factor (&move, &voice->cut_in, n_frames);
  add_factor (&move, &voice->envelope, n_frames);
  add_factor (&move, &voice->pause, n_frames);

  if (fade != NULL)
    {
      move.factors[move.n_factors++] = flitzis_ramp_get_slope (fade);
      flitzis_ramp_advance (fade, n_frames);
    }

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
  FlitzisInterpolator interpolator = get_interpolator (voice);
  uint32_t            n_until_silent = count_until_silent (voice);
  float               peak = 0.0f;

  voice->n_plain_frames = 0;

  if (n_until_silent < n_frames)
    n_frames = n_until_silent;

  while (n_frames > 0 && !flitzis_voice_is_finished (voice))
    {
      uint32_t     n = n_frames;
      uint64_t     end;
      const float *frames = flitzis_interpolator_read (&interpolator, scratch, &n, &end);
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
