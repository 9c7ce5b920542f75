/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "commands.h"

static void
cancel (FlitzisMixer *mixer, const FlitzisCommand *event) FLITZIS_REALTIME
{
  if (event->kind == FLITZIS_COMMAND_PLAY)
    flitzis_pool_report_end (&mixer->pool, event->play.voice, FLITZIS_END_CANCELLED);

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
      flitzis_pool_play (&mixer->pool, command, now);
      break;
    case FLITZIS_COMMAND_STOP_VOICE:
      flitzis_pool_stop_voice (&mixer->pool, command->stop.voice);
      break;
    case FLITZIS_COMMAND_STOP_SLOT:
      flitzis_pool_stop_slot (&mixer->pool, command->slot);
      break;
    case FLITZIS_COMMAND_STOP_ALL:
      flitzis_pool_stop_all (&mixer->pool);
      break;
    case FLITZIS_COMMAND_PUBLISH:
      flitzis_pool_publish (&mixer->pool, command->slot, command->publish.handle);
      break;
    }
}

/* Has what waits for a beat follow the beats. A line that is just being written is for later. */
static void
follow_grid (FlitzisMixer *mixer, uint64_t now) FLITZIS_REALTIME
{
  uint32_t sequence = flitzis_seqlock_get_sequence (&mixer->grid_told);

  if (sequence == mixer->grid_sequence ||
      !flitzis_seqlock_try_read (&mixer->grid_told, &mixer->grid, sizeof mixer->grid))
    return;

  mixer->grid_sequence = sequence;
  flitzis_schedule_follow_grid (&mixer->schedule, &mixer->grid, now);
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

  if (command->kind == FLITZIS_COMMAND_PLAY && command->unit != FLITZIS_GRID_NONE)
    flitzis_schedule_find_beat (command, &mixer->grid, now);

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

void
flitzis_mixer_apply_commands (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  uint64_t       now = atomic_load_explicit (&mixer->position, memory_order_relaxed);
  uint32_t       n_waiting = flitzis_queue_get_n_waiting (&mixer->commands);
  FlitzisCommand command;

  apply_cancel (mixer);
  follow_grid (mixer, now);
  flitzis_pool_apply_marks (&mixer->pool);

  for (uint32_t i = 0; i < n_waiting && flitzis_queue_pop (&mixer->commands, &command); i++)
    take (mixer, &command, now);
}

void
flitzis_mixer_apply_events (FlitzisMixer *mixer, uint64_t now) FLITZIS_REALTIME
{
  FlitzisCommand command;

  while (flitzis_schedule_get_frame (&mixer->schedule) <= now)
    {
      flitzis_schedule_pop (&mixer->schedule, &command);
      flitzis_count (&mixer->n_events_done, 1);
      apply (mixer, &command, now);
    }
}
