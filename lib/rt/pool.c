/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool.h"

#include "atomics.h"

void
flitzis_pool_init (FlitzisPool *pool, FlitzisVoice *voices, uint32_t n_voices)
{
  for (uint32_t i = 0; i < n_voices; i++)
    voices[i].next = i + 1 < n_voices ? &voices[i + 1] : NULL;

  pool->voices = voices;
  pool->free = voices;
}

/* Control counts the reports that can come back and refuses too many, so there is always room. */
void
flitzis_pool_report_end (FlitzisPool *pool, uint64_t voice, FlitzisEnd reason) FLITZIS_REALTIME
{
  FlitzisReport report = {
    .kind = FLITZIS_REPORT_ENDED,
    .reason = reason,
    .voice = voice,
  };

  flitzis_queue_push (pool->reports, &report);
  flitzis_followers_release (pool->followers, voice, reason == FLITZIS_END_FINISHED);
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
add_link (FlitzisVoiceList *list, FlitzisVoice *voice, uint32_t link) FLITZIS_REALTIME
{
  voice->links[link] = (FlitzisVoiceLink){ .previous = list->newest };
  *(list->newest != NULL ? &list->newest->links[link].next : &list->oldest) = voice;
  list->newest = voice;
}

static void
remove_link (FlitzisVoiceList *list, FlitzisVoice *voice, uint32_t link) FLITZIS_REALTIME
{
  FlitzisVoice *previous = voice->links[link].previous, *next = voice->links[link].next;

  *(previous != NULL ? &previous->links[link].next : &list->oldest) = next;
  *(next != NULL ? &next->links[link].previous : &list->newest) = previous;
}

static void
link_voice (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisVoiceList *list = &pool->playing;

  voice->previous = list->newest;
  voice->next = NULL;
  *(list->newest != NULL ? &list->newest->next : &list->oldest) = voice;
  list->newest = voice;

  if (pool->unset == NULL)
    pool->unset = voice;

  add_link (&pool->slots[voice->slot].voices, voice, FLITZIS_LINK_SLOT);

  if (voice->choke_group != 0)
    add_link (flitzis_pool_get_group (pool, voice->choke_group), voice, FLITZIS_LINK_GROUP);
}

static void
unlink_voice (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisVoiceList *list = &pool->playing;

  if (pool->unset == voice)
    pool->unset = voice->next;

  *(voice->previous != NULL ? &voice->previous->next : &list->oldest) = voice->next;
  *(voice->next != NULL ? &voice->next->previous : &list->newest) = voice->previous;
  remove_link (&pool->slots[voice->slot].voices, voice, FLITZIS_LINK_SLOT);

  if (voice->choke_group != 0)
    remove_link (flitzis_pool_get_group (pool, voice->choke_group), voice, FLITZIS_LINK_GROUP);

  if (voice->is_leader)
    remove_link (&pool->leaders, voice, FLITZIS_LINK_LEADER);
}

void
flitzis_pool_add_leader (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  if (voice->is_leader)
    return;

  voice->is_leader = true;
  add_link (&pool->leaders, voice, FLITZIS_LINK_LEADER);
}

static void
place_ring (FlitzisPool *pool, FlitzisRing *ring, uint32_t i) FLITZIS_REALTIME
{
  pool->rings[i] = ring;
  ring->nth = i;
}

FlitzisRing *
flitzis_pool_take_ring (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisRing *ring = pool->rings[pool->n_streaming++];

  ring->voice = voice;

  return ring;
}

/* The last ring in use takes the place of this one in the list. */
static void
give_back_ring (FlitzisPool *pool, FlitzisRing *ring) FLITZIS_REALTIME
{
  uint32_t i = ring->nth;

  flitzis_ring_end (ring);
  ring->voice = NULL;
  pool->n_streaming--;
  place_ring (pool, pool->rings[pool->n_streaming], i);
  place_ring (pool, ring, pool->n_streaming);
}

FlitzisVoice *
flitzis_pool_add_voice (FlitzisPool *pool, const FlitzisCommand *command, FlitzisHandle *handle)
    FLITZIS_REALTIME
{
  FlitzisVoice *voice = pool->free;

  pool->free = voice->next;
  *voice = (FlitzisVoice){
    .id = command->play.voice,
    .slot = command->slot,
    .choke_group = command->play.choke_group,
    .priority = command->play.priority,
    .n_passes = command->play.n_passes,
    .velocity = command->play.velocity,
    .called_ns = command->is_timed ? 0 : command->called_ns,
    .handle = handle,
    .n_channels = (uint16_t) handle->n_channels,
    .is_waiting = true,
    .n_stop_frames = -1,
    .n_th = pool->n_added++,
  };

  handle->n_holds++;
  link_voice (pool, voice);
  flitzis_set (pool->cells[voice->id & pool->settings->cell_mask],
               (uint16_t) (voice - pool->voices + 1));

  return voice;
}

void
flitzis_pool_end_voice (FlitzisPool *pool, FlitzisVoice *voice, FlitzisEnd reason) FLITZIS_REALTIME
{
  unlink_voice (pool, voice);
  voice->next = pool->free;
  pool->free = voice;

  flitzis_set (pool->cells[voice->id & pool->settings->cell_mask], 0);
  flitzis_set (pool->places[voice - pool->voices].voice, 0);
  atomic_thread_fence (memory_order_release);

  if (!voice->is_waiting)
    flitzis_set (pool->n_playing, flitzis_get (pool->n_playing) - 1);
  else if (reason != FLITZIS_END_REJECTED)
    flitzis_count (&pool->n_started, 1);

  /* before the handle, which the request for the ring names */
  if (voice->playhead.ring != NULL)
    give_back_ring (pool, voice->playhead.ring);

  drop_handle (pool, voice->handle);
  flitzis_pool_report_end (pool, voice->id, reason);
}

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

/* Ends the voices of this layer alone: those of other layers sound on. */
static void
unload_layer (FlitzisPool *pool, FlitzisPoolSlot *slot, FlitzisLayer *layer) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  for (FlitzisVoice *voice = slot->voices.oldest; voice != NULL; voice = next)
    {
      next = voice->links[FLITZIS_LINK_SLOT].next;

      if (voice->handle == layer->handle)
        flitzis_pool_cut_voice (pool, voice, FLITZIS_END_UNLOADED, pool->ramp_frames);
    }

  drop_handle (pool, layer->handle);
}

