/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Reads the header of a FLAC file (RFC 9639). A file that was written to a pipe does not state its
 * length, so this walks its frames and checks that they are whole and all of one format.
 */

#include "config.h"

#include "decode/comments.h"
#include "decode/containers.h"
#include "decode/crc.h"
#include "decode/fact-readers.h"
#include "flitzis-error.h"

#include <string.h>

/* The marker, the head of the first block of metadata, and that block. */
#define BLOCK_HEAD_SIZE 4
#define INFO_AT (4 + BLOCK_HEAD_SIZE)
#define INFO_SIZE 34

/* Kinds of blocks, and the bit that the last block has set. */
#define IS_LAST_BLOCK 0x80
#define BLOCK_PADDING 1
#define BLOCK_COMMENTS 4
#define BLOCK_CUE_SHEET 5

/* The marker is searched up to here. */
#define MAX_JUNK_SIZE (64 * 1024)

/* The largest number of blocks of metadata that are skipped. */
#define MAX_BLOCKS 256

/* The longest head of a frame, and the shortest frame. */
#define FRAME_HEAD_SIZE 16
#define MIN_FRAME_SIZE 10

/* A tag of ID3v1 is the last of a file. */
#define ID3V1_SIZE 128

#define SCAN_SIZE (32 * 1024)

/* A decoder gets at most this at once. */
#define MAX_HEADERLESS_SIZE (256 * 1024 * 1024)

typedef struct
{
  guint   max_block_frames;
  guint   min_frame_size;
  guint   rate;
  guint   n_channels;
  guint64 n_frames;
} Info;

/* The head of a frame; its rate and bits are 0 if they are those of the file. */
typedef struct
{
  guint n_frames;
  guint rate;
  guint n_channels;
  guint n_bits;
} Frame;

/* Returns FALSE if no frame can begin with these bytes. Only the checksum of the whole frame is
 * proof. */
static gboolean
parse_frame (Frame *self, const guint8 *head, gsize size)
{
  static const guint32 rates[] = { 0, 88200, 176400, 192000, 8000, 16000,
                                   22050, 24000, 32000, 44100, 48000, 96000 };
  static const guint8  depths[] = { 0, 8, 12, 0, 16, 20, 24, 32 };

  guint code, at = 5;

  if (size < FRAME_HEAD_SIZE || head[0] != 0xff || (head[1] & 0xfe) != 0xf8 ||
      head[2] >> 4 == 0 || (head[2] & 15) == 15 || head[3] >> 4 > 10 || (head[3] >> 1 & 7) == 3 ||
      head[3] & 1)
    return FALSE;

  /* the number of the frame, in the manner of UTF-8 */
  while (at < 11 && head[at] >> 6 == 2)
    at++;

  code = head[2] >> 4;
  if (code == 6)
    self->n_frames = head[at++] + 1;
  else if (code == 7)
    self->n_frames = GST_READ_UINT16_BE (head + at) + 1;
  else
    self->n_frames = code == 1 ? 192 : code < 6 ? 576u << (code - 2)
                                                : 256u << (code - 8);
  at += code == 7 ? 2 : 0;

  code = head[2] & 15;
  if (code < 12)
    self->rate = rates[code];
  else if (code == 12)
    self->rate = head[at] * 1000;
  else
    self->rate = GST_READ_UINT16_BE (head + at) * (code == 14 ? 10 : 1);

  self->n_channels = head[3] >> 4 < 8 ? (head[3] >> 4) + 1 : 2;
  self->n_bits = depths[head[3] >> 1 & 7];

  return TRUE;
}

/* Returns FALSE if a frame differs in format from the file's header or from the first frame. */
static gboolean
check_frame (FlitzisReader *reader, const Info *info, const Frame *frame, guint64 n_before)
{
  guint rate = frame->rate > 0 ? frame->rate : info->rate;

  if (rate == info->rate && frame->n_channels == info->n_channels)
    return TRUE;

  flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                       "it changes from %u Hz, %u channels to %u Hz, %u channels after %.3f s",
                       info->rate, info->n_channels, rate, frame->n_channels,
                       (double) n_before / info->rate);

  return FALSE;
}

