/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * MP4 and QuickTime (ISO/IEC 14496-12). qtdemux of 1.22 rounds where the sound begins and ends to
 * the movie's timescale, often milliseconds, though the table of the packets' times is exact. So it
 * is made to give all packets, and the frames are counted here.
 */

#include "config.h"

#include "decode/boxes.h"
#include "decode/containers.h"
#include "flitzis-error.h"

#include <stdio.h>
#include <string.h>

#define MAX_ENTRIES 65536

/* Version and flags, at the start of a box; with a number of entries, at that of a table. */
#define FULL_BYTES 4
#define TABLE_BYTES 8

/* A description of a track's packets, up to the boxes in it: its size, its type, six bytes of
 * nothing, ..., channels and depth at 24, the rate at 32. */
#define DESCRIPTION_BYTES 36

/* The box within it that ALAC's decoder has to know, and its contents. */
#define ALAC_BYTES 36

typedef struct
{
  guint32 scale; /* units of a second */
  guint64 duration;
  guint64 duration_offset; /* in the file */
  guint   n_duration_bytes;
} Times;

/* The header of a movie or of a track's media. */
static gboolean
read_times (Times *self, FlitzisReader *reader, const FlitzisBox *parent, const char *path)
{
  FlitzisBox    box;
  GstByteReader bytes;
  guint8        version;

  if (!flitzis_box_find (&box, reader, parent, path) ||
      !flitzis_box_get (&box, reader, 0, 20, &bytes))
    return FALSE;

  version = gst_byte_reader_get_uint8_unchecked (&bytes);
  self->n_duration_bytes = version == 1 ? 8 : 4;
  self->duration_offset = box.offset + (version == 1 ? 24 : 16);
  if (!flitzis_box_get (&box, reader, version == 1 ? 20 : 12, 4 + self->n_duration_bytes, &bytes))
    return FALSE;

  self->scale = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  self->duration = version == 1 ? gst_byte_reader_get_uint64_be_unchecked (&bytes)
                                : gst_byte_reader_get_uint32_be_unchecked (&bytes);

  return self->scale > 0;
}

static gboolean
is_sound (FlitzisReader *reader, const FlitzisBox *track)
{
  FlitzisBox    handler;
  GstByteReader bytes;

  return flitzis_box_find (&handler, reader, track, "mdia/hdlr") &&
         flitzis_box_get (&handler, reader, 8, 4, &bytes) && memcmp (bytes.data, "soun", 4) == 0;
}

static gboolean
find_sound (FlitzisBox *track, FlitzisReader *reader, const FlitzisBox *movie)
{
  *track = (FlitzisBox){ 0 };
  while (flitzis_box_next (track, reader, movie))
    if (strcmp (track->type, "trak") == 0 && is_sound (reader, track))
      return TRUE;

  return FALSE;
}

/* The entries of a table, of `size` bytes each. FALSE if there are none. */
static gboolean
get_table (FlitzisReader    *reader,
           const FlitzisBox *parent,
           const char       *path,
           gsize             size,
           guint32          *n_entries,
           GstByteReader    *bytes)
{
  FlitzisBox table;

  if (!flitzis_box_find (&table, reader, parent, path) ||
      !flitzis_box_get (&table, reader, FULL_BYTES, 4, bytes))
    return FALSE;

  *n_entries = gst_byte_reader_get_uint32_be_unchecked (bytes);

  return *n_entries > 0 && *n_entries <= MAX_ENTRIES &&
         flitzis_box_get (&table, reader, TABLE_BYTES, *n_entries * size, bytes);
}

/* The length of all packets together, in the media's units, and their number. 0 if it is not
 * stated. */
static guint64
sum_times (FlitzisReader *reader, const FlitzisBox *track, guint64 *n_packets)
{
  guint64       sum = 0;
  guint32       n_entries, n;
  GstByteReader bytes;

  if (!get_table (reader, track, "mdia/minf/stbl/stts", 8, &n_entries, &bytes))
    return 0;

  *n_packets = 0;
  for (guint i = 0; i < n_entries; i++)
    {
      n = gst_byte_reader_get_uint32_be_unchecked (&bytes);
      sum += (guint64) n * gst_byte_reader_get_uint32_be_unchecked (&bytes);
      *n_packets += n;
    }

  return sum;
}

static void
add_patch (FlitzisHeader *self, guint64 offset, gconstpointer data, gsize n_bytes)
{
  FlitzisPatch *patch = &self->patches[self->n_patches++];

  patch->offset = offset;
  patch->n_bytes = n_bytes;
  memcpy (patch->bytes, data, n_bytes);
}

