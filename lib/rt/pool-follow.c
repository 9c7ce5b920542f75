/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-follow.h"

#include "atomics.h"

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

/* When a voice goes on after a pause, its moves are complete. A voice that has not been heard yet
 * starts now. */
void
flitzis_pool_follow_voice (FlitzisPool *pool, FlitzisVoice *voice, uint64_t now) FLITZIS_REALTIME
{
  FlitzisSettings      *settings = pool->settings;
  FlitzisSlotSettings  *slot = &settings->slots[voice->slot];
  FlitzisVoiceSettings *own = flitzis_settings_get_voice (settings, voice->id);
  double                loudness_gain = flitzis_settings_get_loudness_gain (settings, voice->slot,
                                                                            voice->handle);
  FlitzisSound          sound = flitzis_settings_get_sound (settings, voice->slot, voice->id,
                                                            voice->velocity * loudness_gain);
  bool                  stood_still = voice->is_paused && flitzis_voice_is_silent (voice);

  sound.rate *= voice->rate_factor;
  flitzis_voice_set_paused (voice, flitzis_get (own->is_paused), pool->ramp_frames);
  set_loop (pool, voice, slot);
  voice->interpolation = flitzis_get (slot->interpolation);
  flitzis_voice_set_sound (voice, &sound, pool->sample_rate, pool->ramp_frames);

  if (stood_still)
    flitzis_voice_finish_moves (voice);

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
flitzis_pool_finish_moves (FlitzisPool *pool) FLITZIS_REALTIME
{
  for (FlitzisVoice *voice = pool->playing.oldest; voice != NULL; voice = voice->next)
    flitzis_voice_finish_moves (voice);
}
