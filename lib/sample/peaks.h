/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The least and the greatest values in parts of a sample, from a pyramid over it.
 *
 * The lowest level has a node for each whole block of values, each further level one for each two
 * nodes of the last. All nodes together take less than 1/64 of the memory of the values. A part is
 * read as at most two nodes of each level, and the values at its borders, less than a block at
 * either.
 */

#define FLITZIS_PEAKS_BLOCK 256 /* values of all channels */

typedef struct
{
  float min;
  float max;
} FlitzisPeak;

typedef struct
{
  /* constant; the owner keeps the values as long */
  const float *values;
  guint64      n_frames;
  guint        n_channels;

  /* any thread, atomic */
  gsize        once;
  FlitzisPeak *nodes; /* NULL before they are built, and where there is no memory for them */
} FlitzisPeaks;

void flitzis_peaks_init (FlitzisPeaks *self,
                         const float  *values,
                         guint64       n_frames,
                         guint         n_channels);
void flitzis_peaks_clear (FlitzisPeaks *self);

/* How many nodes there are over so many values. */
gsize flitzis_peaks_count_nodes (gsize n_values);

/* Any thread. The first call builds the pyramid, and others wait for that. */
gboolean flitzis_peaks_is_built (FlitzisPeaks *self);
void     flitzis_peaks_build (FlitzisPeaks *self);

/*
 * Any thread. Fills `bins` with the peaks of `n_bins` (not 0) equal parts of the frames from
 * `first_frame` up to `last_frame`, each of one frame at least. Behind the last frame there is
 * silence. Reads all values where the pyramid is not built. Returns how many values and nodes it
 * has read, which is what it costs.
 */
gsize flitzis_peaks_read (FlitzisPeaks *self,
                          guint64       first_frame,
                          guint64       last_frame,
                          guint         n_bins,
                          FlitzisPeak  *bins);

G_END_DECLS
