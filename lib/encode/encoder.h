/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"
#include "sample/facts.h"

G_BEGIN_DECLS

typedef struct
{
  FlitzisBitDepth bit_depth;
  double          quality; /* of a lossy format: 0 to 1 */
  gboolean        dither;

  /* title, artist, tempo, root note, loop and cues, in frames */
  FlitzisFacts facts;
} FlitzisEncoding;

/*
 * Writes frames to an audio file, a block at a time. The end of its name decides the format.
 * Another thread encodes them, so an error may be reported some blocks later.
 */
typedef struct _FlitzisEncoder FlitzisEncoder;

/* Exactly `n_frames` have to be written. The file appears when all of them are. The texts of
 * `encoding` must outlive the encoder. */
FlitzisEncoder *flitzis_encoder_new (const char            *path,
                                     const FlitzisEncoding *encoding,
                                     guint                  n_channels,
                                     guint                  sample_rate,
                                     guint64                n_frames,
                                     GError               **error);
void            flitzis_encoder_free (FlitzisEncoder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisEncoder, flitzis_encoder_free)

gboolean flitzis_encoder_write (FlitzisEncoder *self,
                                const float    *frames,
                                guint           n_frames,
                                GError        **error);

/* The last call before free: returns when the file is written, or fails. `n_clipped` is the number
 * of values that were beyond the range of the format. */
gboolean flitzis_encoder_finish (FlitzisEncoder *self,
                                 guint64        *n_clipped,
                                 GError        **error);

G_END_DECLS
