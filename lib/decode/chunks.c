/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/chunks.h"

#include <string.h>

#define ID_LENGTH 4
#define HEADER_SIZE 8

/* "RIFF" or "FORM", a size, and the type of the file */
#define FILE_HEADER_SIZE 12

/* The largest number of chunks that are read. */
#define MAX_CHUNKS 65536

/* No placeholder is smaller. */
#define MIN_PLACEHOLDER 1900000000

/* Returns FALSE if no chunk begins at `offset`; its characters must be printable. */
static gboolean
read_header (FlitzisChunk *self, FlitzisReader *reader, guint64 offset, int endianness)
{
  const guint8 *id;
  GstByteReader bytes;

  if (!flitzis_reader_get (reader, offset, HEADER_SIZE, &bytes))
    return FALSE;

  id = gst_byte_reader_get_data_unchecked (&bytes, ID_LENGTH);
  for (guint i = 0; i < ID_LENGTH; i++)
    if (!g_ascii_isprint (id[i]))
      return FALSE;

  memcpy (self->id, id, ID_LENGTH);
  self->offset = offset + HEADER_SIZE;
  self->n_bytes = endianness == G_BIG_ENDIAN
                      ? gst_byte_reader_get_uint32_be_unchecked (&bytes)
                      : gst_byte_reader_get_uint32_le_unchecked (&bytes);

  return TRUE;
}

static gboolean
fits (const FlitzisChunk *self, const FlitzisReader *reader)
{
  return self->n_bytes <= flitzis_reader_count (reader, self->offset);
}

gboolean
flitzis_chunk_next (FlitzisChunk *self, FlitzisReader *reader, int endianness)
{
  guint64      offset = FILE_HEADER_SIZE;
  guint64      n_pad = self->n_bytes % 2;
  FlitzisChunk padded = { .n_before = self->n_before + 1 }, unpadded = padded;
  gboolean     is_padded;

  if (self->n_before == MAX_CHUNKS)
    return FALSE;

  if (self->offset > 0)
    {
      if (!fits (self, reader))
        return FALSE;
      offset = self->offset + self->n_bytes;
    }

  /* At the wrong one of the two places, the characters or the size make no sense. The exception is
   * "data", whose other three characters and size may look like a header, too. */
  is_padded = read_header (&padded, reader, offset + n_pad, endianness);
  if (n_pad > 0 && read_header (&unpadded, reader, offset, endianness) &&
      (!is_padded || (fits (&unpadded, reader) && !fits (&padded, reader)) ||
       strcmp (unpadded.id, "data") == 0))
    *self = unpadded;
  else if (is_padded)
    *self = padded;
  else
    return FALSE;

  return TRUE;
}

const guint8 *
flitzis_chunk_get (const FlitzisChunk *self, FlitzisReader *reader, guint64 offset, gsize size)
{
  GstByteReader bytes;

  if (offset + size > self->n_bytes ||
      !flitzis_reader_get (reader, self->offset + offset, size, &bytes))
    return NULL;

  return bytes.data;
}

gboolean
flitzis_chunks_reach_end (FlitzisReader *reader, guint64 offset, int endianness)
{
  FlitzisChunk chunk = { .offset = offset };

  while (flitzis_chunk_next (&chunk, reader, endianness))
    ;

  /* at least one of them; the last may lack its pad byte */
  return chunk.offset > offset && fits (&chunk, reader) &&
         flitzis_reader_count (reader, chunk.offset + chunk.n_bytes) <= 1;
}

gboolean
flitzis_chunk_size_is_unknown (guint64 size, guint64 n_there)
{
  return size == 0 || size == G_MAXUINT32 || size == 0x7ffff000 || size == 0x80000000 ||
         (size >= MIN_PLACEHOLDER && n_there < size / 2);
}
