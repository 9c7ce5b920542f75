/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "mixer.h"

#include "atomics.h"
#include "commands.h"
#include "owner.h"
#include "pool-follow.h"
#include "pool-render.h"
#include "pool-start.h"
#include "pool-stream.h"
#include "pool-tween.h"

#include <string.h>

#define NS_PER_SECOND UINT64_C (1000000000)

/* Takes effect at once if nothing has been heard yet. */
static void
apply_limiter (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  bool is_on = flitzis_get (mixer->settings.is_limited);
  bool is_new = flitzis_get (mixer->position) == 0;

  flitzis_limiter_set_on (&mixer->limiter, is_on, is_new ? 0 : mixer->pool.ramp_frames);
}

static void
apply_pause (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  bool is_paused = flitzis_get (mixer->settings.is_paused);

  if (is_paused != mixer->is_paused)
    flitzis_ramp_move (&mixer->master, is_paused ? 0.0f : 1.0f, mixer->pool.ramp_frames);

  mixer->is_paused = is_paused;
  mixer->pool.is_frozen = is_paused && flitzis_ramp_is_resting (&mixer->master);
}

/*
 * Returns the time of the oldest call for now that may still sound. Triggers pile up while no block
 * comes, and would all sound in one burst, so triggers that are much older than the newest are
 * rejected. The limit is longer than two blocks, so no trigger between two blocks is too old.
 * Offline, time does not matter.
 */
static uint64_t
get_oldest_call (FlitzisMixer *mixer, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t newest_ns = flitzis_get (mixer->settings.newest_call_ns);
  uint64_t max_age_ns = 2 * n_frames * NS_PER_SECOND / mixer->sample_rate;

  if (max_age_ns < FLITZIS_MAX_AGE_NS)
    max_age_ns = FLITZIS_MAX_AGE_NS;

  return flitzis_get (mixer->owner) == FLITZIS_OWNER_CALLBACK && newest_ns > max_age_ns
             ? newest_ns - max_age_ns
             : 0;
}

/* A grid that control is writing at this moment takes effect with the next block. */
static void
follow_grid (FlitzisMixer *mixer, uint64_t now) FLITZIS_REALTIME
{
  uint32_t         sequence = flitzis_seqlock_get_sequence (&mixer->grid_told);
  FlitzisTempoGrid grid;

  if (sequence != mixer->grid_sequence &&
      flitzis_seqlock_try_read (&mixer->grid_told, &grid, sizeof grid))
    {
      mixer->grid = grid;
      mixer->grid_sequence = sequence;
    }
  else if (mixer->schedule.n_unplaced == 0)
    {
      return;
    }

  flitzis_schedule_begin_block (&mixer->schedule, &mixer->grid, now);
}

void
flitzis_mixer_apply (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  unsigned int denormals = flitzis_denormals_off ();

  flitzis_mixer_apply_commands (mixer);
  flitzis_denormals_restore (denormals);
}

/* Returns how many of the next frames come before a pause. */
static uint32_t
get_n_moving_frames (FlitzisMixer *mixer, uint32_t n_frames) FLITZIS_REALTIME
{
  uint32_t n_until_pause = mixer->master.n_frames - mixer->master.frame;

  return mixer->is_paused && n_until_pause < n_frames ? n_until_pause : n_frames;
}

/* Returns how many of the next frames come before something changes. */
static uint32_t
get_n_chunk_frames (FlitzisMixer *mixer, uint64_t now, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t n_until_event = flitzis_schedule_get_frame (&mixer->schedule) - now;
  uint64_t n_until_point = mixer->pool.tweens.next_point - now;
  uint32_t n_until_told = mixer->pool.levels.n_frames_left;

  if (n_frames > FLITZIS_CHUNK_FRAMES)
    n_frames = FLITZIS_CHUNK_FRAMES;

  if (n_frames > n_until_told)
    n_frames = n_until_told;

  if (n_frames > n_until_event)
    n_frames = (uint32_t) n_until_event;

  if (n_frames > n_until_point)
    n_frames = (uint32_t) n_until_point;

  return flitzis_pool_count_until_end (&mixer->pool, n_frames);
}

/* The fade comes after the limiter: the frames that the limiter still holds are heard after a
 * pause. */
static void
fade_master (FlitzisMixer *mixer, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  float *gains = mixer->pool.scratch->gains;

  if (flitzis_ramp_is_resting (&mixer->master))
    return;

  for (uint32_t i = 0; i < n_frames; i++)
    gains[i] = 1.0f;

  flitzis_ramp_multiply (&mixer->master, gains, n_frames);

  for (uint32_t i = 0; i < 2 * n_frames; i++)
    out[i] *= gains[i / 2];
}

/* Returns the number of frames that were rendered: all, unless a streamed voice waits offline. */
static uint32_t
render (FlitzisMixer *mixer, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t first = flitzis_get (mixer->position);
  bool     is_offline = flitzis_get (mixer->owner) == FLITZIS_OWNER_OFFLINE;
  uint32_t done = 0;

  while (done < n_frames)
    {
      uint64_t now = first + done;
      uint32_t n;

      flitzis_mixer_apply_events (mixer, now);
      flitzis_pool_follow_tweens (&mixer->pool, now);

      /* before the chunk, which a voice may end whose end has become known */
      if (!flitzis_pool_follow_rings (&mixer->pool, is_offline, now))
        break;

      n = get_n_chunk_frames (mixer, now, n_frames - done);
      flitzis_pool_render (&mixer->pool, out + 2 * done, n);
      flitzis_limiter_process (&mixer->limiter, out + 2 * done, n);
      fade_master (mixer, out + 2 * done, n);
      flitzis_levels_add_output (&mixer->pool.levels, mixer->pool.scratch->kernels,
                                 out + 2 * done, n);
      done += n;
    }

  mixer->pool.is_frozen = mixer->is_paused && flitzis_ramp_is_resting (&mixer->master);

  return done;
}

uint32_t
flitzis_mixer_render (FlitzisMixer *mixer, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  unsigned int denormals = flitzis_denormals_off ();
  uint64_t     first = flitzis_get (mixer->position);
  bool         was_frozen = mixer->pool.is_frozen;
  uint32_t     n_moving, n_rendered;

  apply_pause (mixer);
  n_moving = get_n_moving_frames (mixer, n_frames);
  flitzis_set (mixer->end, first + n_moving);
  apply_limiter (mixer);
  flitzis_mixer_apply_commands (mixer);
  flitzis_pool_begin_voices (&mixer->pool, get_oldest_call (mixer, n_frames));
  follow_grid (mixer, first);
  flitzis_pool_drop_tweens (&mixer->pool);
  flitzis_pool_follow (&mixer->pool, first);

  /* moves that began while all stood still are complete */
  if (was_frozen)
    flitzis_pool_finish_moves (&mixer->pool, first);

  n_rendered = render (mixer, out, n_moving);

  if (mixer->pool.is_frozen)
    flitzis_levels_drop (&mixer->pool.levels);

  /* a pause is silent to the end of the block */
  if (n_rendered == n_moving)
    memset (out + 2 * n_moving, 0, 2 * (n_frames - n_moving) * sizeof (float));
  else
    n_frames = n_rendered;

  flitzis_pool_release_rings (&mixer->pool);
  flitzis_pool_tell_places (&mixer->pool);
  flitzis_pool_tell_tweens (&mixer->pool, first + n_rendered);
  flitzis_count (&mixer->position, n_rendered);
  flitzis_denormals_restore (denormals);

  return n_frames;
}
