/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/frames.h"
#include "decode/header.h"
#include "decode/resample.h"

#include <gst/audio/audio.h>

G_BEGIN_DECLS

/* Where a decoder's frames end up: as floats, mended, and converted as they come. Zero-initialised
 * it waits for the first ones. */
typedef struct
{
  GstAudioInfo  info; /* of no format until it is begun */
  FlitzisFrames frames;
  guint64       n_frames; /* of the file */
  guint64       n_mended;

  FlitzisResampler *resampler; /* NULL: the frames stay as they are */
  FlitzisFrames     part;      /* not yet converted */
  guint64           n_skipped; /* in front, still to be left out */
  guint64           n_wanted;  /* still to be taken behind these */
  guint64           n_fed;
} FlitzisIntake;

/*
 * `trimmed_later`: how many frames are cut off in front depends on their number, so that they can
 * be taken only when all are there. FALSE where memory is short, as with all of these.
 */
gboolean flitzis_intake_begin (FlitzisIntake       *self,
                               const GstAudioInfo  *info,
                               const FlitzisHeader *header,
                               gboolean             trimmed_later,
                               guint                rate);

/* What will not be there when it is needed is asked for again, and refused then. */
void flitzis_intake_reserve (FlitzisIntake *self,
                             guint64        n_frames);

/* What `n_frames` of the file are to be counted as at `rate`. */
gsize flitzis_intake_count_bytes (const FlitzisIntake *self,
                                  guint64              n_frames,
                                  guint                rate);

gboolean flitzis_intake_append (FlitzisIntake *self,
                                gconstpointer  data,
                                gsize          size);

/* When all have come. */
gboolean flitzis_intake_finish (FlitzisIntake *self);

void flitzis_intake_clear (FlitzisIntake *self);

G_END_DECLS
