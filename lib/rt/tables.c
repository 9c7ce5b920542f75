/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "tables.h"

#include <math.h>
#include <pthread.h>
#include <sys/mman.h>

#define HALF (FLITZIS_N_TAPS / 2)

/* Of the Kaiser window, for a stop band below -100 dB. */
#define BETA 10.06

FlitzisTables flitzis_tables __attribute__ ((aligned (4096)));

/* The modified Bessel function of the first kind and order 0, by its power series (Abramowitz and
 * Stegun, Handbook of Mathematical Functions, 9.6.12). */
static double
bessel_i0 (double x)
{
  double term = 1.0, sum = 1.0;

  for (int k = 1; term > sum * 1e-17; k++)
    {
      term *= x * x / (4.0 * k * k);
      sum += term;
    }

  return sum;
}

/* The filter at `x` frames from its middle. */
static double
filter (double x)
{
  double window;

  if (fabs (x) >= HALF)
    return 0.0;

  window = bessel_i0 (BETA * sqrt (1.0 - x * x / (HALF * HALF))) / bessel_i0 (BETA);

  return x == 0.0 ? window : window * sin (M_PI * x) / (M_PI * x);
}

static void
fill_phase (int phase)
{
  double taps[FLITZIS_N_TAPS];
  double sum = 0.0;

  for (int k = 0; k < FLITZIS_N_TAPS; k++)
    {
      taps[k] = filter (k - (HALF - 1) - (double) phase / FLITZIS_N_PHASES);
      sum += taps[k];
    }

  for (int k = 0; k < FLITZIS_N_TAPS; k++)
    flitzis_tables.phases[phase][k] = (float) (taps[k] / sum);
}

static void
fill (void)
{
  for (int i = 0; i <= HALF * FLITZIS_N_PHASES; i++)
    flitzis_tables.filter[i] = (float) filter ((double) i / FLITZIS_N_PHASES);

  for (int phase = 0; phase <= FLITZIS_N_PHASES; phase++)
    fill_phase (phase);

  for (int i = 0; i <= FLITZIS_N_SINE_STEPS; i++)
    flitzis_tables.quarter_sine[i] = (float) sin (M_PI / 2.0 * i / FLITZIS_N_SINE_STEPS);

  (void) mlock (&flitzis_tables, sizeof flitzis_tables);
}

void
flitzis_tables_init (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, fill);
}
