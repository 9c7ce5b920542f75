/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "heap.h"
#include "message.h"
#include "realtime.h"
#include "tempo-grid.h"

#include <stdbool.h>
#include <stdint.h>

/* Triggers that can wait for a point of the tempo grid. */
#define FLITZIS_N_QUANTIZED 1024

/* Events that are looked at in a block, to find those that are cancelled. */
#define FLITZIS_N_SWEPT 1024

typedef enum
{
  FLITZIS_WAIT_NONE, /* the event is free */
  FLITZIS_WAIT_FRAME,
  FLITZIS_WAIT_POINT,
  FLITZIS_WAIT_BLOCK /* for the next block, which finds its point */
} FlitzisWait;

/*
 * The commands that wait: for a frame, or for a point of the tempo grid. What waits for a point is
 * ordered by its place in beats, so a change of the tempo moves nothing; it gets a frame when it is
 * due. A change of the swing, and a restart of the grid, sort FLITZIS_N_QUANTIZED events at most.
 *
 * Control counts what waits and refuses first, so there is always room.
 */
typedef struct
{
  /* constant */
  uint32_t n_all; /* events that there are */

  /* for each event */
  FlitzisCommand *commands;
  uint8_t        *waits;  /* a FlitzisWait: what it is in */
  uint16_t       *places; /* its place there */

  uint16_t   *free;
  uint32_t    n_free;
  FlitzisHeap by_frame;
  FlitzisHeap by_beat;
  uint16_t   *unplaced; /* those that wait for the next block */
  uint32_t    n_unplaced;

  FlitzisTempoGrid grid;
  uint64_t         beat_frame; /* of the first by beat; UINT64_MAX if none comes */

  uint32_t n_used; /* events from here on have never been used */
  uint32_t n_swept, n_to_sweep, last_swept;
} FlitzisSchedule;

/* setup: once its arrays are there */
void flitzis_schedule_init (FlitzisSchedule *schedule);

void flitzis_schedule_add (FlitzisSchedule      *schedule,
                           const FlitzisCommand *command) FLITZIS_REALTIME;

/* The frame of the first, or UINT64_MAX. */
uint64_t flitzis_schedule_get_frame (const FlitzisSchedule *schedule) FLITZIS_REALTIME;

/* Takes out the first of those that are due at `now` or were before. False if there is none. */
bool flitzis_schedule_pop (FlitzisSchedule *schedule,
                           uint64_t         now,
                           FlitzisCommand  *command) FLITZIS_REALTIME;

/* A block begins at `now`, with this grid. */
void flitzis_schedule_begin_block (FlitzisSchedule        *schedule,
                                   const FlitzisTempoGrid *grid,
                                   uint64_t                now) FLITZIS_REALTIME;

/* Some events may have to be taken out: all are to be looked at once, some in each block. */
void flitzis_schedule_begin_sweep (FlitzisSchedule *schedule) FLITZIS_REALTIME;

/* Another of those whose turn it is in this block, or NULL. `n_left` is how many may be looked at
 * in it, FLITZIS_N_SWEPT at first. */
const FlitzisCommand *flitzis_schedule_sweep_next (FlitzisSchedule *schedule,
                                                   uint32_t        *n_left) FLITZIS_REALTIME;

/* Takes out the one that was given last. */
void flitzis_schedule_remove_swept (FlitzisSchedule *schedule) FLITZIS_REALTIME;
