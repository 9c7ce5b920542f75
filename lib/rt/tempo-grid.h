/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdbool.h>
#include <stdint.h>

/* The units of the tempo in one beat a minute, and of the swing in one step. */
#define FLITZIS_MICRO 1000000

/* The parts of a beat, which express a number with a fraction. 2^5 and all numbers up to 20 divide
 * it, so that steps, triplets and the like are exact. */
#define FLITZIS_PARTS_PER_BEAT 465585120

/*
 * The places of the beats: a straight line through an anchor. A frame takes as many parts of a beat
 * as the tempo has micro-beats a minute, and a beat has FLITZIS_MICRO x 60 x sample rate parts. So
 * all numbers are integers, only the resulting frame is rounded, and the anchor can move to any
 * frame without a drift.
 */
typedef struct
{
  uint64_t anchor_frame;
  int64_t  anchor_beat;
  uint64_t anchor_part; /* of that beat */
  uint64_t tempo;       /* micro-beats a minute, 20e6..9999e6 */
  uint32_t sample_rate; /* Hz */
  uint32_t swing;       /* millionths of a step, 0..500000 */
  uint32_t n_restarts;  /* points of the grid before a restart no longer count */
  uint16_t beats_per_bar;
  uint16_t steps_per_beat; /* 1..32 */
  bool     is_running;     /* if not, the clock stands at the anchor */
} FlitzisTempoGrid;

typedef enum
{
  FLITZIS_GRID_NONE,
  FLITZIS_GRID_STEP,
  FLITZIS_GRID_BEAT,
  FLITZIS_GRID_BAR,
  FLITZIS_GRID_GIVEN /* no grid: the trigger names its point */
} FlitzisGridUnit;

/* A step of a beat. A beat is a step of a grid with one step a beat, and other places are steps of
 * a fine grid. */
typedef struct
{
  int64_t  step;
  uint32_t n_restarts;          /* of the grid that it was found on */
  uint32_t steps_per_beat : 31; /* 1..32, FLITZIS_PARTS_PER_BEAT */
  bool     is_swung : 1;        /* if its number is odd, it comes later */
} FlitzisGridPoint;

/* Returns the nearest frame, the later of two; 0 if it would be negative, and UINT64_MAX at
 * most. */
uint64_t flitzis_tempo_grid_get_frame (const FlitzisTempoGrid *grid,
                                       const FlitzisGridPoint *point) FLITZIS_REALTIME;

/* Returns the place of a point of this or an earlier grid, in equal parts of a beat, so that points
 * can be compared. */
__int128 flitzis_tempo_grid_get_place (const FlitzisTempoGrid *grid,
                                       const FlitzisGridPoint *point) FLITZIS_REALTIME;

/* Finds the first step, beat or bar at this frame or later. */
FlitzisGridPoint flitzis_tempo_grid_find_next (const FlitzisTempoGrid *grid,
                                               FlitzisGridUnit         unit,
                                               uint64_t                frame) FLITZIS_REALTIME;

/* Moves the anchor to `frame`; the beats stay in their places. */
void flitzis_tempo_grid_move_anchor (FlitzisTempoGrid *grid,
                                     uint64_t          frame);

/* Returns how many frames a length takes at this tempo; it is in FLITZIS_PARTS_PER_BEAT. */
uint64_t flitzis_tempo_grid_get_n_frames (const FlitzisTempoGrid *grid,
                                          int64_t                 length) FLITZIS_REALTIME;

/* Returns the parts of one beat. */
uint64_t flitzis_tempo_grid_get_n_parts (const FlitzisTempoGrid *grid) FLITZIS_REALTIME;
