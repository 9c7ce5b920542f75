/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/frames.h"
#include "decode/header.h"
#include "decode/resampler.h"

G_BEGIN_DECLS

/*
 * Takes what a decoder gives and keeps the sound of it: as floats, mended, without an encoder's
 * delay and padding, and at the rate that is wanted. Zero-initialised it waits for the first
 * frames.
 */
typedef struct
{
  GstAudioInfo  info; /* of no format until it is begun */
  FlitzisFrames frames;
  guint         rate;      /* of `frames`, Hz */
  guint64       n_decoded; /* frames that came */
  guint64       n_sound;   /* of these, neither delay nor padding */
  guint64       n_stated;  /* frames of sound, by the header */
  guint64       n_needed;  /* of these; fewer are an error */
  guint64       n_mended;  /* values */

  FlitzisResampler *resampler; /* NULL: the rate is the one that is wanted */
  FlitzisFrames     part;      /* not yet converted */
  guint64           n_delay;   /* still to be left out */
  guint64           n_wanted;  /* still to be taken after these */
} FlitzisFrameBuilder;

/* FALSE if memory is short, as with all of these. */
gboolean flitzis_frame_builder_begin (FlitzisFrameBuilder *self,
                                      const GstAudioInfo  *info,
                                      const FlitzisHeader *header,
                                      guint                rate);

/* Makes room for what `n_frames` of the file come to. If there is none, it is asked for again when
 * it is needed. */
void flitzis_frame_builder_reserve (FlitzisFrameBuilder *self,
                                    guint64              n_frames);

/* The bytes that `n_frames` of the file come to. */
gsize flitzis_frame_builder_count_bytes (const FlitzisFrameBuilder *self,
                                         guint64                    n_frames);

gboolean flitzis_frame_builder_add (FlitzisFrameBuilder *self,
                                    gconstpointer        data,
                                    gsize                size);

/* When all have come. */
gboolean flitzis_frame_builder_finish (FlitzisFrameBuilder *self);

void flitzis_frame_builder_clear (FlitzisFrameBuilder *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlitzisFrameBuilder, flitzis_frame_builder_clear)

G_END_DECLS
