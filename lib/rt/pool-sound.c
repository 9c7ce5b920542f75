/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-sound.h"

#include "atomics.h"

FlitzisTweenRun *
flitzis_pool_get_engine_run (FlitzisPool *pool) FLITZIS_REALTIME
{
  return pool->tweens.runs;
}

FlitzisTweenRun *
flitzis_pool_get_slot_runs (FlitzisPool *pool, uint32_t slot) FLITZIS_REALTIME
{
  return pool->tweens.runs + 1 + FLITZIS_N_PARAMETERS * slot;
}

FlitzisTweenRun *
flitzis_pool_get_voice_runs (FlitzisPool *pool, const FlitzisVoice *voice) FLITZIS_REALTIME
{
  uint32_t index = pool->tweens.n_slots + (uint32_t) (voice - pool->voices);

  return pool->tweens.runs + 1 + FLITZIS_N_PARAMETERS * index;
}

double
flitzis_tween_run_get_value (FlitzisTweenRun *self, uint64_t frame) FLITZIS_REALTIME
{
  double n_frames = (double) (self->end - self->begin);

  if (self->frame == frame)
    return self->value;

  self->frame = frame;
  self->value = frame >= self->end
                    ? self->shape.to
                    : flitzis_curve_shape_get_value (&self->shape,
                                                     (double) (frame - self->begin) / n_frames);

  return self->value;
}

uint64_t
flitzis_tween_run_get_next_point (const FlitzisTweenRun *self, uint64_t now) FLITZIS_REALTIME
{
  uint64_t next = now - now % self->n_point_frames + self->n_point_frames;

  if (now >= self->end)
    return UINT64_MAX;

  return next < self->end ? next : self->end;
}

/* Returns whether a tween moves this setting, of this voice if it is one. */
static bool
is_moving (const FlitzisTweenRun *run, uint64_t voice) FLITZIS_REALTIME
{
  return run->is_moving && run->voice == voice;
}

static void
add_runs (double *values, FlitzisTweenRun *runs, uint64_t voice, uint64_t frame) FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < FLITZIS_N_PARAMETERS; i++)
    if (is_moving (&runs[i], voice))
      values[i] = flitzis_tween_run_get_value (&runs[i], frame);
}

static FlitzisValues
get_values (FlitzisPool *pool, FlitzisVoice *voice, uint64_t frame) FLITZIS_REALTIME
{
  FlitzisVoiceSettings *own = flitzis_settings_get_voice (pool->settings, voice->id);
  FlitzisTweenRun      *engine = flitzis_pool_get_engine_run (pool);
  FlitzisSettings      *settings = pool->settings;
  FlitzisValues         values = flitzis_settings_get_values (settings, voice->slot, voice->id);

  for (uint32_t i = 0; i < FLITZIS_N_PARAMETERS; i++)
    if (voice->moved[i].n_sets == flitzis_get (own->n_sets[i]))
      values.voice[i] = voice->moved[i].value;

  if (pool->tweens.n_moving == 0)
    return values;

  if (is_moving (engine, 0))
    values.gain = flitzis_tween_run_get_value (engine, frame);

  add_runs (values.slot, flitzis_pool_get_slot_runs (pool, voice->slot), 0, frame);
  add_runs (values.voice, flitzis_pool_get_voice_runs (pool, voice), voice->id, frame);

  return values;
}

FlitzisSound
flitzis_pool_get_sound (FlitzisPool *pool, FlitzisVoice *voice, uint64_t frame) FLITZIS_REALTIME
{
  FlitzisValues values = get_values (pool, voice, frame);
  double        loudness_gain = flitzis_settings_get_loudness_gain (pool->settings, voice->slot,
                                                                    voice->handle);
  FlitzisSound  sound = flitzis_settings_make_sound (pool->settings, voice->slot, &values,
                                                     voice->velocity * loudness_gain);

  sound.rate *= voice->rate_factor;

  return sound;
}

static uint64_t
find_next_point (const FlitzisTweenRun *runs, uint32_t n_runs, uint64_t voice, uint64_t now)
    FLITZIS_REALTIME
{
  uint64_t first = UINT64_MAX;

  for (uint32_t i = 0; i < n_runs; i++)
    {
      uint64_t next = is_moving (&runs[i], voice) ? flitzis_tween_run_get_next_point (&runs[i], now)
                                                  : UINT64_MAX;

      first = next < first ? next : first;
    }

  return first;
}

/* Returns the next point of the tweens that move the voice, or UINT64_MAX. */
static uint64_t
get_next_point (FlitzisPool *pool, const FlitzisVoice *voice, uint64_t now) FLITZIS_REALTIME
{
  uint64_t points[3];

  if (pool->tweens.n_moving == 0)
    return UINT64_MAX;

  points[0] = find_next_point (flitzis_pool_get_engine_run (pool), 1, 0, now);
  points[1] = find_next_point (flitzis_pool_get_slot_runs (pool, voice->slot), FLITZIS_N_PARAMETERS,
                               0, now);
  points[2] = find_next_point (flitzis_pool_get_voice_runs (pool, voice), FLITZIS_N_PARAMETERS,
                               voice->id, now);
  points[0] = points[1] < points[0] ? points[1] : points[0];

  return points[2] < points[0] ? points[2] : points[0];
}

bool
flitzis_pool_move_sound (FlitzisPool *pool, FlitzisVoice *voice, uint64_t now, bool has_changed)
    FLITZIS_REALTIME
{
  uint64_t next = get_next_point (pool, voice, now);
  uint32_t n_left;

  /* a change that began before the tween goes on */
  if (voice->aim_frame < now)
    voice->settled_frame = now + flitzis_voice_count_moving (voice);

  if (has_changed && voice->was_heard)
    voice->settled_frame = now + pool->ramp_frames;

  if (next == UINT64_MAX)
    {
      voice->aim_frame = 0;
      return false;
    }

  n_left = voice->settled_frame > now ? (uint32_t) (voice->settled_frame - now) : 0;
  voice->aim = flitzis_pool_get_sound (pool, voice, next);
  voice->aim_frame = next;
  flitzis_voice_move_sound (voice, &voice->aim, pool->sample_rate, (uint32_t) (next - now), n_left);

  return true;
}
