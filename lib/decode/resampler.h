/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/frames.h"

G_BEGIN_DECLS

/* Returns the number of frames that `n_frames` become, rounded to the nearest. */
guint64 flitzis_resample_length (guint64 n_frames,
                                 guint   from_rate,
                                 guint   to_rate);

/* Converts frames as they come. */
typedef struct _FlitzisResampler FlitzisResampler;

/* Returns NULL if memory is short. */
FlitzisResampler *flitzis_resampler_new (guint n_channels,
                                         guint from_rate,
                                         guint to_rate);

/*
 * Begins anew, so that the next frames appended are those from `frame` on, after `*n_early` earlier
 * ones. They are the same to the bit as those of a resampler that began with the first frame.
 * Returns the number of the frame that must be fed next.
 */
guint64 flitzis_resampler_seek (FlitzisResampler *self,
                                guint64           frame,
                                guint64          *n_early);

/* Converts `n_in` frames and appends the result to `out`. Returns FALSE if memory is short. */
gboolean flitzis_resampler_feed (FlitzisResampler *self,
                                 const float      *in,
                                 gsize             n_in,
                                 FlitzisFrames    *out);

/* Appends the last frames, after all `n_in` frames have been fed. All appended frames together are
 * the number of frames at the new rate, even if the caller emptied `out` between calls. */
gboolean flitzis_resampler_finish (FlitzisResampler *self,
                                   guint64           n_in,
                                   FlitzisFrames    *out);

/* Uses no wider registers, for tests: the result is the same to the bit. */
void flitzis_resampler_set_plain (FlitzisResampler *self);

void flitzis_resampler_free (FlitzisResampler *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisResampler, flitzis_resampler_free)

G_END_DECLS
