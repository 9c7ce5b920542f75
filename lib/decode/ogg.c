/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Walks the pages of an Ogg file, counts the frames of its packets, and looks for missing ones. The
 * demuxer skips broken pages, and reports them only between two pages of the same stream. This code
 * skips bytes that are no page. Streams other than audio may break off, since that is not heard.
 *
 * The formats: RFC 3533 (Ogg), RFC 7845 and RFC 6716 3.1 (Opus), the Vorbis I specification, and
 * RFC 9639 (FLAC).
 */

#include "config.h"

#include "decode/comments.h"
#include "decode/containers.h"
#include "decode/crc.h"
#include "flitzis-error.h"

#include <gst/gst.h>
#include <string.h>

/* A page: a header, a table of at most 255 segments, and the segments. */
#define PAGE_HEADER_SIZE 27
#define NUMBER_AT 18
#define CRC_AT 22

/* Larger comments are ignored. They may hold pictures, so the limit is high. */
#define MAX_COMMENTS_SIZE (16 * 1024 * 1024)

/* The part of a packet that is kept, to find its length. */
#define HEAD_SIZE 16

/* The end of Vorbis's setup holds at most 64 modes of 41 bits, and a few bits more. */
#define SETUP_END_SIZE 352
#define MAX_MODES 64

/* If the middle is left out, the pages up to this place still count, and the last page is within
 * this distance of the end. */
#define BRIEF_SIZE (128 * 1024)

/* After this number of bytes without a page, the search ends. */
#define MAX_JUNK_SIZE (1024 * 1024)
#define SCAN_SIZE (32 * 1024)

/* The largest number of parallel streams. */
#define MAX_STREAMS 64

#define OPUS_RATE 48000

/* The largest number of pages that get other numbers; one patch is left for the header of Opus. */
#define MAX_RENUMBERED (FLITZIS_MAX_PATCHES - 1)

enum
{
  FLAG_CONTINUED = 1,
  FLAG_FIRST = 2,
  FLAG_LAST = 4
};

typedef enum
{
  KIND_OTHER, /* not audio, or an unknown codec */
  KIND_VORBIS,
  KIND_OPUS,
  KIND_SPEEX,
  KIND_FLAC,
} Kind;

typedef struct
{
  guint64       offset;
  gsize         size;
  guint8        flags;
  gint64        position; /* after the last packet that ends here; -1 if none does */
  guint32       serial;
  guint32       number;
  const guint8 *segments;
  guint         n_segments;
  const guint8 *body;
} Page;

typedef struct
{
  guint32  serial;
  guint32  number; /* of its next page */
  Kind     kind;
  guint    n_channels;
  gboolean has_ended;
  guint64  end; /* of its last page, in the file */

  GByteArray *comments; /* the second packet is added to it; may be NULL */

  /* the packet that is being read */
  gboolean is_open;
  guint8   head[HEAD_SIZE];
  guint    n_head;
  guint    n_packets; /* before it */

  /* the properties of the stream's packets */
  guint    n_headers;      /* packets without sound at the beginning */
  guint    n_fixed_frames; /* of each packet of Speex */
  guint    block_sizes[2]; /* of Vorbis */
  guint8   setup_end[SETUP_END_SIZE];
  guint    n_setup_end;
  gboolean is_long[MAX_MODES];
  guint    n_modes;
  guint    last_block_size;
  gboolean is_celt;    /* all packets of Opus are CELT */
  gboolean is_unclear; /* a packet could not be measured */

  /* The frames of all packets so far, and their beginning and end by the pages. */
  guint64 n_decoded;
  guint   n_packet_frames; /* of the last one */
  guint   n_positions;
  gint64  start;
  gint64  position;
  gint64  last_position; /* the one before */
  guint   n_delay;
  guint   n_lookahead; /* the part of Speex's delay that positions leave out */
} Stream;

typedef struct
{
  FlitzisReader *reader;
  guint64        offset; /* of the next page */
  guint64        end;

  /* The streams that begin together. After their end, others may begin. */
  Stream   streams[MAX_STREAMS];
  guint    n_streams;
  gboolean is_beginning;
  guint64  begin;    /* in the file */
  guint    n_begun;  /* including earlier streams */
  guint64  n_frames; /* of the streams that have ended */
  gboolean has_skipped;
  gboolean has_positions;

  /* the comments are the second packet of the first stream of audio */
  GByteArray *comments;
  Kind        comments_kind;

  guint8  opus_version;
  guint32 opus_rate;

  /* The first pages, and how many of them get new numbers, up to this one. */
  guint64 pages[MAX_RENUMBERED];
  guint   n_pages;
  guint32 first_number;
  guint   n_renumbered;
  guint32 renumber_to;
} Walk;

