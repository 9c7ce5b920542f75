/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Reads from a file's bytes what GStreamer's elements do not pass on: above all encoder delays. */

#include "config.h"

#include "decode/header.h"

#include "decode/mp3.h"
#include "decode/ogg.h"
#include "flitzis-error.h"

#include <gst/gst.h>
#include <stdio.h>
#include <string.h>

/* A decoder of MPEG layer III speaks this many frames late; LAME's header leaves them out. */
#define MP3_DECODER_DELAY 529

/* What encoders put in front, where no header says it: LAME, and one block of AAC's transform. */
#define MP3_ENCODER_DELAY 576
#define AAC_DELAY 1024

/* The most that is read of an index; those of real files are a few hundred kB an hour. */
#define MAX_MOOV_BYTES (16 * 1024 * 1024)

/* As far as the tracks of a Matroska file are looked for, and the header of Opus in one. */
#define MATROSKA_START_SIZE (64 * 1024)
#define OPUS_HEAD_SIZE 19

/* No frame of FLAC and no packet of MP3 is shorter. */
#define MIN_FLAC_FRAME_SIZE 10
#define MIN_MPEG_PACKET_SIZE 24

/* No frame of FLAC is longer: 65535 frames of 8 channels and 24 bits, and some bytes. */
#define MAX_FLAC_FRAME_SIZE (2 * 1024 * 1024)
#define FLAC_CRC_POLYNOMIAL 0x8005u

/* A tag of ID3v1 is the last of a file. */
#define ID3V1_SIZE 128

/* The most chunks or boxes looked at before the one that is looked for. */
#define MAX_CHUNKS 256

typedef struct
{
  GInputStream *stream;
  GCancellable *cancellable;
} Reader;

static guint16
read_le16 (const guint8 *data)
{
  return data[0] | data[1] << 8;
}

static guint32
read_le32 (const guint8 *data)
{
  return read_le16 (data) | (guint32) read_le16 (data + 2) << 16;
}

static guint64
read_le64 (const guint8 *data)
{
  return read_le32 (data) | (guint64) read_le32 (data + 4) << 32;
}

static guint16
read_be16 (const guint8 *data)
{
  return data[0] << 8 | data[1];
}

static guint32
read_be32 (const guint8 *data)
{
  return (guint32) data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3];
}

static guint64
read_be64 (const guint8 *data)
{
  return (guint64) read_be32 (data) << 32 | read_be32 (data + 4);
}

