/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/movie.h"

#include <string.h>

/* A table begins with a version, flags and the number of its entries. */
#define TABLE_BYTES 8

static gboolean
is_audio (FlitzisReader *reader, const FlitzisBox *track)
{
  FlitzisBox    handler;
  GstByteReader bytes;

  return flitzis_box_find (&handler, reader, track, "mdia/hdlr") &&
         flitzis_box_get (&handler, reader, 8, 4, &bytes) && memcmp (bytes.data, "soun", 4) == 0;
}

gboolean
flitzis_movie_init (FlitzisMovie *self, FlitzisReader *reader, const FlitzisBox *box)
{
  *self = (FlitzisMovie){ .reader = reader, .box = *box };

  while (flitzis_box_next (&self->track, reader, box))
    if (strcmp (self->track.type, "trak") == 0 && is_audio (reader, &self->track))
      return flitzis_box_find (&self->tables, reader, &self->track, "mdia/minf/stbl");

  return FALSE;
}

static guint64
get_number (GstByteReader *bytes, gboolean is_long)
{
  return is_long ? gst_byte_reader_get_uint64_be_unchecked (bytes)
                 : gst_byte_reader_get_uint32_be_unchecked (bytes);
}

static gboolean
read_times (FlitzisMovieTimes *self,
            FlitzisReader     *reader,
            const FlitzisBox  *parent,
            const char        *path)
{
  FlitzisBox    box;
  GstByteReader bytes;
  gboolean      is_long;
  guint         offset;

  if (!flitzis_box_find (&box, reader, parent, path) ||
      !flitzis_box_get (&box, reader, 0, 1, &bytes))
    return FALSE;

  is_long = gst_byte_reader_get_uint8_unchecked (&bytes) == 1;
  offset = is_long ? 20 : 12;
  self->n_duration_bytes = is_long ? 8 : 4;
  self->duration_offset = box.offset + offset + 4;
  if (!flitzis_box_get (&box, reader, offset, 4 + self->n_duration_bytes, &bytes))
    return FALSE;

  self->scale = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  self->duration = get_number (&bytes, is_long);

  return self->scale > 0;
}

gboolean
flitzis_movie_read_times (const FlitzisMovie *self,
                          FlitzisMovieTimes  *movie,
                          FlitzisMovieTimes  *media)
{
  return read_times (movie, self->reader, &self->box, "mvhd") &&
         read_times (media, self->reader, &self->track, "mdia/mdhd");
}

/* The entries of a table, read one after the other. */
typedef struct
{
  FlitzisBox box;
  guint      version;
  guint64    offset; /* of the next entry, in the box */
  guint32    n_left;
} Table;

static gboolean
table_find (Table *self, FlitzisReader *reader, const FlitzisBox *parent, const char *path)
{
  GstByteReader bytes;

  *self = (Table){ .offset = TABLE_BYTES };
  if (!flitzis_box_find (&self->box, reader, parent, path) ||
      !flitzis_box_get (&self->box, reader, 0, TABLE_BYTES, &bytes))
    return FALSE;

  self->version = gst_byte_reader_get_uint32_be_unchecked (&bytes) >> 24;
  self->n_left = gst_byte_reader_get_uint32_be_unchecked (&bytes);

  return TRUE;
}

static gboolean
table_next (Table *self, FlitzisReader *reader, gsize size, GstByteReader *bytes)
{
  if (self->n_left == 0 || !flitzis_box_get (&self->box, reader, self->offset, size, bytes))
    return FALSE;

  self->n_left--;
  self->offset += size;

  return TRUE;
}

/* Gets the first entry of a table of boxes. */
static gboolean
table_get_box (const Table *self, FlitzisReader *reader, FlitzisBox *box)
{
  FlitzisBox entries = self->box;

  entries.offset += TABLE_BYTES;
  entries.n_bytes -= TABLE_BYTES;
  *box = (FlitzisBox){ 0 };

  return flitzis_box_next (box, reader, &entries);
}

gboolean
flitzis_movie_read_edits (const FlitzisMovie *self, FlitzisMovieEdits *edits)
{
  Table         list;
  GstByteReader bytes;

  *edits = (FlitzisMovieEdits){ 0 };
  if (!table_find (&list, self->reader, &self->track, "edts/elst"))
    return list.box.offset == 0;

  edits->type_offset = list.box.offset - 4;
  while (table_next (&list, self->reader, list.version == 1 ? 20 : 12, &bytes))
    {
      guint64 duration = get_number (&bytes, list.version == 1);
      gint64  time = list.version == 1 ? gst_byte_reader_get_int64_be_unchecked (&bytes)
                                       : gst_byte_reader_get_int32_be_unchecked (&bytes);

      if (time < 0)
        {
          edits->has_pauses = TRUE;
          continue;
        }

      edits->n_edits++;
      edits->duration = duration;
      edits->media_time = time;
    }

  return list.n_left == 0 && edits->n_edits <= 1;
}

