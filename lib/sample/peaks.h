/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/pass.h"

G_BEGIN_DECLS

/*
 * The least and the greatest values in parts of a sample, from a pyramid over it.
 *
 * The lowest level has a node for each whole block of values, and each higher level has a node for
 * each two nodes below it. All nodes together take less than 1/64 of the memory of the values. To
 * read a part takes at most two nodes of each level, and less than a block of values at either
 * border.
 *
 * If the values are in a file, the blocks at the borders count as a whole, and the last block also
 * has a node if it is not full.
 */

#define FLITZIS_PEAKS_BLOCK 256 /* values of all channels */

typedef struct
{
  float min;
  float max;
} FlitzisPeak;

typedef struct
{
  /* constant; the owner keeps the values for as long */
  const float *values; /* NULL if they are in a file */
  gboolean     is_streamed;
  guint        n_channels;

  /* any thread, atomic: not 0 when all below is set, which is constant then */
  gsize once;

  guint64      n_frames; /* of values in memory constant from the start */
  gsize        n_blocks;
  FlitzisPeak *nodes; /* NULL if there is no memory for them */
  GError      *error; /* why not all values could be read */
} FlitzisPeaks;

/* With values NULL, they are in a file, and their number is not needed. */
void flitzis_peaks_init (FlitzisPeaks *self,
                         const float  *values,
                         guint64       n_frames,
                         guint         n_channels);
void flitzis_peaks_clear (FlitzisPeaks *self);

/* Returns the number of nodes for this number of values. */
gsize flitzis_peaks_count_nodes (gsize n_values);

/* Any thread. The first call builds the pyramid, and others wait for that. Fails if the pass does,
 * and later calls with the same error: the pyramid then has the values before it. Without memory
 * for the pyramid it fails if the values are in a file. */
gboolean flitzis_peaks_is_built (FlitzisPeaks *self);
gboolean flitzis_peaks_build (FlitzisPeaks *self,
                              FlitzisPass  *pass,
                              GError      **error);

/* Returns the number of frames, of a file those that were read. 0 before that. */
guint64 flitzis_peaks_get_n_frames (FlitzisPeaks *self);

/*
 * Any thread. Fills `bins` with the peaks of `n_bins` (not 0) equal parts of the frames from
 * `first_frame` up to `last_frame`, each of one frame at least. After the last frame of the sample
 * there is silence. If the pyramid is not built, it reads all values, and finds silence if they are
 * in a file. Returns its cost: the number of values and nodes that it has read.
 */
gsize flitzis_peaks_read (FlitzisPeaks *self,
                          guint64       first_frame,
                          guint64       last_frame,
                          guint         n_bins,
                          FlitzisPeak  *bins);

G_END_DECLS