/* FALSE where the file has not that many bytes at `offset`. */
static gboolean
read_at (Reader *reader, guint64 offset, gpointer data, gsize size, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gsize n_read = 0;

  if (offset > G_MAXINT64)
    return FALSE;

  if (!g_seekable_seek (G_SEEKABLE (reader->stream), offset, G_SEEK_SET, reader->cancellable,
                        &local_error))
    {
      /* bytes in memory have nothing behind their end to seek to */
      if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
        g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return g_input_stream_read_all (reader->stream, data, size, &n_read, reader->cancellable,
                                  error) &&
         n_read == size;
}

/* The bytes of the file from `offset` on. */
static guint64
count_bytes (Reader *reader, guint64 offset, GError **error)
{
  GSeekable *seekable = G_SEEKABLE (reader->stream);
  guint64    size;

  if (!g_seekable_seek (seekable, 0, G_SEEK_END, reader->cancellable, error))
    return 0;

  size = g_seekable_tell (seekable);

  return size - MIN (size, offset);
}

/*
 * What a chunk that was written as it came says of its length: nothing, all ones, or what SoX and
 * arecord put there.
 */
static gboolean
is_streamed (guint64 size)
{
  return size == 0 || size == G_MAXUINT32 || size == G_MAXUINT64 || size == 0x7ffff000 ||
         size == 0x80000000;
}

/*
 * Counts what is there of `size` bytes of blocks (frames, where each is coded by itself) at
 * `offset`, and looks whether at least one whole block is missing.
 */
static guint64
count_blocks (FlitzisHeader *self,
              Reader        *reader,
              guint64        offset,
              guint64        size,
              guint          block_size,
              GError       **error)
{
  guint64 n_bytes = count_bytes (reader, offset, error);

  block_size = MAX (block_size, 1);
  if (is_streamed (size))
    size = n_bytes;

  self->is_cut = size / block_size > n_bytes / block_size;

  return MIN (size, n_bytes) / block_size;
}

/* Whether a block is a frame, and not many: PCM of any kind, A-law and mu-law. */
static gboolean
is_coded_by_frame (guint16 format)
{
  return format == 1 || format == 3 || format == 6 || format == 7;
}

/* Beside these: ADPCM of Microsoft and IMA, GSM, MPEG layers I to III, AAC, AC-3. */
static gboolean
is_known_format (guint16 format)
{
  static const guint16 formats[] = { 0x02, 0x11, 0x31, 0x50, 0x55, 0xff, 0x1610, 0x2000 };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (format == formats[i])
      return TRUE;

  return is_coded_by_frame (format);
}

/* What follows the format in its longer form. */
static const guint8 format_guid_end[14] = { 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                            0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71 };

/* Finds the format and then the frames. RF64 has their size in a chunk of its own in front. */
static void
read_riff (FlitzisHeader *self, Reader *reader, GError **error)
{
  guint64 offset = 12, large_size = 0;
  guint   block_size = 1, frame_size = 0;

  self->container = FLITZIS_CONTAINER_RIFF;

  for (guint i = 0; i < MAX_CHUNKS; i++)
    {
      guint8  chunk[8 + 40] = { 0 };
      guint64 n_blocks;
      guint32 size, mask;
      guint16 format, n_channels;

      if (!read_at (reader, offset, chunk, 8, error))
        return;

      size = read_le32 (chunk + 4);
      if (memcmp (chunk, "data", 4) == 0)
        {
          n_blocks = count_blocks (self, reader, offset + 8, large_size > 0 ? large_size : size,
                                   block_size, error);
          block_size = MAX (block_size, 1);
          self->is_long = n_blocks > G_MAXINT32 / block_size;
          if (frame_size > 0)
            self->n_expected_frames = n_blocks * block_size / frame_size;
          return;
        }

      if (memcmp (chunk, "ds64", 4) == 0)
        {
          if (size < 16 || !read_at (reader, offset + 8, chunk + 8, 16, error))
            return;
          large_size = read_le64 (chunk + 16);
        }
      else if (memcmp (chunk, "fmt ", 4) == 0)
        {
          if (size < 16 || !read_at (reader, offset + 8, chunk + 8, MIN (size, 40), error))
            return;

          format = read_le16 (chunk + 8);
          n_channels = read_le16 (chunk + 10);
          block_size = read_le16 (chunk + 20);
          mask = format == 0xfffe && size >= 24 ? read_le32 (chunk + 8 + 20) : 0;
          if (format == 0xfffe && size >= 40 &&
              memcmp (chunk + 8 + 26, format_guid_end, sizeof format_guid_end) == 0)
            format = read_le16 (chunk + 8 + 24);
          if (!is_known_format (format))
            self->unknown_format = format;
          if (is_coded_by_frame (format))
            frame_size = MAX (block_size, n_channels * ((read_le16 (chunk + 22) + 7u) / 8));
          if ((format == 1 || format == 3) && n_channels <= 2)
            self->codec = FLITZIS_CODEC_PCM;
          if (n_channels > 2 && mask == 0)
            self->n_unpositioned_channels = n_channels;

          /* Refused anyhow, but wavparse of GStreamer 1.22 would lose what else the chunk has. */
          if (n_channels == 0 || read_le32 (chunk + 12) == 0)
            {
              g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                           "it states %u channels at %u Hz", n_channels, read_le32 (chunk + 12));
              return;
            }
        }

      offset += 8 + (guint64) size + size % 2;
    }
}