/*
 * Counts the PCM frames of a file that does not state their number. The checksum over a FLAC frame
 * and its own checksum is 0: a FLAC frame ends if the sum is 0 and another one begins there. Sets
 * `is_cut` if the last one does not end.
 */
static void
walk_frames (FlitzisHeader *self, FlitzisReader *reader, const Info *info, guint64 start)
{
  guint64 offset = start, end = self->offset + self->n_bytes, n_frames = 0;
  guint16 crc = 0;
  Frame   frame = { 0 }, next;

  while (offset < end)
    {
      gsize         n_bytes = MIN (SCAN_SIZE + FRAME_HEAD_SIZE, end - offset);
      gsize         n_heads = MIN (SCAN_SIZE, n_bytes), done = 0;
      const guint8 *data, *at;
      GstByteReader bytes;

      if (!flitzis_reader_get (reader, offset, n_bytes, &bytes))
        return;

      data = bytes.data;
      for (at = data; (at = memchr (at, 0xff, data + n_heads - at)) != NULL; at++)
        {
          if (!parse_frame (&next, at, data + n_bytes - at))
            continue;

          crc = flitzis_crc16 (crc, data + done, at - data - done);
          done = at - data;
          if (crc != 0)
            continue;

          n_frames += frame.n_frames;
          if (!check_frame (reader, info, &next, n_frames))
            return;
          frame = next;
        }

      crc = flitzis_crc16 (crc, data + done, n_heads - done);
      offset += n_heads;
    }

  self->is_cut = crc != 0 || frame.n_frames == 0;
  if (self->is_cut)
    return;

  self->n_frames = n_frames + frame.n_frames;
  self->n_decoded_frames = self->n_frames;
}

/* flacparse of GStreamer 1.22 prints criticals for a broken cue sheet, so it is shown padding in
 * place of every cue sheet. */
static void
hide_block (FlitzisHeader *self, guint64 offset, guint8 first)
{
  if (self->n_patches < FLITZIS_MAX_PATCHES)
    self->patches[self->n_patches++] =
        (FlitzisPatch){ offset, 1, { (first & IS_LAST_BLOCK) | BLOCK_PADDING } };
}

/* Reads comments and cue sheets, and skips all other blocks. */
static void
read_block (FlitzisHeader *self, FlitzisReader *reader, guint64 offset, guint8 first, guint32 size)
{
  guint8        kind = first & ~IS_LAST_BLOCK;
  GstByteReader bytes;

  if (kind == BLOCK_CUE_SHEET)
    hide_block (self, offset, first);

  if ((kind != BLOCK_COMMENTS && kind != BLOCK_CUE_SHEET) ||
      !flitzis_reader_get (reader, offset + BLOCK_HEAD_SIZE, size, &bytes))
    return;

  if (kind == BLOCK_COMMENTS)
    flitzis_comments_read (self->facts, 0, bytes.data, size);
  else
    flitzis_cue_sheet_read (self->facts, bytes.data, size);
}

/* After the last block of metadata: each has its size in front, and the last has a bit set. */
static gboolean
find_frames (FlitzisHeader *self, FlitzisReader *reader, guint64 *offset)
{
  for (guint i = 0; i < MAX_BLOCKS; i++)
    {
      GstByteReader bytes;
      guint8        kind;
      guint32       size;

      if (!flitzis_reader_get (reader, *offset, BLOCK_HEAD_SIZE, &bytes))
        return FALSE;

      kind = gst_byte_reader_get_uint8_unchecked (&bytes);
      size = gst_byte_reader_get_uint24_be_unchecked (&bytes);
      read_block (self, reader, *offset, kind, size);
      *offset += BLOCK_HEAD_SIZE + size;
      if (kind & IS_LAST_BLOCK)
        return TRUE;
    }

  return FALSE;
}

