/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/reader.h"

G_BEGIN_DECLS

/* The size of the version and the flags at the beginning of many boxes. */
#define FLITZIS_BOX_VERSION_BYTES 4

/* A box of MP4 and QuickTime, which QuickTime calls an atom: a size, a type of four characters, and
 * contents, which may be boxes again. */
typedef struct
{
  char     type[5];
  guint64  offset;  /* of its contents, in the stream */
  guint64  n_bytes; /* of its contents, as far as its parent holds them */
  gboolean is_cut;  /* the stated size is larger */
} FlitzisBox;

/* Returns the whole stream, as the parent of the outermost boxes. */
FlitzisBox flitzis_box_of_stream (const FlitzisReader *reader);

/* Goes to the next child, or to the first child from a box of zeros. Returns FALSE after the last
 * child, and if the next bytes are no box. */
gboolean flitzis_box_next (FlitzisBox       *self,
                           FlitzisReader    *reader,
                           const FlitzisBox *parent);

/* Finds the first box of a path of types, such as "mdia/minf/stbl", below `parent`. */
gboolean flitzis_box_find (FlitzisBox       *self,
                           FlitzisReader    *reader,
                           const FlitzisBox *parent,
                           const char       *path);

/* Points `bytes` at `size` bytes from `offset` on in the contents, valid until the next read.
 * Returns FALSE if the box holds fewer. */
gboolean flitzis_box_get (const FlitzisBox *self,
                          FlitzisReader    *reader,
                          guint64           offset,
                          gsize             size,
                          GstByteReader    *bytes);

G_END_DECLS