/* The checksum is computed with zeros in place of the checksum itself. */
static guint32
get_crc (const guint8 *page, gsize size)
{
  static const guint8 zeros[4] = { 0 };

  guint32 crc = flitzis_crc32 (0, page, CRC_AT);

  crc = flitzis_crc32 (crc, zeros, sizeof zeros);

  return flitzis_crc32 (crc, page + CRC_AT + 4, size - CRC_AT - 4);
}

/* Returns FALSE if there is no whole page at this place. */
static gboolean
get_page (Walk *self, guint64 offset, Page *page)
{
  GstByteReader bytes;
  gsize         size;

  if (!flitzis_reader_get (self->reader, offset, PAGE_HEADER_SIZE, &bytes) ||
      memcmp (bytes.data, "OggS", 5) != 0)
    return FALSE;

  page->n_segments = bytes.data[PAGE_HEADER_SIZE - 1];
  size = PAGE_HEADER_SIZE + page->n_segments;
  if (!flitzis_reader_get (self->reader, offset, size, &bytes))
    return FALSE;

  for (guint i = 0; i < page->n_segments; i++)
    size += bytes.data[PAGE_HEADER_SIZE + i];
  if (size > self->end - offset || !flitzis_reader_get (self->reader, offset, size, &bytes) ||
      get_crc (bytes.data, size) != GST_READ_UINT32_LE (bytes.data + CRC_AT))
    return FALSE;

  page->offset = offset;
  page->size = size;
  page->flags = bytes.data[5];
  page->position = (gint64) GST_READ_UINT64_LE (bytes.data + 6);
  page->serial = GST_READ_UINT32_LE (bytes.data + 14);
  page->number = GST_READ_UINT32_LE (bytes.data + NUMBER_AT);
  page->segments = bytes.data + PAGE_HEADER_SIZE;
  page->body = page->segments + page->n_segments;

  return TRUE;
}

/* Finds the next whole page, and skips other bytes. */
static gboolean
next_page (Walk *self, Page *page)
{
  guint64 offset = self->offset;

  while (offset < self->end && offset - self->offset < MAX_JUNK_SIZE)
    {
      GstByteReader bytes;
      const guint8 *next;
      gsize         size = MIN (SCAN_SIZE, self->end - offset);

      if (get_page (self, offset, page))
        {
          self->offset = offset + page->size;
          return TRUE;
        }

      if (!flitzis_reader_get (self->reader, offset, size, &bytes))
        return FALSE;

      next = memchr (bytes.data + 1, 'O', size - 1);
      offset += next != NULL ? (gsize) (next - bytes.data) : size;
    }

  return FALSE;
}

static gboolean
get_setup_bit (const Stream *stream, guint from_end)
{
  guint8 byte = stream->setup_end[stream->n_setup_end - 1 - from_end / 8];

  return byte >> (7 - from_end % 8) & 1;
}

static guint
get_setup_bits (const Stream *stream, guint from_end, guint n_bits)
{
  guint value = 0;

  for (guint i = 0; i < n_bits; i++)
    value = value << 1 | get_setup_bit (stream, from_end + i);

  return value;
}

/*
 * Vorbis's modes are at the end of its setup, before a framing bit: their number less one in 6
 * bits, then for each the size of its blocks in 1 bit, 2 x 16 zero bits and a mapping in 8 bits. To
 * find them from the front, the whole setup would have to be unpacked. So this reads from the end,
 * as FFmpeg does, and takes the longest row of modes whose length agrees with the stated number.
 */
static void
parse_vorbis_setup (Stream *stream)
{
  guint    n_bits = stream->n_setup_end * 8, at = 0, n_modes = 0;
  gboolean flags[MAX_MODES];

  while (at < n_bits && !get_setup_bit (stream, at))
    at++;
  at++;

  while (n_modes < MAX_MODES && at + 41 + 6 <= n_bits && get_setup_bits (stream, at, 8) < 64 &&
         get_setup_bits (stream, at + 8, 32) == 0)
    {
      flags[n_modes++] = get_setup_bit (stream, at + 40);
      at += 41;
      if (get_setup_bits (stream, at, 6) + 1 == n_modes)
        stream->n_modes = n_modes;
    }

  for (guint i = 0; i < stream->n_modes; i++)
    stream->is_long[i] = flags[stream->n_modes - 1 - i];
}