/* AIFF: the frames stand in a chunk behind 8 bytes, at times an unused part of it. */
static void
read_aiff (FlitzisHeader *self, Reader *reader, GError **error)
{
  guint64 offset = 12;
  guint   n_channels, frame_size = 0;

  self->container = FLITZIS_CONTAINER_AIFF;

  for (guint i = 0; i < MAX_CHUNKS; i++)
    {
      guint8  chunk[8 + 8] = { 0 };
      guint32 size;

      if (!read_at (reader, offset, chunk, sizeof chunk, error))
        return;

      size = read_be32 (chunk + 4);
      if (memcmp (chunk, "COMM", 4) == 0)
        {
          n_channels = read_be16 (chunk + 8);
          frame_size = n_channels * ((read_be16 (chunk + 14) + 7) / 8);

          /* The format says where three, four and six channels are heard. */
          if (n_channels == 5 || n_channels > 6)
            self->n_unpositioned_channels = n_channels;
        }

      if (memcmp (chunk, "SSND", 4) == 0)
        {
          guint64 n_frames = count_blocks (self, reader, offset + 16,
                                           size > 8 && !is_streamed (size) ? size - 8 : 0,
                                           frame_size, error);

          if (frame_size > 0)
            self->n_expected_frames = n_frames;
          return;
        }

      offset += 8 + (guint64) size + size % 2;
    }
}

/*
 * Whether the data ends with a whole frame of FLAC. The checksum of one, with the checksum itself,
 * is zero: so this goes back from zero at the end, byte by byte, until it is zero at what looks
 * like the start of a frame.
 */
static gboolean
ends_with_flac_frame (const guint8 *data, gsize size)
{
  guint16 table[256];
  guint8  from_low_byte[256] = { 0 };
  guint16 crc = 0;

  for (guint i = 0; i < 256; i++)
    {
      guint value = i << 8;

      for (guint bit = 0; bit < 8; bit++)
        value = value << 1 ^ (value & 0x8000 ? FLAC_CRC_POLYNOMIAL : 0);
      table[i] = value;
      from_low_byte[value & 0xff] = i;
    }

  for (gsize i = size; i > 0; i--)
    {
      guint8 index = from_low_byte[crc & 0xff];

      crc = (index ^ data[i - 1]) << 8 | ((crc ^ table[index]) >> 8);
      if (crc == 0 && i < size && data[i - 1] == 0xff && (data[i] & 0xfe) == 0xf8)
        return TRUE;
    }

  return FALSE;
}

/* For files that do not say how long they are. */
static void
look_for_flac_end (FlitzisHeader *self, Reader *reader, GError **error)
{
  guint64            file_size = count_bytes (reader, 0, error);
  gsize              size = MIN (file_size, MAX_FLAC_FRAME_SIZE);
  g_autofree guint8 *end = g_try_malloc (size);

  if (end == NULL || !read_at (reader, file_size - size, end, size, error))
    return;

  if (size > ID3V1_SIZE && memcmp (end + size - ID3V1_SIZE, "TAG", 3) == 0)
    size -= ID3V1_SIZE;

  self->is_cut = !ends_with_flac_frame (end, size);
}

/* Behind the last of the blocks that say what a file is: each has its size in front, and the last
 * has a bit set. */
static guint64
find_flac_frames (Reader *reader, guint64 offset, GError **error)
{
  guint8 block[4] = { 0 };

  offset += 4;
  for (guint i = 0; i < MAX_CHUNKS; i++)
    {
      if (!read_at (reader, offset, block, sizeof block, error))
        return 0;

      offset += 4 + (read_be32 (block) & 0xffffff);
      if (block[0] & 0x80)
        return offset;
    }

  return 0;
}

