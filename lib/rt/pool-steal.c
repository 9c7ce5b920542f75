/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-steal.h"

/* Finds the voice that makes room for a new one; NULL if all have a higher priority. */
static FlitzisVoice *
find_victim (FlitzisPool *pool, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoice *victim = NULL;

  if (command->steal == FLITZIS_MIXER_STEAL_REJECT)
    return NULL;

  for (FlitzisVoice *voice = pool->playing.oldest; voice != NULL; voice = voice->next)
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

bool
flitzis_pool_make_room (FlitzisPool *pool, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoice *victim = pool->free == NULL ? find_victim (pool, command) : NULL;

  if (victim != NULL)
    {
      flitzis_pool_cut_voice (pool, victim, FLITZIS_END_STOLEN, pool->ramp_frames);
      flitzis_count (&pool->n_stolen, 1);
    }

  return pool->free != NULL;
}
