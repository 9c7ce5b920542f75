/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdint.h>

/*
 * What is looked up instead of computed. Setup fills the tables once in a process; they are
 * constant from then on.
 */

/* Of the interpolating filter: how many frames it looks at, and how many places between two frames
 * it is known at. */
#define FLITZIS_N_TAPS 32
#define FLITZIS_N_PHASES 512

/* Steps of a quarter of a sine. */
#define FLITZIS_N_SINE_STEPS 256

typedef struct
{
  /*
   * A low-pass, a sinc under a Kaiser window (Oppenheim and Schafer, Discrete-Time Signal
   * Processing, 7.5.3), with its middle at 0 and 0 from FLITZIS_N_TAPS / 2 frames on. `filter` has
   * its right half, FLITZIS_N_PHASES values a frame.
   */
  float filter[FLITZIS_N_TAPS / 2 * FLITZIS_N_PHASES + 1];

  /*
   * The same, whole, as it lies over the frames around a place between two of them: row p is for
   * p / FLITZIS_N_PHASES of a frame behind the frame of tap FLITZIS_N_TAPS / 2 - 1. A row sums up
   * to 1.
   */
  float phases[FLITZIS_N_PHASES + 1][FLITZIS_N_TAPS];

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

/* setup, any thread */
void flitzis_tables_init (void);
