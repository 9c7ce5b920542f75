/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"

G_BEGIN_DECLS

/*
 * Turns floats into the values of a file. Integers are rounded to the nearest, and values beyond -1
 * to 1 are clipped and counted.
 */
typedef struct
{
  /* constant */
  FlitzisBitDepth bit_depth;   /* not AUTO */
  gboolean        is_big;      /* the byte order, of integers */
  gboolean        is_clipped;  /* floats are, too; integers always */
  gboolean        is_dithered; /* integers of 16 bits are */

  guint64 random; /* 0 at the beginning, so that a file comes out the same each time */
  guint64 n_clipped;
} FlitzisQuantizer;

/* The bytes of a value. */
guint flitzis_quantizer_get_size (const FlitzisQuantizer *self);

/* The name that GStreamer gives to the values. */
const char *flitzis_quantizer_get_format (const FlitzisQuantizer *self);

void flitzis_quantizer_pack (FlitzisQuantizer *self,
                             const float      *values,
                             gsize             n_values,
                             guint8           *out);

G_END_DECLS
