/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-render.h"

/* Successive voices that are mixed in one pass. */
typedef struct
{
  FlitzisInput  inputs[FLITZIS_MAX_INPUTS];
  FlitzisVoice *voices[FLITZIS_MAX_INPUTS];
  uint32_t      n_voices;
  uint32_t      n_channels; /* of each */
  bool          is_first;   /* nothing has been mixed yet */
} Group;

/* A voice whose end is not known yet is asked again in the next chunk. */
uint32_t
flitzis_pool_count_until_end (FlitzisPool *pool, uint32_t n_frames) FLITZIS_REALTIME
{
  for (FlitzisVoice *voice = pool->leaders.oldest; voice != NULL;
       voice = voice->links[FLITZIS_LINK_LEADER].next)
    n_frames = flitzis_voice_count_until_end (voice, n_frames);

  return n_frames > 0 ? n_frames : 1;
}

static void
end_if_finished (FlitzisPool *pool, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisEnd reason = voice->has_failed ? FLITZIS_END_FAILED : FLITZIS_END_FINISHED;

  if (flitzis_voice_is_finished (voice))
    flitzis_pool_end_voice (pool, voice, voice->is_released ? voice->reason : reason);
}

/* Moves a voice on, after it has added `n_frames` plain frames. */
static void
settle_voice (FlitzisPool *pool, FlitzisVoice *voice, float peak, uint32_t n_frames)
    FLITZIS_REALTIME
{
  flitzis_levels_add_slot (&pool->levels, voice->slot, peak);

  if (flitzis_voice_advance (voice, n_frames))
    return;

  flitzis_playhead_move (&voice->playhead, voice->playhead.position);
  end_if_finished (pool, voice);
}

static void
mix_group (FlitzisPool *pool, Group *group, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  if (group->n_voices == 0 && !group->is_first)
    return;

  pool->scratch->kernels->mix (out, group->inputs, group->n_voices, group->is_first,
                               group->n_channels, n_frames);

  for (uint32_t i = 0; i < group->n_voices; i++)
    settle_voice (pool, group->voices[i], group->inputs[i].peak, n_frames);

  group->n_voices = 0;
  group->is_first = false;
}

/* Adds a voice to the group; its frames are plain and its gain is steady. */
static void
join_group (FlitzisPool *pool, Group *group, FlitzisVoice *voice, float *out, uint32_t n_frames)
    FLITZIS_REALTIME
{
  if (group->n_voices == FLITZIS_MAX_INPUTS ||
      (group->n_voices > 0 && group->n_channels != voice->n_channels))
    mix_group (pool, group, out, n_frames);

  group->inputs[group->n_voices] = (FlitzisInput){
    .frames = voice->plain_frames,
    .left = voice->plain_left,
    .right = voice->plain_right,
  };
  group->voices[group->n_voices++] = voice;
  group->n_channels = voice->n_channels;
}

static void
render_alone (FlitzisPool *pool, FlitzisVoice *voice, bool is_plain, float *out, uint32_t n_frames)
    FLITZIS_REALTIME
{
  FlitzisScratch *scratch = pool->scratch;

  if (is_plain)
    {
      settle_voice (pool, voice, flitzis_voice_mix_plain (voice, scratch->kernels, out, n_frames),
                    n_frames);
      return;
    }

  flitzis_levels_add_slot (&pool->levels, voice->slot,
                           flitzis_voice_render (voice, scratch, NULL, out, n_frames));
  end_if_finished (pool, voice);
}

/* Mixes the voices in order, the oldest first, and in groups if possible. */
void
flitzis_pool_render (FlitzisPool *pool, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  Group         group;
  FlitzisVoice *next;

  group.n_voices = 0;
  group.n_channels = 0;
  group.is_first = true;

  for (FlitzisVoice *voice = pool->playing.oldest; voice != NULL; voice = next)
    {
      bool is_plain = flitzis_voice_is_plain (voice, n_frames);

      next = voice->next;

      if (is_plain && !voice->is_moving)
        {
          join_group (pool, &group, voice, out, n_frames);
          continue;
        }

      mix_group (pool, &group, out, n_frames);
      render_alone (pool, voice, is_plain, out, n_frames);
    }

  mix_group (pool, &group, out, n_frames);
  flitzis_tail_add (&pool->tail, pool->scratch->kernels, out, n_frames);
}
