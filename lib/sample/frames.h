/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Interleaved floats that grow while a file is decoded. Zero-initialised is empty. */
typedef struct
{
  gpointer memory; /* with the values from its first aligned place on, until it has grown */
  float   *values;
  gsize    n_values;
  gsize    capacity;
  guint    n_channels;
} FlitzisFrames;

/* How many frames there are: 0 while the number of channels is not known. */
gsize flitzis_frames_count (const FlitzisFrames *self);

/* Makes room for `n_frames` altogether. FALSE where memory is short. */
gboolean flitzis_frames_reserve (FlitzisFrames *self,
                                 gsize          n_frames);

/* Appends `n_values` values, which the caller must set. FALSE if memory is short. */
gboolean flitzis_frames_extend (FlitzisFrames *self,
                                gsize          n_values,
                                float        **values);

/* Hands the values over, at least one, aligned and padded, without a copy unless they have grown.
 * The room not used goes back to the system. */
GBytes *flitzis_frames_steal (FlitzisFrames *self);

void flitzis_frames_clear (FlitzisFrames *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlitzisFrames, flitzis_frames_clear)

G_END_DECLS
