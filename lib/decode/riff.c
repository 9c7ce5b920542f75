/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* WAV, in RIFF, RIFX with the highest byte first, and for more than 4 GB RF64 and BW64. */

#include "config.h"

#include "decode/chunks.h"
#include "decode/containers.h"
#include "decode/fact-readers.h"
#include "decode/wave-format.h"
#include "flitzis-error.h"

#include <string.h>

#define FILE_HEADER_SIZE 12
#define MIN_FORMAT_SIZE 16

/* The range after the format in which the frames are searched if no size leads to them. */
#define MAX_SEARCH_BYTES (16 * 1024 * 1024)
#define SEARCH_STEP (64 * 1024)
#define CHUNK_HEADER_SIZE 8

/*
 * The sizes in "ds64" that do not fit into 32 bits: of the file, of the data, a number of frames,
 * then a table of other chunks. The number of frames is ignored, and so is the one in "fact": the
 * size of the data gives the same number, unless the stated one is wrong.
 */
typedef struct
{
  guint64 data_size;
  guint64 table_offset;
  guint32 n_entries;
} LargeSizes;

#define DS64_TABLE_OFFSET 28
#define DS64_ENTRY_SIZE 12

static void
read_large_sizes (LargeSizes *self, FlitzisReader *reader, const FlitzisChunk *chunk)
{
  GstByteReader bytes;

  if (chunk->n_bytes < DS64_TABLE_OFFSET ||
      !flitzis_reader_get (reader, chunk->offset, DS64_TABLE_OFFSET, &bytes))
    return;

  gst_byte_reader_skip_unchecked (&bytes, 8);
  self->data_size = gst_byte_reader_get_uint64_le_unchecked (&bytes);
  gst_byte_reader_skip_unchecked (&bytes, 8);
  self->n_entries = gst_byte_reader_get_uint32_le_unchecked (&bytes);
  self->n_entries = MIN (self->n_entries, (chunk->n_bytes - DS64_TABLE_OFFSET) / DS64_ENTRY_SIZE);
  self->table_offset = chunk->offset + DS64_TABLE_OFFSET;
}

static void
correct_size (FlitzisChunk *chunk, FlitzisReader *reader, const LargeSizes *sizes)
{
  GstByteReader bytes;

  if (chunk->n_bytes != G_MAXUINT32)
    return;

  for (guint i = 0; i < sizes->n_entries; i++)
    {
      const guint8 *id;

      if (!flitzis_reader_get (reader, sizes->table_offset + (guint64) i * DS64_ENTRY_SIZE,
                               DS64_ENTRY_SIZE, &bytes))
        return;

      id = gst_byte_reader_get_data_unchecked (&bytes, 4);
      if (memcmp (id, chunk->id, 4) == 0)
        {
          chunk->n_bytes = gst_byte_reader_get_uint64_le_unchecked (&bytes);
          return;
        }
    }
}

/* Returns the stated size of the data chunk; G_MAXUINT64: to the end of the file. */
static guint64
get_data_size (const FlitzisChunk *data,
               FlitzisReader      *reader,
               const LargeSizes   *sizes,
               int                 endianness)
{
  if ((data->n_bytes == G_MAXUINT32 || data->n_bytes == 0) && sizes->data_size > 0)
    return sizes->data_size;

  /* not a placeholder: the file has no sound, and more chunks follow */
  if (data->n_bytes == 0 && flitzis_chunks_reach_end (reader, data->offset, endianness))
    return 0;

  if (flitzis_chunk_size_is_unknown (data->n_bytes, flitzis_reader_count (reader, data->offset)))
    return G_MAXUINT64;

  return data->n_bytes;
}

/* Rates a chunk that no size leads to; 0 if it is not credible. */
static guint
rate_data (const FlitzisChunk *data, FlitzisReader *reader, int endianness)
{
  guint64      n_there = flitzis_reader_count (reader, data->offset);
  FlitzisChunk next = *data;
  gboolean     is_text = TRUE;

  for (guint i = 0; i < 4; i++)
    is_text = is_text && g_ascii_isprint (data->n_bytes >> 8 * i & 0xff);
  if (is_text || data->n_bytes == 0)
    return 0;

  if (data->n_bytes > n_there)
    return flitzis_chunk_size_is_unknown (data->n_bytes, n_there) ? 1 : 0;

  return n_there - data->n_bytes <= 1 || flitzis_chunk_next (&next, reader, endianness) ? 3 : 2;
}

