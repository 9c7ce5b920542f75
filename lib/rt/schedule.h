/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "tempo-grid.h"
#include "message.h"
#include "realtime.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The commands that wait for a frame, the earliest first, and of one frame what was sent first: a
 * binary heap (Cormen et al., Introduction to Algorithms, chapter 6). Control counts what is in it
 * and refuses first, so there is always room.
 */
typedef struct
{
  FlitzisCommand *events;
  uint32_t        n_events;
} FlitzisSchedule;

void flitzis_schedule_add (FlitzisSchedule      *schedule,
                           const FlitzisCommand *command) FLITZIS_REALTIME;

/* The frame of the first, or UINT64_MAX. */
uint64_t flitzis_schedule_get_frame (const FlitzisSchedule *schedule) FLITZIS_REALTIME;

/* For a trigger with a grid: its frame is the next point's. Where the clock stands, that is now. */
void flitzis_schedule_find_beat (FlitzisCommand         *command,
                                 const FlitzisTempoGrid *grid,
                                 uint64_t                now) FLITZIS_REALTIME;

/* Moves all that waits for a beat to where the beat is now: where the clock stands, to the end of
 * time. */
void flitzis_schedule_follow_grid (FlitzisSchedule        *schedule,
                                   const FlitzisTempoGrid *grid,
                                   uint64_t                now) FLITZIS_REALTIME;

/* Takes out the first. There must be one. */
void flitzis_schedule_pop (FlitzisSchedule *schedule,
                           FlitzisCommand  *command) FLITZIS_REALTIME;
