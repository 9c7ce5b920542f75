/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Interleaved floats that grow while a file is decoded. A zero-initialised struct is empty. */
typedef struct
{
  gpointer memory; /* the values begin at its first aligned place, until it has grown */
  float   *values;
  gsize    n_values;
  gsize    capacity;
  guint    n_channels;
} FlitzisFrames;

/* Returns the number of frames; 0 while the number of channels is unknown. */
gsize flitzis_frames_count (const FlitzisFrames *self);

/* Makes room for `n_frames` altogether. Returns FALSE if memory is short. */
gboolean flitzis_frames_reserve (FlitzisFrames *self,
                                 gsize          n_frames);

/* Appends `n_values` values, which the caller must set. Returns FALSE if memory is short. */
gboolean flitzis_frames_extend (FlitzisFrames *self,
                                gsize          n_values,
                                float        **values);

/* Returns the values, of which there must be at least one, aligned and padded. It copies them only
 * if they have grown. Unused room goes back to the system. */
GBytes *flitzis_frames_steal (FlitzisFrames *self);

void flitzis_frames_clear (FlitzisFrames *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlitzisFrames, flitzis_frames_clear)

G_END_DECLS
