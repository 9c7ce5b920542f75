/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "schedule.h"

void
flitzis_schedule_init (FlitzisSchedule *schedule)
{
  schedule->by_frame.places = schedule->by_beat.places = schedule->places;
  schedule->beat_frame = UINT64_MAX;
  schedule->free = 1;

  for (uint32_t i = 0; i + 1 < schedule->n_all; i++)
    schedule->places[i] = i + 2;
}

static uint32_t
take_event (FlitzisSchedule *schedule, const FlitzisCommand *command) FLITZIS_REALTIME
{
  uint32_t i = schedule->free - 1;

  schedule->free = schedule->places[i];
  schedule->commands[i] = *command;

  return i;
}

static void
free_event (FlitzisSchedule *schedule, uint32_t i) FLITZIS_REALTIME
{
  schedule->waits[i] = FLITZIS_WAIT_NONE;
  schedule->places[i] = schedule->free;
  schedule->free = i + 1;
}

static void
add_by_frame (FlitzisSchedule *schedule, uint32_t i, uint64_t frame) FLITZIS_REALTIME
{
  FlitzisHeapEntry entry = { .key = frame, .number = schedule->commands[i].event, .item = i };

  schedule->waits[i] = FLITZIS_WAIT_FRAME;
  flitzis_heap_add (&schedule->by_frame, &entry);
}

static void
add_unplaced (FlitzisSchedule *schedule, uint32_t i) FLITZIS_REALTIME
{
  schedule->waits[i] = FLITZIS_WAIT_BLOCK;
  schedule->places[i] = schedule->n_unplaced;
  schedule->unplaced[schedule->n_unplaced++] = i;
}

static void
remove_unplaced (FlitzisSchedule *schedule, uint32_t place) FLITZIS_REALTIME
{
  uint32_t last = schedule->unplaced[--schedule->n_unplaced];

  schedule->unplaced[place] = last;
  schedule->places[last] = place;
}

void
flitzis_schedule_add (FlitzisSchedule *schedule, const FlitzisCommand *command) FLITZIS_REALTIME
{
  uint32_t i = take_event (schedule, command);

  if (command->kind == FLITZIS_COMMAND_PLAY && command->unit != FLITZIS_GRID_NONE)
    add_unplaced (schedule, i);
  else
    add_by_frame (schedule, i, command->frame);
}

/* After a change of the grid, and when another event is the first. */
static void
find_beat_frame (FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  const FlitzisHeap *heap = &schedule->by_beat;

  schedule->beat_frame = UINT64_MAX;

  if (heap->n_entries > 0 && schedule->grid.is_running)
    schedule->beat_frame = flitzis_tempo_grid_get_frame (
        &schedule->grid, &schedule->commands[heap->entries[0].item].play.point);
}

uint64_t
flitzis_schedule_get_frame (const FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  const FlitzisHeap *heap = &schedule->by_frame;
  uint64_t           frame = heap->n_entries > 0 ? (uint64_t) heap->entries[0].key : UINT64_MAX;

  return frame < schedule->beat_frame ? frame : schedule->beat_frame;
}

/* Points that are due get a frame, the same as what else is due then: so the order of the calls
 * holds among all of them. */
static void
move_due_points (FlitzisSchedule *schedule, uint64_t now) FLITZIS_REALTIME
{
  while (schedule->beat_frame <= now)
    {
      uint32_t i = schedule->by_beat.entries[0].item;

      flitzis_heap_remove (&schedule->by_beat, 0);
      add_by_frame (schedule, i, now);
      find_beat_frame (schedule);
    }
}

bool
flitzis_schedule_pop (FlitzisSchedule *schedule, uint64_t now, FlitzisCommand *command)
    FLITZIS_REALTIME
{
  FlitzisHeap *heap = &schedule->by_frame;
  uint32_t     i;

  move_due_points (schedule, now);

  if (heap->n_entries == 0 || (uint64_t) heap->entries[0].key > now)
    return false;

  i = heap->entries[0].item;
  *command = schedule->commands[i];
  flitzis_heap_remove (heap, 0);
  free_event (schedule, i);

  return true;
}