gboolean
flitzis_movie_read_description (const FlitzisMovie      *self,
                                FlitzisMovieDescription *description)
{
  Table         table;
  GstByteReader bytes;

  if (!table_find (&table, self->reader, &self->tables, "stsd") ||
      !table_get_box (&table, self->reader, &description->box) ||
      !flitzis_box_get (&description->box, self->reader, 0, FLITZIS_MOVIE_DESCRIPTION_BYTES,
                        &bytes))
    return FALSE;

  description->is_only = table.n_left == 1;
  gst_byte_reader_skip_unchecked (&bytes, 8);
  description->version = gst_byte_reader_get_uint16_be_unchecked (&bytes);
  gst_byte_reader_skip_unchecked (&bytes, 6);
  description->n_channels = gst_byte_reader_get_uint16_be_unchecked (&bytes);
  description->n_bits = gst_byte_reader_get_uint16_be_unchecked (&bytes);
  gst_byte_reader_skip_unchecked (&bytes, 4);
  description->rate = gst_byte_reader_get_uint16_be_unchecked (&bytes);

  return TRUE;
}

gboolean
flitzis_movie_is_self_contained (const FlitzisMovie *self)
{
  Table         references;
  FlitzisBox    reference;
  GstByteReader bytes;

  if (!table_find (&references, self->reader, &self->track, "mdia/minf/dinf/dref"))
    return TRUE;

  return table_get_box (&references, self->reader, &reference) &&
         flitzis_box_get (&reference, self->reader, 0, FLITZIS_BOX_VERSION_BYTES, &bytes) &&
         (gst_byte_reader_get_uint32_be_unchecked (&bytes) & 1) != 0;
}

guint64
flitzis_movie_sum_times (const FlitzisMovie *self, guint64 *n_samples)
{
  Table         table;
  GstByteReader bytes;
  guint64       sum = 0;
  guint32       n;

  *n_samples = 0;
  if (!table_find (&table, self->reader, &self->tables, "stts"))
    return 0;

  while (table_next (&table, self->reader, 8, &bytes))
    {
      n = gst_byte_reader_get_uint32_be_unchecked (&bytes);
      sum += (guint64) n * gst_byte_reader_get_uint32_be_unchecked (&bytes);
      *n_samples += n;
    }

  return table.n_left == 0 ? sum : 0;
}

/* The number of samples in each chunk, as runs of chunks with the same number. */
typedef struct
{
  Table   table;
  guint32 n_samples;
  guint32 next_chunk; /* the first chunk of the next run; chunks count from 1 */
  guint32 next_n_samples;
} Runs;

static gboolean
runs_read_next (Runs *self, FlitzisReader *reader)
{
  GstByteReader bytes;

  self->n_samples = self->next_n_samples;
  if (self->table.n_left == 0)
    {
      self->next_chunk = G_MAXUINT32;
      return TRUE;
    }

  if (!table_next (&self->table, reader, 12, &bytes))
    return FALSE;

  self->next_chunk = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  self->next_n_samples = gst_byte_reader_get_uint32_be_unchecked (&bytes);

  return TRUE;
}

static gboolean
runs_go_to (Runs *self, FlitzisReader *reader, guint32 chunk)
{
  while (self->next_chunk <= chunk)
    if (!runs_read_next (self, reader))
      return FALSE;

  return self->n_samples > 0;
}

gboolean
flitzis_movie_find_span (const FlitzisMovie *self,
                         FlitzisMovieSpan   *span,
                         guint               n_block_bytes,
                         guint               n_block_frames)
{
  FlitzisReader *reader = self->reader;
  FlitzisBox     sizes;
  Table          offsets;
  Runs           runs = { 0 };
  gboolean       is_long;
  guint32        n_chunks;
  GstByteReader  bytes;

  is_long = !table_find (&offsets, reader, &self->tables, "stco");
  if ((is_long && !table_find (&offsets, reader, &self->tables, "co64")) ||
      !table_find (&runs.table, reader, &self->tables, "stsc") ||
      !flitzis_box_find (&sizes, reader, &self->tables, "stsz") ||
      !flitzis_box_get (&sizes, reader, FLITZIS_BOX_VERSION_BYTES, 8, &bytes))
    return FALSE;

  *span = (FlitzisMovieSpan){ 0 };
  span->sample_size = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  span->n_samples = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  n_chunks = offsets.n_left;
  if (span->sample_size == 0)
    return FALSE;

  for (guint32 chunk = 1; chunk <= n_chunks; chunk++)
    {
      guint64 offset;

      if (!table_next (&offsets, reader, is_long ? 8 : 4, &bytes))
        return FALSE;

      offset = get_number (&bytes, is_long);
      if (!runs_go_to (&runs, reader, chunk))
        return FALSE;

      if (chunk == 1)
        span->offset = offset;
      else if (offset != span->offset + span->n_bytes)
        return FALSE;

      span->n_bytes += span->sample_size >= n_block_bytes
                           ? (guint64) runs.n_samples * span->sample_size
                           : (guint64) runs.n_samples / n_block_frames * n_block_bytes;
    }

  return n_chunks > 0;
}

