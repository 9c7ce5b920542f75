/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/frames.h"

G_BEGIN_DECLS

/* How many frames `n_frames` become, rounded to the nearest. */
guint64 flitzis_resample_length (guint64 n_frames,
                                 guint   from_rate,
                                 guint   to_rate);

/* Converts frames as they come. */
typedef struct _FlitzisResampler FlitzisResampler;

/* NULL where memory is short. */
FlitzisResampler *flitzis_resampler_new (guint n_channels,
                                         guint from_rate,
                                         guint to_rate);

/* Takes `n_in` frames and appends to `out` what comes of them. FALSE
 * where memory is short. */
gboolean flitzis_resampler_feed (FlitzisResampler *self,
                                 const float      *in,
                                 gsize             n_in,
                                 FlitzisFrames    *out);

/* Appends the last frames, when all of `n_in` were fed: all that was appended then is their number
 * at the new rate. In between, the caller may empty `out`. */
gboolean flitzis_resampler_finish (FlitzisResampler *self,
                                   guint64           n_in,
                                   FlitzisFrames    *out);

/* Leaves wider registers alone, for tests: what comes out is the same to the bit. */
void flitzis_resampler_set_plain (FlitzisResampler *self);

void flitzis_resampler_free (FlitzisResampler *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisResampler, flitzis_resampler_free)

G_END_DECLS
