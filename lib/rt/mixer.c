/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "mixer.h"

#include "kernels.h"

#include <string.h>

static inline void
count (_Atomic uint64_t *counter, uint64_t n) FLITZIS_REALTIME
{
  uint64_t value = atomic_load_explicit (counter, memory_order_relaxed);

  atomic_store_explicit (counter, value + n, memory_order_relaxed);
}

static void
add_playing (FlitzisMixer *mixer, int n) FLITZIS_REALTIME
{
  uint32_t n_playing = atomic_load_explicit (&mixer->n_playing, memory_order_relaxed);

  atomic_store_explicit (&mixer->n_playing, n_playing + (uint32_t) n, memory_order_relaxed);
}

bool
flitzis_mixer_try_own (FlitzisMixer *mixer, FlitzisOwner owner) FLITZIS_REALTIME
{
  uint32_t none = FLITZIS_OWNER_NONE;

  return atomic_compare_exchange_strong_explicit (&mixer->owner, &none, owner,
                                                  memory_order_acquire, memory_order_relaxed);
}

void
flitzis_mixer_disown (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  atomic_store_explicit (&mixer->owner, FLITZIS_OWNER_NONE, memory_order_release);
}

bool
flitzis_mixer_is_in_block (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  /* Written back as it is: so a block that is not seen here has this before it. */
  return atomic_fetch_or_explicit (&mixer->owner, 0, memory_order_acq_rel) ==
         FLITZIS_OWNER_CALLBACK;
}

bool
flitzis_mixer_is_streaming (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  return atomic_load_explicit (&mixer->streaming, memory_order_relaxed);
}

void
flitzis_mixer_set_streaming (FlitzisMixer *mixer, bool streaming) FLITZIS_REALTIME
{
  atomic_store_explicit (&mixer->streaming, streaming, memory_order_relaxed);
  atomic_fetch_add_explicit (&mixer->run, 1, memory_order_relaxed);
}

/* Two drivers, or two runs of one stream, have nothing to do with each other. */
void
flitzis_mixer_follow_clock (FlitzisMixer *mixer,
                            uint32_t      driver_id,
                            uint64_t      position,
                            uint64_t      duration) FLITZIS_REALTIME
{
  uint32_t run = atomic_load_explicit (&mixer->run, memory_order_relaxed);

  if (run == mixer->clock_run && driver_id == mixer->driver_id && mixer->next_clock != 0 &&
      position > mixer->next_clock)
    atomic_fetch_add_explicit (&mixer->n_xruns, 1, memory_order_relaxed);

  mixer->clock_run = run;
  mixer->driver_id = driver_id;
  mixer->next_clock = position + duration;
}

/* Control counts what can come back and refuses first, so there is always room for a report. */
static void
report_end (FlitzisMixer *mixer, uint64_t voice, FlitzisEnd reason) FLITZIS_REALTIME
{
  FlitzisReport report = {
    .kind = FLITZIS_REPORT_ENDED,
    .ended = { .voice = voice, .reason = reason },
  };

  flitzis_queue_push (&mixer->reports, &report);
}

static void
drop_handle (FlitzisMixer *mixer, FlitzisHandle *handle) FLITZIS_REALTIME
{
  FlitzisReport report = {
    .kind = FLITZIS_REPORT_RETIRED,
    .retired = { .handle = handle },
  };

  handle->n_holds--;

  if (handle->n_holds == 0)
    flitzis_queue_push (&mixer->reports, &report);
}

static void
link_voice (FlitzisMixer *mixer, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisBankSlot *slot = &mixer->bank[voice->slot];

  voice->previous = mixer->newest;
  voice->next = NULL;
  *(mixer->newest != NULL ? &mixer->newest->next : &mixer->oldest) = voice;
  mixer->newest = voice;

  voice->previous_in_slot = NULL;
  voice->next_in_slot = slot->voices;
  if (slot->voices != NULL)
    slot->voices->previous_in_slot = voice;
  slot->voices = voice;

  mixer->cells[voice->id & mixer->settings.cell_mask] = voice;
  add_playing (mixer, 1);
}

