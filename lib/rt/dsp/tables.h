/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "../realtime.h"

#include <stdint.h>
#include <string.h>

/*
 * What is looked up instead of computed. Setup fills the tables once in a process; they are
 * constant from then on.
 */

/* Of the interpolating filter: how many frames it looks at, and how many places between two frames
 * it is known at. */
#define FLITZIS_N_TAPS 32
#define FLITZIS_N_PHASES 512

/*
 * Filter 0 is that filter. The others are stretched, to so much lower a cut-off: there are 16 for
 * each octave, and the last is 8 times as long. They change the more slowly the longer they are, so
 * they are known at fewer places, between which lie polynomials of the third degree.
 */
#define FLITZIS_N_FILTERS (3 * 16 + 1)
#define FLITZIS_MAX_STRETCH 8.0f
#define FLITZIS_N_ROW_VALUES (19 * 832 + 11 * 1600 + 7 * 3136)

typedef struct
{
  uint32_t first;      /* of its values among the rows */
  uint32_t n_taps;     /* a multiple of 8 */
  uint32_t phase_bits; /* it is known at 2 to so many places between two frames */
} FlitzisStretchedFilter;

/* Steps of a quarter of a sine. */
#define FLITZIS_N_SINE_STEPS 256

typedef struct
{
  /*
   * A low-pass, a sinc under a Kaiser window (Oppenheim and Schafer, Discrete-Time Signal
   * Processing, 7.5.3), with its middle at 0 and 0 from FLITZIS_N_TAPS / 2 frames on, as it lies
   * over the frames around a place between two of them: row p is for p / FLITZIS_N_PHASES of a
   * frame behind the frame of tap FLITZIS_N_TAPS / 2 - 1. A row sums up to 1. Each eight of its
   * taps are in the order 0, 1, 4, 5, 2, 3, 6, 7: doubled for stereo, each stays in its half of a
   * vector.
   */
  float phases[FLITZIS_N_PHASES + 1][FLITZIS_N_TAPS];

  /* The rows of stretched filters begin a place before the frame and end one behind the next. */
  FlitzisStretchedFilter filters[FLITZIS_N_FILTERS];
  float                  rows[FLITZIS_N_ROW_VALUES] __attribute__ ((aligned (64)));

  /* sin (x * pi / 2 / FLITZIS_N_SINE_STEPS) */
  float quarter_sine[FLITZIS_N_SINE_STEPS + 1];
} FlitzisTables;

extern FlitzisTables flitzis_tables __attribute__ ((visibility ("hidden")));

/* sin (x * pi / 2) for x of 0..1, within 5e-6 */
static inline float
flitzis_quarter_sine (float x) FLITZIS_REALTIME
{
  float    step = x * FLITZIS_N_SINE_STEPS;
  uint32_t i = (uint32_t) step;
  float    here = flitzis_tables.quarter_sine[i];

  return i < FLITZIS_N_SINE_STEPS
             ? here + (step - (float) i) * (flitzis_tables.quarter_sine[i + 1] - here)
             : here;
}

/* The first filter that is stretched so much or more: exponent and four bits of a float. */
static inline uint32_t
flitzis_find_filter (float stretch) FLITZIS_REALTIME
{
  const uint32_t one = 127 << 4, step = 1 << 19;
  uint32_t       bits;

  stretch = stretch < 1.0f ? 1.0f : stretch > FLITZIS_MAX_STRETCH ? FLITZIS_MAX_STRETCH
                                                                  : stretch;
  memcpy (&bits, &stretch, sizeof bits);

  return (bits + step - 1) / step - one;
}

/* setup, any thread */
void flitzis_tables_init (void);
