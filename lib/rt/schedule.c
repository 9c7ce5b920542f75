/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "schedule.h"

static FlitzisGridPoint
get_point (const FlitzisCommand *command) FLITZIS_REALTIME
{
  bool is_place = command->steps_per_beat == 0;
  bool is_step = command->unit == FLITZIS_GRID_STEP || command->unit == FLITZIS_GRID_GIVEN;

  return (FlitzisGridPoint){
    .step = command->step,
    .steps_per_beat = is_place ? FLITZIS_PARTS_PER_BEAT : command->steps_per_beat,
    .is_swung = is_step && !is_place,
  };
}

static bool
is_frame_before (const void *data, uint32_t a, uint32_t b) FLITZIS_REALTIME
{
  const FlitzisSchedule *schedule = data;
  const FlitzisCommand  *first = &schedule->commands[a], *second = &schedule->commands[b];

  return first->frame != second->frame ? first->frame < second->frame
                                       : first->event < second->event;
}

static bool
is_beat_before (const void *data, uint32_t a, uint32_t b) FLITZIS_REALTIME
{
  const FlitzisSchedule *schedule = data;
  FlitzisGridPoint       first = get_point (&schedule->commands[a]);
  FlitzisGridPoint       second = get_point (&schedule->commands[b]);

  return flitzis_tempo_grid_get_place (&schedule->grid, &first) <
         flitzis_tempo_grid_get_place (&schedule->grid, &second);
}

void
flitzis_schedule_init (FlitzisSchedule *schedule)
{
  schedule->by_frame.is_before = is_frame_before;
  schedule->by_beat.is_before = is_beat_before;
  schedule->by_frame.data = schedule->by_beat.data = schedule;
  schedule->by_frame.places = schedule->by_beat.places = schedule->places;
  schedule->beat_frame = UINT64_MAX;
  schedule->n_free = schedule->n_all;

  /* the first events are taken first */
  for (uint32_t i = 0; i < schedule->n_all; i++)
    schedule->free[i] = (uint16_t) (schedule->n_all - 1 - i);
}

FlitzisCommand *
flitzis_schedule_find (const FlitzisSchedule *schedule, uint64_t voice) FLITZIS_REALTIME
{
  uint32_t        i = schedule->of_voices[voice & schedule->followers.cell_mask];
  FlitzisCommand *command = &schedule->commands[i];
  bool            is_found = schedule->waits[i] != FLITZIS_WAIT_NONE &&
                  command->kind == FLITZIS_COMMAND_PLAY && command->play.voice == voice;

  return is_found ? command : NULL;
}

static void
free_event (FlitzisSchedule *schedule, uint32_t i) FLITZIS_REALTIME
{
  schedule->waits[i] = FLITZIS_WAIT_NONE;
  schedule->free[schedule->n_free++] = (uint16_t) i;
}

static void
add_by_frame (FlitzisSchedule *schedule, uint32_t i, uint64_t frame) FLITZIS_REALTIME
{
  schedule->commands[i].frame = frame;
  schedule->waits[i] = FLITZIS_WAIT_FRAME;
  flitzis_heap_add (&schedule->by_frame, i);
}

static void
add_unplaced (FlitzisSchedule *schedule, uint32_t i) FLITZIS_REALTIME
{
  schedule->waits[i] = FLITZIS_WAIT_BLOCK;
  schedule->places[i] = (uint16_t) schedule->n_unplaced;
  schedule->unplaced[schedule->n_unplaced++] = (uint16_t) i;
}

static void
remove_unplaced (FlitzisSchedule *schedule, uint32_t i) FLITZIS_REALTIME
{
  uint32_t last = schedule->unplaced[--schedule->n_unplaced];

  schedule->unplaced[schedule->places[i]] = (uint16_t) last;
  schedule->places[last] = schedule->places[i];
}