static void
add_by_beat (FlitzisSchedule *schedule, uint32_t i) FLITZIS_REALTIME
{
  const FlitzisCommand *command = &schedule->commands[i];
  FlitzisHeapEntry      entry = {
         .key = flitzis_tempo_grid_get_place (&schedule->grid, &command->play.point),
         .number = command->event,
         .item = i,
  };

  schedule->waits[i] = FLITZIS_WAIT_POINT;
  flitzis_heap_add (&schedule->by_beat, &entry);
}

/* A grid that began anew has other points. */
static void
forget_points (FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  FlitzisHeap *heap = &schedule->by_beat;

  for (uint32_t i = 0; i < heap->n_entries; i++)
    add_unplaced (schedule, heap->entries[i].item);

  heap->n_entries = 0;
}

static void
sort_points (FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  FlitzisHeap *heap = &schedule->by_beat;

  for (uint32_t i = 0; i < heap->n_entries; i++)
    heap->entries[i].key = flitzis_tempo_grid_get_place (
        &schedule->grid, &schedule->commands[heap->entries[i].item].play.point);

  flitzis_heap_sort (heap);
}

/* All that wait for a point of one unit find the same. If the grid stands, those that have had none
 * yet wait for nothing, and the others wait on. */
static void
place (FlitzisSchedule *schedule, uint64_t now) FLITZIS_REALTIME
{
  FlitzisGridPoint points[FLITZIS_N_GRID_UNITS];
  uint32_t         n = schedule->n_unplaced;

  if (n > 0 && schedule->grid.is_running)
    for (FlitzisGridUnit unit = FLITZIS_GRID_STEP; unit < FLITZIS_N_GRID_UNITS; unit++)
      points[unit] = flitzis_tempo_grid_find_next (&schedule->grid, unit, now);

  schedule->n_unplaced = 0;

  for (uint32_t k = 0; k < n; k++)
    {
      uint32_t        i = schedule->unplaced[k];
      FlitzisCommand *command = &schedule->commands[i];

      if (schedule->grid.is_running)
        {
          command->play.point = points[command->unit];
          add_by_beat (schedule, i);
        }
      else if (command->play.point.steps_per_beat == 0)
        {
          add_by_frame (schedule, i, now);
        }
      else
        {
          add_unplaced (schedule, i);
        }
    }
}

void
flitzis_schedule_begin_block (FlitzisSchedule        *schedule,
                              const FlitzisTempoGrid *grid,
                              uint64_t                now) FLITZIS_REALTIME
{
  bool began_anew = grid->n_restarts != schedule->grid.n_restarts;
  bool is_swung_anew = grid->swing != schedule->grid.swing;

  schedule->grid = *grid;

  if (began_anew)
    forget_points (schedule);
  else if (is_swung_anew)
    sort_points (schedule);

  place (schedule, now);
  find_beat_frame (schedule);
}

void
flitzis_schedule_begin_sweep (FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  /* those in use are the first, as a rule */
  if (schedule->n_to_sweep == 0)
    schedule->last_swept = schedule->n_all - 1;

  schedule->n_to_sweep = schedule->n_all;
}

const FlitzisCommand *
flitzis_schedule_sweep_next (FlitzisSchedule *schedule, uint32_t *n_left) FLITZIS_REALTIME
{
  while (schedule->n_to_sweep > 0 && *n_left > 0)
    {
      uint32_t i = (schedule->last_swept + 1) % schedule->n_all;

      schedule->last_swept = i;
      schedule->n_to_sweep--;
      --*n_left;

      if (schedule->waits[i] != FLITZIS_WAIT_NONE)
        return &schedule->commands[i];
    }

  return NULL;
}

void
flitzis_schedule_remove_swept (FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  uint32_t i = schedule->last_swept, place = schedule->places[i];

  switch ((FlitzisWait) schedule->waits[i])
    {
    case FLITZIS_WAIT_FRAME:
      flitzis_heap_remove (&schedule->by_frame, place);
      break;
    case FLITZIS_WAIT_POINT:
      flitzis_heap_remove (&schedule->by_beat, place);
      find_beat_frame (schedule);
      break;
    case FLITZIS_WAIT_BLOCK:
      remove_unplaced (schedule, place);
      break;
    case FLITZIS_WAIT_NONE:
      break;
    }

  free_event (schedule, i);
}
