/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "schedule.h"

static bool
is_before (const FlitzisCommand *a, const FlitzisCommand *b) FLITZIS_REALTIME
{
  return a->frame != b->frame ? a->frame < b->frame : a->event < b->event;
}

void
flitzis_schedule_add (FlitzisSchedule *schedule, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisCommand *events = schedule->events;
  uint32_t        i = schedule->n_events++;

  while (i > 0 && is_before (command, &events[(i - 1) / 2]))
    {
      events[i] = events[(i - 1) / 2];
      i = (i - 1) / 2;
    }

  events[i] = *command;
}

/* Puts an event where `i` is, or below it. */
static void
sink (FlitzisSchedule *schedule, uint32_t i, FlitzisCommand event) FLITZIS_REALTIME
{
  FlitzisCommand *events = schedule->events;
  uint32_t        n = schedule->n_events;

  for (uint32_t child = 2 * i + 1; child < n; child = 2 * i + 1)
    {
      if (child + 1 < n && is_before (&events[child + 1], &events[child]))
        child++;

      if (!is_before (&events[child], &event))
        break;

      events[i] = events[child];
      i = child;
    }

  events[i] = event;
}

uint64_t
flitzis_schedule_get_frame (const FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  return schedule->n_events > 0 ? schedule->events[0].frame : UINT64_MAX;
}

void
flitzis_schedule_pop (FlitzisSchedule *schedule, FlitzisCommand *command) FLITZIS_REALTIME
{
  *command = schedule->events[0];
  schedule->n_events--;
  sink (schedule, 0, schedule->events[schedule->n_events]);
}

void
flitzis_schedule_find_beat (FlitzisCommand *command, const FlitzisTempoGrid *grid, uint64_t now)
    FLITZIS_REALTIME
{
  command->frame = now;

  if (!grid->is_running)
    return;

  command->play.point = flitzis_tempo_grid_find_next (grid, command->unit, now);
  command->frame = flitzis_tempo_grid_get_frame (grid, &command->play.point);
}

static void
follow_grid (FlitzisCommand *command, const FlitzisTempoGrid *grid, uint64_t now) FLITZIS_REALTIME
{
  if (!grid->is_running)
    {
      command->frame = UINT64_MAX;
      return;
    }

  if (command->play.point.steps_per_beat == 0 ||
      command->play.point.n_restarts != grid->n_restarts)
    command->play.point = flitzis_tempo_grid_find_next (grid, command->unit, now);

  command->frame = flitzis_tempo_grid_get_frame (grid, &command->play.point);

  if (command->frame < now)
    command->frame = now;
}

void
flitzis_schedule_follow_grid (FlitzisSchedule *schedule, const FlitzisTempoGrid *grid, uint64_t now)
    FLITZIS_REALTIME
{
  for (uint32_t i = 0; i < schedule->n_events; i++)
    {
      FlitzisCommand *command = &schedule->events[i];

      if (command->kind == FLITZIS_COMMAND_PLAY && command->unit != FLITZIS_GRID_NONE)
        follow_grid (command, grid, now);
    }

  for (uint32_t i = schedule->n_events / 2; i > 0; i--)
    sink (schedule, i - 1, schedule->events[i - 1]);
}
