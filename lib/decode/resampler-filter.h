/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The smallest number of taps, in frames of the lower rate. */
#define FLITZIS_RATE_FILTER_LENGTH 136

/* The number of rows that are side by side in a table, for making this number of frames at a
 * time. */
#define FLITZIS_RATE_FILTER_GROUP 4

/*
 * The taps of a low-pass filter for each place that a frame of one rate can have between two of
 * another. Constant; several may use one at a time.
 *
 * The places repeat after `n_in` frames of the first rate, which become `n_out` frames of the
 * other. If there are few places, each has its own row. The rows are stored in groups, column by
 * column: a column holds the taps of all rows of a group for the same frame.
 *
 * If there are many places, the taps are interpolated between two adjacent rows of `n_phases` + 1.
 */
typedef struct
{
  int      ref_count;
  guint    from_rate;
  guint    to_rate;
  guint    n_in;
  guint    n_out;
  guint    n_taps; /* a multiple of 8 */
  gboolean is_blended;
  guint    n_phases;
  guint    n_columns;
  float   *rows;
} FlitzisRateFilter;

static inline guint
flitzis_rate_filter_count_groups (const FlitzisRateFilter *self)
{
  return (self->n_out + FLITZIS_RATE_FILTER_GROUP - 1) / FLITZIS_RATE_FILTER_GROUP;
}

/* Returns the first row of a group, of the groups that make `n_out` frames. The last group may
 * share rows with the group before it. */
static inline guint
flitzis_rate_filter_get_first (const FlitzisRateFilter *self, guint group)
{
  return MIN (group * FLITZIS_RATE_FILTER_GROUP, self->n_out - FLITZIS_RATE_FILTER_GROUP);
}

/* Returns the frame at which the first row of a group begins. */
static inline guint
flitzis_rate_filter_get_place (const FlitzisRateFilter *self, guint row)
{
  return (guint) ((guint64) row * self->n_in / self->n_out);
}

/* Returns NULL if memory is short. */
FlitzisRateFilter *flitzis_rate_filter_get (guint from_rate,
                                            guint to_rate);

void flitzis_rate_filter_unref (FlitzisRateFilter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisRateFilter, flitzis_rate_filter_unref)

G_END_DECLS