/* Finds the codec of a stream by its first packet. */
static void
parse_head (Walk *self, Stream *stream, const guint8 *head, gsize size)
{
  /* for 8, 16 and 32 kHz, measured against speexdec */
  static const guint16 speex_lookaheads[] = { 40, 143, 349 };
  static const guint16 speex_decoder_delays[] = { 40, 80, 160 };

  guint mode;

  if (size >= 19 && memcmp (head, "OpusHead", 8) == 0)
    {
      self->opus_version = head[8];
      self->opus_rate = GST_READ_UINT32_LE (head + 12);
      stream->kind = KIND_OPUS;
      stream->n_channels = head[18] == 0 ? head[9] : G_MAXUINT8;
      stream->n_delay = GST_READ_UINT16_LE (head + 10);
      stream->n_headers = 2;
      stream->is_celt = TRUE;
    }
  else if (size >= 30 && memcmp (head, "\1vorbis", 7) == 0)
    {
      stream->kind = KIND_VORBIS;
      stream->n_channels = head[11];
      stream->block_sizes[0] = 1 << (head[28] & 15);
      stream->block_sizes[1] = 1 << (head[28] >> 4);
      stream->n_headers = 3;
    }
  else if (size >= 80 && memcmp (head, "Speex   ", 8) == 0)
    {
      mode = MIN (GST_READ_UINT32_LE (head + 40), 2);
      stream->kind = KIND_SPEEX;
      stream->n_lookahead = speex_lookaheads[mode];
      stream->n_delay = speex_lookaheads[mode] + speex_decoder_delays[mode];
      stream->n_fixed_frames = GST_READ_UINT32_LE (head + 56) * GST_READ_UINT32_LE (head + 64);
      stream->n_headers = 2 + MIN (GST_READ_UINT32_LE (head + 68), G_MAXUINT16);
    }
  else if (size >= 5 && (memcmp (head, "\177FLAC", 5) == 0 || memcmp (head, "fLaC", 4) == 0))
    {
      stream->kind = KIND_FLAC;
      stream->n_headers = 1;
    }
}

/* Returns the number of frames of a packet of Opus, at 48 kHz. */
static guint
count_opus_frames (const guint8 *head, guint size)
{
  guint config = size > 0 ? head[0] >> 3 : 0;
  guint n_frames = config % 4 == 3 ? 2880 : 480u << config % 4; /* SILK */
  guint n_parts;

  if (size == 0)
    return 0;

  if (config >= 16) /* CELT */
    n_frames = 120u << config % 4;
  else if (config >= 12) /* both */
    n_frames = 480u << config % 2;

  n_parts = head[0] % 4 == 0 ? 1 : head[0] % 4 < 3 ? 2
                               : size > 1          ? head[1] & 0x3f
                                                   : 0;

  return n_frames * n_parts;
}

/* A block of Vorbis overlaps with half of the block before it, so the first block gives no
 * frames. */
static guint
count_vorbis_frames (Stream *stream)
{
  guint n_mode_bits, mode, last = stream->last_block_size;

  if (stream->n_head == 0 || stream->head[0] & 1)
    return 0;

  n_mode_bits = stream->n_modes > 1 ? g_bit_storage (stream->n_modes - 1) : 0;
  mode = stream->head[0] >> 1 & ((1u << n_mode_bits) - 1);
  if (mode >= stream->n_modes)
    {
      stream->is_unclear = TRUE;
      return 0;
    }

  stream->last_block_size = stream->block_sizes[stream->is_long[mode]];

  return last > 0 ? (last + stream->last_block_size) / 4 : 0;
}

/* A frame of FLAC has its length in 4 bits, or, if they say so, after its number. */
static guint
count_flac_frames (const Stream *stream)
{
  const guint8 *head = stream->head;
  guint         code = head[2] >> 4, at = 5;

  if (stream->n_head < HEAD_SIZE || head[0] != 0xff || (head[1] & 0xfe) != 0xf8)
    return 0;

  while (at < 11 && head[at] >> 6 == 2)
    at++;

  if (code >= 8)
    return 256u << (code - 8);
  if (code >= 6)
    return 1 + (code == 6 ? head[at] : GST_READ_UINT16_BE (head + at));

  return code > 1 ? 576u << (code - 2) : 192;
}

