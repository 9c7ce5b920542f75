/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"

G_BEGIN_DECLS

/*
 * Turns floats into the values of a file. Values are rounded to the nearest integer, and those
 * beyond -1 to 1 are clipped and counted.
 */
typedef struct
{
  /* constant */
  FlitzisBitDepth bit_depth;   /* not AUTO */
  gboolean        is_big;      /* the byte order of integers */
  gboolean        is_clipped;  /* clips floats, too; integers are always clipped */
  gboolean        is_dithered; /* adds dither to integers of 16 bits */

  guint64 random; /* begins at 0, so that the same sound gives the same file */
  guint64 n_clipped;
} FlitzisQuantizer;

/* Returns the number of bytes of a value. */
guint flitzis_quantizer_get_size (const FlitzisQuantizer *self);

/* Returns GStreamer's name for the layout of the values. */
const char *flitzis_quantizer_get_format (const FlitzisQuantizer *self);

void flitzis_quantizer_pack (FlitzisQuantizer *self,
                             const float      *values,
                             gsize             n_values,
                             guint8           *out);

G_END_DECLS
