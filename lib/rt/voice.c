/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "voice.h"

#include "tables.h"

#define ONE_FRAME ((uint64_t) 1 << 32)

static bool
is_gliding (const FlitzisGlide *glide) FLITZIS_REALTIME
{
  return glide->frame < glide->n_frames;
}

static uint64_t
get_step (const FlitzisGlide *glide, uint32_t frame) FLITZIS_REALTIME
{
  int64_t change = (int64_t) (glide->to - glide->from);

  return frame < glide->n_frames ? glide->from + (uint64_t) (change / glide->n_frames * frame)
                                 : glide->to;
}

static void
move_glide (FlitzisGlide *glide, uint32_t n_frames) FLITZIS_REALTIME
{
  if (n_frames < glide->n_frames - glide->frame)
    glide->frame += n_frames;
  else
    *glide = (FlitzisGlide){ .from = glide->to, .to = glide->to };
}

static void
set_step (FlitzisVoice *voice, uint64_t step, uint32_t n_frames) FLITZIS_REALTIME
{
  FlitzisGlide *glide = &voice->glide;

  if (!voice->was_heard)
    *glide = (FlitzisGlide){ .from = step, .to = step };
  else if (step != glide->to)
    *glide = (FlitzisGlide){ get_step (glide, glide->frame), step, n_frames, 0 };
}

static void
set_gain (FlitzisVoice *voice, FlitzisRamp *ramp, float gain, uint32_t n_frames) FLITZIS_REALTIME
{
  if (!voice->was_heard)
    flitzis_ramp_jump (ramp, gain);
  else if (gain != ramp->to)
    flitzis_ramp_move (ramp, gain, n_frames);
}

void
flitzis_voice_set_sound (FlitzisVoice       *voice,
                         const FlitzisSound *sound,
                         uint32_t            engine_rate,
                         uint32_t            n_frames) FLITZIS_REALTIME
{
  double step = sound->rate * voice->handle->sample_rate / engine_rate;

  set_step (voice, (uint64_t) (step * (double) ONE_FRAME + 0.5), n_frames);
  set_gain (voice, &voice->left, sound->left, n_frames);
  set_gain (voice, &voice->right, sound->right, n_frames);
}

void
flitzis_voice_set_paused (FlitzisVoice *voice, bool is_paused, uint32_t n_frames) FLITZIS_REALTIME
{
  if (voice->is_paused == is_paused || voice->is_released)
    return;

  voice->is_paused = is_paused;

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
         voice->source.position >> 32 >= flitzis_source_get_length (&voice->source);
}

float
flitzis_voice_get_loudness (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  float left = flitzis_ramp_get_value (&voice->left);
  float right = flitzis_ramp_get_value (&voice->right);

  return (left > right ? left : right) * flitzis_ramp_get_value (&voice->envelope);
}

/* How much lower than at its own rate the cut-off must be, for nothing to fold back: up to a rate
 * of 1.5 that gives way to keeping what can be heard. */
static uint8_t
find_filter (uint64_t step) FLITZIS_REALTIME
{
  float rate = (float) step * 0x1p-32f;

  return (uint8_t) flitzis_find_filter (rate < 1.5f ? 1.0f + 1.75f * (rate - 1.0f) : 1.25f * rate);
}

static uint32_t
get_reach (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  const FlitzisGlide *glide = &voice->glide;

  if (voice->interpolation == FLITZIS_MIXER_INTERPOLATION_LINEAR)
    return 1;

  return flitzis_tables.filters[find_filter (glide->from > glide->to ? glide->from : glide->to)]
             .n_taps /
         2;
}

/* How many of the next frames, each `step` behind the last, come before a place. */
static uint32_t
count_frames (uint64_t position, uint64_t step, uint64_t place, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t end = place < UINT32_MAX ? place << 32 : UINT64_MAX;
  uint64_t n = position < end ? (end - position - 1) / step + 1 : 0;

  return n < n_frames ? (uint32_t) n : n_frames;
}

/* The places of the next frames, from the first that the filter reaches on. Returns how many there
 * are before the end and within a window, and the position behind them. */
static uint32_t
find_places (const FlitzisVoice *voice, FlitzisScratch *scratch, uint32_t n_frames, uint64_t *end)
    FLITZIS_REALTIME
{
  uint64_t length = flitzis_source_get_length (&voice->source);
  uint64_t position = voice->source.position, first = position >> 32;
  uint32_t reach = get_reach (voice);
  uint64_t last = first + FLITZIS_WINDOW_FRAMES - 2 * reach + 1;
  uint64_t origin = (first - reach + 1) << 32;
  uint32_t n;

  last = last < length ? last : length;

  if (!is_gliding (&voice->glide))
    {
      uint64_t step = voice->glide.to;
      uint8_t  filter = find_filter (step);

      n_frames = count_frames (position, step, last, n_frames);

      for (n = 0; n < n_frames; n++)
        {
          scratch->places[n] = position - origin + n * step;
          scratch->filters[n] = filter;
        }

      *end = position + n_frames * step;
      return n_frames;
    }

  for (n = 0; n < n_frames && position >> 32 < last; n++)
    {
      uint64_t step = get_step (&voice->glide, voice->glide.frame + 1 + n);

      scratch->places[n] = position - origin;
      scratch->filters[n] = find_filter (step);
      position += step;
    }

  *end = position;

  return n;
}

