/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Windowed sincs in tables. To fill one takes longer than to convert a short sound, so that those
 * used last are kept. */

#include "config.h"

#include "decode/filter.h"

#include <math.h>

/*
 * A Kaiser window, in fractions of the lower rate's Nyquist frequency. At 44.1 kHz the pass band
 * reaches 20 kHz within 0.1 dB, and above 22.05 kHz everything is 100 dB down or more: no alias or
 * image is left even in the transition band.
 */
#define BETA 11.7
#define CUTOFF 0.945

/*
 * Rates with a large common divisor take few phases, and a row holds the exact filter of each. For
 * the others a straight line between this many is off by less than -120 dB.
 */
#define N_BLENDED_PHASES 1024
#define MAX_EXACT_TAPS (N_BLENDED_PHASES * FLITZIS_RATE_FILTER_LENGTH)

/* Fewer are repeated, so that few frames are made that were made already. */
#define MIN_ROWS 16

#define N_KEPT 4

/* The modified Bessel function of the first kind and order 0, of twice the square root of `x`, by
 * its power series (Abramowitz and Stegun, Handbook of Mathematical Functions, 9.6.12). */
static double
bessel_i0_of_root (double x)
{
  double term = 1.0, sum = 1.0;

  for (double k = 1.0; term > sum * 1e-10; k++)
    {
      term *= x / (k * k);
      sum += term;
    }

  return sum;
}

static guint
greatest_common_divisor (guint a, guint b)
{
  return b == 0 ? a : greatest_common_divisor (b, a % b);
}

/* The filter at a place `phase` behind the middle of its taps; they add up to 1. */
static void
fill_row (float *row, guint n_taps, double cutoff, double phase)
{
  double half = n_taps / 2.0;
  double sum = 0.0;

  for (guint k = 0; k < n_taps; k++)
    {
      double x = k - (half - 1.0) - phase;
      double window = bessel_i0_of_root (MAX (0.0, 1.0 - x * x / (half * half)) * BETA * BETA / 4);
      double turns = G_PI * cutoff * x;

      row[k] = (float) (turns == 0.0 ? window : window * sin (turns) / turns);
      sum += row[k];
    }

  for (guint k = 0; k < n_taps; k++)
    row[k] = (float) (row[k] / sum);
}

/* A straight line leads from each row to the next. */
static gboolean
fill_blended (FlitzisRateFilter *self, double cutoff)
{
  self->rows = g_try_new (float, (gsize) (self->n_phases + 1) * self->n_taps);

  for (guint phase = 0; phase <= self->n_phases && self->rows != NULL; phase++)
    fill_row (self->rows + (gsize) phase * self->n_taps, self->n_taps, cutoff,
              (double) phase / self->n_phases);

  return self->rows != NULL;
}

static gboolean
fill_groups (FlitzisRateFilter *self, double cutoff)
{
  guint             n_groups = flitzis_rate_filter_count_groups (self);
  gsize             n_of_group = (gsize) self->n_columns * FLITZIS_RATE_FILTER_GROUP;
  g_autofree float *row = g_try_new (float, self->n_taps);

  self->rows = g_try_new0 (float, n_groups *n_of_group);
  if (self->rows == NULL || row == NULL)
    return FALSE;

  for (guint group = 0; group < n_groups; group++)
    {
      guint  first = flitzis_rate_filter_get_first (self, group);
      float *columns = self->rows + group * n_of_group;

      for (guint i = 0; i < FLITZIS_RATE_FILTER_GROUP; i++)
        {
          guint  place = flitzis_rate_filter_get_place (self, first + i);
          double phase = (double) (first + i) * self->n_in / self->n_out - place;
          gsize  offset = place - flitzis_rate_filter_get_place (self, first);

          fill_row (row, self->n_taps, cutoff, phase);
          for (gsize k = 0; k < self->n_taps; k++)
            columns[(offset + k) * FLITZIS_RATE_FILTER_GROUP + i] = row[k];
        }
    }

  return TRUE;
}

static FlitzisRateFilter *
make_filter (guint from_rate, guint to_rate)
{
  double ratio = MAX (1.0, (double) from_rate / to_rate);
  g_autoptr (FlitzisRateFilter) self = g_new0 (FlitzisRateFilter, 1);
  guint    unit = greatest_common_divisor (from_rate, to_rate);
  gboolean is_filled;

  self->ref_count = 1;
  self->from_rate = from_rate;
  self->to_rate = to_rate;
  self->n_in = from_rate / unit;
  self->n_out = to_rate / unit;
  self->n_taps = ((guint) ceil (FLITZIS_RATE_FILTER_LENGTH * ratio) + 7) / 8 * 8;
  self->is_blended = (guint64) self->n_out * self->n_taps > MAX_EXACT_TAPS;

  if (self->is_blended)
    {
      /* a filter that is stretched changes the more slowly from place to place */
      self->n_phases = (guint) ceil (N_BLENDED_PHASES / ratio);
      is_filled = fill_blended (self, CUTOFF / ratio);
    }
  else
    {
      for (; self->n_out < MIN_ROWS; self->n_out *= 2)
        self->n_in *= 2;
      self->n_columns = self->n_taps + (guint) ceil ((FLITZIS_RATE_FILTER_GROUP - 1) *
                                                     (double) from_rate / to_rate);
      is_filled = fill_groups (self, CUTOFF / ratio);
    }

  return is_filled ? g_steal_pointer (&self) : NULL;
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

/* Puts a filter first of those kept, at the place of `i`, whose filter is let go of. */
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

  /* whoever else needs it waits, and has it then */
  if (filter == NULL)
    filter = make_filter (from_rate, to_rate);
  if (filter != NULL)
    put_first (kept, i - 1, ref_filter (filter));
  g_mutex_unlock (&lock);

  return filter;
}
