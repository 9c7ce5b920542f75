/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/reader.h"

G_BEGIN_DECLS

/* Version and flags, which the contents of many boxes begin with. */
#define FLITZIS_BOX_VERSION_BYTES 4

/* A box of MP4 and QuickTime, called an atom in the latter: its size, a type of four characters,
 * and its contents, which may be boxes again. */
typedef struct
{
  char     type[5];
  guint64  offset;  /* of its contents, in the stream */
  guint64  n_bytes; /* of its contents, as many as its parent holds */
  gboolean is_cut;  /* it states more than that */
} FlitzisBox;

/* The whole stream, as the parent of the outermost boxes. */
FlitzisBox flitzis_box_of_stream (const FlitzisReader *reader);

/* Goes to the next child, or to the first one from a box of zeros. FALSE after the last, and if
 * what comes is no box. */
gboolean flitzis_box_next (FlitzisBox       *self,
                           FlitzisReader    *reader,
                           const FlitzisBox *parent);

/* Finds the first box of a path of types, such as "mdia/minf/stbl", below `parent`. */
gboolean flitzis_box_find (FlitzisBox       *self,
                           FlitzisReader    *reader,
                           const FlitzisBox *parent,
                           const char       *path);

/* Points `bytes` at `size` bytes of the contents, from `offset` on in them, until the next read.
 * FALSE if the box holds fewer. */
gboolean flitzis_box_get (const FlitzisBox *self,
                          FlitzisReader    *reader,
                          guint64           offset,
                          gsize             size,
                          GstByteReader    *bytes);

G_END_DECLS