/* Called after a change of the grid, and when another event has become the first. */
static void
find_beat_frame (FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  const FlitzisHeap *heap = &schedule->by_beat;

  schedule->beat_frame = UINT64_MAX;

  if (heap->n_items > 0 && schedule->grid.is_running)
    {
      FlitzisGridPoint point = get_point (&schedule->commands[heap->items[0]]);

      schedule->beat_frame = flitzis_tempo_grid_get_frame (&schedule->grid, &point);
    }
}

/* A point that the program named is known at once, without the grid of the next block. */
static void
add_given (FlitzisSchedule *schedule, uint32_t i) FLITZIS_REALTIME
{
  schedule->waits[i] = FLITZIS_WAIT_POINT;
  flitzis_heap_add (&schedule->by_beat, i);

  if (schedule->by_beat.items[0] == i)
    find_beat_frame (schedule);
}

static void
add_follower (FlitzisSchedule *schedule, uint32_t i) FLITZIS_REALTIME
{
  schedule->waits[i] = FLITZIS_WAIT_VOICE;
  flitzis_followers_add (&schedule->followers, schedule->commands[i].follows, i);
}

static void
remove_follower (FlitzisSchedule *schedule, uint32_t i) FLITZIS_REALTIME
{
  flitzis_followers_remove (&schedule->followers, schedule->commands[i].follows, i);
}

void
flitzis_schedule_add (FlitzisSchedule *schedule, const FlitzisCommand *command) FLITZIS_REALTIME
{
  uint32_t i = schedule->free[--schedule->n_free];

  schedule->commands[i] = *command;
  schedule->n_used = i < schedule->n_used ? schedule->n_used : i + 1;

  if (command->kind == FLITZIS_COMMAND_PLAY)
    schedule->of_voices[command->play.voice & schedule->followers.cell_mask] = (uint16_t) i;

  if (command->is_follower)
    add_follower (schedule, i);
  else if (command->unit == FLITZIS_GRID_NONE)
    add_by_frame (schedule, i, command->frame);
  else if (command->unit == FLITZIS_GRID_GIVEN)
    add_given (schedule, i);
  else
    add_unplaced (schedule, i);
}

static uint64_t
get_first_frame (const FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  const FlitzisHeap *heap = &schedule->by_frame;

  return heap->n_items > 0 ? schedule->commands[heap->items[0]].frame : UINT64_MAX;
}

uint64_t
flitzis_schedule_get_frame (const FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  uint64_t frame = get_first_frame (schedule);

  return frame < schedule->beat_frame ? frame : schedule->beat_frame;
}

/* Gives events whose point is due the present frame, so that all events of this frame keep the
 * order of their calls. */
static void
move_due_points (FlitzisSchedule *schedule, uint64_t now) FLITZIS_REALTIME
{
  while (schedule->beat_frame <= now)
    {
      uint32_t        i = schedule->by_beat.items[0];
      FlitzisCommand *command = &schedule->commands[i];

      command->is_late = command->unit == FLITZIS_GRID_GIVEN && schedule->beat_frame < now;
      flitzis_heap_remove (&schedule->by_beat, i);
      add_by_frame (schedule, i, now);
      find_beat_frame (schedule);
    }
}

/* The same for triggers whose voice has just ended. */
static void
move_due_followers (FlitzisSchedule *schedule, uint64_t now) FLITZIS_REALTIME
{
  while (schedule->followers.due != 0)
    {
      uint32_t i = schedule->followers.due - 1;

      remove_follower (schedule, i);
      add_by_frame (schedule, i, now);
    }
}

bool
flitzis_schedule_pop (FlitzisSchedule *schedule, uint64_t now, FlitzisCommand *command)
    FLITZIS_REALTIME
{
  uint32_t i;

  move_due_points (schedule, now);
  move_due_followers (schedule, now);

  if (get_first_frame (schedule) > now || schedule->by_frame.n_items == 0)
    return false;

  i = schedule->by_frame.items[0];
  *command = schedule->commands[i];
  flitzis_heap_remove (&schedule->by_frame, i);
  free_event (schedule, i);

  return true;
}