static void
unlink_voice (FlitzisMixer *mixer, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisVoice **first_in_slot = &mixer->bank[voice->slot].voices;

  *(voice->previous != NULL ? &voice->previous->next : &mixer->oldest) = voice->next;
  *(voice->next != NULL ? &voice->next->previous : &mixer->newest) = voice->previous;

  *(voice->previous_in_slot != NULL ? &voice->previous_in_slot->next_in_slot : first_in_slot) =
      voice->next_in_slot;
  if (voice->next_in_slot != NULL)
    voice->next_in_slot->previous_in_slot = voice->previous_in_slot;

  voice->next_in_slot = mixer->free;
  mixer->free = voice;

  mixer->cells[voice->id & mixer->settings.cell_mask] = NULL;
  add_playing (mixer, -1);
}

/* Renders the fade of a voice into the tail at once, so that its sample is free from here on. */
static void
fade_voice (FlitzisMixer *mixer, FlitzisVoice *voice) FLITZIS_REALTIME
{
  FlitzisTail *tail = &mixer->tail;
  FlitzisRamp  fade;

  flitzis_ramp_jump (&fade, 1.0f);
  flitzis_ramp_move (&fade, 0.0f, tail->n_frames);

  for (uint32_t done = 0; done < tail->n_frames;)
    {
      uint32_t at = (tail->head + done) % tail->n_frames;
      uint32_t n_frames = tail->n_frames - (at > done ? at : done);

      if (n_frames > FLITZIS_CHUNK_FRAMES)
        n_frames = FLITZIS_CHUNK_FRAMES;

      flitzis_voice_render (voice, mixer->scratch, &fade, tail->frames + 2 * at, n_frames);
      done += n_frames;
    }

  tail->n_waiting = tail->n_frames;
}

static void
end_voice (FlitzisMixer *mixer, FlitzisVoice *voice, FlitzisEnd reason) FLITZIS_REALTIME
{
  if (voice->was_heard && !flitzis_voice_is_finished (voice))
    fade_voice (mixer, voice);

  unlink_voice (mixer, voice);
  drop_handle (mixer, voice->handle);
  report_end (mixer, voice->id, reason);
}

static FlitzisVoice *
find_quietest (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  FlitzisVoice *quietest = mixer->oldest;

  for (FlitzisVoice *voice = mixer->oldest; voice != NULL; voice = voice->next)
    {
      if (flitzis_ramp_get_value (&voice->gain) < flitzis_ramp_get_value (&quietest->gain))
        quietest = voice;
    }

  return quietest;
}

/* Ends the voice that makes room for a new one, if one may. */
static void
steal_voice (FlitzisMixer *mixer, FlitzisMixerSteal steal) FLITZIS_REALTIME
{
  if (steal == FLITZIS_MIXER_STEAL_REJECT)
    return;

  end_voice (mixer,
             steal == FLITZIS_MIXER_STEAL_QUIETEST ? find_quietest (mixer) : mixer->oldest,
             FLITZIS_END_STOLEN);
  count (&mixer->n_stolen, 1);
}

static void
play (FlitzisMixer *mixer, const FlitzisCommand *command) FLITZIS_REALTIME
{
  uint64_t       id = command->play.voice;
  uint32_t       slot = command->slot;
  FlitzisHandle *handle = mixer->bank[slot].handle;
  FlitzisVoice  *voice;

  /* a mark that came after this trigger has overtaken it */
  if (flitzis_settings_is_stopped (&mixer->settings, slot, id))
    {
      count (&mixer->n_started, 1);
      report_end (mixer, id, FLITZIS_END_STOPPED);
      return;
    }

  if (mixer->free == NULL)
    steal_voice (mixer, command->play.steal);

  voice = mixer->free;

  if (voice == NULL)
    {
      count (&mixer->n_rejected, 1);
      report_end (mixer, id, FLITZIS_END_REJECTED);
      return;
    }

  mixer->free = voice->next_in_slot;
  voice->id = id;
  voice->slot = slot;
  voice->velocity = command->play.velocity;
  flitzis_voice_start (voice, handle, mixer->sample_rate);
  flitzis_voice_set_gain (voice, command->play.gain, 0);
  handle->n_holds++;
  link_voice (mixer, voice);
  count (&mixer->n_started, 1);
}

static void
stop_voice (FlitzisMixer *mixer, uint64_t id) FLITZIS_REALTIME
{
  FlitzisVoice *voice = mixer->cells[id & mixer->settings.cell_mask];

  if (voice != NULL && voice->id == id)
    end_voice (mixer, voice, FLITZIS_END_STOPPED);
}

