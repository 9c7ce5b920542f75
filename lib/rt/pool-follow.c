/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-follow.h"

#include "atomics.h"
#include "pool-sound.h"

/* If the new loop does not continue the sound, the old sound fades out and the new one fades in. */
static void
set_loop_of (FlitzisPool         *pool,
             FlitzisVoice        *voice,
             FlitzisSlotSettings *slot,
             uint32_t             n_loops) FLITZIS_REALTIME
{
  FlitzisVoice before = *voice;
  double       n_fade_frames = flitzis_get (slot->loop_crossfade) * voice->handle->sample_rate;

  voice->n_plain_frames = 0;

  if (flitzis_playhead_set_loop (&voice->playhead, flitzis_get (slot->loop_start),
                                 flitzis_get (slot->loop_end), (uint32_t) (n_fade_frames + 0.5),
                                 n_loops) ||
      !voice->was_heard || flitzis_voice_is_silent (voice))
    return;

  flitzis_tail_take (&pool->tail, &before, pool->scratch, pool->ramp_frames);
  flitzis_voice_cut_in (voice, pool->ramp_frames);
}

static void
set_loop (FlitzisPool *pool, FlitzisVoice *voice, FlitzisSlotSettings *slot) FLITZIS_REALTIME
{
  uint32_t n_loops = flitzis_settings_count_loops (slot, voice->n_passes,
                                                   voice->playhead.n_returns);

  /* its feeder goes around the loop */
  if (voice->playhead.ring != NULL)
    return;

  if (n_loops > 0 || voice->playhead.n_loops > 0)
    set_loop_of (pool, voice, slot, n_loops);
}

/* Begins with the present sound, without a move to it. */
static void
begin_sound (FlitzisPool *pool, FlitzisVoice *voice, uint64_t now) FLITZIS_REALTIME
{
  FlitzisSound sound = flitzis_pool_get_sound (pool, voice, now);

  flitzis_voice_set_sound (voice, &sound, pool->sample_rate, pool->ramp_frames);
  flitzis_voice_finish_moves (voice);
  voice->aim_frame = voice->settled_frame = now;
  flitzis_pool_move_sound (pool, voice, now, false);
}

void
flitzis_pool_follow_sound (FlitzisPool *pool, FlitzisVoice *voice, uint64_t now, bool has_changed)
    FLITZIS_REALTIME
{
  FlitzisSound sound;
  uint32_t     n_frames = pool->ramp_frames;

  if (flitzis_pool_move_sound (pool, voice, now, has_changed))
    return;

  /* a change that began during the last tween takes no longer than without it */
  if (voice->settled_frame > now)
    n_frames = (uint32_t) (voice->settled_frame - now);

  sound = flitzis_pool_get_sound (pool, voice, now);
  flitzis_voice_set_sound (voice, &sound, pool->sample_rate, n_frames);
}

/* Returns whether the voice is on its way to a point of a tween, and that is where it still has to
 * go: settings of other voices have changed. */
static bool
is_on_way (FlitzisPool *pool, FlitzisVoice *voice, uint64_t now) FLITZIS_REALTIME
{
  FlitzisSound sound;

  if (voice->aim_frame == 0 || voice->aim_frame < now)
    return false;

  sound = flitzis_pool_get_sound (pool, voice, voice->aim_frame);

  return sound.left == voice->aim.left && sound.right == voice->aim.right &&
         sound.rate == voice->aim.rate;
}

/* When a voice goes on after a pause, its moves are complete. A voice that has not been heard yet
 * starts now. */
void
flitzis_pool_follow_voice (FlitzisPool *pool, FlitzisVoice *voice, uint64_t now) FLITZIS_REALTIME
{
  FlitzisSettings      *settings = pool->settings;
  FlitzisSlotSettings  *slot = &settings->slots[voice->slot];
  FlitzisVoiceSettings *own = flitzis_settings_get_voice (settings, voice->id);
  bool                  stood_still = voice->is_paused && flitzis_voice_is_silent (voice);

  flitzis_voice_set_paused (voice, flitzis_get (own->is_paused), pool->ramp_frames);
  set_loop (pool, voice, slot);
  voice->interpolation = flitzis_get (slot->interpolation);

  if (stood_still || !voice->was_heard)
    begin_sound (pool, voice, now);
  else if (!is_on_way (pool, voice, now))
    flitzis_pool_follow_sound (pool, voice, now, true);

  if (stood_still && !voice->was_heard)
    flitzis_set (pool->places[voice - pool->voices].start, now);
}

void
flitzis_pool_follow (FlitzisPool *pool, uint64_t now) FLITZIS_REALTIME
{
  bool          has_new = flitzis_settings_have_changed (&pool->settings->n_changes,
                                                         &pool->n_changes_seen);
  FlitzisVoice *first = has_new ? pool->playing.oldest : pool->unset;

  for (FlitzisVoice *voice = first; voice != NULL; voice = voice->next)
    flitzis_pool_follow_voice (pool, voice, now);

  pool->unset = NULL;
}

void
flitzis_pool_finish_moves (FlitzisPool *pool, uint64_t now) FLITZIS_REALTIME
{
  for (FlitzisVoice *voice = pool->playing.oldest; voice != NULL; voice = voice->next)
    begin_sound (pool, voice, now);
}