bool
flitzis_schedule_pop_cancelled (FlitzisSchedule *schedule, FlitzisCommand *command)
    FLITZIS_REALTIME
{
  uint32_t i = schedule->followers.cancelled;

  if (i == 0)
    return false;

  *command = schedule->commands[--i];
  remove_follower (schedule, i);
  free_event (schedule, i);

  return true;
}

static void
add_by_beat (FlitzisSchedule *schedule, uint32_t i, const FlitzisGridPoint *point) FLITZIS_REALTIME
{
  schedule->commands[i].step = point->step;
  schedule->commands[i].steps_per_beat = (uint8_t) point->steps_per_beat;
  schedule->waits[i] = FLITZIS_WAIT_POINT;
  flitzis_heap_add (&schedule->by_beat, i);
}

/* After a restart of the grid, events look for new points. Points that the program named stay. */
static void
forget_points (FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  FlitzisHeap *heap = &schedule->by_beat;
  uint32_t     n_given = 0;

  for (uint32_t k = 0; k < heap->n_items; k++)
    {
      uint32_t i = heap->items[k];

      if (schedule->commands[i].unit == FLITZIS_GRID_GIVEN)
        flitzis_heap_put (heap, n_given++, i);
      else
        add_unplaced (schedule, i);
    }

  heap->n_items = n_given;
}

/* All events of one unit get the same point. If the grid stands still, events without a point stop
 * waiting, and the others wait on. */
static void
place (FlitzisSchedule *schedule, uint64_t now) FLITZIS_REALTIME
{
  FlitzisGridPoint points[FLITZIS_GRID_BAR + 1];
  uint32_t         n = schedule->n_unplaced;

  if (n > 0 && schedule->grid.is_running)
    for (FlitzisGridUnit unit = FLITZIS_GRID_STEP; unit <= FLITZIS_GRID_BAR; unit++)
      points[unit] = flitzis_tempo_grid_find_next (&schedule->grid, unit, now);

  schedule->n_unplaced = 0;

  for (uint32_t k = 0; k < n; k++)
    {
      uint32_t              i = schedule->unplaced[k];
      const FlitzisCommand *command = &schedule->commands[i];

      if (schedule->grid.is_running)
        {
          add_by_beat (schedule, i, &points[command->unit]);
        }
      else if (command->steps_per_beat == 0)
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

  if (began_anew || is_swung_anew)
    flitzis_heap_sort (&schedule->by_beat);

  place (schedule, now);
  find_beat_frame (schedule);
}

void
flitzis_schedule_begin_sweep (FlitzisSchedule *schedule) FLITZIS_REALTIME
{
  schedule->n_swept = schedule->n_to_sweep = schedule->n_used;
}

const FlitzisCommand *
flitzis_schedule_sweep_next (FlitzisSchedule *schedule, uint32_t *n_left) FLITZIS_REALTIME
{
  while (schedule->n_to_sweep > 0 && *n_left > 0)
    {
      uint32_t i = (schedule->last_swept + 1) % schedule->n_swept;

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
  uint32_t i = schedule->last_swept;

  switch ((FlitzisWait) schedule->waits[i])
    {
    case FLITZIS_WAIT_FRAME:
      flitzis_heap_remove (&schedule->by_frame, i);
      break;
    case FLITZIS_WAIT_POINT:
      flitzis_heap_remove (&schedule->by_beat, i);
      find_beat_frame (schedule);
      break;
    case FLITZIS_WAIT_BLOCK:
      remove_unplaced (schedule, i);
      break;
    case FLITZIS_WAIT_VOICE:
      remove_follower (schedule, i);
      break;
    case FLITZIS_WAIT_NONE:
      break;
    }

  free_event (schedule, i);
}
