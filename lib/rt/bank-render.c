/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "bank-private.h"

#include <string.h>

/* The sound of all voices. */

/* Voices that follow one another and are mixed in one go. */
typedef struct
{
  FlitzisInput  inputs[FLITZIS_MAX_INPUTS];
  FlitzisVoice *voices[FLITZIS_MAX_INPUTS];
  uint32_t      n_voices;
  uint32_t      n_channels; /* of each */
} Group;

static void
settle_voice (FlitzisBank *bank, FlitzisVoice *voice, float peak) FLITZIS_REALTIME
{
  flitzis_levels_add_slot (&bank->levels, voice->slot, peak);

  if (flitzis_voice_is_finished (voice))
    flitzis_bank_end_voice (bank, voice, voice->is_released ? voice->reason : FLITZIS_END_FINISHED);
}

static void
mix_group (FlitzisBank *bank, Group *group, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  bank->scratch->kernels->mix (out, group->inputs, group->n_voices, group->n_channels, n_frames);

  for (uint32_t i = 0; i < group->n_voices; i++)
    {
      flitzis_voice_advance (group->voices[i], n_frames);
      settle_voice (bank, group->voices[i], group->inputs[i].peak);
    }

  group->n_voices = 0;
}

static bool
join_group (Group *group, FlitzisVoice *voice, uint32_t n_frames) FLITZIS_REALTIME
{
  uint32_t n_channels = voice->handle->n_channels;

  if (group->n_voices == FLITZIS_MAX_INPUTS ||
      (group->n_voices > 0 && group->n_channels != n_channels) ||
      !flitzis_voice_get_input (voice, &group->inputs[group->n_voices], n_frames))
    return false;

  group->voices[group->n_voices++] = voice;
  group->n_channels = n_channels;

  return true;
}

/* In the order of their ids, in groups as far as they go. */
void
flitzis_bank_render (FlitzisBank *bank, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  Group         group = { .n_voices = 0 };
  FlitzisVoice *next;

  memset (out, 0, 2 * n_frames * sizeof (float));

  for (FlitzisVoice *voice = bank->oldest; voice != NULL; voice = next)
    {
      next = voice->next;

      if (join_group (&group, voice, n_frames))
        continue;

      mix_group (bank, &group, out, n_frames);

      if (join_group (&group, voice, n_frames))
        continue;

      voice->peak = 0.0f;
      flitzis_voice_render (voice, bank->scratch, NULL, out, n_frames);
      settle_voice (bank, voice, voice->peak);
    }

  mix_group (bank, &group, out, n_frames);
  flitzis_tail_add (&bank->tail, bank->scratch->kernels, out, n_frames);
}

void
flitzis_bank_tell_places (FlitzisBank *bank) FLITZIS_REALTIME
{
  for (FlitzisVoice *voice = bank->oldest; voice != NULL; voice = voice->next)
    {
      FlitzisVoicePlace *place = &bank->places[voice - bank->voices];

      atomic_store_explicit (&place->frame, flitzis_source_get_frame (&voice->source),
                             memory_order_relaxed);
      atomic_store_explicit (&place->voice, voice->id, memory_order_release);
    }
}