static void
end_packet (Stream *stream)
{
  guint n_frames = stream->n_fixed_frames;

  stream->is_open = FALSE;
  stream->n_packets++;

  if (stream->kind == KIND_VORBIS && stream->n_packets == 3)
    parse_vorbis_setup (stream);
  if (stream->n_packets <= stream->n_headers)
    return;

  if (stream->kind == KIND_OPUS)
    {
      n_frames = count_opus_frames (stream->head, stream->n_head);
      stream->is_celt = stream->is_celt && stream->n_head > 0 && stream->head[0] >= 0x80;
    }
  else if (stream->kind == KIND_VORBIS)
    n_frames = count_vorbis_frames (stream);
  else if (stream->kind == KIND_FLAC)
    n_frames = count_flac_frames (stream);

  stream->n_packet_frames = n_frames;
  stream->n_decoded += n_frames;
}

static void
add_to_packet (Stream *stream, const guint8 *data, guint size)
{
  guint n_head, n_kept;

  if (!stream->is_open)
    stream->n_head = 0;

  n_head = MIN (size, HEAD_SIZE - stream->n_head);
  memcpy (stream->head + stream->n_head, data, n_head);
  stream->n_head += n_head;
  stream->is_open = TRUE;

  if (stream->comments != NULL && stream->n_packets == 1 &&
      stream->comments->len < MAX_COMMENTS_SIZE)
    g_byte_array_append (stream->comments, data, size);

  if (stream->kind != KIND_VORBIS || stream->n_packets != 2)
    return;

  n_kept = MIN (stream->n_setup_end, SETUP_END_SIZE - size);
  memmove (stream->setup_end, stream->setup_end + stream->n_setup_end - n_kept, n_kept);
  memcpy (stream->setup_end + n_kept, data, size);
  stream->n_setup_end = n_kept + size;
}

static void
take_packets (Stream *stream, const Page *page)
{
  const guint8 *data = page->body;
  guint         i = 0;

  /* a packet whose start is missing does not count */
  if (!stream->is_open && page->flags & FLAG_CONTINUED)
    while (i < page->n_segments)
      {
        data += page->segments[i];
        if (page->segments[i++] < 255)
          break;
      }

  for (; i < page->n_segments; i++)
    {
      add_to_packet (stream, data, page->segments[i]);
      data += page->segments[i];
      if (page->segments[i] < 255)
        end_packet (stream);
    }
}

static void
take_position (Stream *stream, gint64 position)
{
  if (position < 0 || (stream->n_decoded == 0 && position == 0))
    return;

  if (stream->n_positions == 0)
    stream->start = position - (gint64) MIN (stream->n_decoded, G_MAXINT64);
  stream->n_positions++;
  stream->last_position = stream->position;
  stream->position = position;
}

/* Finds the beginning of the frames by the pages. On a page that is the first and the last, the
 * position states the padding at the end, if it is not more than encoders need. */
static gint64
get_start (const Stream *stream)
{
  if (stream->n_positions == 1 && stream->start <= 0 &&
      -stream->start <= stream->n_lookahead + 2 * (gint64) stream->n_packet_frames)
    return -(gint64) stream->n_lookahead;

  return stream->start;
}

/* Returns the number of frames of sound up to the last page. */
static guint64
count_frames (const Stream *stream)
{
  gint64 n_frames;

  /* a position that makes no sense */
  if (stream->n_positions == 0 || stream->position < 0 || stream->start < -G_MAXINT32)
    return 0;

  /* a late beginning cannot be measured, since the earlier packets of Vorbis and Speex are
   * unknown */
  n_frames = stream->position - (stream->is_unclear ? 0 : get_start (stream)) - stream->n_delay;

  return MAX (n_frames, 0);
}

static Stream *
find_stream (Walk *self, guint32 serial)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i].serial == serial)
      return &self->streams[i];

  return NULL;
}

/*
 * A recorder that is switched off marks no page as the last. A single stream is complete if its
 * last packet is complete, and if the bytes after it do not look like a part of a page.
 */
