/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-seek.h"

#include "atomics.h"
#include "pool-follow.h"
#include "pool-stream.h"

/* A voice that was moved in the same moment has faded in to nothing yet. */
static bool
is_heard (const FlitzisPool *pool, const FlitzisVoice *voice) FLITZIS_REALTIME
{
  return voice->was_heard && !pool->is_frozen && !flitzis_voice_is_silent (voice) &&
         flitzis_ramp_get_value (&voice->cut_in) > 0.0f;
}

/* The old sound fades out in the tail. */
static void
fade_over (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisVoice before = *voice;

  flitzis_tail_take (&pool->tail, &before, pool->scratch, pool->ramp_frames);
  flitzis_voice_cut_in (voice, pool->ramp_frames);
}

void
flitzis_pool_seek_voice (FlitzisPool *pool, uint64_t id, uint64_t frame, uint64_t now)
    FLITZIS_REALTIME
{
  FlitzisVoice *voice = flitzis_pool_find_voice (pool, id);

  if (voice == NULL)
    return;

  /* its loop decides where it goes */
  if (voice->is_waiting)
    flitzis_pool_follow_voice (pool, voice, now);

  if (is_heard (pool, voice))
    fade_over (pool, voice);

  if (!(voice->playhead.ring != NULL ? flitzis_pool_seek_stream (pool, voice, frame)
                                     : flitzis_playhead_seek (&voice->playhead, frame)))
    {
      flitzis_pool_end_voice (pool, voice, FLITZIS_END_FINISHED);
      return;
    }

  flitzis_voice_jump (voice, pool->sample_rate);

  /* the rest of a fade into a pause belongs to the old place */
  if (flitzis_get (flitzis_settings_get_voice (pool->settings, id)->is_paused))
    flitzis_voice_stand_still (voice);

  flitzis_set (pool->places[voice - pool->voices].frame,
               flitzis_playhead_get_frame (&voice->playhead));
}