static void
read_flac (FlitzisHeader *self, Reader *reader, guint64 offset, GError **error)
{
  guint8 info[4 + 4 + 18];

  self->container = FLITZIS_CONTAINER_FLAC;
  if (!read_at (reader, offset, info, sizeof info, error))
    return;

  /* STREAMINFO is always first; the number of frames is its 36 bits from bit 108 on. */
  if ((info[4] & 0x7f) == 0)
    {
      guint   max_block_frames = read_be16 (info + 8 + 2);
      guint   min_frame_size = MAX (read_be32 (info + 8 + 4) >> 8, MIN_FLAC_FRAME_SIZE);
      guint64 n_blocks = count_bytes (reader, offset, error) / min_frame_size;

      self->n_frames = ((guint64) (info[8 + 13] & 0x0f) << 32) | read_be32 (info + 8 + 14);
      self->n_expected_frames = MIN (self->n_frames, n_blocks * max_block_frames);
      if (self->n_frames == 0)
        look_for_flac_end (self, reader, error);
      else if (offset == 0) /* the parser knows of no tag in front */
        {
          self->codec = FLITZIS_CODEC_FLAC;
          self->first_frame_offset = find_flac_frames (reader, offset, error);
        }
    }
}

/* The bytes of a packet between its head and its sound. */
static guint
get_side_size (const FlitzisMp3Packet *packet)
{
  if (packet->n_frames == 1152)
    return packet->n_channels == 1 ? 17 : 32;

  return packet->n_channels == 1 ? 9 : 17;
}

/* AAC as a bare stream of packets, none of which says how much the encoder put in front. */
static void
set_adts (FlitzisHeader *self)
{
  self->container = FLITZIS_CONTAINER_MPEG_AUDIO;
  self->n_delay = AAC_DELAY;
}

/*
 * The first packet of most MP3 files is silent and holds a table: "Xing" or "Info", flags, the
 * number of packets, of bytes, 100 seek points and a quality (each there if its flag is set), then
 * LAME's own: 9 characters naming the encoder and, 21 bytes in, delay and padding of 12 bits each.
 */
static void
read_mpeg_audio (FlitzisHeader *self, Reader *reader, guint64 offset, GError **error)
{
  guint8           packet[4 + 32 + 8 + 4 + 4 + 100 + 4 + 24] = { 0 };
  guint            delay, padding;
  const guint8    *table;
  FlitzisMp3Packet first;
  guint32          flags;

  if (!read_at (reader, offset, packet, sizeof packet, error) ||
      !flitzis_mp3_read_packet (&first, packet))
    return;

  self->container = FLITZIS_CONTAINER_MPEG_AUDIO;
  self->n_delay = MP3_ENCODER_DELAY + MP3_DECODER_DELAY;
  table = packet + FLITZIS_MP3_HEAD_SIZE + get_side_size (&first);
  if (memcmp (table, "Xing", 4) != 0 && memcmp (table, "Info", 4) != 0)
    return;

  flags = read_be32 (table + 4);
  table += 8;
  if (flags & 1)
    self->n_packets = read_be32 (table);
  for (guint bit = 0; bit < 4; bit++)
    {
      static const guint sizes[] = { 4, 4, 100, 4 };

      if (flags & (1u << bit))
        table += sizes[bit];
    }

  if (self->n_packets > 0)
    self->codec = FLITZIS_CODEC_MP3;
  self->n_packet_frames = first.n_frames;
  self->first_frame_offset = offset + first.size;
  self->n_expected_frames =
      MIN (self->n_packets, count_bytes (reader, offset, error) / MIN_MPEG_PACKET_SIZE) *
      first.n_frames;
  if (memcmp (table, "LAME", 4) != 0 && memcmp (table, "Lav", 3) != 0)
    return;

  delay = (table[21] << 4) | (table[22] >> 4);
  padding = ((table[22] & 0x0f) << 8) | table[23];
  self->n_delay = delay + MP3_DECODER_DELAY;
  self->n_padding = padding > MP3_DECODER_DELAY ? padding - MP3_DECODER_DELAY : 0;
  if (self->n_packets * first.n_frames > (guint64) delay + padding)
    self->n_frames = self->n_packets * first.n_frames - delay - padding;
}

/* The tag of iTunes: hexadecimal numbers; the second is the delay, the third the padding, the
 * fourth the length. */
