/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "dsp/curve.h"
#include "realtime.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A tween whose frame has come. The value at a frame depends on this record and on the frame alone.
 * Voices follow it on straight lines between points: its first and its last frame, and all frames
 * between that are a multiple of `n_point_frames`. So the sound is the same however it is split
 * into blocks.
 */
typedef struct
{
  uint64_t          event;      /* its number among the timed commands */
  uint64_t          voice;      /* the id, if it moves a voice; else 0 */
  uint64_t          begin, end; /* frames */
  FlitzisCurveShape shape;
  uint32_t          n_point_frames; /* a power of two */
  uint32_t          n_sets;         /* of its setting, when it began */
  bool              is_moving;      /* it is in the list of those that move */

  /* the value that was computed last */
  uint64_t frame;
  double   value;
} FlitzisTweenRun;

/* The largest distance between two points, and the least number of straight lines of a tween. */
#define FLITZIS_MAX_POINT_FRAMES 64
#define FLITZIS_MIN_LINES 16

/*
 * The tweens that move. Each setting that can be moved has a place of its own, so there is always
 * room, and a new tween of the same setting replaces the old one. Only those that move cost time.
 */
typedef struct
{
  /* constant */
  uint32_t n_slots;

  FlitzisTweenRun *runs;   /* of the engine's gain, then of each slot, then of each voice */
  uint32_t        *moving; /* the indices of those that move */
  uint32_t         n_moving;
  uint64_t         next_point; /* of all that move; UINT64_MAX: none does */

  /* the owner writes it last, any thread reads it */
  _Atomic uint64_t n_done; /* tweens that have ended, and those that were dropped */
  _Atomic uint32_t n_ends; /* incremented when settings have reached the ends of their tweens */
} FlitzisTweens;
