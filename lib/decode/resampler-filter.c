/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Windowed sincs in tables. Filling a table takes about as long as converting a second of sound, so
 * the last tables are kept. */

#include "config.h"

#include "decode/resampler-filter.h"

#include "rt/dsp/sinc.h"

#include <math.h>

/*
 * A Kaiser window, in fractions of the lower rate's Nyquist frequency. At 44.1 kHz the pass band
 * reaches 20 kHz within 0.1 dB, and above 22.05 kHz everything is 100 dB down or more: no alias or
 * image is left even in the transition band.
 */
#define BETA 11.7
#define CUTOFF 0.945

/*
 * Rates with a large common divisor need few phases, and each phase has a row with its exact
 * filter. For other rates, straight lines between this number of phases have an error below -120
 * dB.
 */
#define N_BLENDED_PHASES 1024
#define MAX_EXACT_TAPS (N_BLENDED_PHASES * FLITZIS_RATE_FILTER_LENGTH)

/* A smaller number of rows is repeated, so that few frames are computed twice. */
#define MIN_ROWS 16

#define N_KEPT 4

static guint
greatest_common_divisor (guint a, guint b)
{
  return b == 0 ? a : greatest_common_divisor (b, a % b);
}

/*
 * Makes `n_phases` + 1 rows, for places from one frame to the next. The taps of a row add up to 1.
 * The filter is symmetric: the second half of the rows is the first half read backwards.
 */
static float *
make_rows (gsize n_taps, guint n_phases, double cutoff)
{
  double             half = n_taps / 2.0;
  g_autofree double *taps = g_try_new (double, n_taps);
  g_autofree float  *rows = g_try_new (float, (n_phases + 1) * n_taps);

  if (taps == NULL || rows == NULL)
    return NULL;

  for (guint phase = 0; phase <= n_phases / 2; phase++)
    {
      float *row = rows + phase * n_taps;
      float *last = rows + (n_phases + 1 - phase) * n_taps - 1;
      double sum = 0.0;

      flitzis_sinc_fill (taps, (int) n_taps, 1.0 - half - (double) phase / n_phases, 1.0, half,
                         cutoff, BETA);

      for (gsize k = 0; k < n_taps; k++)
        sum += taps[k];
      for (gsize k = 0; k < n_taps; k++)
        row[k] = last[-(gssize) k] = (float) (taps[k] / sum);
    }

  return g_steal_pointer (&rows);
}

/* Copies the rows into the columns of their groups. */
static float *
make_groups (const FlitzisRateFilter *self, double cutoff)
{
  guint             n_groups = flitzis_rate_filter_count_groups (self);
  gsize             n_of_group = (gsize) self->n_columns * FLITZIS_RATE_FILTER_GROUP;
  g_autofree float *rows = make_rows (self->n_taps, self->n_out, cutoff);
  g_autofree float *groups = g_try_new0 (float, n_groups *n_of_group);

  if (rows == NULL || groups == NULL)
    return NULL;

  for (guint group = 0; group < n_groups; group++)
    {
      guint first = flitzis_rate_filter_get_first (self, group);

      for (guint i = 0; i < FLITZIS_RATE_FILTER_GROUP; i++)
        {
          guint64 units = (guint64) (first + i) * self->n_in;
          float  *row = rows + units % self->n_out * self->n_taps;
          gsize   offset = units / self->n_out - flitzis_rate_filter_get_place (self, first);
          float  *column = groups + group * n_of_group + offset * FLITZIS_RATE_FILTER_GROUP;

          for (gsize k = 0; k < self->n_taps; k++)
            column[k * FLITZIS_RATE_FILTER_GROUP + i] = row[k];
        }
    }

  return g_steal_pointer (&groups);
}

static FlitzisRateFilter *
make_filter (guint from_rate, guint to_rate)
{
  double ratio = MAX (1.0, (double) from_rate / to_rate);
  g_autoptr (FlitzisRateFilter) self = g_new0 (FlitzisRateFilter, 1);
  guint unit = greatest_common_divisor (from_rate, to_rate);

  self->ref_count = 1;
  self->from_rate = from_rate;
  self->to_rate = to_rate;
  self->n_in = from_rate / unit;
  self->n_out = to_rate / unit;
  self->n_taps = ((guint) ceil (FLITZIS_RATE_FILTER_LENGTH * ratio) + 7) / 8 * 8;
  self->is_blended = (guint64) self->n_out * self->n_taps > MAX_EXACT_TAPS;

  if (self->is_blended)
    {
      /* a stretched filter changes more slowly from place to place */
      self->n_phases = (guint) ceil (N_BLENDED_PHASES / ratio);
      self->rows = make_rows (self->n_taps, self->n_phases, CUTOFF / ratio);
    }
  else
    {
      for (; self->n_out < MIN_ROWS; self->n_out *= 2)
        self->n_in *= 2;
      self->n_columns = self->n_taps + (guint) ceil ((FLITZIS_RATE_FILTER_GROUP - 1) *
                                                     (double) from_rate / to_rate);
      self->rows = make_groups (self, CUTOFF / ratio);
    }

  return self->rows != NULL ? g_steal_pointer (&self) : NULL;
}

static FlitzisRateFilter *
ref_filter (FlitzisRateFilter *self)
{
  g_atomic_int_inc (&self->ref_count);

  return self;
}

void
flitzis_rate_filter_unref (FlitzisRateFilter *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  g_free (self->rows);
  g_free (self);
}

/* Puts a filter first among those kept, and drops the filter at place `i`. */
static void
put_first (FlitzisRateFilter **kept, guint i, FlitzisRateFilter *filter)
{
  g_clear_pointer (&kept[i], flitzis_rate_filter_unref);
  for (; i > 0; i--)
    kept[i] = kept[i - 1];
  kept[0] = filter;
}

FlitzisRateFilter *
flitzis_rate_filter_get (guint from_rate, guint to_rate)
{
  static GMutex             lock;
  static FlitzisRateFilter *kept[N_KEPT];

  FlitzisRateFilter *filter = NULL;
  guint              i;

  g_mutex_lock (&lock);
  for (i = 0; i < N_KEPT && filter == NULL; i++)
    {
      if (kept[i] != NULL && kept[i]->from_rate == from_rate && kept[i]->to_rate == to_rate)
        filter = ref_filter (kept[i]);
    }

  /* other threads that need the filter wait, and use it then */
  if (filter == NULL)
    filter = make_filter (from_rate, to_rate);
  if (filter != NULL)
    put_first (kept, i - 1, ref_filter (filter));
  g_mutex_unlock (&lock);

  return filter;
}