static void
parse_itunes_gap (FlitzisHeader *self, const guint8 *data, gsize size)
{
  const guint8    *name = memmem (data, size, "iTunSMPB", 8);
  const guint8    *value;
  g_autofree char *text = NULL;
  guint            delay, padding;
  guint64          n_frames;

  if (name == NULL)
    return;

  /* After the name comes a "data" box: its type, 8 bytes of flags, the text. */
  value = memmem (name, data + size - name, "data", 4);
  if (value == NULL || value + 12 >= data + size)
    return;

  value += 12;
  text = g_strndup ((const char *) value, MIN (data + size - value, 64));
  if (sscanf (text, " %*x %x %x %" G_GINT64_MODIFIER "x", &delay, &padding, &n_frames) != 3)
    return;

  self->n_delay = delay;
  self->n_padding = padding;
  self->n_frames = n_frames;
}

/* The next box of a type, at its contents, where `size` bytes of them are there. */
static const guint8 *
find_box (const guint8 *data, const guint8 *end, const char *type, gsize size)
{
  const guint8 *box = data < end ? memmem (data, end - data, type, 4) : NULL;

  return box != NULL && (gsize) (end - box) >= 4 + size ? box + 4 : NULL;
}

/* The units of a second, in the header of a movie or of a track's media. */
static guint32
get_timescale (const guint8 *header)
{
  return read_be32 (header + (header[0] == 1 ? 20 : 12));
}

/*
 * The longest time that an edit list cuts off in front, in units of the movie, rounded up. In each
 * track the edit list comes before the media header, which has the units of the track.
 */
static guint64
parse_edit_lists (const guint8 *data, const guint8 *end, guint32 movie_timescale)
{
  guint64 longest = 0;

  while ((data = find_box (data, end, "elst", 8 + 20)) != NULL)
    {
      gboolean      is_long = data[0] == 1;
      gint64        media_time = is_long ? (gint64) read_be64 (data + 16)
                                         : (gint32) read_be32 (data + 12);
      const guint8 *media = find_box (data, end, "mdhd", 24);
      guint32       timescale;

      if (media == NULL)
        break;

      timescale = get_timescale (media);
      if (media_time > 0 && timescale > 0)
        longest =
            MAX (longest, gst_util_uint64_scale_ceil (media_time, movie_timescale, timescale));
    }

  return longest;
}

static void
parse_moov (FlitzisHeader *self, guint64 offset, const guint8 *data, gsize size)
{
  const guint8 *end = data + size;
  const guint8 *movie = find_box (data, end, "mvhd", 32);
  guint         duration_at = 16;
  guint32       timescale;

  if (movie == NULL)
    return;

  timescale = get_timescale (movie);
  self->movie_duration = read_be32 (movie + duration_at);
  self->movie_duration_size = 4;
  if (movie[0] == 1)
    {
      duration_at = 24;
      self->movie_duration = read_be64 (movie + duration_at);
      self->movie_duration_size = 8;
    }
  self->movie_duration_offset = offset + (movie - data) + duration_at;

  if (timescale > G_MAXINT32)
    return;

  /* Demuxers honour edit lists, and the tag only says the same again. */
  self->movie_delay = parse_edit_lists (data, end, timescale);
  if (self->movie_delay == 0)
    {
      const guint8 *media;

      parse_itunes_gap (self, data, size);
      media = find_box (data, end, "mdhd", 24);
      if (media != NULL && get_timescale (media) > 0)
        self->movie_delay = gst_util_uint64_scale_ceil (
            self->n_delay + self->n_padding, timescale,
            get_timescale (media));
    }
}

