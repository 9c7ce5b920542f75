/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-start.h"

#include "atomics.h"
#include "pool-end.h"
#include "pool-follow.h"
#include "pool-seek.h"
#include "pool-steal.h"
#include "pool-stream.h"
#include "pool-vary.h"

/* Returns whether the voice was stopped before it could start. */
static bool
is_over (FlitzisPool *pool, const FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  FlitzisVoiceSettings *own = flitzis_settings_get_voice (pool->settings, command->play.voice);

  return (command->play.stop_frame != 0 && command->play.stop_frame <= now) ||
         flitzis_get (own->n_stop_frames) >= 0;
}

/* Leaves out the frames that would be heard first, which are the last of the part in reverse. At
 * least one frame remains. */
static void
shorten_part (uint64_t *start, uint64_t *end, bool is_reverse, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t n_spare = *start < *end ? *end - *start - 1 : 0;
  uint64_t n = n_frames < n_spare ? n_frames : n_spare;

  if (is_reverse)
    *end -= n;
  else
    *start += n;
}

static FlitzisVoice *
start_voice (FlitzisPool          *pool,
             FlitzisHandle        *handle,
             const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoice   *voice = flitzis_pool_add_voice (pool, command, handle);
  FlitzisVariance variance = flitzis_pool_vary (pool, command);
  uint64_t        start = command->play.start, end = command->play.end;
  float           gain = (float) (command->play.gain * variance.gain);

  /* the end of a streamed sample may not be known */
  if (handle->is_streamed && end == 0)
    end = UINT32_MAX;
  else if (!handle->is_streamed && (end == 0 || end > handle->n_frames))
    end = handle->n_frames;

  shorten_part (&start, &end, command->is_reverse, variance.start);
  voice->velocity *= variance.gain;
  voice->rate_factor = variance.rate;
  flitzis_ramp_jump (&voice->left, gain);
  flitzis_ramp_jump (&voice->right, gain);

  if (handle->is_streamed)
    flitzis_pool_begin_stream (pool, voice, (uint32_t) start,
                               end != UINT32_MAX ? (uint32_t) end : 0);
  else
    flitzis_playhead_begin (&voice->playhead, handle, start, end, command->is_reverse);

  flitzis_voice_begin (voice, pool->sample_rate, command->play.n_fade_in_frames);

  return voice;
}

/* A streamed sample needs a ring, and cannot be played backwards. */
static bool
can_play (const FlitzisPool *pool, const FlitzisCommand *command, const FlitzisHandle *handle)
    FLITZIS_REALTIME
{
  return !handle->is_streamed || (flitzis_pool_has_ring (pool) && !command->is_reverse);
}

void
flitzis_pool_play (FlitzisPool *pool, const FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  FlitzisHandle *handle;
  FlitzisVoice  *voice;

  if (is_over (pool, command, now))
    {
      flitzis_pool_report_end (pool, command->play.voice, FLITZIS_END_STOPPED);
      return;
    }

  handle = flitzis_pool_choose_layer (pool, command);

  if (handle == NULL)
    {
      flitzis_pool_report_end (pool, command->play.voice, FLITZIS_END_UNLOADED);
      return;
    }

  flitzis_pool_choke (pool, command);

  if (!can_play (pool, command, handle) || !flitzis_pool_make_room (pool, command))
    {
      flitzis_count (&pool->n_rejected, 1);
      flitzis_pool_report_end (pool, command->play.voice, FLITZIS_END_REJECTED);
      return;
    }

  voice = start_voice (pool, handle, command);

  flitzis_set (pool->places[voice - pool->voices].start, now);

  if (command->is_timed)
    flitzis_pool_follow_voice (pool, voice, now);

  if (flitzis_followers_wait_for (pool->followers, voice->id))
    flitzis_pool_add_leader (pool, voice);

  if (command->seeks)
    flitzis_pool_seek_voice (pool, voice->id, command->play.seek_frame, now);
}

static void
reject_voice (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  flitzis_count (&pool->n_rejected, 1);
  flitzis_pool_end_voice (pool, voice, FLITZIS_END_REJECTED);
}

static void
begin_voice (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  voice->is_waiting = false;
  flitzis_set (pool->n_playing, flitzis_get (pool->n_playing) + 1);
  flitzis_count (&pool->n_started, 1);
}

static bool
is_too_old (const FlitzisVoice *voice, uint64_t oldest_ns) FLITZIS_REALTIME
{
  return voice->called_ns != 0 && voice->called_ns < oldest_ns;
}

void
flitzis_pool_begin_voices (FlitzisPool *pool, uint64_t oldest_ns) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  /* voices that wait have not followed the settings yet */
  for (FlitzisVoice *voice = pool->unset; voice != NULL; voice = next)
    {
      next = voice->next;

      if (!voice->is_waiting)
        continue;

      if (is_too_old (voice, oldest_ns))
        reject_voice (pool, voice);
      else
        begin_voice (pool, voice);
    }
}

void
flitzis_pool_begin_newest (FlitzisPool *pool) FLITZIS_REALTIME
{
  FlitzisVoice *voice = pool->playing.newest;

  if (voice != NULL && voice->is_waiting)
    begin_voice (pool, voice);
}
