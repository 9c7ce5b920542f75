/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "followers.h"
#include "heap.h"
#include "message.h"
#include "realtime.h"
#include "tempo-grid.h"

#include <stdbool.h>
#include <stdint.h>

/* The number of triggers that can wait for a point of the tempo grid. */
#define FLITZIS_N_QUANTIZED 1024

/* The number of events that a block checks, to find cancelled ones. */
#define FLITZIS_N_SWEPT 1024

typedef enum
{
  FLITZIS_WAIT_NONE, /* the event is free */
  FLITZIS_WAIT_FRAME,
  FLITZIS_WAIT_POINT,
  FLITZIS_WAIT_BLOCK, /* for the next block, which finds its point */
  FLITZIS_WAIT_VOICE  /* for the end of a voice */
} FlitzisWait;

/*
 * The commands that wait for a frame, for a point of the tempo grid or for the end of a voice.
 * Events that wait for a point are ordered by its place in beats, so a change of the tempo does not
 * reorder them. Events get a frame when they are due. A change of the swing, or a restart of the
 * grid, sorts at most FLITZIS_N_QUANTIZED events.
 *
 * Control counts the events and refuses too many, so there is always room.
 */
typedef struct
{
  /* constant */
  uint32_t n_all; /* the number of all events */

  /* for each event */
  FlitzisCommand *commands;
  uint8_t        *waits;  /* a FlitzisWait: the list that it is in */
  uint16_t       *places; /* its place there */

  /* the last trigger that waited to become the voice whose id & cell_mask it is */
  uint16_t *of_voices;

  uint16_t   *free;
  uint32_t    n_free;
  FlitzisHeap by_frame;
  FlitzisHeap by_beat;
  uint16_t   *unplaced; /* events that wait for the next block */
  uint32_t    n_unplaced;

  FlitzisFollowers followers;

  FlitzisTempoGrid grid;
  uint64_t         beat_frame; /* of the first by beat; UINT64_MAX if none comes */

  uint32_t n_used; /* events from here on have never been used */
  uint32_t n_swept, n_to_sweep, last_swept;
} FlitzisSchedule;

/* setup: call it when the arrays are there */
void flitzis_schedule_init (FlitzisSchedule *schedule);

void flitzis_schedule_add (FlitzisSchedule      *schedule,
                           const FlitzisCommand *command) FLITZIS_REALTIME;

/* Returns the trigger that waits to become this voice, or NULL. */
FlitzisCommand *flitzis_schedule_find (const FlitzisSchedule *schedule,
                                       uint64_t               voice) FLITZIS_REALTIME;

/* Returns the frame of the first event, or UINT64_MAX. */
uint64_t flitzis_schedule_get_frame (const FlitzisSchedule *schedule) FLITZIS_REALTIME;

/* Takes out the first event that is due at `now` or earlier, or whose voice has just ended. Returns
 * false if there is none. */
bool flitzis_schedule_pop (FlitzisSchedule *schedule,
                           uint64_t         now,
                           FlitzisCommand  *command) FLITZIS_REALTIME;

/* Takes out the next trigger whose voice ended before it had played to the end. Returns false if
 * there is none. */
bool flitzis_schedule_pop_cancelled (FlitzisSchedule *schedule,
                                     FlitzisCommand  *command) FLITZIS_REALTIME;

/* Begins a block at `now`, with this grid. */
void flitzis_schedule_begin_block (FlitzisSchedule        *schedule,
                                   const FlitzisTempoGrid *grid,
                                   uint64_t                now) FLITZIS_REALTIME;

/* Begins a check of all events, some of which may have to be taken out. Each block checks a
 * part. */
void flitzis_schedule_begin_sweep (FlitzisSchedule *schedule) FLITZIS_REALTIME;

/* Returns the next event to check in this block, or NULL. `n_left` counts how many the block may
 * still check; it is FLITZIS_N_SWEPT at first. */
const FlitzisCommand *flitzis_schedule_sweep_next (FlitzisSchedule *schedule,
                                                   uint32_t        *n_left) FLITZIS_REALTIME;

/* Takes out the event that was returned last. */
void flitzis_schedule_remove_swept (FlitzisSchedule *schedule) FLITZIS_REALTIME;
