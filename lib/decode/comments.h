/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/facts.h"

G_BEGIN_DECLS

/* Pairs of a name and a text, as comments of Vorbis are, and fields of ID3v2 and MP4 that programs
 * name themselves. */
typedef struct
{
  FlitzisFacts *facts;
  guint         scale; /* what the frames of a loop count at, Hz; 0: frames of the file */

  gboolean has_start, has_end, has_length;
  guint64  start, end, length; /* of the loop, in frames */
  guint    count;
} FlitzisComments;

/* Takes in one pair; those that say nothing of the sound are passed over. */
void flitzis_comments_add (FlitzisComments *self,
                           const char      *name,
                           const char      *text);

/* When all have come: what makes up a loop comes in several. */
void flitzis_comments_finish (FlitzisComments *self);

/* Reads a block of Vorbis's comments: "NAME=text" each, in UTF-8, with the lengths in front. */
void flitzis_comments_read (FlitzisFacts *facts,
                            guint         scale,
                            const guint8 *data,
                            gsize         size);

G_END_DECLS
