/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "bank-private.h"

#define get(field) atomic_load_explicit (&(field), memory_order_relaxed)
#define set(field, value) atomic_store_explicit (&(field), value, memory_order_relaxed)

/* Control counts what can come back and refuses first, so there is always room for a report. */
void
flitzis_bank_report_end (FlitzisBank *bank, uint64_t voice, FlitzisEnd reason) FLITZIS_REALTIME
{
  FlitzisReport report = {
    .kind = FLITZIS_REPORT_ENDED,
    .reason = reason,
    .voice = voice,
  };

  flitzis_queue_push (bank->reports, &report);
}

static void
drop_handle (FlitzisBank *bank, FlitzisHandle *handle) FLITZIS_REALTIME
{
  FlitzisReport report = {
    .kind = FLITZIS_REPORT_RETIRED,
    .handle = handle,
  };

  handle->n_holds--;

  if (handle->n_holds == 0)
    flitzis_queue_push (bank->reports, &report);
}

static void
link_voice (FlitzisBank *bank, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisBankSlot *slot = &bank->slots[voice->slot];

  voice->previous = bank->newest;
  voice->next = NULL;
  *(bank->newest != NULL ? &bank->newest->next : &bank->oldest) = voice;
  bank->newest = voice;

  if (bank->unset == NULL)
    bank->unset = voice;

  voice->previous_in_slot = NULL;
  voice->next_in_slot = slot->voices;
  if (slot->voices != NULL)
    slot->voices->previous_in_slot = voice;
  slot->voices = voice;

  set (bank->cells[voice->id & bank->settings->cell_mask], (uint16_t) (voice - bank->voices + 1));
  set (bank->n_playing, get (bank->n_playing) + 1);
}

static void
unlink_voice (FlitzisBank *bank, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisVoice **first_in_slot = &bank->slots[voice->slot].voices;

  if (bank->unset == voice)
    bank->unset = voice->next;

  *(voice->previous != NULL ? &voice->previous->next : &bank->oldest) = voice->next;
  *(voice->next != NULL ? &voice->next->previous : &bank->newest) = voice->previous;

  *(voice->previous_in_slot != NULL ? &voice->previous_in_slot->next_in_slot : first_in_slot) =
      voice->next_in_slot;
  if (voice->next_in_slot != NULL)
    voice->next_in_slot->previous_in_slot = voice->previous_in_slot;

  voice->next_in_slot = bank->free;
  bank->free = voice;

  set (bank->cells[voice->id & bank->settings->cell_mask], 0);
  set (bank->places[voice - bank->voices].voice, 0);
  atomic_thread_fence (memory_order_release);
  set (bank->n_playing, get (bank->n_playing) - 1);
}

void
flitzis_bank_end_voice (FlitzisBank *bank, FlitzisVoice *voice, FlitzisEnd reason) FLITZIS_REALTIME
{
  unlink_voice (bank, voice);
  drop_handle (bank, voice->handle);
  flitzis_bank_report_end (bank, voice->id, reason);
}

static void
begin_sound (FlitzisBank *bank, FlitzisVoice *voice, FlitzisSlotSettings *slot) FLITZIS_REALTIME
{
  int32_t  own = get (flitzis_settings_get_voice (bank->settings, voice->id)->n_fade_in_frames);
  uint32_t n_attack = flitzis_bank_get_n_frames (bank, get (slot->attack));
  uint32_t n_fade_in = own >= 0 ? (uint32_t) own : n_attack;

  flitzis_source_begin (&voice->source, voice->handle, get (slot->start), get (slot->end),
                        get (slot->is_reverse));
  voice->source.n_loops = voice->n_rounds > 0 ? voice->n_rounds - 1 : 0;

  if (!voice->is_paused)
    {
      flitzis_ramp_jump (&voice->envelope, 0.0f);
      flitzis_ramp_move (&voice->envelope, 1.0f, n_fade_in);
    }
}

/* A loop that leaves the voice behind is a cut: what was there fades out, and the rest in. */
static void
set_loop_of (FlitzisBank         *bank,
             FlitzisVoice        *voice,
             FlitzisSlotSettings *slot,
             uint32_t             n_loops) FLITZIS_REALTIME
{
  FlitzisVoice before = *voice;
  double       n_fade_frames = get (slot->loop_crossfade) * voice->handle->sample_rate;

  voice->n_plain_frames = 0;

  if (flitzis_source_set_loop (&voice->source, get (slot->loop_start), get (slot->loop_end),
                               (uint32_t) (n_fade_frames + 0.5), n_loops) ||
      !voice->was_heard || flitzis_voice_is_silent (voice) || voice->is_released)
    return;

  flitzis_tail_take (&bank->tail, &before, bank->scratch, bank->ramp_frames);
  flitzis_ramp_jump (&voice->envelope, 0.0f);

  if (!voice->is_paused)
    flitzis_ramp_move (&voice->envelope, 1.0f, bank->ramp_frames);
}

static void
set_loop (FlitzisBank *bank, FlitzisVoice *voice, FlitzisSlotSettings *slot) FLITZIS_REALTIME
{
  uint32_t n_loops = voice->n_rounds > 0      ? voice->source.n_loops
                     : get (slot->is_looping) ? FLITZIS_LOOP_FOREVER
                                              : 0;

  if (n_loops > 0 || voice->source.n_loops > 0)
    set_loop_of (bank, voice, slot, n_loops);
}

