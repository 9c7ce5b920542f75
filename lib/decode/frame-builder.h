/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/frames.h"
#include "decode/header.h"
#include "decode/resampler.h"

G_BEGIN_DECLS

/*
 * Takes the frames of a decoder and keeps their sound: as mended floats, without an encoder's delay
 * and padding, and at the wanted rate. A zero-initialised builder waits for the first frames.
 */
typedef struct
{
  GstAudioInfo  info; /* without a format until it has begun */
  FlitzisFrames frames;
  guint         rate;      /* of `frames`, Hz */
  guint64       n_decoded; /* frames that have come */
  guint64       n_sound;   /* of these frames, without delay and padding */
  guint64       n_stated;  /* frames of sound, by the header */
  guint64       n_needed;  /* of these frames; fewer are an error */
  guint64       n_mended;  /* values */

  FlitzisResampler *resampler; /* NULL: the file has the wanted rate */
  FlitzisFrames     part;      /* not yet converted */
  guint64           n_delay;   /* frames still to skip */
  guint64           n_wanted;  /* frames still to take after these */
} FlitzisFrameBuilder;

/* Like all functions here, returns FALSE if memory is short. */
gboolean flitzis_frame_builder_begin (FlitzisFrameBuilder *self,
                                      const GstAudioInfo  *info,
                                      const FlitzisHeader *header,
                                      guint                rate);

/* Begins anew after a seek, so that the next frames are those from `frame` on at the wanted rate,
 * after `*n_early` earlier ones. Returns the number of the decoded frame that it needs next. It
 * skips those before it: flitzis_frame_builder_set_decoded () states where they begin. */
guint64 flitzis_frame_builder_seek (FlitzisFrameBuilder *self,
                                    const FlitzisHeader *header,
                                    guint64              frame,
                                    guint64             *n_early);

/* Returns FALSE if the next frame of the decoder, `n_decoded`, is too late. */
gboolean flitzis_frame_builder_set_decoded (FlitzisFrameBuilder *self,
                                            guint64              n_decoded);

/* Makes room for `n_frames` of the file, at the wanted rate. If there is none, it is asked for
 * again when it is needed. */
void flitzis_frame_builder_reserve (FlitzisFrameBuilder *self,
                                    guint64              n_frames);

/* Returns the number of bytes of `n_frames` of the file, at the wanted rate. */
gsize flitzis_frame_builder_count_bytes (const FlitzisFrameBuilder *self,
                                         guint64                    n_frames);

gboolean flitzis_frame_builder_add (FlitzisFrameBuilder *self,
                                    gconstpointer        data,
                                    gsize                size);

/* Call it when all frames have come. */
gboolean flitzis_frame_builder_finish (FlitzisFrameBuilder *self);

void flitzis_frame_builder_clear (FlitzisFrameBuilder *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlitzisFrameBuilder, flitzis_frame_builder_clear)

G_END_DECLS
