/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* PCM in QuickTime files and those of MP4 that are like them. */

#include "config.h"

#include "decode/boxes.h"
#include "decode/containers.h"
#include "flitzis-error.h"

#include <math.h>
#include <string.h>

/* A description of a track: what it holds, then a version, channels, bits and the rate; versions 1
 * and 2 have more. Boxes follow. */
#define DESCRIPTION_SIZE 36
#define DESCRIPTION_1_SIZE 52
#define DESCRIPTION_2_SIZE 72

/* A box that begins with a version and flags, and one that goes on with a number of entries. */
#define FULL_BOX_SIZE 4
#define TABLE_SIZE 8

#define LAYOUT_IS_BITMAP 0x10000

enum
{
  FLAG_FLOAT = 1 << 0,
  FLAG_BIG_ENDIAN = 1 << 1,
  FLAG_SIGNED = 1 << 2,
  FLAG_NON_INTERLEAVED = 1 << 5
};

/* How frames are coded, and the bytes of those that belong together. */
typedef struct
{
  FlitzisCodec codec;
  FlitzisPcm   pcm;
  guint        n_block_bytes;
  guint        n_block_frames;
  gboolean     is_misread; /* by qtdemux */
} Track;

/* Where its chunks lie in the file. */
typedef struct
{
  guint64 offset;
  guint64 n_bytes;
} Window;

static gboolean
find_sound (FlitzisBox *track, FlitzisReader *reader, const FlitzisBox *movie)
{
  FlitzisBox    child = { 0 }, handler;
  GstByteReader bytes;

  while (flitzis_box_next (&child, reader, movie))
    if (strcmp (child.type, "trak") == 0 &&
        flitzis_box_find (&handler, reader, &child, "mdia/hdlr") &&
        flitzis_box_get (&handler, reader, 8, 4, &bytes) &&
        memcmp (gst_byte_reader_peek_data_unchecked (&bytes), "soun", 4) == 0)
      {
        *track = child;
        return TRUE;
      }

  return FALSE;
}

/* QuickTime says in a box of its own that the lowest byte comes first. */
static gboolean
is_little_endian (FlitzisReader *reader, const FlitzisBox *extensions)
{
  FlitzisBox    box;
  GstByteReader bytes;

  return (flitzis_box_find (&box, reader, extensions, "wave/enda") ||
          flitzis_box_find (&box, reader, extensions, "enda")) &&
         flitzis_box_get (&box, reader, 0, 2, &bytes) &&
         gst_byte_reader_get_uint16_be_unchecked (&bytes) != 0;
}

static guint64
read_mask (FlitzisReader *reader, const FlitzisBox *extensions)
{
  FlitzisBox    box;
  GstByteReader bytes;

  if (!flitzis_box_find (&box, reader, extensions, "chan") ||
      !flitzis_box_get (&box, reader, FULL_BOX_SIZE, 8, &bytes) ||
      gst_byte_reader_get_uint32_be_unchecked (&bytes) != LAYOUT_IS_BITMAP)
    return 0;

  return flitzis_pcm_get_mask (gst_byte_reader_get_uint32_be_unchecked (&bytes));
}

static void
set_integers (Track *self, gboolean is_signed, int endianness, guint n_bits)
{
  guint width = GST_ROUND_UP_8 (n_bits);

  self->codec = FLITZIS_CODEC_PCM;
  self->pcm.format = gst_audio_format_build_integer (is_signed, endianness, width, width);
}

static void
set_floats (Track *self, int endianness, guint n_bits)
{
  self->codec = FLITZIS_CODEC_PCM;
  self->pcm.format = flitzis_pcm_get_format (TRUE, endianness, n_bits, n_bits);
}

/* By the four characters of the older versions. Without a box, the highest byte comes first. */
static void
set_by_type (Track *self, const char *type, gboolean is_little, guint n_bits)
{
  int endianness = is_little ? G_LITTLE_ENDIAN : G_BIG_ENDIAN;

  if (strcmp (type, "twos") == 0)
    set_integers (self, TRUE, G_BIG_ENDIAN, n_bits);
  else if (strcmp (type, "sowt") == 0)
    set_integers (self, TRUE, G_LITTLE_ENDIAN, n_bits);
  else if (strcmp (type, "raw ") == 0 || strcmp (type, "NONE") == 0)
    set_integers (self, n_bits > 8, G_BIG_ENDIAN, n_bits);
  else if (strcmp (type, "in24") == 0)
    set_integers (self, TRUE, endianness, 24);
  else if (strcmp (type, "in32") == 0)
    set_integers (self, TRUE, endianness, 32);
  else if (strcmp (type, "fl32") == 0)
    set_floats (self, endianness, 32);
  else if (strcmp (type, "fl64") == 0)
    set_floats (self, endianness, 64);
  else if (strcmp (type, "alaw") == 0)
    self->codec = FLITZIS_CODEC_ALAW;
  else if (strcmp (type, "ulaw") == 0)
    self->codec = FLITZIS_CODEC_MULAW;
  else if (strcmp (type, "ima4") == 0)
    self->codec = FLITZIS_CODEC_IMA4;

  /* GStreamer 1.22 takes these for the others */
  self->is_misread = is_little && (strcmp (type, "in32") == 0 || strcmp (type, "fl32") == 0 ||
                                   strcmp (type, "fl64") == 0);
}