static gboolean
is_whole (Walk *self, const Stream *stream)
{
  GstByteReader bytes;

  return stream->has_ended ||
         (self->n_streams == 1 && !stream->is_open && stream->n_positions > 0 &&
          !(flitzis_reader_get (self->reader, stream->end, 1, &bytes) && bytes.data[0] == 'O'));
}

/* Returns whether all audio so far has ended. If not, sets the place up to which it goes. */
static gboolean
is_all_whole (Walk *self, guint64 *n_frames)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i].kind != KIND_OTHER && !is_whole (self, &self->streams[i]))
      {
        *n_frames = self->n_frames + count_frames (&self->streams[i]);
        return FALSE;
      }

  return TRUE;
}

static Stream *
begin_stream (Walk *self, const Page *page)
{
  Stream *stream;

  if (!self->is_beginning || self->n_streams == MAX_STREAMS)
    self->n_streams = 0;

  if (!self->is_beginning)
    self->begin = page->offset;
  self->is_beginning = TRUE;
  self->n_begun++;
  stream = &self->streams[self->n_streams++];
  memset (stream, 0, sizeof *stream);
  stream->serial = page->serial;
  stream->number = page->number;
  parse_head (self, stream, page->body,
              page->size - PAGE_HEADER_SIZE - page->n_segments);

  if (self->comments_kind == KIND_OTHER && stream->kind != KIND_OTHER)
    {
      self->comments_kind = stream->kind;
      stream->comments = self->comments;
    }

  return stream;
}

/*
 * Programs that change the tags of a file may leave the numbers of the pages after the tags as they
 * were. No page is missing then, and the positions continue. But the demuxer would see a gap, so
 * the pages before it get new numbers, if they are few and all of this stream.
 */
static gboolean
is_mere_leap (Walk *self, const Stream *before, const Stream *after, const Page *page)
{
  gint64 end = get_start (before) + (gint64) after->n_decoded;

  if (self->n_begun != 1 || self->n_pages > MAX_RENUMBERED || after->is_unclear ||
      page->position < 0 || before->is_open != (page->flags & FLAG_CONTINUED))
    return FALSE;

  if (before->n_positions == 0 ? page->position > (gint64) after->n_decoded
                               : page->position > end || page->position <= before->position)
    return FALSE;

  if (before->n_positions > 0 && page->position < end && !(page->flags & FLAG_LAST))
    return FALSE;

  self->n_renumbered = self->n_pages;
  self->renumber_to = page->number;

  return TRUE;
}

/* Returns FALSE if something is missing before the page; it is then missing after `n_frames`. */
static gboolean
take_page (Walk *self, const Page *page, guint64 *n_frames)
{
  Stream  *stream = find_stream (self, page->serial);
  Stream   before;
  gboolean is_audio;

  if (page->flags & FLAG_FIRST)
    {
      if (!self->is_beginning && !is_all_whole (self, n_frames))
        return FALSE;

      stream = begin_stream (self, page);
    }
  else
    {
      self->is_beginning = FALSE;
    }

  /* a stream that never began may be audio, too */
  if (stream == NULL)
    {
      if (is_all_whole (self, n_frames))
        *n_frames = self->n_frames;
      return FALSE;
    }

  before = *stream;
  is_audio = stream->kind != KIND_OTHER;
  take_packets (stream, page);
  if (is_audio && stream->number != page->number && !is_mere_leap (self, &before, stream, page))
    {
      *n_frames = self->n_frames + count_frames (&before);
      return FALSE;
    }

  if (self->n_pages < MAX_RENUMBERED)
    self->pages[self->n_pages] = page->offset;
  if (self->n_pages == 0)
    self->first_number = page->number;
  self->n_pages++;

  take_position (stream, page->position);
  stream->number = page->number + 1;
  stream->end = page->offset + page->size;
  if (is_audio && stream->position > 0)
    self->has_positions = TRUE;
  if (page->flags & FLAG_LAST && !stream->has_ended)
    {
      stream->has_ended = TRUE;
      if (is_audio)
        self->n_frames += count_frames (stream);
    }

  return TRUE;
}