static void
apply_settings (FlitzisBank *bank, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisSettings      *settings = bank->settings;
  FlitzisSlotSettings  *slot = &settings->slots[voice->slot];
  FlitzisVoiceSettings *own = flitzis_settings_get_voice (settings, voice->id);
  FlitzisSound          sound = flitzis_settings_get_sound (settings, voice->slot, voice->id,
                                                            voice->velocity);

  flitzis_voice_set_paused (voice, get (own->is_paused), bank->ramp_frames);

  if (!voice->was_heard)
    begin_sound (bank, voice, slot);

  set_loop (bank, voice, slot);
  voice->interpolation = get (slot->interpolation);
  flitzis_voice_set_sound (voice, &sound, bank->sample_rate, bank->ramp_frames);
}

/* A mark may come after a trigger and overtake it. What waits for a frame it does not mean. */
static bool
is_over (FlitzisBank *bank, const FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  uint64_t id = command->play.voice;
  bool     is_scheduled = command->is_timed && !command->is_stamped;

  return (command->play.stop_frame != 0 && command->play.stop_frame <= now) ||
         get (flitzis_settings_get_voice (bank->settings, id)->is_stopped) ||
         (!is_scheduled && (id < get (bank->settings->stop_below) ||
                            id < get (bank->settings->slots[command->slot].stop_below)));
}

static void
start_voice (FlitzisBank          *bank,
             FlitzisVoice         *voice,
             FlitzisHandle        *handle,
             const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoice *next_free = voice->next_in_slot;

  *voice = (FlitzisVoice){
    .id = command->play.voice,
    .slot = command->slot,
    .choke_group = command->play.choke_group,
    .priority = command->play.priority,
    .n_rounds = command->play.n_rounds,
    .velocity = command->play.velocity,
    .handle = handle,
    .n_channels = (uint16_t) handle->n_channels,
  };

  bank->free = next_free;
  flitzis_ramp_jump (&voice->left, command->play.gain);
  flitzis_ramp_jump (&voice->right, command->play.gain);
  flitzis_ramp_jump (&voice->envelope, 1.0f);
  handle->n_holds++;
  link_voice (bank, voice);
}

void
flitzis_bank_play (FlitzisBank *bank, const FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  uint64_t         id = command->play.voice;
  FlitzisBankSlot *slot = &bank->slots[command->slot];
  FlitzisVoice    *voice;

  if (is_over (bank, command, now))
    {
      flitzis_count (&bank->n_started, 1);
      flitzis_bank_report_end (bank, id, FLITZIS_END_STOPPED);
      return;
    }

  if (slot->handle == NULL)
    {
      flitzis_count (&bank->n_started, 1);
      flitzis_bank_report_end (bank, id, FLITZIS_END_UNLOADED);
      return;
    }

  flitzis_bank_choke (bank, command);
  voice = flitzis_bank_find_free_voice (bank, command);

  if (voice == NULL)
    {
      flitzis_count (&bank->n_rejected, 1);
      flitzis_bank_report_end (bank, id, FLITZIS_END_REJECTED);
      return;
    }

  start_voice (bank, voice, slot->handle, command);

  if (command->is_timed)
    apply_settings (bank, voice);

  slot->stop_below = get (bank->settings->slots[command->slot].stop_below);
  set (bank->places[voice - bank->voices].start, now);
  flitzis_count (&bank->n_started, 1);
}

void
flitzis_bank_publish (FlitzisBank *bank, uint32_t index, FlitzisHandle *handle) FLITZIS_REALTIME
{
  FlitzisBankSlot *slot = &bank->slots[index];

  while (slot->voices != NULL)
    flitzis_bank_cut_voice (bank, slot->voices, FLITZIS_END_UNLOADED, bank->ramp_frames);

  if (slot->handle != NULL)
    drop_handle (bank, slot->handle);

  slot->handle = handle;

  if (handle != NULL)
    handle->n_holds = 1;
}

FlitzisVoice *
flitzis_bank_find_voice (FlitzisBank *bank, uint64_t id) FLITZIS_REALTIME
{
  uint32_t cell = get (bank->cells[id & bank->settings->cell_mask]);

  return cell != 0 && bank->voices[cell - 1].id == id ? &bank->voices[cell - 1] : NULL;
}

/* Written anew for another voice once this one has ended; whose it is says so, first and last. */
int64_t
flitzis_bank_get_place (FlitzisBank *bank, uint64_t id, bool is_start) FLITZIS_REALTIME
{
  uint32_t           cell = get (bank->cells[id & bank->settings->cell_mask]);
  FlitzisVoicePlace *place = &bank->places[cell - 1];
  uint64_t           frame;

  if (cell == 0 || atomic_load_explicit (&place->voice, memory_order_acquire) != id)
    return -1;

  frame = is_start ? get (place->start) : get (place->frame);
  atomic_thread_fence (memory_order_acquire);

  return get (place->voice) == id ? (int64_t) frame : -1;
}

void
flitzis_bank_apply_settings (FlitzisBank *bank) FLITZIS_REALTIME
{
  bool          has_new = flitzis_settings_have_changed (bank->settings, &bank->n_changes_set);
  FlitzisVoice *first = has_new ? bank->oldest : bank->unset;

  for (FlitzisVoice *voice = first; voice != NULL; voice = voice->next)
    apply_settings (bank, voice);

  bank->unset = NULL;
}