/* Lets the movie last until the end of all packets: qtdemux stops there. */
static void
prolong (FlitzisHeader *self, const Times *movie, const Times *media, guint64 n_total)
{
  guint64 duration = gst_util_uint64_scale_ceil (n_total, movie->scale, media->scale) + 1;
  guint64 field_64 = GUINT64_TO_BE (duration);
  guint32 field_32 = GUINT32_TO_BE ((guint32) duration);

  if (duration <= movie->duration)
    return;

  if (movie->n_duration_bytes == 8)
    add_patch (self, movie->duration_offset, &field_64, sizeof field_64);
  else if (duration < G_MAXUINT32)
    add_patch (self, movie->duration_offset, &field_32, sizeof field_32);
}

typedef struct
{
  guint   n_edits; /* that show something */
  guint64 duration;
  gint64  media_time;
  guint64 type_offset; /* in the file */
} Edits;

static gboolean
read_edits (Edits *self, FlitzisReader *reader, const FlitzisBox *track)
{
  FlitzisBox    list;
  GstByteReader bytes;
  guint8        version;
  guint32       n_entries;

  *self = (Edits){ 0 };
  if (!flitzis_box_find (&list, reader, track, "edts/elst"))
    return TRUE;

  self->type_offset = list.offset - 4;
  if (!flitzis_box_get (&list, reader, 0, TABLE_BYTES, &bytes))
    return FALSE;

  version = gst_byte_reader_get_uint32_be_unchecked (&bytes) >> 24;
  n_entries = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  if (n_entries > MAX_ENTRIES ||
      !flitzis_box_get (&list, reader, TABLE_BYTES, (version == 1 ? 20 : 12) * n_entries, &bytes))
    return FALSE;

  for (guint i = 0; i < n_entries; i++)
    {
      guint64 duration = version == 1 ? gst_byte_reader_get_uint64_be_unchecked (&bytes)
                                      : gst_byte_reader_get_uint32_be_unchecked (&bytes);
      gint64  time = version == 1 ? gst_byte_reader_get_int64_be_unchecked (&bytes)
                                  : gst_byte_reader_get_int32_be_unchecked (&bytes);

      gst_byte_reader_skip_unchecked (&bytes, 4);
      if (time < 0)
        continue;

      self->n_edits++;
      self->duration = duration;
      self->media_time = time;
    }

  return self->n_edits <= 1;
}

/* The tag of iTunes: hexadecimal numbers; the second is the delay, the third the padding, the
 * fourth the length. */
static gboolean
read_gap (FlitzisHeader *self, FlitzisReader *reader, const FlitzisBox *item)
{
  FlitzisBox    name, data;
  GstByteReader bytes;
  char          text[65] = { 0 };
  guint         delay;

  if (!flitzis_box_find (&name, reader, item, "name") ||
      !flitzis_box_get (&name, reader, FULL_BYTES, 8, &bytes) ||
      memcmp (bytes.data, "iTunSMPB", 8) != 0 ||
      !flitzis_box_find (&data, reader, item, "data") || data.n_bytes <= 8 ||
      !flitzis_box_get (&data, reader, 8, MIN (data.n_bytes - 8, sizeof text - 1), &bytes))
    return FALSE;

  memcpy (text, bytes.data, bytes.size);
  if (sscanf (text, " %*x %x %*x %" G_GINT64_MODIFIER "x", &delay, &self->n_frames) != 2)
    return FALSE;

  self->n_delay = delay;

  return TRUE;
}

static gboolean
read_tags (FlitzisHeader *self, FlitzisReader *reader, const FlitzisBox *movie)
{
  FlitzisBox user = { 0 }, list, item;

  while (flitzis_box_next (&user, reader, movie))
    {
      if (strcmp (user.type, "udta") != 0 || !flitzis_box_find (&list, reader, &user, "meta") ||
          list.n_bytes <= FULL_BYTES)
        continue;

      /* unlike the boxes around it, it begins with a version */
      list.offset += FULL_BYTES;
      list.n_bytes -= FULL_BYTES;
      if (!flitzis_box_find (&list, reader, &list, "ilst"))
        continue;

      item = (FlitzisBox){ 0 };
      while (flitzis_box_next (&item, reader, &list))
        if (strcmp (item.type, "----") == 0 && read_gap (self, reader, &item))
          return TRUE;
    }

  return FALSE;
}

/*
 * How many frames an edit shows. Its length is rounded to the movie's units; that of the packets is
 * exact, and holds if both agree within one unit.
 */
static guint64
get_edit_length (const Edits *edits, const Times *movie, const Times *media, guint64 n_total)
{
  guint64 n_left = n_total - MIN (n_total, (guint64) edits->media_time);
  guint64 unit = gst_util_uint64_scale_ceil (1, media->scale, movie->scale);
  guint64 n_shown = gst_util_uint64_scale_round (edits->duration, media->scale, movie->scale);

  return edits->duration == 0 || n_shown + unit >= n_left ? n_left : n_shown;
}