static void
read_mp4 (FlitzisHeader *self, Reader *reader, GError **error)
{
  guint64  file_size = count_bytes (reader, 0, error);
  guint64  offset = 0;
  gboolean has_moov = FALSE;

  self->container = FLITZIS_CONTAINER_MP4;

  for (guint i = 0; i < MAX_CHUNKS; i++)
    {
      guint8  box[16] = { 0 };
      guint64 size, header_size = 8;

      if (!read_at (reader, offset, box, 8, error))
        break;

      size = read_be32 (box);
      if (size == 1)
        {
          if (!read_at (reader, offset + 8, box + 8, 8, error))
            break;
          size = read_be64 (box + 8);
          header_size = 16;
        }
      if (size < header_size || size > G_MAXINT64 - offset)
        break;

      if (memcmp (box + 4, "moov", 4) == 0 && !has_moov)
        {
          gsize              moov_size = MIN (size - header_size, MAX_MOOV_BYTES);
          g_autofree guint8 *moov = g_try_malloc (moov_size);

          if (moov != NULL && read_at (reader, offset + header_size, moov, moov_size, error))
            parse_moov (self, offset + header_size, moov, moov_size);
          has_moov = TRUE;
        }

      /* What stands behind the data is not missed. */
      self->is_cut = self->is_cut || (memcmp (box + 4, "mdat", 4) == 0 &&
                                      size > file_size - MIN (file_size, offset));
      offset += size;
    }

  if (*error == NULL && !has_moov)
    g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                         "its index is missing: the file is incomplete");
}

/* The header of Opus stands as it is among the descriptions of the tracks, in front of the data. */
static void
read_matroska (FlitzisHeader *self, Reader *reader, GError **error)
{
  g_autofree guint8 *start = g_malloc0 (MATROSKA_START_SIZE);
  const guint8      *head;

  self->container = FLITZIS_CONTAINER_MATROSKA;

  /* a shorter file leaves zeros behind its end */
  read_at (reader, 0, start, MATROSKA_START_SIZE, error);
  head = memmem (start, MATROSKA_START_SIZE - OPUS_HEAD_SIZE, "OpusHead", 8);

  if (head != NULL)
    self->n_opus_delay = read_le16 (head + 10);
}

gboolean
flitzis_header_read (FlitzisHeader *self,
                     GInputStream  *stream,
                     GCancellable  *cancellable,
                     GError       **error)
{
  Reader reader = { stream, cancellable };
  g_autoptr (GError) local_error = NULL;
  guint8  start[12] = { 0 };
  guint64 offset = 0;

  memset (self, 0, sizeof *self);
  self->n_whole_frames = G_MAXUINT64;

  read_at (&reader, 0, start, sizeof start, &local_error);

  /* ID3v2 tags stand in front of MP3, at times of FLAC; the size has 7 bits a byte. */
  while (local_error == NULL && memcmp (start, "ID3", 3) == 0 && offset < G_MAXINT32)
    {
      offset += 10 + ((start[6] & 0x7f) << 21 | (start[7] & 0x7f) << 14 | (start[8] & 0x7f) << 7 |
                      (start[9] & 0x7f));
      if (start[5] & 0x10)
        offset += 10;
      if (!read_at (&reader, offset, start, sizeof start, &local_error))
        memset (start, 0, sizeof start);
    }

  if (local_error == NULL)
    {
      if (memcmp (start, "RIFF", 4) == 0 || memcmp (start, "RF64", 4) == 0)
        read_riff (self, &reader, &local_error);
      else if (memcmp (start, "FORM", 4) == 0 && memcmp (start + 8, "AIF", 3) == 0)
        read_aiff (self, &reader, &local_error);
      else if (memcmp (start, "OggS", 4) == 0)
        flitzis_ogg_read (self, stream, cancellable, &local_error);
      else if (memcmp (start, "fLaC", 4) == 0)
        read_flac (self, &reader, offset, &local_error);
      else if (memcmp (start + 4, "ftyp", 4) == 0)
        read_mp4 (self, &reader, &local_error);
      else if (memcmp (start, "\x1a\x45\xdf\xa3", 4) == 0)
        read_matroska (self, &reader, &local_error);
      else if (start[0] == 0xff && (start[1] & 0xf6) == 0xf0)
        set_adts (self);
      else if (start[0] == 0xff)
        read_mpeg_audio (self, &reader, offset, &local_error);
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, cancellable, error);
}
