/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "bank-private.h"

/* How voices end: who falls silent, and who makes room. */

#define get(field) atomic_load_explicit (&(field), memory_order_relaxed)

void
flitzis_bank_cut_voice (FlitzisBank  *bank,
                        FlitzisVoice *voice,
                        FlitzisEnd    reason,
                        uint32_t      n_frames) FLITZIS_REALTIME
{
  if (voice->was_heard && !bank->is_frozen && !flitzis_voice_is_silent (voice))
    flitzis_tail_take (&bank->tail, voice, bank->scratch, n_frames);

  flitzis_bank_end_voice (bank, voice, reason);
}

/* Fades a voice out; at once, if that is no longer than what the tail holds. */
static void
release_voice (FlitzisBank *bank, FlitzisVoice *voice, FlitzisEnd reason, uint32_t n_frames)
    FLITZIS_REALTIME
{
  if (n_frames <= bank->tail.n_frames || !voice->was_heard || flitzis_voice_is_silent (voice))
    flitzis_bank_cut_voice (bank, voice, reason, n_frames);
  else
    flitzis_voice_release (voice, reason, n_frames);
}

static void
stop_voice (FlitzisBank *bank, FlitzisVoice *voice) FLITZIS_REALTIME
{
  double  seconds = get (bank->settings->slots[voice->slot].release);
  int32_t own = get (flitzis_settings_get_voice (bank->settings, voice->id)->n_release_frames);

  release_voice (bank, voice, FLITZIS_END_STOPPED,
                 own >= 0 ? (uint32_t) own : flitzis_bank_get_n_frames (bank, seconds));
}

static void
choke_voice (FlitzisBank *bank, FlitzisVoice *voice) FLITZIS_REALTIME
{
  double seconds = get (bank->settings->slots[voice->slot].choke_release);

  if (bank->free == NULL)
    flitzis_bank_cut_voice (bank, voice, voice->is_released ? voice->reason : FLITZIS_END_CHOKED,
                            bank->ramp_frames);
  else
    release_voice (bank, voice, FLITZIS_END_CHOKED, flitzis_bank_get_n_frames (bank, seconds));
}

void
flitzis_bank_choke (FlitzisBank *bank, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  if (command->play.choke_group == 0 && !command->restarts)
    return;

  for (FlitzisVoice *voice = bank->oldest; voice != NULL; voice = next)
    {
      next = voice->next;

      if (voice->slot == command->slot
              ? command->restarts
              : voice->choke_group != 0 && voice->choke_group == command->play.choke_group)
        choke_voice (bank, voice);
    }
}

/* The voice that makes room for a new one, or NULL: none of a higher priority does. */
static FlitzisVoice *
find_victim (FlitzisBank *bank, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoice *victim = NULL;

  if (command->steal == FLITZIS_MIXER_STEAL_REJECT)
    return NULL;

  for (FlitzisVoice *voice = bank->oldest; voice != NULL; voice = voice->next)
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
flitzis_bank_find_free_voice (FlitzisBank *bank, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoice *victim = bank->free == NULL ? find_victim (bank, command) : NULL;

  if (victim != NULL)
    {
      flitzis_bank_cut_voice (bank, victim, FLITZIS_END_STOLEN, bank->ramp_frames);
      flitzis_count (&bank->n_stolen, 1);
    }

  return bank->free;
}

void
flitzis_bank_stop_voice (FlitzisBank *bank, uint64_t id) FLITZIS_REALTIME
{
  FlitzisVoice *voice = flitzis_bank_find_voice (bank, id);

  if (voice != NULL)
    stop_voice (bank, voice);
}

void
flitzis_bank_stop_slot (FlitzisBank *bank, uint32_t slot) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  for (FlitzisVoice *voice = bank->slots[slot].voices; voice != NULL; voice = next)
    {
      next = voice->next_in_slot;
      stop_voice (bank, voice);
    }
}

void
flitzis_bank_stop_all (FlitzisBank *bank) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  for (FlitzisVoice *voice = bank->oldest; voice != NULL; voice = next)
    {
      next = voice->next;
      stop_voice (bank, voice);
    }
}

/* A mark means what was there when it was made, and is carried out once: of the voices that began
 * to sound later some have lower ids, those which had waited for their frame. */
void
flitzis_bank_apply_marks (FlitzisBank *bank) FLITZIS_REALTIME
{
  FlitzisSettings *settings = bank->settings;
  uint64_t         stop_below;
  FlitzisVoice    *next;

  if (!flitzis_settings_have_changed (settings, &bank->n_changes_marked))
    return;

  stop_below = get (settings->stop_below);

  for (FlitzisVoice *voice = bank->oldest; voice != NULL; voice = next)
    {
      uint64_t of_slot = get (settings->slots[voice->slot].stop_below);

      next = voice->next;

      if ((stop_below != bank->stop_below && voice->id < stop_below) ||
          (of_slot != bank->slots[voice->slot].stop_below && voice->id < of_slot) ||
          get (flitzis_settings_get_voice (settings, voice->id)->is_stopped))
        stop_voice (bank, voice);
    }

  for (FlitzisVoice *voice = bank->oldest; voice != NULL; voice = voice->next)
    bank->slots[voice->slot].stop_below = get (settings->slots[voice->slot].stop_below);

  bank->stop_below = stop_below;
}
