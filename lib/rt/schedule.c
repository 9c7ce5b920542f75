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

uint64_t
flitzis_schedule_get_frame (const FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  return schedule->n_events > 0 ? schedule->events[0].frame : UINT64_MAX;
}

void
flitzis_schedule_pop (FlitzisSchedule *schedule, FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisCommand *events = schedule->events;
  FlitzisCommand  last = events[--schedule->n_events];
  uint32_t        n = schedule->n_events, i = 0;

  *command = events[0];

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
