/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Looks for what is missing of an Ogg file. The demuxer leaves out pages that are broken and tells
 * of it only where others of the same stream stand on both sides. What is no page is passed over,
 * and so is what becomes of other streams than audio: nothing that is heard is missing then.
 */

#include "config.h"

#include "decode/ogg.h"

#include <gst/gst.h>
#include <string.h>

/* A page: its header, a table of at most 255 segments, and each of these at its longest. */
#define HEADER_SIZE 27
#define MAX_PAGE_SIZE (HEADER_SIZE + 255 + 255 * 255)

/* Enough to hold a page with much behind it. */
#define BUFFER_SIZE (4 * MAX_PAGE_SIZE)

/* Behind so many bytes without a page none is looked for. */
#define MAX_JUNK_SIZE (1024 * 1024)

/* The most streams side by side that are told apart. */
#define MAX_STREAMS 64

#define CRC_POLYNOMIAL 0x04c11db7u

enum
{
  FLAG_FIRST = 2,
  FLAG_LAST = 4
};

typedef struct
{
  guint32  serial;
  guint32  number;
  guint64  position;
  guint    n_delay;
  gboolean is_audio;
  gboolean is_vorbis;
  gboolean has_ended;
} Stream;

typedef struct
{
  GInputStream *stream;
  guint8       *data;
  gsize         n_bytes;
  gsize         offset;

  /* Those that begin together; after them others may come that begin anew. */
  Stream   streams[MAX_STREAMS];
  guint    n_streams;
  gboolean is_beginning;

  /* those in front of them, too */
  guint n_begun;

  /* of the streams that have ended */
  guint64 n_frames;

  gboolean has_positions;
} Walk;

/* Eight bytes are taken at a time, each by a table of its own. */
static guint32 crc_tables[8][256];

static gpointer
make_crc_tables (gpointer data)
{
  for (guint i = 0; i < 256; i++)
    {
      guint32 value = i << 24;

      for (guint bit = 0; bit < 8; bit++)
        value = value << 1 ^ (value >> 31 ? CRC_POLYNOMIAL : 0);
      crc_tables[0][i] = value;
    }

  for (guint i = 0; i < 256; i++)
    for (guint k = 1; k < 8; k++)
      {
        guint32 value = crc_tables[k - 1][i];

        crc_tables[k][i] = value << 8 ^ crc_tables[0][value >> 24];
      }

  return NULL;
}

/* GStreamer's own read where a number of this size may not stand. */

static guint16
read_le16 (const guint8 *data)
{
  guint16 value;

  memcpy (&value, data, sizeof value);

  return GUINT16_FROM_LE (value);
}

static guint32
read_le32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);

  return GUINT32_FROM_LE (value);
}

static guint64
read_le64 (const guint8 *data)
{
  guint64 value;

  memcpy (&value, data, sizeof value);

  return GUINT64_FROM_LE (value);
}

static guint32
read_be32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);

  return GUINT32_FROM_BE (value);
}

static guint32
add_to_crc (guint32 crc, const guint8 *data, gsize size)
{
  for (; size >= 8; size -= 8, data += 8)
    {
      crc ^= read_be32 (data);
      crc = crc_tables[7][crc >> 24] ^ crc_tables[6][crc >> 16 & 0xff] ^
            crc_tables[5][crc >> 8 & 0xff] ^ crc_tables[4][crc & 0xff] ^ crc_tables[3][data[4]] ^
            crc_tables[2][data[5]] ^ crc_tables[1][data[6]] ^ crc_tables[0][data[7]];
    }

  for (; size > 0; size--, data++)
    crc = crc << 8 ^ crc_tables[0][crc >> 24 ^ *data];

  return crc;
}

/* The checksum is of the page with zeros in its own place. */
static gboolean
has_right_crc (const guint8 *page, gsize size)
{
  static const guint8 zeros[4] = { 0 };

  guint32 crc = add_to_crc (0, page, 22);

  crc = add_to_crc (crc, zeros, sizeof zeros);
  crc = add_to_crc (crc, page + 26, size - 26);

  return crc == read_le32 (page + 22);
}

/* The size of the page at the start of the data, or 0 where there is none, or not all of it. */
static gsize
get_page_size (const guint8 *data, gsize n_bytes)
{
  gsize size;

  if (n_bytes < HEADER_SIZE || memcmp (data, "OggS", 5) != 0)
    return 0;

  size = HEADER_SIZE + data[HEADER_SIZE - 1];
  if (n_bytes < size)
    return 0;

  for (guint i = 0; i < data[HEADER_SIZE - 1]; i++)
    size += data[HEADER_SIZE + i];

  return n_bytes >= size && has_right_crc (data, size) ? size : 0;
}

/* Keeps as many bytes at hand as a page can have; fewer at the end of the file. */
static gboolean
fill (Walk *self, GCancellable *cancellable, GError **error)
{
  gsize n_read;

  if (self->n_bytes - self->offset >= MAX_PAGE_SIZE)
    return TRUE;

  self->n_bytes -= self->offset;
  memmove (self->data, self->data + self->offset, self->n_bytes);
  self->offset = 0;

  if (!g_input_stream_read_all (self->stream, self->data + self->n_bytes,
                                BUFFER_SIZE - self->n_bytes, &n_read, cancellable, error))
    return FALSE;

  self->n_bytes += n_read;

  return TRUE;
}

