/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "schedule.h"

static bool
is_before (const FlitzisEvent *a, const FlitzisEvent *b) FLITZIS_REALTIME
{
  return a->command.frame != b->command.frame ? a->command.frame < b->command.frame
                                              : a->number < b->number;
}

void
flitzis_schedule_add (FlitzisSchedule *schedule, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisEvent  event = { .number = schedule->next_number++, .command = *command };
  FlitzisEvent *events = schedule->events;
  uint32_t      i = schedule->n_events++;

  while (i > 0 && is_before (&event, &events[(i - 1) / 2]))
    {
      events[i] = events[(i - 1) / 2];
      i = (i - 1) / 2;
    }

  events[i] = event;
}

uint64_t
flitzis_schedule_get_frame (const FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  return schedule->n_events > 0 ? schedule->events[0].command.frame : UINT64_MAX;
}

void
flitzis_schedule_pop (FlitzisSchedule *schedule, FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisEvent *events = schedule->events;
  FlitzisEvent  last = events[--schedule->n_events];
  uint32_t      n = schedule->n_events, i = 0;

  *command = events[0].command;

  for (uint32_t child = 1; child < n; child = 2 * i + 1)
    {
      if (child + 1 < n && is_before (&events[child + 1], &events[child]))
        child++;

      if (!is_before (&events[child], &last))
        break;

      events[i] = events[child];
      i = child;
    }

  events[i] = last;
}