static const float *
interpolate (const FlitzisVoice *voice, FlitzisScratch *scratch, uint32_t n_frames) FLITZIS_REALTIME
{
  const FlitzisKernels *kernels = scratch->kernels;
  uint32_t              n_channels = voice->handle->n_channels;
  uint32_t              reach = get_reach (voice);
  int64_t               first = (int64_t) (voice->source.position >> 32) - reach + 1;
  uint32_t              n_window = (uint32_t) (scratch->places[n_frames - 1] >> 32) + reach + 1;
  const float          *window = flitzis_source_read (&voice->source, first, n_window,
                                                      scratch->window);

  if (voice->interpolation == FLITZIS_MIXER_INTERPOLATION_LINEAR)
    kernels->interpolate_linear (scratch->frames, window, n_channels, scratch->places, n_frames);
  else
    kernels->interpolate_sinc (scratch->frames, window, n_channels, scratch->places,
                               scratch->filters, n_frames);

  return scratch->frames;
}

/* Whether its frames are those of the sample, one for one. */
static bool
is_at_rate_1 (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return !is_gliding (&voice->glide) && voice->glide.to == ONE_FRAME &&
         (uint32_t) voice->source.position == 0;
}

/* Reads up to `n_frames` of the next frames: where they lie in the sample, or in `scratch`. */
static const float *
read_frames (const FlitzisVoice *voice, FlitzisScratch *scratch, uint32_t *n_frames, uint64_t *end)
    FLITZIS_REALTIME
{
  const FlitzisSource *source = &voice->source;
  uint64_t             place = source->position >> 32;

  if (is_at_rate_1 (voice))
    {
      uint64_t left = flitzis_source_get_length (source) - place;

      *n_frames = left < *n_frames ? (uint32_t) left : *n_frames;
      *end = source->position + *n_frames * ONE_FRAME;
      return flitzis_source_read (source, (int64_t) place, *n_frames, scratch->frames);
    }

  *n_frames = find_places (voice, scratch, *n_frames, end);

  return interpolate (voice, scratch, *n_frames);
}

static bool
is_steady (const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return flitzis_ramp_is_resting (&voice->left) && flitzis_ramp_is_resting (&voice->right) &&
         flitzis_ramp_is_resting (&voice->envelope);
}

static void
advance (FlitzisVoice *voice, uint64_t end, uint32_t n_frames) FLITZIS_REALTIME
{
  flitzis_source_move (&voice->source, end);
  move_glide (&voice->glide, n_frames);
  voice->was_heard = true;
}

bool
flitzis_voice_get_input (const FlitzisVoice *voice, FlitzisInput *input, uint32_t n_frames)
    FLITZIS_REALTIME
{
  if (is_leaving (voice) || !is_steady (voice) || !is_at_rate_1 (voice))
    return false;

  input->frames = flitzis_source_find (&voice->source, (int64_t) (voice->source.position >> 32),
                                       n_frames);
  input->left = voice->left.to;
  input->right = voice->right.to;

  return input->frames != NULL;
}

void
flitzis_voice_advance (FlitzisVoice *voice, uint32_t n_frames) FLITZIS_REALTIME
{
  advance (voice, voice->source.position + n_frames * ONE_FRAME, n_frames);
}

static void
mix (FlitzisVoice         *voice,
     const FlitzisKernels *kernels,
     FlitzisRamp          *fade,
     const float          *frames,
     float                *out,
     uint32_t              n_frames) FLITZIS_REALTIME
{
  FlitzisMove move = {
    .left = flitzis_ramp_get_slope (&voice->left),
    .right = flitzis_ramp_get_slope (&voice->right),
    .has_sides = !flitzis_ramp_is_resting (&voice->left) ||
                 !flitzis_ramp_is_resting (&voice->right),
  };
  float peak;

  if (!flitzis_ramp_is_resting (&voice->envelope))
    move.factors[move.n_factors++] = flitzis_ramp_get_slope (&voice->envelope);

  if (fade != NULL)
    move.factors[move.n_factors++] = flitzis_ramp_get_slope (fade);

  peak = kernels->mix_moving (out, frames, &move, voice->handle->n_channels, n_frames);
  voice->peak = peak > voice->peak ? peak : voice->peak;

  flitzis_ramp_advance (&voice->left, n_frames);
  flitzis_ramp_advance (&voice->right, n_frames);
  flitzis_ramp_advance (&voice->envelope, n_frames);

  if (fade != NULL)
    flitzis_ramp_advance (fade, n_frames);
}

void
flitzis_voice_render (FlitzisVoice   *voice,
                      FlitzisScratch *scratch,
                      FlitzisRamp    *fade,
                      float          *out,
                      uint32_t        n_frames) FLITZIS_REALTIME
{
  uint32_t left = voice->envelope.n_frames - voice->envelope.frame;

  if (is_leaving (voice) && left < n_frames)
    n_frames = left;

  while (n_frames > 0 && !flitzis_voice_is_finished (voice))
    {
      uint32_t     n = n_frames;
      uint64_t     end;
      const float *frames = read_frames (voice, scratch, &n, &end);

      mix (voice, scratch->kernels, fade, frames, out, n);
      advance (voice, end, n);
      out += 2 * n;
      n_frames -= n;
    }
}
