/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "mixer.h"

#include <string.h>

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
flitzis_mixer_follow_clock (FlitzisMixer *mixer, const FlitzisCycle *cycle) FLITZIS_REALTIME
{
  uint32_t         run = atomic_load_explicit (&mixer->run, memory_order_relaxed);
  FlitzisBlockTime block_time = {
    .position = atomic_load_explicit (&mixer->position, memory_order_relaxed),
    .nsec = cycle->nsec,
    .rate = mixer->sample_rate * cycle->true_rate / cycle->rate,
    .quantum_ns = (uint64_t) ((double) cycle->duration * 1e9 / cycle->rate),
    .run = run,
  };

  if (run == mixer->clock_run && cycle->driver_id == mixer->driver_id &&
      mixer->next_clock != 0 && cycle->position > mixer->next_clock)
    atomic_fetch_add_explicit (&mixer->n_xruns, 1, memory_order_relaxed);

  mixer->clock_run = run;
  mixer->driver_id = cycle->driver_id;
  mixer->next_clock = cycle->position + cycle->duration;
  flitzis_seqlock_write (&mixer->block_time, &block_time, sizeof block_time);
}

static void
cancel (FlitzisMixer *mixer, const FlitzisCommand *event) FLITZIS_REALTIME
{
  if (event->kind == FLITZIS_COMMAND_PLAY)
    flitzis_bank_report_end (&mixer->bank, event->play.voice, FLITZIS_END_CANCELLED);

  flitzis_count (&mixer->n_events_done, 1);
}

static bool
is_cancelled (FlitzisMixer *mixer, const FlitzisCommand *event) FLITZIS_REALTIME
{
  return !event->is_stamped && event->event < mixer->cancel_below;
}

/* Takes what is cancelled out of the schedule, and leaves what was sent later. */
static void
apply_cancel (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  FlitzisSchedule *schedule = &mixer->schedule;
  uint32_t         n_events = schedule->n_events;
  uint64_t         cancel_below = atomic_load_explicit (&mixer->settings.cancel_below,
                                                        memory_order_relaxed);

  if (cancel_below == mixer->cancel_below)
    return;

  mixer->cancel_below = cancel_below;
  schedule->n_events = 0;

  for (uint32_t i = 0; i < n_events; i++)
    {
      FlitzisCommand event = schedule->events[i];

      if (is_cancelled (mixer, &event))
        cancel (mixer, &event);
      else
        flitzis_schedule_add (schedule, &event);
    }
}

static void
apply (FlitzisMixer *mixer, const FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  switch (command->kind)
    {
    case FLITZIS_COMMAND_PLAY:
      flitzis_bank_play (&mixer->bank, command, now);
      break;
    case FLITZIS_COMMAND_STOP_VOICE:
      flitzis_bank_stop_voice (&mixer->bank, command->stop.voice);
      break;
    case FLITZIS_COMMAND_STOP_SLOT:
      flitzis_bank_stop_slot (&mixer->bank, command->slot);
      break;
    case FLITZIS_COMMAND_STOP_ALL:
      flitzis_bank_stop_all (&mixer->bank);
      break;
    case FLITZIS_COMMAND_PUBLISH:
      flitzis_bank_publish (&mixer->bank, command->slot, command->publish.handle);
      break;
    }
}

/* Has what waits for a beat follow the beats. A line that is just being written is for later. */
static void
follow_line (FlitzisMixer *mixer, uint64_t now) FLITZIS_REALTIME
{
  uint32_t sequence = flitzis_seqlock_get_sequence (&mixer->line_told);

  if (sequence == mixer->line_sequence ||
      !flitzis_seqlock_try_read (&mixer->line_told, &mixer->line, sizeof mixer->line))
    return;

  mixer->line_sequence = sequence;
  flitzis_schedule_follow_line (&mixer->schedule, &mixer->line, now);
}

/* What is late is done now, ahead of what waits for this frame. */
static void
take (FlitzisMixer *mixer, FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  if (command->is_timed && is_cancelled (mixer, command))
    {
      cancel (mixer, command);
      return;
    }

  if (command->kind == FLITZIS_COMMAND_PLAY && command->grid != FLITZIS_GRID_NONE)
    flitzis_schedule_find_beat (command, &mixer->line, now);

  if (command->is_timed && command->frame >= now)
    {
      flitzis_schedule_add (&mixer->schedule, command);
      return;
    }

  if (command->is_timed)
    {
      flitzis_count (&mixer->n_late, 1);
      flitzis_count (&mixer->n_events_done, 1);
    }

  apply (mixer, command, now);
}

static void
apply_commands (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  uint64_t       now = atomic_load_explicit (&mixer->position, memory_order_relaxed);
  uint32_t       n_waiting = flitzis_queue_get_n_waiting (&mixer->commands);
  FlitzisCommand command;

  apply_cancel (mixer);
  follow_line (mixer, now);
  flitzis_bank_apply_marks (&mixer->bank);

  for (uint32_t i = 0; i < n_waiting && flitzis_queue_pop (&mixer->commands, &command); i++)
    take (mixer, &command, now);
}

