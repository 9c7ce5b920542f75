/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-stream.h"

#include "atomics.h"

/* The frames on either side of a place that an interpolator may read: more than half of its longest
 * filter. */
#define REACH_FRAMES 256

/* A voice that ran dry goes on when its ring has this much more than it needs. */
#define SPARE_FRAMES(sample_rate) ((sample_rate) / 10)

static uint64_t
min (uint64_t a, uint64_t b) FLITZIS_REALTIME
{
  return a < b ? a : b;
}

/* Returns the loop of the slot within the part that the voice plays. */
static FlitzisRange
get_loop (FlitzisSlotSettings *slot, const FlitzisRingRequest *request) FLITZIS_REALTIME
{
  FlitzisRange part = flitzis_range_make (request->start, request->end, FLITZIS_END_UNKNOWN);
  FlitzisRange loop = flitzis_range_make (flitzis_get (slot->loop_start),
                                          flitzis_get (slot->loop_end), FLITZIS_END_UNKNOWN);

  return flitzis_range_clip (loop, part);
}

/* Begins the voice at the frame of the request. The voice plays its first frames from the head of
 * the sample, up to the end of the head or of a loop. The ring is asked for the frames after them.
 */
static void
begin (FlitzisPool *pool, FlitzisVoice *voice, FlitzisRing *ring, FlitzisRingRequest request)
    FLITZIS_REALTIME
{
  FlitzisSlotSettings *slot = &pool->settings->slots[voice->slot];
  uint64_t             head_end = voice->handle->n_frames;
  uint32_t             first = request.frame, n_head = 0;

  if (request.end != 0)
    head_end = min (head_end, request.end);

  if (flitzis_settings_count_loops (slot, request.n_passes, request.n_returns) > 0)
    head_end = min (head_end, get_loop (slot, &request).end);

  if (first < head_end)
    n_head = (uint32_t) head_end - first;

  request.place = n_head;
  request.frame = first + n_head;
  request.is_first = n_head == 0;
  flitzis_ring_begin (ring, &request);
  flitzis_playhead_begin_stream (&voice->playhead, voice->handle, ring, first, n_head);
  voice->is_filling = true;
}

void
flitzis_pool_begin_stream (FlitzisPool *pool, FlitzisVoice *voice, uint32_t start, uint32_t end)
    FLITZIS_REALTIME
{
  if (end != 0 && start >= end)
    start = end - 1;

  begin (pool, voice, flitzis_pool_take_ring (pool, voice),
         (FlitzisRingRequest){
             .handle = voice->handle,
             .frame = start,
             .start = start,
             .end = end,
             .n_passes = voice->n_passes,
             .slot = (uint16_t) voice->slot,
         });
}

bool
flitzis_pool_seek_stream (FlitzisPool *pool, FlitzisVoice *voice, uint64_t frame) FLITZIS_REALTIME
{
  FlitzisSlotSettings *slot = &pool->settings->slots[voice->slot];
  FlitzisRing         *ring = voice->playhead.ring;
  FlitzisRingRequest   request = ring->asked;
  uint32_t             end = request.end != 0 ? request.end : UINT32_MAX;
  uint32_t             length = request.handle->length;
  uint32_t             n_loops;
  FlitzisRange         loop;

  if (length != 0 && length < end)
    end = length;

  if (frame < request.start)
    frame = request.start;

  if (frame >= end)
    return false;

  request.n_returns = flitzis_playhead_count_returns (&voice->playhead);
  n_loops = flitzis_settings_count_loops (slot, request.n_passes, request.n_returns);
  loop = get_loop (slot, &request);

  /* a frame after the end of a loop that never ends goes around it; any other loop is over then */
  if (n_loops == FLITZIS_LOOP_FOREVER && frame >= loop.end)
    frame = loop.start + (frame - loop.start) % (loop.end - loop.start);
  else if (frame >= loop.end)
    request.n_returns += n_loops;

  request.frame = (uint32_t) frame;
  begin (pool, voice, ring, request);

  return true;
}

/* Returns how many frames must be readable so that the voice can render a chunk, and fade out after
 * it. */
static uint64_t
count_needed (const FlitzisPool *pool, const FlitzisVoice *voice) FLITZIS_REALTIME
{
  const FlitzisRateRamp *rate = &voice->rate;
  uint64_t               step = rate->from > rate->to ? rate->from : rate->to;

  return ((FLITZIS_CHUNK_FRAMES + pool->ramp_frames) * step >> 32) + REACH_FRAMES +
         voice->playhead.n_end_fade_frames;
}

static bool
is_paused (FlitzisPool *pool, const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return flitzis_get (flitzis_settings_get_voice (pool->settings, voice->id)->is_paused);
}

static void
set_dry (FlitzisPool *pool, FlitzisVoice *voice, bool is_dry, uint64_t now) FLITZIS_REALTIME
{
  voice->is_dry = is_dry;
  flitzis_voice_set_paused (voice, is_paused (pool, voice), pool->ramp_frames);

  /* after a seek, this voice has nothing to fade out: the tail does that for the old place */
  if (is_dry && voice->is_filling)
    flitzis_voice_stand_still (voice);

  if (is_dry && !voice->is_filling)
    flitzis_count (&pool->n_underruns, 1);

  if (!is_dry && !voice->was_heard)
    flitzis_set (pool->places[voice - pool->voices].start, now);
}

/* Returns false if the voice has to wait for the frames of the next chunk. */
static bool
follow_ring (FlitzisPool  *pool,
             FlitzisVoice *voice,
             bool          is_offline,
             uint64_t      now) FLITZIS_REALTIME
{
  FlitzisPlayhead   *playhead = &voice->playhead;
  FlitzisRingContent content = flitzis_ring_look (playhead->ring);
  uint64_t           n_needed = count_needed (pool, voice), n_enough = n_needed;
  uint64_t           n_ready;
  bool               is_short;

  /* frames that were thought to be plain may fade out now */
  if (flitzis_playhead_follow_ring (playhead, &content))
    voice->n_plain_frames = 0;

  voice->has_failed = content.has_failed;
  n_ready = playhead->n_ready - min (playhead->position >> 32, playhead->n_ready);
  is_short = !content.is_complete && n_ready < n_needed;

  if (is_short && is_offline)
    return is_paused (pool, voice);

  if (!is_offline && !voice->is_filling)
    n_enough += SPARE_FRAMES (pool->sample_rate);

  if (is_short && !voice->is_dry)
    set_dry (pool, voice, true, now);
  else if (voice->is_dry && (content.is_complete || n_ready >= n_enough))
    set_dry (pool, voice, false, now);

  voice->is_filling = voice->is_filling && is_short;

  return true;
}

bool
flitzis_pool_follow_rings (FlitzisPool *pool, bool is_offline, uint64_t now) FLITZIS_REALTIME
{
  bool are_ready = true;

  for (uint32_t i = 0; i < pool->n_streaming; i++)
    are_ready &= follow_ring (pool, pool->rings[i]->voice, is_offline, now);

  return are_ready;
}

void
flitzis_pool_release_rings (FlitzisPool *pool) FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < pool->n_streaming; i++)
    {
      FlitzisRing           *ring = pool->rings[i];
      const FlitzisPlayhead *playhead = &ring->voice->playhead;
      uint64_t               place = playhead->origin + (playhead->position >> 32);

      flitzis_ring_release (ring, place - min (place, REACH_FRAMES));
    }
}