void
flitzis_pool_publish (FlitzisPool         *pool,
                      uint32_t             slot_index,
                      uint32_t             layer_index,
                      FlitzisHandle       *handle,
                      FlitzisVelocityRange range) FLITZIS_REALTIME
{
  FlitzisPoolSlot *slot = &pool->slots[slot_index];
  FlitzisLayer    *layer = &slot->layers[layer_index];

  if (layer->handle != NULL)
    unload_layer (pool, slot, layer);

  *layer = (FlitzisLayer){ .handle = handle, .range = range };
  slot->held &= ~(1u << layer_index);

  if (handle == NULL)
    return;

  handle->n_holds = 1;
  slot->held |= 1u << layer_index;
}

FlitzisVoice *
flitzis_pool_find_voice (FlitzisPool *pool, uint64_t id) FLITZIS_REALTIME
{
  uint32_t cell = flitzis_get (pool->cells[id & pool->settings->cell_mask]);

  return cell != 0 && pool->voices[cell - 1].id == id ? &pool->voices[cell - 1] : NULL;
}

void
flitzis_pool_tell_places (FlitzisPool *pool) FLITZIS_REALTIME
{
  for (FlitzisVoice *voice = pool->playing.oldest; voice != NULL; voice = voice->next)
    {
      FlitzisVoicePlace *place = &pool->places[voice - pool->voices];

      flitzis_set (place->frame, flitzis_playhead_get_frame (&voice->playhead));
      atomic_store_explicit (&place->voice, voice->id, memory_order_release);
    }
}

/* A place is reused after its voice has ended, so its id is read first and again at the end. */
int64_t
flitzis_pool_get_place (FlitzisPool *pool, uint64_t id, bool is_start)
{
  uint32_t           cell = flitzis_get (pool->cells[id & pool->settings->cell_mask]);
  FlitzisVoicePlace *place;
  uint64_t           frame;

  if (cell == 0)
    return -1;

  place = &pool->places[cell - 1];

  if (atomic_load_explicit (&place->voice, memory_order_acquire) != id)
    return -1;

  frame = is_start ? flitzis_get (place->start) : flitzis_get (place->frame);
  atomic_thread_fence (memory_order_acquire);

  return flitzis_get (place->voice) == id ? (int64_t) frame : -1;
}