/* Finds the page with which the file ends. */
static gboolean
get_last_page (Walk *self, Page *page)
{
  for (guint64 back = PAGE_HEADER_SIZE; back <= BRIEF_SIZE; back++)
    {
      guint64       offset = self->end - back;
      GstByteReader bytes;

      /* one piece of the file is read, not one from each place on */
      if (!flitzis_reader_get (self->reader, self->end - BRIEF_SIZE, BRIEF_SIZE, &bytes))
        return FALSE;

      if (bytes.data[BRIEF_SIZE - back] == 'O' && get_page (self, offset, page) &&
          offset + page->size == self->end)
        return TRUE;
    }

  return FALSE;
}

/*
 * Skips the pages between the first ones and the last one. The pages at the start tell the codec
 * and the delay, and the last one states the length. Returns FALSE if they do not: the file may
 * hold several streams.
 */
static gboolean
skip_middle (Walk *self)
{
  Stream *stream = &self->streams[0];
  Page    last;

  if (self->n_begun != 1 || stream->kind == KIND_OTHER || stream->kind == KIND_SPEEX ||
      stream->is_unclear || stream->n_positions == 0 || !get_last_page (self, &last) ||
      last.serial != stream->serial || !(last.flags & FLAG_LAST) ||
      last.position - stream->position <= (gint64) stream->n_delay)
    return FALSE;

  stream->last_position = stream->position;
  stream->position = last.position;
  stream->n_positions++;
  stream->has_ended = TRUE;
  stream->end = self->offset = self->end;

  /* unknown, but no fewer than are played */
  stream->n_decoded = G_MAXINT64;
  self->has_skipped = TRUE;

  return TRUE;
}

/* Gives a page this number and, to the header of Opus, its first version and the rate of Opus. */
static void
patch_page (FlitzisHeader *self, Walk *walk, guint64 offset, guint32 number, gboolean is_opus_head)
{
  g_autofree guint8 *data = NULL;
  FlitzisPatch      *patch = &self->patches[self->n_patches];
  guint8            *head;
  GstByteReader      bytes;
  Page               page;

  if (!get_page (walk, offset, &page) ||
      !flitzis_reader_get (walk->reader, offset, page.size, &bytes))
    return;

  data = g_memdup2 (bytes.data, page.size);
  GST_WRITE_UINT32_LE (data + NUMBER_AT, number);
  if (is_opus_head)
    {
      head = data + PAGE_HEADER_SIZE + page.n_segments;
      head[8] = 1;
      GST_WRITE_UINT32_LE (head + 12, OPUS_RATE);
      *patch = (FlitzisPatch){ offset + (head - data) + 8, 8, { 0 } };
      memcpy (patch++->bytes, head + 8, 8);
    }
  GST_WRITE_UINT32_LE (data + CRC_AT, get_crc (data, page.size));

  *patch = (FlitzisPatch){ offset + NUMBER_AT, 8, { 0 } };
  memcpy (patch->bytes, data + NUMBER_AT, 8);
  self->n_patches = patch + 1 - self->patches;
}

static void
patch_pages (FlitzisHeader *self, Walk *walk)
{
  /* Minor versions change nothing for those that know the first (RFC 7845 5.1), but GStreamer 1.22
   * refuses them. Opus is always coded at 48 kHz; opusdec goes by the rate that the source had. */
  gboolean is_changed = walk->n_begun == 1 && walk->streams[0].kind == KIND_OPUS &&
                        walk->opus_version < 16 &&
                        (walk->opus_version != 1 || walk->opus_rate != OPUS_RATE);

  if (is_changed && walk->n_renumbered == 0)
    {
      walk->n_renumbered = 1;
      walk->renumber_to = walk->first_number + 1;
    }

  for (guint i = 0; i < walk->n_renumbered; i++)
    patch_page (self, walk, walk->pages[i], walk->renumber_to - walk->n_renumbered + i,
                is_changed && i == 0);
}

/* A single stream has been measured, so its counts are right, whatever the demuxer does with
 * positions. */
