/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdbool.h>
#include <stdint.h>

/* Of the tempo to one beat a minute, and of the swing to one. */
#define FLITZIS_MICRO 1000000

/* Parts of a beat, by which a number with a fraction says its place: 2^5 and all numbers to 20
 * divide it, so that steps, triplets and the like are exact. */
#define FLITZIS_PARTS_PER_BEAT 465585120

/*
 * Where the beats are: a straight line through an anchor. A frame takes as many parts of a beat as
 * the tempo has micro-beats a minute, and a beat has FLITZIS_MICRO x 60 x sample rate of them. So
 * all is in integers, nothing is ever rounded but the frame that comes out, and an anchor may be
 * set on every frame without a drift.
 */
typedef struct
{
  uint64_t anchor_frame;
  int64_t  anchor_beat;
  uint64_t anchor_part; /* of that beat */
  uint64_t tempo;       /* micro-beats a minute, 20e6..9999e6 */
  uint32_t sample_rate; /* Hz */
  uint32_t swing;       /* millionths of a step, 0..500000 */
  uint32_t n_restarts;  /* a grid that began anew has nothing to do with the one before */
  uint16_t beats_per_bar;
  uint16_t steps_per_beat; /* 1..32 */
  bool     is_running;     /* if not, it stands at the anchor */
} FlitzisTempoGrid;

typedef enum
{
  FLITZIS_GRID_NONE,
  FLITZIS_GRID_STEP,
  FLITZIS_GRID_BEAT,
  FLITZIS_GRID_BAR,
  FLITZIS_GRID_GIVEN /* no grid: the trigger names its point */
} FlitzisGridUnit;

/* A step of a beat; the beats are steps of one, and a place between two is one of many. */
typedef struct
{
  int64_t  step;
  uint32_t n_restarts;          /* of the grid it was found on */
  uint32_t steps_per_beat : 31; /* 1..32, FLITZIS_PARTS_PER_BEAT */
  bool     is_swung : 1;        /* if its number is odd it comes later */
} FlitzisGridPoint;

/* The frame nearest to it, of two the later; 0 if that is earlier, and UINT64_MAX at most. */
uint64_t flitzis_tempo_grid_get_frame (const FlitzisTempoGrid *grid,
                                       const FlitzisGridPoint *point) FLITZIS_REALTIME;

/* Where a point of this or an earlier grid is, in equal parts of a beat, so that points can be
 * compared. */
__int128 flitzis_tempo_grid_get_place (const FlitzisTempoGrid *grid,
                                       const FlitzisGridPoint *point) FLITZIS_REALTIME;

/* The first of a grid, of steps, beats or bars, at this frame or later. */
FlitzisGridPoint flitzis_tempo_grid_find_next (const FlitzisTempoGrid *grid,
                                               FlitzisGridUnit         unit,
                                               uint64_t                frame) FLITZIS_REALTIME;

/* The same grid, with its anchor at `frame`. */
void flitzis_tempo_grid_move_anchor (FlitzisTempoGrid *grid,
                                     uint64_t          frame);

/* The parts of one beat. */
uint64_t flitzis_tempo_grid_get_n_parts (const FlitzisTempoGrid *grid) FLITZIS_REALTIME;