/* Finds the track of chapters that the track of the sound refers to. */
static gboolean
find_chapters (const FlitzisMovie *self, FlitzisBox *track)
{
  FlitzisReader *reader = self->reader;
  FlitzisBox     box;
  GstByteReader  bytes;
  guint32        number;
  gboolean       is_long;

  if (!flitzis_box_find (&box, reader, &self->track, "tref/chap") ||
      !flitzis_box_get (&box, reader, 0, 4, &bytes))
    return FALSE;

  number = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  *track = (FlitzisBox){ 0 };
  while (flitzis_box_next (track, reader, &self->box))
    {
      if (strcmp (track->type, "trak") != 0 || !flitzis_box_find (&box, reader, track, "tkhd") ||
          !flitzis_box_get (&box, reader, 0, 1, &bytes))
        continue;

      is_long = gst_byte_reader_get_uint8_unchecked (&bytes) == 1;
      if (flitzis_box_get (&box, reader, is_long ? 20 : 12, 4, &bytes) &&
          gst_byte_reader_get_uint32_be_unchecked (&bytes) == number)
        return TRUE;
    }

  return FALSE;
}

/* Reads a text that comes after its length. */
static char *
read_text (FlitzisReader *reader, guint64 offset, guint32 n_bytes)
{
  GstByteReader bytes;
  guint         size;

  if (n_bytes < 2 || !flitzis_reader_get (reader, offset, 2, &bytes))
    return NULL;

  size = gst_byte_reader_get_uint16_be_unchecked (&bytes);
  size = MIN (size, n_bytes - 2);

  return flitzis_reader_get (reader, offset + 2, size, &bytes)
             ? flitzis_facts_make_text (bytes.data, size)
             : NULL;
}

/* Walks the samples of a track of texts: each is a text with a time. */
typedef struct
{
  Table   times, sizes;
  guint32 n_left; /* the number of samples that last `duration` */
  guint32 duration;
  guint32 sample_size; /* of all samples; 0: the table has their sizes */
  guint64 time;        /* of the next sample */
} Texts;

/* Gets the time and the size of the next sample. FALSE after the last one. */
static gboolean
texts_next (Texts *self, FlitzisReader *reader, guint64 *time, guint32 *size)
{
  GstByteReader bytes;

  while (self->n_left == 0)
    {
      if (!table_next (&self->times, reader, 8, &bytes))
        return FALSE;

      self->n_left = gst_byte_reader_get_uint32_be_unchecked (&bytes);
      self->duration = gst_byte_reader_get_uint32_be_unchecked (&bytes);
    }

  *size = self->sample_size;
  if (*size == 0)
    {
      if (!table_next (&self->sizes, reader, 4, &bytes))
        return FALSE;
      *size = gst_byte_reader_get_uint32_be_unchecked (&bytes);
    }

  *time = self->time;
  self->time += self->duration;
  self->n_left--;

  return TRUE;
}

/* The table of sizes begins with a field that other tables do not have: the size of all samples. */
static gboolean
texts_find (Texts *self, FlitzisReader *reader, const FlitzisBox *tables)
{
  GstByteReader bytes;

  *self = (Texts){ 0 };
  if (!table_find (&self->times, reader, tables, "stts") ||
      !table_find (&self->sizes, reader, tables, "stsz") ||
      !flitzis_box_get (&self->sizes.box, reader, FLITZIS_BOX_VERSION_BYTES, 8, &bytes))
    return FALSE;

  self->sample_size = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  self->sizes.n_left = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  self->sizes.offset += 4;

  return TRUE;
}

void
flitzis_movie_read_chapters (const FlitzisMovie *self, FlitzisFacts *facts)
{
  FlitzisReader    *reader = self->reader;
  FlitzisMovieTimes media;
  FlitzisBox        track, tables;
  Table             offsets;
  Runs              runs = { 0 };
  Texts             texts;
  gboolean          is_long;
  GstByteReader     bytes;

  if (!find_chapters (self, &track) || !read_times (&media, reader, &track, "mdia/mdhd") ||
      !flitzis_box_find (&tables, reader, &track, "mdia/minf/stbl") ||
      !texts_find (&texts, reader, &tables))
    return;

  is_long = !table_find (&offsets, reader, &tables, "stco");
  if ((is_long && !table_find (&offsets, reader, &tables, "co64")) ||
      !table_find (&runs.table, reader, &tables, "stsc"))
    return;

  for (guint32 chunk = 1; table_next (&offsets, reader, is_long ? 8 : 4, &bytes); chunk++)
    {
      guint64 offset = get_number (&bytes, is_long), time;
      guint32 size;

      if (!runs_go_to (&runs, reader, chunk))
        return;

      for (guint32 i = 0; i < runs.n_samples; i++)
        {
          if (!texts_next (&texts, reader, &time, &size) ||
              !flitzis_facts_take_cue (facts, time, media.scale, read_text (reader, offset, size)))
            return;
          offset += size;
        }
    }
}
