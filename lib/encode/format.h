/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"

G_BEGIN_DECLS

typedef enum
{
  FLITZIS_FORMAT_WAVE,
  FLITZIS_FORMAT_AIFF,
  FLITZIS_FORMAT_FLAC,
  FLITZIS_FORMAT_OGG,
  FLITZIS_FORMAT_OPUS,
  FLITZIS_FORMAT_MP3
} FlitzisFormatKind;

/* A kind of file: GStreamer's elements for it, and its limits. */
typedef struct
{
  const char       *ending;
  FlitzisFormatKind kind;
  const char       *encoder;
  const char       *muxer;     /* or NULL */
  const char       *package;   /* the set of plugins that has both elements */
  FlitzisBitDepth   bit_depth; /* the best one; of lossy formats, the one that the encoder takes */
} FlitzisFormat;

/* Finds the format by the end of `path`. `name` is that of the file in the error message. */
const FlitzisFormat *flitzis_format_find (const char *path,
                                          const char *name,
                                          GError    **error);

/* Chooses the best depth for AUTO. Returns FALSE if the format cannot store `bit_depth`. */
gboolean flitzis_format_choose_bit_depth (const FlitzisFormat *self,
                                          FlitzisBitDepth      bit_depth,
                                          FlitzisBitDepth     *chosen);

/* Returns `rate` if the format can have it, otherwise another one. */
guint flitzis_format_choose_rate (const FlitzisFormat *self,
                                  guint                rate);

/* Returns the largest number of frames in a file that also has `n_other_bytes`. */
guint64 flitzis_format_get_max_frames (const FlitzisFormat *self,
                                       gsize                n_frame_bytes,
                                       gsize                n_other_bytes);

G_END_DECLS