static void
end_slot (FlitzisMixer *mixer, uint32_t slot, FlitzisEnd reason) FLITZIS_REALTIME
{
  while (mixer->bank[slot].voices != NULL)
    end_voice (mixer, mixer->bank[slot].voices, reason);
}

static void
stop_all (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  while (mixer->oldest != NULL)
    end_voice (mixer, mixer->oldest, FLITZIS_END_STOPPED);
}

static void
publish (FlitzisMixer *mixer, uint32_t slot, FlitzisHandle *handle) FLITZIS_REALTIME
{
  FlitzisBankSlot *bank_slot = &mixer->bank[slot];

  end_slot (mixer, slot, FLITZIS_END_UNLOADED);

  if (bank_slot->handle != NULL)
    drop_handle (mixer, bank_slot->handle);

  bank_slot->handle = handle;

  if (handle != NULL)
    handle->n_holds = 1;
}

static void
apply_marks (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  for (FlitzisVoice *voice = mixer->oldest; voice != NULL; voice = next)
    {
      next = voice->next;

      if (flitzis_settings_is_stopped (&mixer->settings, voice->slot, voice->id))
        end_voice (mixer, voice, FLITZIS_END_STOPPED);
    }
}

static void
apply_commands (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  uint32_t       n_waiting = flitzis_queue_get_n_waiting (&mixer->commands);
  FlitzisCommand command;

  for (uint32_t i = 0; i < n_waiting && flitzis_queue_pop (&mixer->commands, &command); i++)
    {
      switch (command.kind)
        {
        case FLITZIS_COMMAND_PLAY:
          play (mixer, &command);
          break;
        case FLITZIS_COMMAND_STOP_VOICE:
          stop_voice (mixer, command.stop.voice);
          break;
        case FLITZIS_COMMAND_STOP_SLOT:
          end_slot (mixer, command.slot, FLITZIS_END_STOPPED);
          break;
        case FLITZIS_COMMAND_STOP_ALL:
          stop_all (mixer);
          break;
        case FLITZIS_COMMAND_PUBLISH:
          publish (mixer, command.slot, command.publish.handle);
          break;
        }
    }
}

static void
apply_gains (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  for (FlitzisVoice *voice = mixer->oldest; voice != NULL; voice = voice->next)
    {
      float gain = flitzis_settings_get_gain (&mixer->settings, voice->slot, voice->velocity);

      flitzis_voice_set_gain (voice, gain, mixer->ramp_frames);
    }
}

static void
add_tail (FlitzisTail *tail, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  if (n_frames > tail->n_waiting)
    n_frames = tail->n_waiting;

  tail->n_waiting -= n_frames;

  while (n_frames > 0)
    {
      uint32_t n = tail->n_frames - tail->head;
      float   *frames = tail->frames + 2 * tail->head;

      if (n > n_frames)
        n = n_frames;

      flitzis_add (out, frames, n);
      memset (frames, 0, 2 * n * sizeof (float));
      tail->head = (tail->head + n) % tail->n_frames;
      out += 2 * n;
      n_frames -= n;
    }
}

static void
render_chunk (FlitzisMixer *mixer, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  FlitzisVoice *next;

  memset (out, 0, 2 * n_frames * sizeof (float));

  for (FlitzisVoice *voice = mixer->oldest; voice != NULL; voice = next)
    {
      next = voice->next;
      flitzis_voice_render (voice, mixer->scratch, NULL, out, n_frames);

      if (flitzis_voice_is_finished (voice))
        end_voice (mixer, voice, FLITZIS_END_FINISHED);
    }

  add_tail (&mixer->tail, out, n_frames);
}

void
flitzis_mixer_apply (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  unsigned int denormals = flitzis_denormals_off ();

  apply_marks (mixer);
  apply_commands (mixer);
  flitzis_denormals_restore (denormals);
}

void
flitzis_mixer_render (FlitzisMixer *mixer, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  unsigned int denormals = flitzis_denormals_off ();

  apply_marks (mixer);
  apply_commands (mixer);
  apply_gains (mixer);

  for (uint32_t done = 0; done < n_frames;)
    {
      uint32_t n = n_frames - done;

      if (n > FLITZIS_CHUNK_FRAMES)
        n = FLITZIS_CHUNK_FRAMES;

      render_chunk (mixer, out + 2 * done, n);
      done += n;
    }

  count (&mixer->position, n_frames);
  flitzis_denormals_restore (denormals);
}
