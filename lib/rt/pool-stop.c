/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-private.h"

/* How voices end: who falls silent, and who makes room. */

#define get(field) atomic_load_explicit (&(field), memory_order_relaxed)

void
flitzis_pool_cut_voice (FlitzisPool  *pool,
                        FlitzisVoice *voice,
                        FlitzisEnd    reason,
                        uint32_t      n_frames) FLITZIS_REALTIME
{
  if (voice->was_heard && !pool->is_frozen && !flitzis_voice_is_silent (voice))
    flitzis_tail_take (&pool->tail, voice, pool->scratch, n_frames);

  flitzis_pool_end_voice (pool, voice, reason);
}

/* Fades a voice out; at once, if that is no longer than what the tail holds. */
static void
release_voice (FlitzisPool *pool, FlitzisVoice *voice, FlitzisEnd reason, uint32_t n_frames)
    FLITZIS_REALTIME
{
  if (n_frames <= pool->tail.n_frames || !voice->was_heard || flitzis_voice_is_silent (voice))
    flitzis_pool_cut_voice (pool, voice, reason, n_frames);
  else
    flitzis_voice_release (voice, reason, n_frames);
}

static void
stop_voice (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  double  seconds = get (pool->settings->slots[voice->slot].release);
  int32_t own = get (flitzis_settings_get_voice (pool->settings, voice->id)->n_release_frames);

  release_voice (pool, voice, FLITZIS_END_STOPPED,
                 own >= 0 ? (uint32_t) own : flitzis_pool_get_n_frames (pool, seconds));
}

static void
choke_voice (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  double seconds = get (pool->settings->slots[voice->slot].choke_release);

  if (pool->free == NULL)
    flitzis_pool_cut_voice (pool, voice, voice->is_released ? voice->reason : FLITZIS_END_CHOKED,
                            pool->ramp_frames);
  else
    release_voice (pool, voice, FLITZIS_END_CHOKED, flitzis_pool_get_n_frames (pool, seconds));
}

void
flitzis_pool_choke (FlitzisPool *pool, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  if (command->play.choke_group == 0 && !command->restarts)
    return;

  for (FlitzisVoice *voice = pool->oldest; voice != NULL; voice = next)
    {
      next = voice->next;

      if (voice->slot == command->slot
              ? command->restarts
              : voice->choke_group != 0 && voice->choke_group == command->play.choke_group)
        choke_voice (pool, voice);
    }
}

/* The voice that makes room for a new one, or NULL: none of a higher priority does. */
static FlitzisVoice *
find_victim (FlitzisPool *pool, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoice *victim = NULL;

  if (command->steal == FLITZIS_MIXER_STEAL_REJECT)
    return NULL;

  for (FlitzisVoice *voice = pool->oldest; voice != NULL; voice = voice->next)
    {
      if (voice->priority > command->play.priority)
        continue;

      if (command->steal == FLITZIS_MIXER_STEAL_OLDEST)
        return voice;

      if (victim == NULL ||
          flitzis_voice_get_loudness (voice) < flitzis_voice_get_loudness (victim))
        victim = voice;
    }

  return victim;
}

FlitzisVoice *
flitzis_pool_find_free_voice (FlitzisPool *pool, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoice *victim = pool->free == NULL ? find_victim (pool, command) : NULL;

  if (victim != NULL)
    {
      flitzis_pool_cut_voice (pool, victim, FLITZIS_END_STOLEN, pool->ramp_frames);
      flitzis_count (&pool->n_stolen, 1);
    }

  return pool->free;
}

void
flitzis_pool_stop_voice (FlitzisPool *pool, uint64_t id) FLITZIS_REALTIME
{
  FlitzisVoice *voice = flitzis_pool_find_voice (pool, id);

  if (voice != NULL)
    stop_voice (pool, voice);
}

void
flitzis_pool_stop_slot (FlitzisPool *pool, uint32_t slot) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  for (FlitzisVoice *voice = pool->slots[slot].voices; voice != NULL; voice = next)
    {
      next = voice->next_in_slot;
      stop_voice (pool, voice);
    }
}

void
flitzis_pool_stop_all (FlitzisPool *pool) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  for (FlitzisVoice *voice = pool->oldest; voice != NULL; voice = next)
    {
      next = voice->next;
      stop_voice (pool, voice);
    }
}

/* A mark means what was there when it was made, and is carried out once: of the voices that began
 * to sound later some have lower ids, those which had waited for their frame. */
void
flitzis_pool_apply_marks (FlitzisPool *pool) FLITZIS_REALTIME
{
  FlitzisSettings *settings = pool->settings;
  uint64_t         stop_below;
  FlitzisVoice    *next;

  if (!flitzis_settings_have_changed (settings, &pool->n_changes_marked))
    return;

  stop_below = get (settings->stop_below);

  for (FlitzisVoice *voice = pool->oldest; voice != NULL; voice = next)
    {
      uint64_t of_slot = get (settings->slots[voice->slot].stop_below);

      next = voice->next;

      if ((stop_below != pool->stop_below && voice->id < stop_below) ||
          (of_slot != pool->slots[voice->slot].stop_below && voice->id < of_slot) ||
          get (flitzis_settings_get_voice (settings, voice->id)->is_stopped))
        stop_voice (pool, voice);
    }

  for (FlitzisVoice *voice = pool->oldest; voice != NULL; voice = voice->next)
    pool->slots[voice->slot].stop_below = get (settings->slots[voice->slot].stop_below);

  pool->stop_below = stop_below;
}
