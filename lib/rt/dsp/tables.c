/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "tables.h"

#include "sinc.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#define HALF (FLITZIS_N_TAPS / 2)

/* The beta of the Kaiser window, for a stop band below -100 dB. */
#define BETA 10.06

FlitzisTables flitzis_tables __attribute__ ((aligned (4096)));

/* The filter is computed at N_VALUES places; from HALF frames on it is 0. */
#define N_VALUES (HALF * FLITZIS_N_PHASES)

static double
get_value (const double *values, int i)
{
  i = abs (i);

  return i < N_VALUES ? values[i] : 0.0;
}

/* Interpolates between the values, on the polynomial of the third degree through the nearest
 * four. */
static double
interpolate (const double *values, double x)
{
  double place = fabs (x) * FLITZIS_N_PHASES;
  int    i = (int) place;
  double t = place - i;

  return get_value (values, i - 1) * -t * (t - 1.0) * (t - 2.0) / 6.0 +
         get_value (values, i) * (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0 +
         get_value (values, i + 1) * -(t + 1.0) * t * (t - 2.0) / 2.0 +
         get_value (values, i + 2) * (t + 1.0) * t * (t - 1.0) / 6.0;
}

/* Computes the taps of a stretched filter, for a place after the middle tap. */
static void
fill_row (float *row, int n_taps, const double *values, double behind, double stretch)
{
  static const int places[8] = { 0, 1, 4, 5, 2, 3, 6, 7 };
  double           taps[FLITZIS_N_TAPS * 8];
  double           sum = 0.0;

  for (int k = 0; k < n_taps; k++)
    {
      taps[k] = interpolate (values, (k - (n_taps / 2 - 1) - behind) / stretch);
      sum += taps[k];
    }

  for (int k = 0; k < n_taps; k++)
    row[k - k % 8 + places[k % 8]] = (float) (taps[k] / sum);
}

static void
fill_filters (const double *values)
{
  uint32_t first = 0;

  flitzis_tables.filters[0] = (FlitzisStretchedFilter){ .n_taps = FLITZIS_N_TAPS };

  for (int i = 1; i < FLITZIS_N_FILTERS; i++)
    {
      double                 stretch = ldexp (1.0 + i % 16 / 16.0, i / 16);
      FlitzisStretchedFilter filter = {
        .first = first,
        .n_taps = 8 * (uint32_t) ceil (4.0 * stretch),
        .phase_bits = 4 - (uint32_t) (i - 1) / 16,
      };
      int n_phases = 1 << filter.phase_bits;

      for (int phase = -1; phase <= n_phases + 1; phase++)
        {
          fill_row (flitzis_tables.rows + first, (int) filter.n_taps, values,
                    (double) phase / n_phases, stretch);
          first += filter.n_taps;
        }

      flitzis_tables.filters[i] = filter;
    }
}

static void
fill (void)
{
  double values[N_VALUES];

  flitzis_sinc_fill (values, N_VALUES, 0.0, 1.0 / FLITZIS_N_PHASES, HALF, 1.0, BETA);

  for (int phase = 0; phase <= FLITZIS_N_PHASES; phase++)
    fill_row (flitzis_tables.phases[phase], FLITZIS_N_TAPS, values,
              (double) phase / FLITZIS_N_PHASES, 1.0);

  fill_filters (values);

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
