/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-private.h"

#define get(field) atomic_load_explicit (&(field), memory_order_relaxed)
#define set(field, value) atomic_store_explicit (&(field), value, memory_order_relaxed)

/* Control counts what can come back and refuses first, so there is always room for a report. */
void
flitzis_pool_report_end (FlitzisPool *pool, uint64_t voice, FlitzisEnd reason) FLITZIS_REALTIME
{
  FlitzisReport report = {
    .kind = FLITZIS_REPORT_ENDED,
    .reason = reason,
    .voice = voice,
  };

  flitzis_queue_push (pool->reports, &report);
}

static void
drop_handle (FlitzisPool *pool, FlitzisHandle *handle) FLITZIS_REALTIME
{
  FlitzisReport report = {
    .kind = FLITZIS_REPORT_RETIRED,
    .handle = handle,
  };

  handle->n_holds--;

  if (handle->n_holds == 0)
    flitzis_queue_push (pool->reports, &report);
}

static void
link_voice (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisPoolSlot *slot = &pool->slots[voice->slot];

  voice->previous = pool->newest;
  voice->next = NULL;
  *(pool->newest != NULL ? &pool->newest->next : &pool->oldest) = voice;
  pool->newest = voice;

  if (pool->unset == NULL)
    pool->unset = voice;

  voice->previous_in_slot = NULL;
  voice->next_in_slot = slot->voices;
  if (slot->voices != NULL)
    slot->voices->previous_in_slot = voice;
  slot->voices = voice;

  set (pool->cells[voice->id & pool->settings->cell_mask], (uint16_t) (voice - pool->voices + 1));
  set (pool->n_playing, get (pool->n_playing) + 1);
}

static void
unlink_voice (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisVoice **first_in_slot = &pool->slots[voice->slot].voices;

  if (pool->unset == voice)
    pool->unset = voice->next;

  *(voice->previous != NULL ? &voice->previous->next : &pool->oldest) = voice->next;
  *(voice->next != NULL ? &voice->next->previous : &pool->newest) = voice->previous;

  *(voice->previous_in_slot != NULL ? &voice->previous_in_slot->next_in_slot : first_in_slot) =
      voice->next_in_slot;
  if (voice->next_in_slot != NULL)
    voice->next_in_slot->previous_in_slot = voice->previous_in_slot;

  voice->next_in_slot = pool->free;
  pool->free = voice;

  set (pool->cells[voice->id & pool->settings->cell_mask], 0);
  set (pool->places[voice - pool->voices].voice, 0);
  atomic_thread_fence (memory_order_release);
  set (pool->n_playing, get (pool->n_playing) - 1);
}

void
flitzis_pool_end_voice (FlitzisPool *pool, FlitzisVoice *voice, FlitzisEnd reason) FLITZIS_REALTIME
{
  unlink_voice (pool, voice);
  drop_handle (pool, voice->handle);
  flitzis_pool_report_end (pool, voice->id, reason);
}

static void
begin_sound (FlitzisPool *pool, FlitzisVoice *voice, FlitzisSlotSettings *slot) FLITZIS_REALTIME
{
  int32_t  own = get (flitzis_settings_get_voice (pool->settings, voice->id)->n_fade_in_frames);
  uint32_t n_attack = flitzis_pool_get_n_frames (pool, get (slot->attack));
  uint32_t n_fade_in = own >= 0 ? (uint32_t) own : n_attack;

  flitzis_playhead_begin (&voice->playhead, voice->handle, get (slot->start), get (slot->end),
                          get (slot->is_reverse));
  voice->playhead.n_loops = voice->n_rounds > 0 ? voice->n_rounds - 1 : 0;

  if (!voice->is_paused)
    {
      flitzis_ramp_jump (&voice->envelope, 0.0f);
      flitzis_ramp_move (&voice->envelope, 1.0f, n_fade_in);
    }
}

/* A loop that leaves the voice behind is a cut: what was there fades out, and the rest in. */
static void
set_loop_of (FlitzisPool         *pool,
             FlitzisVoice        *voice,
             FlitzisSlotSettings *slot,
             uint32_t             n_loops) FLITZIS_REALTIME
{
  FlitzisVoice before = *voice;
  double       n_fade_frames = get (slot->loop_crossfade) * voice->handle->sample_rate;

  voice->n_plain_frames = 0;

  if (flitzis_playhead_set_loop (&voice->playhead, get (slot->loop_start), get (slot->loop_end),
                                 (uint32_t) (n_fade_frames + 0.5), n_loops) ||
      !voice->was_heard || flitzis_voice_is_silent (voice) || voice->is_released)
    return;

  flitzis_tail_take (&pool->tail, &before, pool->scratch, pool->ramp_frames);
  flitzis_ramp_jump (&voice->envelope, 0.0f);

  if (!voice->is_paused)
    flitzis_ramp_move (&voice->envelope, 1.0f, pool->ramp_frames);
}

