/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-sample.h"

G_BEGIN_DECLS

/* A position is 32 bits of frames and 32 bits of a fraction, and must not overflow with the last
 * step, of 96 frames at most. */
#define FLITZIS_SAMPLE_MAX_FRAMES (G_MAXUINT32 - 96)

/*
 * The values that the library allocates itself begin at a multiple of so many bytes. Zeros fill up
 * the last of these, and the next one: whoever reads in vectors has no need to stop within one.
 */
#define FLITZIS_SAMPLE_ALIGNMENT 64

/* How much more is to be allocated for that. */
#define FLITZIS_SAMPLE_ROOM (3 * FLITZIS_SAMPLE_ALIGNMENT)

/* Where values begin in what g_malloc gave. */
float *flitzis_sample_align (gpointer memory);

/* Wraps `memory` (taken) that holds values from there on, and sets what is behind them. */
GBytes *flitzis_sample_pad (gpointer memory,
                            gsize    n_values);

/*
 * Sets what no mix can bear in `values` to 0 - NaN, denormals, infinities and what comes near
 * them - and returns how many it found.
 */
gsize flitzis_sample_mend (float *values,
                           gsize  n_values);

/* How many of `values` that would set to 0. */
gsize flitzis_sample_count_broken (const float *values,
                                   gsize        n_values);

/*
 * Wraps what a decoder made: `bytes` (taken) must be mended, whole frames, and are not looked at
 * again. `source_rate` is the rate before resampling, in Hz.
 */
FlitzisSample *flitzis_sample_new_decoded (GBytes *bytes,
                                           guint   n_channels,
                                           guint   sample_rate,
                                           guint   source_rate,
                                           guint64 n_mended);

G_END_DECLS