/* Carries out what waited for this frame. */
static void
apply_events (FlitzisMixer *mixer, uint64_t now) FLITZIS_REALTIME
{
  FlitzisCommand command;

  while (flitzis_schedule_get_frame (&mixer->schedule) <= now)
    {
      flitzis_schedule_pop (&mixer->schedule, &command);
      flitzis_count (&mixer->n_events_done, 1);
      apply (mixer, &command, now);
    }
}

/* At once where nothing has been heard. */
static void
apply_limiter (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  bool is_on = atomic_load_explicit (&mixer->settings.is_limited, memory_order_relaxed);
  bool is_new = atomic_load_explicit (&mixer->position, memory_order_relaxed) == 0;

  flitzis_limiter_set_on (&mixer->limiter, is_on, is_new ? 0 : mixer->bank.ramp_frames);
}

static void
apply_pause (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  bool is_paused = atomic_load_explicit (&mixer->settings.is_paused, memory_order_relaxed);

  if (is_paused != mixer->is_paused)
    flitzis_ramp_move (&mixer->master, is_paused ? 0.0f : 1.0f, mixer->bank.ramp_frames);

  mixer->is_paused = is_paused;
  mixer->bank.is_frozen = is_paused && flitzis_ramp_is_resting (&mixer->master);
}

void
flitzis_mixer_apply (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  unsigned int denormals = flitzis_denormals_off ();

  apply_commands (mixer);
  flitzis_denormals_restore (denormals);
}

/* How many of the next frames come before a pause. */
static uint32_t
get_n_moving_frames (FlitzisMixer *mixer, uint32_t n_frames) FLITZIS_REALTIME
{
  uint32_t n_until_pause = mixer->master.n_frames - mixer->master.frame;

  return mixer->is_paused && n_until_pause < n_frames ? n_until_pause : n_frames;
}

/* How many of the next frames come before something changes. */
static uint32_t
get_n_chunk_frames (FlitzisMixer *mixer, uint64_t now, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t n_until_event = flitzis_schedule_get_frame (&mixer->schedule) - now;
  uint32_t n_until_told = mixer->bank.levels.n_frames_left;

  if (n_frames > FLITZIS_CHUNK_FRAMES)
    n_frames = FLITZIS_CHUNK_FRAMES;

  if (n_frames > n_until_told)
    n_frames = n_until_told;

  if (n_frames > n_until_event)
    n_frames = (uint32_t) n_until_event;

  return n_frames;
}

static void
fade_master (FlitzisMixer *mixer, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  float *gains = mixer->bank.scratch->gains;

  if (flitzis_ramp_is_resting (&mixer->master))
    return;

  for (uint32_t i = 0; i < n_frames; i++)
    gains[i] = 1.0f;

  flitzis_ramp_multiply (&mixer->master, gains, n_frames);

  for (uint32_t i = 0; i < 2 * n_frames; i++)
    out[i] *= gains[i / 2];
}

static void
render (FlitzisMixer *mixer, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t first = atomic_load_explicit (&mixer->position, memory_order_relaxed);
  uint32_t done = 0;

  while (done < n_frames)
    {
      uint64_t now = first + done;
      uint32_t n;

      apply_events (mixer, now);
      n = get_n_chunk_frames (mixer, now, n_frames - done);
      flitzis_bank_render (&mixer->bank, out + 2 * done, n);
      fade_master (mixer, out + 2 * done, n);
      flitzis_limiter_process (&mixer->limiter, out + 2 * done, n);
      flitzis_levels_add_output (&mixer->bank.levels, mixer->bank.scratch->kernels,
                                 out + 2 * done, n);
      done += n;
    }

  mixer->bank.is_frozen = mixer->is_paused && flitzis_ramp_is_resting (&mixer->master);
}

void
flitzis_mixer_render (FlitzisMixer *mixer, float *out, uint32_t n_frames) FLITZIS_REALTIME
{
  unsigned int denormals = flitzis_denormals_off ();
  uint64_t     first = atomic_load_explicit (&mixer->position, memory_order_relaxed);
  uint32_t     n_rendered;

  apply_pause (mixer);
  n_rendered = get_n_moving_frames (mixer, n_frames);
  atomic_store_explicit (&mixer->end, first + n_rendered, memory_order_relaxed);
  apply_limiter (mixer);
  apply_commands (mixer);
  flitzis_bank_apply_settings (&mixer->bank);
  render (mixer, out, n_rendered);

  if (mixer->bank.is_frozen)
    flitzis_levels_drop (&mixer->bank.levels);

  memset (out + 2 * n_rendered, 0, 2 * (n_frames - n_rendered) * sizeof (float));
  flitzis_bank_tell_places (&mixer->bank);
  flitzis_count (&mixer->position, n_rendered);
  flitzis_denormals_restore (denormals);
}