static void
set_loop (FlitzisPool *pool, FlitzisVoice *voice, FlitzisSlotSettings *slot) FLITZIS_REALTIME
{
  uint32_t n_loops = voice->n_rounds > 0      ? voice->playhead.n_loops
                     : get (slot->is_looping) ? FLITZIS_LOOP_FOREVER
                                              : 0;

  if (n_loops > 0 || voice->playhead.n_loops > 0)
    set_loop_of (pool, voice, slot, n_loops);
}

static void
apply_settings (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisSettings      *settings = pool->settings;
  FlitzisSlotSettings  *slot = &settings->slots[voice->slot];
  FlitzisVoiceSettings *own = flitzis_settings_get_voice (settings, voice->id);
  FlitzisSound          sound = flitzis_settings_get_sound (settings, voice->slot, voice->id,
                                                            voice->velocity);

  flitzis_voice_set_paused (voice, get (own->is_paused), pool->ramp_frames);

  if (!voice->was_heard)
    begin_sound (pool, voice, slot);

  set_loop (pool, voice, slot);
  voice->interpolation = get (slot->interpolation);
  flitzis_voice_set_sound (voice, &sound, pool->sample_rate, pool->ramp_frames);
}

/* A mark may come after a trigger and overtake it. What waits for a frame it does not mean. */
static bool
is_over (FlitzisPool *pool, const FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  uint64_t id = command->play.voice;
  bool     is_scheduled = command->is_timed && !command->is_stamped;

  return (command->play.stop_frame != 0 && command->play.stop_frame <= now) ||
         get (flitzis_settings_get_voice (pool->settings, id)->is_stopped) ||
         (!is_scheduled && (id < get (pool->settings->stop_below) ||
                            id < get (pool->settings->slots[command->slot].stop_below)));
}

static void
start_voice (FlitzisPool          *pool,
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

  pool->free = next_free;
  flitzis_ramp_jump (&voice->left, command->play.gain);
  flitzis_ramp_jump (&voice->right, command->play.gain);
  flitzis_ramp_jump (&voice->envelope, 1.0f);
  handle->n_holds++;
  link_voice (pool, voice);
}

void
flitzis_pool_play (FlitzisPool *pool, const FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  uint64_t         id = command->play.voice;
  FlitzisPoolSlot *slot = &pool->slots[command->slot];
  FlitzisVoice    *voice;

  if (is_over (pool, command, now))
    {
      flitzis_count (&pool->n_started, 1);
      flitzis_pool_report_end (pool, id, FLITZIS_END_STOPPED);
      return;
    }

  if (slot->handle == NULL)
    {
      flitzis_count (&pool->n_started, 1);
      flitzis_pool_report_end (pool, id, FLITZIS_END_UNLOADED);
      return;
    }

  flitzis_pool_choke (pool, command);
  voice = flitzis_pool_find_free_voice (pool, command);

  if (voice == NULL)
    {
      flitzis_count (&pool->n_rejected, 1);
      flitzis_pool_report_end (pool, id, FLITZIS_END_REJECTED);
      return;
    }

  start_voice (pool, voice, slot->handle, command);

  if (command->is_timed)
    apply_settings (pool, voice);

  slot->stop_below = get (pool->settings->slots[command->slot].stop_below);
  set (pool->places[voice - pool->voices].start, now);
  flitzis_count (&pool->n_started, 1);
}

void
flitzis_pool_publish (FlitzisPool *pool, uint32_t index, FlitzisHandle *handle) FLITZIS_REALTIME
{
  FlitzisPoolSlot *slot = &pool->slots[index];

  while (slot->voices != NULL)
    flitzis_pool_cut_voice (pool, slot->voices, FLITZIS_END_UNLOADED, pool->ramp_frames);

  if (slot->handle != NULL)
    drop_handle (pool, slot->handle);

  slot->handle = handle;

  if (handle != NULL)
    handle->n_holds = 1;
}

FlitzisVoice *
flitzis_pool_find_voice (FlitzisPool *pool, uint64_t id) FLITZIS_REALTIME
{
  uint32_t cell = get (pool->cells[id & pool->settings->cell_mask]);

  return cell != 0 && pool->voices[cell - 1].id == id ? &pool->voices[cell - 1] : NULL;
}

/* Written anew for another voice once this one has ended; whose it is says so, first and last. */
int64_t
flitzis_pool_get_place (FlitzisPool *pool, uint64_t id, bool is_start) FLITZIS_REALTIME
{
  uint32_t           cell = get (pool->cells[id & pool->settings->cell_mask]);
  FlitzisVoicePlace *place = &pool->places[cell - 1];
  uint64_t           frame;

  if (cell == 0 || atomic_load_explicit (&place->voice, memory_order_acquire) != id)
    return -1;

  frame = is_start ? get (place->start) : get (place->frame);
  atomic_thread_fence (memory_order_acquire);

  return get (place->voice) == id ? (int64_t) frame : -1;
}

void
flitzis_pool_apply_settings (FlitzisPool *pool) FLITZIS_REALTIME
{
  bool          has_new = flitzis_settings_have_changed (pool->settings, &pool->n_changes_set);
  FlitzisVoice *first = has_new ? pool->oldest : pool->unset;

  for (FlitzisVoice *voice = first; voice != NULL; voice = voice->next)
    apply_settings (pool, voice);

  pool->unset = NULL;
}
