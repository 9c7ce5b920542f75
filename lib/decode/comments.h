/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/facts.h"

G_BEGIN_DECLS

/* Reads pairs of a name and a text. Comments of Vorbis are such pairs, and so are the fields of
 * ID3v2 and MP4 whose names programs choose. */
typedef struct
{
  FlitzisFacts *facts;
  guint         scale; /* the rate at which the frames of a loop count, Hz; 0: that of the file */

  gboolean has_start, has_end, has_length;
  guint64  start, end, length; /* of the loop, in frames */
  guint    count;
} FlitzisComments;

/* Reads one pair. Pairs with other names are ignored. */
void flitzis_comments_add (FlitzisComments *self,
                           const char      *name,
                           const char      *text);

/* Call this after the last pair: the statements of a loop are spread over several pairs. */
void flitzis_comments_finish (FlitzisComments *self);

/* Reads a block of Vorbis comments. Each is a length and "NAME=text" in UTF-8. */
void flitzis_comments_read (FlitzisFacts *facts,
                            guint         scale,
                            const guint8 *data,
                            gsize         size);

G_END_DECLS
