/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many taps it has, at the least: of the lower rate's frames. */
#define FLITZIS_FILTER_LENGTH 136

/*
 * The taps of a low-pass filter for each place that a frame of one rate can have between two of
 * another. Constant; several may use one at a time.
 */
typedef struct
{
  int   ref_count;
  guint from_rate;
  guint to_rate;
  guint n_taps;   /* a multiple of 8 */
  guint n_phases; /* rows, for places that are 1 / n_phases of a frame apart */

  /* The places between rows are used as well: there is a row more, and one blends two. */
  gboolean is_blended;
  float   *rows;
} FlitzisFilter;

/* NULL where memory is short. */
FlitzisFilter *flitzis_filter_get (guint from_rate,
                                   guint to_rate);

void flitzis_filter_unref (FlitzisFilter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisFilter, flitzis_filter_unref)

G_END_DECLS