static void
read_lengths (FlitzisHeader    *self,
              FlitzisReader    *reader,
              const FlitzisBox *movie_box,
              const FlitzisBox *track)
{
  guint64 n_packets, n_total = sum_times (reader, track, &n_packets);
  Times   movie, media;
  Edits   edits;

  if (n_total == 0 || n_packets == 0 || !read_times (&movie, reader, movie_box, "mvhd") ||
      !read_times (&media, reader, track, "mdia/mdhd") || !read_edits (&edits, reader, track))
    return;

  self->rate = media.scale;
  self->has_padding = TRUE;
  /* times that were copied from a container with coarser ones are rounded */
  self->n_slack = n_total / n_packets / 2;
  if (edits.n_edits > 0 && edits.media_time > 0)
    {
      self->n_delay = edits.media_time;
      self->n_frames = get_edit_length (&edits, &movie, &media, n_total);
    }
  else if (!read_tags (self, reader, movie_box))
    {
      self->n_frames =
          edits.n_edits > 0 ? get_edit_length (&edits, &movie, &media, n_total) : n_total;
    }

  if (edits.type_offset > 0)
    add_patch (self, edits.type_offset, "free", 4);
  prolong (self, &movie, &media, n_total);
}

/*
 * ALAC whose packets have all the same size, as has a sound of one packet. qtdemux of 1.22 takes
 * them for packets of as many bytes as they have frames, and reads past their end. If they lie one
 * after the other, the decoder gets them without it.
 */
static void
read_equal_packets (FlitzisHeader *self, FlitzisReader *reader, const FlitzisBox *track)
{
  FlitzisBox    table, description;
  GstByteReader bytes;
  guint32       n_bytes, n_packets, n_chunks, packets_a_chunk, offset = 0, rate;
  guint16       n_channels;

  if (!flitzis_box_find (&table, reader, track, "mdia/minf/stbl/stsz") ||
      !flitzis_box_get (&table, reader, FULL_BYTES, 8, &bytes))
    return;

  n_bytes = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  n_packets = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  if (n_bytes == 0 || n_packets == 0 ||
      !get_table (reader, track, "mdia/minf/stbl/stsc", 12, &n_chunks, &bytes) || n_chunks != 1)
    return;

  gst_byte_reader_skip_unchecked (&bytes, 4);
  packets_a_chunk = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  if (!get_table (reader, track, "mdia/minf/stbl/stco", 4, &n_chunks, &bytes))
    return;

  for (guint i = 0; i < n_chunks; i++)
    {
      guint32 here = gst_byte_reader_get_uint32_be_unchecked (&bytes);

      if (i > 0 && here != offset + (guint64) i * packets_a_chunk * n_bytes)
        return;
      offset = i == 0 ? here : offset;
    }

  if (flitzis_reader_count (reader, offset) < (guint64) n_packets * n_bytes ||
      !flitzis_box_find (&description, reader, track, "mdia/minf/stbl/stsd") ||
      !flitzis_box_get (&description, reader, TABLE_BYTES, DESCRIPTION_BYTES + ALAC_BYTES,
                        &bytes) ||
      memcmp (bytes.data + 4, "alac", 4) != 0 ||
      memcmp (bytes.data + DESCRIPTION_BYTES + 4, "alac", 4) != 0)
    return;

  memcpy (self->codec_data, bytes.data + DESCRIPTION_BYTES, ALAC_BYTES);
  self->n_codec_data = ALAC_BYTES;
  n_channels = GST_READ_UINT16_BE (bytes.data + 24);
  rate = GST_READ_UINT16_BE (bytes.data + 32);
  self->pcm = (FlitzisPcm){ .rate = rate, .n_channels = n_channels };
  self->codec = FLITZIS_CODEC_BARE_ALAC;
  self->n_block_bytes = n_bytes;
  self->offset = offset;
  self->n_bytes = (guint64) n_packets * n_bytes;
}

void
flitzis_mp4_read (FlitzisHeader *self, FlitzisReader *reader)
{
  FlitzisBox stream = flitzis_box_of_stream (reader), box = { 0 }, movie = { 0 }, track;

  self->container = FLITZIS_CONTAINER_MP4;

  while (flitzis_box_next (&box, reader, &stream))
    {
      if (strcmp (box.type, "moov") == 0 && movie.n_bytes == 0)
        movie = box;
      if (strcmp (box.type, "mdat") == 0 && box.is_cut)
        self->is_cut = TRUE;
    }

  /* demuxers wait for ever */
  if (movie.n_bytes == 0)
    {
      flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT,
                           "its index is missing: the file is incomplete");
      return;
    }

  if (flitzis_mov_pcm_read (self, reader) || !find_sound (&track, reader, &movie))
    return;

  read_lengths (self, reader, &movie, &track);
  if (!self->is_cut)
    read_equal_packets (self, reader, &track);
}
