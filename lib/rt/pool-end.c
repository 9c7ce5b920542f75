/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-end.h"

#include "atomics.h"

/*
 * Fades a voice out, unless it ends sooner anyway. If the tail can hold the fade, the voice ends at
 * once. A voice that pauses, now or already, is heard no longer than its pause takes to fade out.
 */
static void
release_voice (FlitzisPool *pool, FlitzisVoice *voice, FlitzisEnd reason, uint32_t n_frames)
    FLITZIS_REALTIME
{
  FlitzisVoiceSettings *own = flitzis_settings_get_voice (pool->settings, voice->id);

  if (n_frames > pool->tail.n_frames)
    {
      flitzis_voice_set_paused (voice, flitzis_get (own->is_paused), pool->ramp_frames);
      n_frames = flitzis_voice_limit_fade (voice, n_frames);
    }

  if (!voice->was_heard || flitzis_voice_is_silent (voice))
    flitzis_pool_end_voice (pool, voice, reason);
  else if (flitzis_voice_ends_within (voice, n_frames))
    return;
  else if (n_frames <= pool->tail.n_frames)
    flitzis_pool_cut_voice (pool, voice, reason, n_frames);
  else
    flitzis_voice_release (voice, reason, n_frames);
}

static void
stop_voice (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  double seconds = flitzis_get (pool->settings->slots[voice->slot].release);

  release_voice (pool, voice, FLITZIS_END_STOPPED, flitzis_pool_get_n_frames (pool, seconds));
}

void
flitzis_pool_stop_voice (FlitzisPool *pool, uint64_t id, uint32_t n_frames) FLITZIS_REALTIME
{
  FlitzisVoice *voice = flitzis_pool_find_voice (pool, id);

  if (voice == NULL)
    return;

  if (n_frames == FLITZIS_SLOT_RELEASE)
    stop_voice (pool, voice);
  else
    release_voice (pool, voice, FLITZIS_END_STOPPED, n_frames);
}

void
flitzis_pool_stop_slot (FlitzisPool *pool, uint32_t slot) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  for (FlitzisVoice *voice = pool->slots[slot].voices.oldest; voice != NULL; voice = next)
    {
      next = voice->links[FLITZIS_LINK_SLOT].next;
      stop_voice (pool, voice);
    }
}

void
flitzis_pool_stop_all (FlitzisPool *pool) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  for (FlitzisVoice *voice = pool->playing.oldest; voice != NULL; voice = next)
    {
      next = voice->next;
      stop_voice (pool, voice);
    }
}

/* Returns whether a mark is new: it is the first, or its fade is shorter than before. */
static bool
is_new_mark (const FlitzisVoice *voice, int32_t n_frames) FLITZIS_REALTIME
{
  return n_frames >= 0 && (voice->n_stop_frames < 0 || n_frames < voice->n_stop_frames);
}

/* A mark belongs to one voice, so none is lost, however late it is read. */
void
flitzis_pool_stop_marked (FlitzisPool *pool) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  for (FlitzisVoice *voice = pool->playing.oldest; voice != NULL; voice = next)
    {
      FlitzisVoiceSettings *own = flitzis_settings_get_voice (pool->settings, voice->id);
      int32_t               n_frames = flitzis_get (own->n_stop_frames);

      next = voice->next;

      if (is_new_mark (voice, n_frames))
        {
          voice->n_stop_frames = n_frames;
          release_voice (pool, voice, FLITZIS_END_STOPPED, (uint32_t) n_frames);
        }
    }
}

/* While all voices sound, a choked voice must end at once, to be free for the new trigger. */
static void
choke_voice (FlitzisPool *pool, FlitzisVoice *voice, bool is_full) FLITZIS_REALTIME
{
  double seconds = flitzis_get (pool->settings->slots[voice->slot].choke_release);

  if (is_full)
    flitzis_pool_cut_voice (pool, voice, FLITZIS_END_CHOKED, pool->ramp_frames);
  else
    release_voice (pool, voice, FLITZIS_END_CHOKED, flitzis_pool_get_n_frames (pool, seconds));
}

/* Finds the next voice that the trigger chokes, in a list of voices with groups of one hash. */
static FlitzisVoice *
find_in_group (FlitzisVoice *voice, const FlitzisCommand *command) FLITZIS_REALTIME
{
  while (voice != NULL &&
         (voice->choke_group != command->play.choke_group || voice->slot == command->slot))
    voice = voice->links[FLITZIS_LINK_GROUP].next;

  return voice;
}

/* Chokes the voices of the slot and of the group together, the oldest first. */
void
flitzis_pool_choke (FlitzisPool *pool, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoice *in_slot = NULL, *in_group = NULL;
  bool          is_full = pool->free == NULL;

  if (command->restarts)
    in_slot = pool->slots[command->slot].voices.oldest;

  if (command->play.choke_group != 0)
    in_group = find_in_group (flitzis_pool_get_group (pool, command->play.choke_group)->oldest,
                              command);

  while (in_slot != NULL || in_group != NULL)
    {
      FlitzisVoice *voice = in_group;

      if (in_group == NULL || (in_slot != NULL && in_slot->n_th < in_group->n_th))
        {
          voice = in_slot;
          in_slot = in_slot->links[FLITZIS_LINK_SLOT].next;
        }
      else
        {
          in_group = find_in_group (in_group->links[FLITZIS_LINK_GROUP].next, command);
        }

      choke_voice (pool, voice, is_full);
    }
}