/* Finds the marker with the block that must be the first, and skips rubbish before it. */
static gboolean
find_marker (FlitzisHeader *self, FlitzisReader *reader)
{
  gsize         size = MIN (MAX_JUNK_SIZE, self->n_bytes);
  GstByteReader bytes;
  const guint8 *found;

  if (size == 0 || !flitzis_reader_get (reader, self->offset, size, &bytes))
    return FALSE;

  if (size >= 4 && memcmp (bytes.data, "fLaC", 4) == 0)
    return TRUE;

  found = memmem (bytes.data, size, "fLaC\0\0\0\x22", 8);
  if (found == NULL)
    found = memmem (bytes.data, size, "fLaC\x80\0\0\x22", 8);
  if (found == NULL)
    return FALSE;

  self->n_bytes -= found - bytes.data;
  self->offset += found - bytes.data;

  return TRUE;
}

static void
parse_info (Info *self, const guint8 *info)
{
  self->max_block_frames = GST_READ_UINT16_BE (info + 2);
  self->min_frame_size = MAX (GST_READ_UINT24_BE (info + 4), MIN_FRAME_SIZE);
  self->rate = GST_READ_UINT24_BE (info + 10) >> 4;
  self->n_channels = (info[12] >> 1 & 7) + 1;
  self->n_frames = (guint64) (info[13] & 15) << 32 | GST_READ_UINT32_BE (info + 14);
}

/* flacparse of GStreamer 1.22 does not recognise frames that leave out their rate or depth. So the
 * decoder gets all frames at once, without a parser, and STREAMINFO as codec_data. */
static void
set_headerless (FlitzisHeader *self, const Info *info, const guint8 *stated, guint64 start)
{
  guint64 n_bytes = self->n_bytes - (start - self->offset);

  if (n_bytes > MAX_HEADERLESS_SIZE)
    return;

  self->codec = FLITZIS_CODEC_HEADERLESS_FLAC;
  self->pcm.rate = info->rate;
  self->pcm.n_channels = info->n_channels;
  memcpy (self->codec_data, stated, INFO_SIZE);
  self->n_codec_data = INFO_SIZE;
  self->n_block_bytes = n_bytes;
  self->offset = start;
  self->n_bytes = n_bytes;
}

gboolean
flitzis_flac_read (FlitzisHeader *self, FlitzisReader *reader)
{
  GstByteReader bytes;
  guint64       start, n_most;
  guint8        stated[INFO_SIZE];
  Frame         frame;
  Info          info;

  if (!find_marker (self, reader))
    return FALSE;

  self->container = FLITZIS_CONTAINER_FLAC;
  if (self->n_bytes > ID3V1_SIZE &&
      flitzis_reader_get (reader, self->offset + self->n_bytes - ID3V1_SIZE, 3, &bytes) &&
      memcmp (bytes.data, "TAG", 3) == 0)
    self->n_bytes -= ID3V1_SIZE;

  if (!flitzis_reader_get (reader, self->offset, INFO_AT + INFO_SIZE, &bytes) ||
      (bytes.data[4] & 0x7f) != 0)
    return TRUE;

  memcpy (stated, bytes.data + INFO_AT, INFO_SIZE);
  parse_info (&info, stated);
  start = self->offset + 4;
  if (info.rate == 0 || !find_frames (self, reader, &start) ||
      !flitzis_reader_get (reader, start, FRAME_HEAD_SIZE, &bytes) ||
      !parse_frame (&frame, bytes.data, FRAME_HEAD_SIZE))
    {
      self->n_frames = info.n_frames;
      return TRUE;
    }

  if (info.n_frames > 0)
    {
      n_most = flitzis_reader_count (reader, start) / info.min_frame_size * info.max_block_frames;
      self->n_frames = info.n_frames;
      self->n_decoded_frames = MIN (info.n_frames, n_most);
    }
  else if (!flitzis_reader_is_brief (reader, self->n_bytes))
    {
      walk_frames (self, reader, &info, start);
    }

  if (info.n_channels <= 2 &&
      (self->n_decoded_frames > 0 || flitzis_reader_is_brief (reader, self->n_bytes)))
    {
      self->codec = FLITZIS_CODEC_FLAC;
      if (frame.rate == 0 || frame.n_bits == 0)
        set_headerless (self, &info, stated, start);
    }

  return TRUE;
}