/* Searches all places from `offset` on, since a size before it was wrong. */
static gboolean
search_data (FlitzisChunk *data, FlitzisReader *reader, guint64 offset, int endianness)
{
  guint64 end = offset + MIN (flitzis_reader_count (reader, offset), MAX_SEARCH_BYTES);
  guint   best = 0;

  while (offset + CHUNK_HEADER_SIZE <= end && best < 3)
    {
      gsize         size = MIN (end - offset, SEARCH_STEP);
      GstByteReader bytes;
      const guint8 *start, *found;
      FlitzisChunk  chunk = { .id = "data" };
      guint         rating;

      if (!flitzis_reader_get (reader, offset, size, &bytes))
        return FALSE;

      start = gst_byte_reader_peek_data_unchecked (&bytes);
      found = memmem (start, size - 4, "data", 4);
      if (found == NULL)
        {
          offset += size - CHUNK_HEADER_SIZE + 1;
          continue;
        }

      offset += found - start + 4;
      chunk.offset = offset + 4;
      chunk.n_bytes = endianness == G_BIG_ENDIAN ? GST_READ_UINT32_BE (found + 4)
                                                 : GST_READ_UINT32_LE (found + 4);
      rating = rate_data (&chunk, reader, endianness);
      if (rating > best)
        {
          best = rating;
          *data = chunk;
        }
    }

  return best > 0;
}

void
flitzis_riff_read (FlitzisHeader *self, FlitzisReader *reader)
{
  FlitzisWaveFormat format = { 0 };
  LargeSizes        sizes = { 0 };
  FlitzisChunk      chunk = { 0 };
  guint64           format_offset = 0;
  int               endianness = G_LITTLE_ENDIAN;
  guint64           data_size;
  gboolean          has_data = FALSE, is_demuxable;
  GstByteReader     bytes;

  self->container = FLITZIS_CONTAINER_RIFF;
  if (flitzis_reader_get (reader, 0, FILE_HEADER_SIZE, &bytes))
    {
      const guint8 *header = gst_byte_reader_peek_data_unchecked (&bytes);

      if (memcmp (header, "RIFX", 4) == 0)
        endianness = G_BIG_ENDIAN;

      /* such as AVI */
      if (memcmp (header + 8, "WAVE", 4) != 0)
        {
          self->container = FLITZIS_CONTAINER_OTHER;
          return;
        }
    }

  while (!has_data && flitzis_chunk_next (&chunk, reader, endianness))
    {
      has_data = strcmp (chunk.id, "data") == 0;
      if (strcmp (chunk.id, "ds64") == 0)
        {
          read_large_sizes (&sizes, reader, &chunk);
        }
      else if (strcmp (chunk.id, "fmt ") == 0 && format_offset == 0)
        {
          if (!flitzis_wave_format_read (&format, reader, chunk.offset, chunk.n_bytes,
                                         endianness))
            return;
          format_offset = chunk.offset;
        }
      else if (!has_data)
        {
          correct_size (&chunk, reader, &sizes);
        }
    }

  if (format_offset == 0)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "its format is missing");
  else if (!has_data &&
           !search_data (&chunk, reader, format_offset + MIN_FORMAT_SIZE, endianness))
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "it has no data chunk");

  if (reader->error != NULL)
    return;

  /* wavparse does not know RIFX, and fails on wrong sizes and missing pad bytes */
  is_demuxable = endianness == G_LITTLE_ENDIAN && has_data && chunk.offset % 2 == 0;
  data_size = get_data_size (&chunk, reader, &sizes, endianness);
  flitzis_wave_format_use (&format, is_demuxable, self, reader, chunk.offset, data_size);
  chunk.n_bytes = data_size;
  flitzis_wave_facts_read (self->facts, reader, &chunk, endianness);
}
