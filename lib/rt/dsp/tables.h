/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "../realtime.h"

#include <stdint.h>
#include <string.h>

/*
 * Tables of values that would take too long to compute. Setup fills them once in a process, and
 * they are constant after that.
 */

/* The interpolating filter: the number of frames that it reads, and the number of its rows for
 * places between two frames. */
#define FLITZIS_N_TAPS 32
#define FLITZIS_N_PHASES 512

/*
 * Filter 0 is that filter. The others are stretched, which lowers their cut-off. There are 16 for
 * each octave, and the last is 8 times as long. A longer filter changes more slowly, so it needs
 * fewer rows. Values between the rows are on polynomials of the third degree.
 */
#define FLITZIS_N_FILTERS (3 * 16 + 1)
#define FLITZIS_MAX_STRETCH 8.0f
#define FLITZIS_N_ROW_VALUES (19 * 832 + 11 * 1600 + 7 * 3136)

typedef struct
{
  uint32_t first;      /* the index of its first value in `rows` */
  uint32_t n_taps;     /* a multiple of 8 */
  uint32_t phase_bits; /* it has 2 to this power rows between two frames */
} FlitzisStretchedFilter;

/* The steps of a quarter of a sine. */
#define FLITZIS_N_SINE_STEPS 256

typedef struct
{
  /*
   * A low-pass: a sinc under a Kaiser window (Oppenheim and Schafer, Discrete-Time Signal
   * Processing, 7.5.3), which is 0 from FLITZIS_N_TAPS / 2 frames on. Row p has its values at the
   * frames around a place that is p / FLITZIS_N_PHASES of a frame after the frame of tap
   * FLITZIS_N_TAPS / 2 - 1. Each row sums up to 1. Each eight taps are in the order 0, 1, 4, 5, 2,
   * 3, 6, 7, so that each tap stays in its half of a vector when it is doubled for stereo.
   */
  float phases[FLITZIS_N_PHASES + 1][FLITZIS_N_TAPS];

  /* The rows of a stretched filter begin one place before the frame, and end one after the next. */
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

/* Finds the first filter that is stretched by at least `stretch`, from the exponent and four more
 * bits of the float. */
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