static void
set_counts (FlitzisHeader *self, const Stream *stream)
{
  gint64 start = get_start (stream);
  gint64 n_played = stream->position - start;
  gint64 n_frames = n_played - stream->n_delay;

  if (stream->is_unclear || stream->n_decoded == 0)
    return;

  self->n_decoded_frames = stream->n_decoded;
  self->n_delay = stream->n_delay;

  /* If the first page has more frames than its position states, the surplus at its start is not
   * sound (Vorbis I, A.2). */
  if (stream->kind == KIND_VORBIS && start < 0 && start > -(gint64) stream->n_decoded)
    {
      self->n_delay = -start;
      n_frames = stream->position;
    }

  /* speexdec gives this number, unless the encoder left out the end */
  if (stream->kind == KIND_SPEEX)
    n_frames = MIN (n_played - stream->n_lookahead, (gint64) stream->n_decoded - stream->n_delay);

  /* the end is on the last page; if its position makes no sense, all frames are played */
  if (stream->n_positions == 0 || n_frames <= 0 || n_played > (gint64) stream->n_decoded ||
      (stream->n_positions > 1 && stream->position < stream->last_position))
    n_frames = (gint64) stream->n_decoded - (gint64) self->n_delay;

  /* FLAC knows its own end */
  if (n_frames > 0)
    {
      self->n_frames = n_frames;
      self->has_padding = stream->kind != KIND_FLAC;
    }
}

/* The bytes before the comments differ between the codecs. */
static void
read_comments (FlitzisHeader *self, const Walk *walk)
{
  const guint8 *data = walk->comments->data;
  gsize         size = walk->comments->len, n_front = 0;

  if (walk->comments_kind == KIND_VORBIS && size > 7 && memcmp (data, "\3vorbis", 7) == 0)
    n_front = 7;
  else if (walk->comments_kind == KIND_OPUS && size > 8 && memcmp (data, "OpusTags", 8) == 0)
    n_front = 8;
  else if (walk->comments_kind == KIND_FLAC && size > 4 && (data[0] & 0x7f) == 4)
    n_front = 4;
  else if (walk->comments_kind != KIND_SPEEX || size == 0)
    return;

  /* comments of Opus count frames at 48 kHz, whatever the rate that the decoder returns */
  flitzis_comments_read (self->facts, walk->comments_kind == KIND_OPUS ? OPUS_RATE : 0,
                         data + n_front, size - n_front);
}

/* Finds the end of the part that is decoded. It excludes streams that only have headers, since the
 * decoder's error for them would say less than ours. */
static guint64
get_end (const Walk *self, gboolean is_cut)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i].n_positions > 0)
      return self->offset;

  return is_cut && self->n_frames > 0 ? self->begin : self->offset;
}

void
flitzis_ogg_read (FlitzisHeader *self, FlitzisReader *reader)
{
  g_autofree Walk *walk = g_new0 (Walk, 1);
  g_autoptr (GByteArray) comments = g_byte_array_new ();
  const Stream *stream = &walk->streams[0];
  gboolean      is_brief, is_measured;
  Page          page;

  self->container = FLITZIS_CONTAINER_OGG;
  walk->reader = reader;
  walk->comments = comments;
  walk->offset = self->offset;
  walk->end = self->offset + self->n_bytes;

  is_brief = flitzis_reader_is_brief (reader, self->n_bytes);
  while (!self->is_cut && next_page (walk, &page))
    {
      self->is_cut = !take_page (walk, &page, &self->n_whole_frames);
      if (self->is_cut)
        walk->offset = page.offset;
      if (is_brief && walk->offset - self->offset > BRIEF_SIZE)
        {
          is_brief = FALSE;
          skip_middle (walk);
        }
    }

  read_comments (self, walk);
  self->is_cut = self->is_cut || !is_all_whole (walk, &self->n_whole_frames);
  self->has_positions = walk->has_positions;
  if (walk->n_begun > 0)
    self->n_bytes = get_end (walk, self->is_cut) - self->offset;

  /* decoders would report an error about the headers instead */
  if (self->is_cut && self->n_whole_frames == 0)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT,
                         "it breaks off after 0 frames (0.000 s)");

  if (walk->n_begun != 1 || self->is_cut)
    return;

  patch_pages (self, walk);
  set_counts (self, stream);
  is_measured = self->n_decoded_frames > 0;
  if (walk->has_skipped)
    self->n_decoded_frames = 0;
  if (!is_measured || stream->n_channels < 1 || stream->n_channels > 2)
    return;

  /* avdec_opus of GStreamer 1.22 resamples SILK in its own way: 14 dB from what libopus gives, and
   * up to a frame late. */
  if (stream->kind == KIND_VORBIS)
    self->codec = FLITZIS_CODEC_VORBIS;
  else if (stream->kind == KIND_OPUS && stream->is_celt)
    self->codec = FLITZIS_CODEC_OPUS;
}
