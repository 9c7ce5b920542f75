/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-sample.h"
#include "sample/facts.h"
#include "sample/pass.h"

G_BEGIN_DECLS

/* A position has 32 bits of frames and 32 bits of a fraction, and must not overflow with the last
 * step, which is 96 frames at most. */
#define FLITZIS_SAMPLE_MAX_FRAMES (G_MAXUINT32 - 96)

/*
 * Wraps the audio from a decoder. It takes `bytes`, which must be whole frames that are mended
 * already: nothing checks them again. `source_rate` is the rate before resampling, in Hz. `facts`
 * must be settled, and are empty afterwards.
 */
FlitzisSample *flitzis_sample_new_decoded (GBytes       *bytes,
                                           guint         n_channels,
                                           guint         sample_rate,
                                           guint         source_rate,
                                           guint64       n_mended,
                                           FlitzisFacts *facts);

/*
 * Makes a sample whose frames after `head` are read from its file while it plays. It takes `head`
 * and `source`. `n_frames` is the length, 0 if it is not known.
 */
FlitzisSample *flitzis_sample_new_streamed (GBytes                   *head,
                                            guint                     n_channels,
                                            guint                     sample_rate,
                                            guint                     source_rate,
                                            guint64                   n_mended,
                                            FlitzisFacts             *facts,
                                            guint64                   n_frames,
                                            const FlitzisSourceFuncs *funcs,
                                            gpointer                  source);

/* Returns the frames in memory: all of them, or the head of a streamed sample. */
GBytes *flitzis_sample_peek_held (FlitzisSample *self);

/* Returns the source of a streamed sample, or NULL. */
gpointer flitzis_sample_peek_source (FlitzisSample *self);

/* Returns a pass over all frames, to be used while the sample exists. Not for a streamed sample in
 * the child of a fork, where no file can be decoded. */
FlitzisPass *flitzis_sample_begin_pass (FlitzisSample *self,
                                        GCancellable  *cancellable);

/* Makes a copy whose values are multiplied by `gain`. It keeps what the file states. Fails with
 * UNSUPPORTED if the sample is streamed. */
FlitzisSample *flitzis_sample_new_scaled (FlitzisSample *self,
                                          double         gain,
                                          GError       **error);

/* Any thread. Returns the loudness, or NULL if it was not measured yet. */
FlitzisLoudness *flitzis_sample_peek_loudness (FlitzisSample *self);

G_END_DECLS