/* Version 2 has a rate of 64 bits, any number of channels, and flags in place of characters. */
static void
read_version_2 (Track *self, const char *type, GstByteReader *bytes)
{
  double  rate;
  guint32 n_bits, flags, n_block_bytes;
  int     endianness;

  gst_byte_reader_skip_unchecked (bytes, 4);
  rate = gst_byte_reader_get_float64_be_unchecked (bytes);
  self->pcm.rate = rint (rate > 0 ? MIN (rate, G_MAXINT32) : 0);
  self->pcm.n_channels = gst_byte_reader_get_uint32_be_unchecked (bytes);
  gst_byte_reader_skip_unchecked (bytes, 4);
  n_bits = gst_byte_reader_get_uint32_be_unchecked (bytes);
  flags = gst_byte_reader_get_uint32_be_unchecked (bytes);
  n_block_bytes = gst_byte_reader_get_uint32_be_unchecked (bytes);

  if (strcmp (type, "lpcm") != 0)
    {
      set_by_type (self, type, FALSE, n_bits);
      return;
    }

  if ((flags & FLAG_NON_INTERLEAVED && self->pcm.n_channels > 1) || self->pcm.n_channels == 0 ||
      n_block_bytes / self->pcm.n_channels != GST_ROUND_UP_8 (n_bits) / 8)
    return;

  endianness = flags & FLAG_BIG_ENDIAN ? G_BIG_ENDIAN : G_LITTLE_ENDIAN;
  if (flags & FLAG_FLOAT)
    set_floats (self, endianness, n_bits);
  else
    set_integers (self, flags & FLAG_SIGNED, endianness, n_bits);
}

/* FALSE if it holds something else than PCM and what is like it. */
static gboolean
read_description (Track *self, FlitzisReader *reader, const FlitzisBox *table)
{
  FlitzisBox    descriptions = *table, description = { 0 }, extensions;
  GstByteReader bytes;
  guint         version, n_bits, size = DESCRIPTION_SIZE - 8;

  if (table->n_bytes < TABLE_SIZE)
    return FALSE;

  /* one, and not another one later on */
  descriptions.offset += TABLE_SIZE;
  descriptions.n_bytes -= TABLE_SIZE;
  if (!flitzis_box_get (table, reader, FULL_BOX_SIZE, 4, &bytes) ||
      gst_byte_reader_get_uint32_be_unchecked (&bytes) != 1 ||
      !flitzis_box_next (&description, reader, &descriptions) ||
      !flitzis_box_get (&description, reader, 0, size, &bytes))
    return FALSE;

  gst_byte_reader_skip_unchecked (&bytes, 8);
  version = gst_byte_reader_get_uint16_be_unchecked (&bytes);
  gst_byte_reader_skip_unchecked (&bytes, 6);
  self->pcm.n_channels = gst_byte_reader_get_uint16_be_unchecked (&bytes);
  n_bits = gst_byte_reader_get_uint16_be_unchecked (&bytes);
  gst_byte_reader_skip_unchecked (&bytes, 4);
  self->pcm.rate = gst_byte_reader_get_uint16_be_unchecked (&bytes);

  if (version == 1)
    size = DESCRIPTION_1_SIZE - 8;
  if (version == 2)
    {
      if (!flitzis_box_get (&description, reader, size,
                            DESCRIPTION_2_SIZE - DESCRIPTION_SIZE, &bytes))
        return FALSE;
      read_version_2 (self, description.type, &bytes);
      size = DESCRIPTION_2_SIZE - 8;
    }

  extensions = description;
  extensions.offset += MIN (size, description.n_bytes);
  extensions.n_bytes -= MIN (size, description.n_bytes);
  self->pcm.channel_mask = read_mask (reader, &extensions);
  if (version < 2)
    set_by_type (self, description.type, is_little_endian (reader, &extensions), n_bits);

  self->n_block_frames = 1;
  self->n_block_bytes = self->pcm.n_channels;
  if (self->codec == FLITZIS_CODEC_IMA4)
    {
      self->n_block_frames = FLITZIS_IMA4_BLOCK_FRAMES;
      self->n_block_bytes *= FLITZIS_IMA4_BLOCK_BYTES;
    }
  else if (self->codec == FLITZIS_CODEC_PCM)
    self->n_block_bytes *=
        GST_AUDIO_FORMAT_INFO_WIDTH (gst_audio_format_get_info (self->pcm.format)) / 8;

  return self->codec != FLITZIS_CODEC_OTHER && self->n_block_bytes > 0;
}

