/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-sample.h"

G_BEGIN_DECLS

/* A position is 32 bits of frames and 32 bits of a fraction, and must not overflow with the last
 * step, of 96 frames at most. */
#define FLITZIS_SAMPLE_MAX_FRAMES (G_MAXUINT32 - 96)

/*
 * Wraps what a decoder made: `bytes` (taken) must be mended, whole frames, and are not looked at
 * again. `source_rate` is the rate before resampling, in Hz.
 */
FlitzisSample *flitzis_sample_new_decoded (GBytes *bytes,
                                           guint   n_channels,
                                           guint   sample_rate,
                                           guint   source_rate,
                                           guint64 n_mended);

/* Any thread. What flitzis_sample_measure_loudness () has found; NULL before that. */
FlitzisLoudness *flitzis_sample_peek_loudness (FlitzisSample *self);

G_END_DECLS