/* The next whole page, passing over what is none. NULL at the end, with an error or without. */
static const guint8 *
next_page (Walk *self, gsize *size, GCancellable *cancellable, GError **error)
{
  gsize n_junk = 0;

  while (n_junk < MAX_JUNK_SIZE && fill (self, cancellable, error) &&
         self->offset < self->n_bytes)
    {
      const guint8 *page = self->data + self->offset;
      gsize         n_left = self->n_bytes - self->offset;
      const guint8 *next;

      *size = get_page_size (page, n_left);
      if (*size > 0)
        {
          self->offset += *size;
          return page;
        }

      next = memchr (page + 1, 'O', n_left - 1);
      n_left = next != NULL ? (gsize) (next - page) : n_left;
      self->offset += n_left;
      n_junk += n_left;
    }

  return NULL;
}

static guint64
count_frames (const Stream *stream)
{
  return stream->position - MIN (stream->position, stream->n_delay);
}

/* The first packet of a stream says what it is. */
static void
parse_head (Stream *stream, const guint8 *head, gsize size)
{
  if (size >= 19 && memcmp (head, "OpusHead", 8) == 0)
    {
      stream->is_audio = TRUE;
      stream->n_delay = read_le16 (head + 10);
    }
  else
    {
      stream->is_vorbis = size >= 8 && memcmp (head, "\1vorbis", 7) == 0;
      stream->is_audio = size >= 8 && (stream->is_vorbis ||
                                       memcmp (head, "Speex   ", 8) == 0 ||
                                       memcmp (head, "\177FLAC", 5) == 0 ||
                                       memcmp (head, "fLaC", 4) == 0);
    }
}

static Stream *
find_stream (Walk *self, guint32 serial)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i].serial == serial)
      return &self->streams[i];

  return NULL;
}

/* Whether all audio so far has come to its end; else up to where it goes. */
static gboolean
has_ended (const Walk *self, guint64 *n_frames)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i].is_audio && !self->streams[i].has_ended)
      {
        *n_frames = self->n_frames + count_frames (&self->streams[i]);
        return FALSE;
      }

  return TRUE;
}

/* FALSE where something is missing in front of the page, which is behind `n_frames` then. */
static gboolean
take_page (Walk *self, const guint8 *page, gsize size, guint64 *n_frames)
{
  guint   head_size = HEADER_SIZE + page[HEADER_SIZE - 1];
  guint64 position = read_le64 (page + 6);
  guint32 serial = read_le32 (page + 14);
  guint32 number = read_le32 (page + 18);
  Stream *stream;

  if (page[5] & FLAG_FIRST)
    {
      if (!self->is_beginning && !has_ended (self, n_frames))
        return FALSE;
      if (!self->is_beginning || self->n_streams == MAX_STREAMS)
        self->n_streams = 0;

      self->is_beginning = TRUE;
      self->n_begun++;
      stream = &self->streams[self->n_streams++];
      memset (stream, 0, sizeof *stream);
      stream->serial = serial;
      stream->number = number;
      parse_head (stream, page + head_size, size - head_size);
    }
  else
    {
      self->is_beginning = FALSE;
      stream = find_stream (self, serial);
    }

  /* one that never began may be audio, too */
  if (stream == NULL || (stream->is_audio && stream->number != number))
    {
      if (stream != NULL)
        *n_frames = self->n_frames + count_frames (stream);
      else if (has_ended (self, n_frames))
        *n_frames = self->n_frames;
      return FALSE;
    }

  /* all ones where no packet ends on the page */
  stream->number++;
  if (position <= G_MAXINT64)
    stream->position = position;
  if (stream->is_audio && stream->position > 0)
    self->has_positions = TRUE;
  if (page[5] & FLAG_LAST && !stream->has_ended)
    {
      stream->has_ended = TRUE;
      if (stream->is_audio)
        self->n_frames += count_frames (stream);
    }

  return TRUE;
}

gboolean
flitzis_ogg_read (FlitzisHeader *self,
                  GInputStream  *stream,
                  GCancellable  *cancellable,
                  GError       **error)
{
  static GOnce       once = G_ONCE_INIT;
  g_autofree guint8 *data = g_malloc (BUFFER_SIZE);
  g_autofree Walk   *walk = g_new0 (Walk, 1);
  g_autoptr (GError) local_error = NULL;
  const guint8 *page;
  gsize         size;

  g_once (&once, make_crc_tables, NULL);

  self->container = FLITZIS_CONTAINER_OGG;
  walk->stream = stream;
  walk->data = data;
  if (!g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, cancellable, error))
    return FALSE;

  while (!self->is_cut &&
         (page = next_page (walk, &size, cancellable, &local_error)) != NULL)
    self->is_cut = !take_page (walk, page, size, &self->n_whole_frames);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  self->is_cut = self->is_cut || !has_ended (walk, &self->n_whole_frames);
  self->has_positions = walk->has_positions;
  if (walk->n_begun == 1 && walk->streams[0].is_vorbis)
    self->codec = FLITZIS_CODEC_VORBIS;

  return TRUE;
}