/* Entries of a table, one after the other. */
typedef struct
{
  FlitzisBox box;
  guint64    offset; /* of the next one, in the box */
  guint32    n_left;
} Table;

static gboolean
table_find (Table            *self,
            FlitzisReader    *reader,
            const FlitzisBox *parent,
            const char       *type,
            guint             header_size)
{
  GstByteReader bytes;

  if (!flitzis_box_find (&self->box, reader, parent, type) ||
      !flitzis_box_get (&self->box, reader, header_size - 4, 4, &bytes))
    return FALSE;

  self->n_left = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  self->offset = header_size;

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

/* How many samples each chunk has: runs of chunks that have as many. */
typedef struct
{
  Table   table;
  guint32 n_samples;
  guint32 next_chunk; /* with which another run begins; the first is 1 */
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

/* A sample is a frame, whatever its stated size, unless that is the one of a block or more. */
static guint64
count_chunk_bytes (const Track *track, guint32 sample_size, guint32 n_samples)
{
  if (sample_size >= track->n_block_bytes)
    return (guint64) n_samples * sample_size;

  return (guint64) n_samples / track->n_block_frames * track->n_block_bytes;
}

/* FALSE if something lies between the chunks, there is none, or samples differ in size. */
static gboolean
find_window (Window *self, const Track *track, FlitzisReader *reader, const FlitzisBox *tables)
{
  Table         offsets;
  Runs          runs = { 0 };
  FlitzisBox    sizes;
  gboolean      is_long;
  guint32       sample_size, n_chunks;
  GstByteReader bytes;

  is_long = !table_find (&offsets, reader, tables, "stco", TABLE_SIZE);
  if ((is_long && !table_find (&offsets, reader, tables, "co64", TABLE_SIZE)) ||
      !table_find (&runs.table, reader, tables, "stsc", TABLE_SIZE) ||
      !flitzis_box_find (&sizes, reader, tables, "stsz") ||
      !flitzis_box_get (&sizes, reader, FULL_BOX_SIZE, 4, &bytes))
    return FALSE;

  sample_size = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  n_chunks = offsets.n_left;
  *self = (Window){ 0 };
  for (guint32 chunk = 1; chunk <= n_chunks; chunk++)
    {
      guint64 offset;

      if (!table_next (&offsets, reader, is_long ? 8 : 4, &bytes))
        return FALSE;

      offset = is_long ? gst_byte_reader_get_uint64_be_unchecked (&bytes)
                       : gst_byte_reader_get_uint32_be_unchecked (&bytes);
      if (!runs_go_to (&runs, reader, chunk))
        return FALSE;

      if (chunk == 1)
        self->offset = offset;
      else if (offset != self->offset + self->n_bytes)
        return FALSE;
      self->n_bytes += count_chunk_bytes (track, sample_size, runs.n_samples);
    }

  return n_chunks > 0 && sample_size > 0;
}

/* Whether the frames are in this file. */
static gboolean
is_self_contained (FlitzisReader *reader, const FlitzisBox *media)
{
  FlitzisBox    references, reference = { 0 };
  GstByteReader bytes;

  if (!flitzis_box_find (&references, reader, media, "dinf/dref") ||
      references.n_bytes < TABLE_SIZE)
    return TRUE;

  references.offset += TABLE_SIZE;
  references.n_bytes -= TABLE_SIZE;

  return flitzis_box_next (&reference, reader, &references) &&
         flitzis_box_get (&reference, reader, 0, FULL_BOX_SIZE, &bytes) &&
         (gst_byte_reader_get_uint32_be_unchecked (&bytes) & 1) != 0;
}

/* The units of a second and the length of a movie or of a track's media. */
typedef struct
{
  guint32 timescale;
  guint64 duration;
} Times;

static gboolean
read_times (Times *self, FlitzisReader *reader, const FlitzisBox *parent, const char *path)
{
  FlitzisBox    header;
  GstByteReader bytes;
  gboolean      is_long;

  if (!flitzis_box_find (&header, reader, parent, path) ||
      !flitzis_box_get (&header, reader, 0, FULL_BOX_SIZE, &bytes))
    return FALSE;

  is_long = gst_byte_reader_get_uint8_unchecked (&bytes) == 1;
  if (!flitzis_box_get (&header, reader, is_long ? 20 : 12, is_long ? 12 : 8, &bytes))
    return FALSE;

  self->timescale = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  self->duration = is_long ? gst_byte_reader_get_uint64_be_unchecked (&bytes)
                           : gst_byte_reader_get_uint32_be_unchecked (&bytes);

  return self->timescale > 0 && self->timescale <= G_MAXINT32;
}

/* What an edit list plays of a track, in frames. */
typedef struct
{
  guint64 start;
  guint64 n_frames; /* G_MAXUINT64 is all the rest */
} Edit;

/*
 * FALSE if there is more than one edit. Their lengths are in units of the movie, which are longer
 * than a frame: one that may reach to the end does.
 */
static gboolean
find_edit (Edit             *self,
           FlitzisReader    *reader,
           const FlitzisBox *movie,
           const FlitzisBox *track,
           guint             rate)
{
  FlitzisBox    list;
  Times         movie_times, media_times;
  GstByteReader bytes;
  guint32       n_edits;
  gboolean      is_long;
  guint64       duration, start, rest;

  *self = (Edit){ .n_frames = G_MAXUINT64 };
  if (!flitzis_box_find (&list, reader, track, "edts/elst"))
    return TRUE;

  if (!flitzis_box_get (&list, reader, 0, TABLE_SIZE, &bytes))
    return FALSE;

  is_long = gst_byte_reader_get_uint8_unchecked (&bytes) == 1;
  gst_byte_reader_skip_unchecked (&bytes, 3);
  n_edits = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  if (n_edits == 0)
    return TRUE;

  if (n_edits > 1 || !flitzis_box_get (&list, reader, TABLE_SIZE, is_long ? 16 : 8, &bytes))
    return FALSE;

  duration = is_long ? gst_byte_reader_get_uint64_be_unchecked (&bytes)
                     : gst_byte_reader_get_uint32_be_unchecked (&bytes);
  start = is_long ? gst_byte_reader_get_uint64_be_unchecked (&bytes)
                  : gst_byte_reader_get_uint32_be_unchecked (&bytes);
  if (!read_times (&movie_times, reader, movie, "mvhd") ||
      !read_times (&media_times, reader, track, "mdia/mdhd") || start > media_times.duration)
    return FALSE;

  self->start = gst_util_uint64_scale_round (start, rate, media_times.timescale);
  rest = gst_util_uint64_scale (media_times.duration - start, movie_times.timescale,
                                media_times.timescale);
  if (rest > duration + 1)
    self->n_frames = gst_util_uint64_scale_round (duration, rate, movie_times.timescale);

  return TRUE;
}

/* What is coded by itself is cut out at once; blocks are decoded whole. */
static void
use (const Track   *track,
     const Edit    *edit,
     Window         window,
     FlitzisHeader *self,
     FlitzisReader *reader)
{
  if (track->n_block_frames == 1)
    {
      guint64 n_frames = window.n_bytes / track->n_block_bytes;
      guint64 start = MIN (edit->start, n_frames);

      flitzis_pcm_set (self, reader, track->codec, &track->pcm,
                       window.offset + start * track->n_block_bytes,
                       MIN (edit->n_frames, n_frames - start) * track->n_block_bytes);
      return;
    }

  flitzis_pcm_set (self, reader, track->codec, &track->pcm, window.offset, window.n_bytes);
  self->n_delay = MIN (edit->start, self->n_decoded_frames);
  self->n_frames = MIN (edit->n_frames, self->n_decoded_frames - self->n_delay);
  self->has_padding = self->n_delay + self->n_frames < self->n_decoded_frames;
}

gboolean
flitzis_mov_pcm_read (FlitzisHeader *self, FlitzisReader *reader)
{
  FlitzisBox stream = flitzis_box_of_stream (reader);
  FlitzisBox movie, box, media, tables, descriptions;
  Track      track = { 0 };
  Window     window;
  Edit       edit;

  if (!flitzis_box_find (&movie, reader, &stream, "moov") ||
      !find_sound (&box, reader, &movie) ||
      !flitzis_box_find (&media, reader, &box, "mdia/minf") ||
      !flitzis_box_find (&tables, reader, &media, "stbl") ||
      !flitzis_box_find (&descriptions, reader, &tables, "stsd") ||
      !read_description (&track, reader, &descriptions) || !is_self_contained (reader, &media))
    return FALSE;

  if (find_edit (&edit, reader, &movie, &box, track.pcm.rate) &&
      find_window (&window, &track, reader, &tables))
    {
      use (&track, &edit, window, self, reader);
      return TRUE;
    }

  if (track.is_misread)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "nothing decodes its PCM, which has the lowest byte first and is not in "
                         "one piece");

  return FALSE;
}
