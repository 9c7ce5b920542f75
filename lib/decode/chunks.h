/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/reader.h"

G_BEGIN_DECLS

/* A chunk of RIFF or AIFF: four characters, a size of 32 bits, contents, and a pad byte if their
 * size is odd. */
typedef struct
{
  char    id[5];
  guint64 offset;   /* of its contents, in the stream */
  guint64 n_bytes;  /* the stated size of its contents; the stream may hold fewer */
  guint   n_before; /* the number of chunks before it */
} FlitzisChunk;

/*
 * Goes to the next chunk, or to the first chunk of the file from a chunk of zeros. Writers may have
 * left out the pad byte. Returns FALSE after the last chunk, and if there is no chunk at the place
 * that the size leads to; `self` then stays as it is. `endianness` is that of the size.
 */
gboolean flitzis_chunk_next (FlitzisChunk  *self,
                             FlitzisReader *reader,
                             int            endianness);

/* Returns `size` bytes from `offset` in the contents of the chunk, or NULL if there are fewer. They
 * are valid until the next read. */
const guint8 *flitzis_chunk_get (const FlitzisChunk *self,
                                 FlitzisReader      *reader,
                                 guint64             offset,
                                 gsize               size);

/* Returns whether only whole chunks lie between `offset` and the end of the stream. */
gboolean flitzis_chunks_reach_end (FlitzisReader *reader,
                                   guint64        offset,
                                   int            endianness);

/*
 * Returns whether a size of 32 bits is a placeholder, as in files that were written to a pipe.
 * Writers put 0 there, all ones, or their largest size, with or without the header: about 2 or 4
 * GB. A file that was cut has at least half of such a size. `n_there` is the number of bytes that
 * follow.
 */
gboolean flitzis_chunk_size_is_unknown (guint64 size,
                                        guint64 n_there);

G_END_DECLS
