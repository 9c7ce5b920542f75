/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Walks the packets of MPEG audio without a container: MP3, layers I and II (ISO 11172-3 and
 * 13818-3), and AAC in ADTS (ISO 14496-3). Only this walk finds the length of such a file, since
 * the length in its first packet need not be true after the file was cut or joined.
 */

#include "config.h"

#include "decode/containers.h"
#include "decode/mp3.h"
#include "flitzis-error.h"

#include <string.h>

#define ADTS_HEAD_SIZE 7

/* The delay of encoders of AAC: one block of the transform. */
#define AAC_DELAY 1024

/* The number of successive packets that count as proof, at the start and after other bytes. */
#define N_SURE_PACKETS 3
#define N_SURE_AFTER_JUNK 5

/* After this number of bytes without a packet, the search ends. */
#define MAX_JUNK_SIZE (1024 * 1024)
#define SCAN_SIZE (32 * 1024)

#define ID3V2_HEAD_SIZE 10
#define ID3V1_SIZE 128
#define APE_HEAD_SIZE 32

typedef struct
{
  guint32 kind;    /* the same in all packets of a stream */
  guint   layer;   /* 1 to 3, or 0 for AAC */
  guint   version; /* 1 or 2; 2 is 2.5 as well */
  guint   rate;
  guint   n_channels;
  guint   n_frames;
  gsize   size;
} Packet;

typedef struct
{
  FlitzisReader *reader;
  guint64        end; /* of the part that may have packets */
} Walk;

static gboolean
parse_adts (Packet *self, const guint8 *head)
{
  if ((head[1] & 0xf6) != 0xf0 || (head[2] >> 2 & 15) > 12)
    return FALSE;

  self->kind = (guint32) head[1] << 8 | (head[2] & 0xfd);
  self->layer = 0;
  self->size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5;
  self->n_channels = (head[2] & 1) << 2 | head[3] >> 6;
  self->n_frames = 1024 * (1 + (head[6] & 3));

  return self->size >= ADTS_HEAD_SIZE;
}

/* The size of free format is not stated, so it counts as no packet. */
static gboolean
parse_mpeg (Packet *self, const guint8 *head)
{
  /* in 8000 bits a second: of versions 1 and 2, layers I to III */
  static const guint8 bit_rates[2][3][15] = {
    { { 0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56 },
      { 0, 4, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48 },
      { 0, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40 } },
    { { 0, 4, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32 },
      { 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20 },
      { 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20 } },
  };
  static const guint16 rates[] = { 44100, 48000, 32000 };
  static const guint8  shifts[] = { 2, 0, 1, 0 };

  guint version = head[1] >> 3 & 3; /* 2.5, reserved, 2, 1 */
  guint layer = 4 - (head[1] >> 1 & 3);
  guint bit_rate = head[2] >> 4;
  guint padding = head[2] >> 1 & 1;
  guint n_bytes; /* a second */

  if ((head[1] & 0xe0) != 0xe0 || version == 1 || layer == 4 || bit_rate == 0 || bit_rate == 15 ||
      (head[2] >> 2 & 3) == 3 || (head[3] & 3) == 2)
    return FALSE;

  self->kind = (guint32) (head[1] & 0xfe) << 8 | (head[2] & 0x0c);
  self->layer = layer;
  self->version = version == 3 ? 1 : 2;
  self->rate = rates[head[2] >> 2 & 3] >> shifts[version];
  self->n_channels = head[3] >> 6 == 3 ? 1 : 2;
  self->n_frames = layer == 1 ? 384 : layer == 3 && self->version == 2 ? 576
                                                                       : 1152;
  n_bytes = bit_rates[self->version - 1][layer - 1][bit_rate] * 1000;
  self->size = layer == 1 ? 4 * (96 * n_bytes / 8 / self->rate + padding)
                          : self->n_frames * n_bytes / self->rate + padding;

  return TRUE;
}

/* Returns FALSE if no packet begins there. The packet need not be complete. */
static gboolean
get_packet (Walk *self, guint64 offset, Packet *packet)
{
  GstByteReader bytes;

  if (offset + ADTS_HEAD_SIZE > self->end ||
      !flitzis_reader_get (self->reader, offset, ADTS_HEAD_SIZE, &bytes) || bytes.data[0] != 0xff)
    return FALSE;

  return parse_adts (packet, bytes.data) || parse_mpeg (packet, bytes.data);
}

/* Returns the size of a tag of ID3v2, ID3v1 or APE; 0 if there is none. */
static guint64
get_tag_size (Walk *self, guint64 offset)
{
  GstByteReader bytes;
  const guint8 *data;

  if (flitzis_reader_get (self->reader, offset, APE_HEAD_SIZE, &bytes) &&
      memcmp (bytes.data, "APETAGEX", 8) == 0)
    return APE_HEAD_SIZE + GST_READ_UINT32_LE (bytes.data + 12);

  if (!flitzis_reader_get (self->reader, offset, ID3V2_HEAD_SIZE, &bytes))
    return 0;

  data = bytes.data;
  if (memcmp (data, "ID3", 3) == 0)
    return ID3V2_HEAD_SIZE + ((data[6] & 0x7f) << 21 | (data[7] & 0x7f) << 14 |
                              (data[8] & 0x7f) << 7 | (data[9] & 0x7f));

  return memcmp (data, "TAG", 3) == 0 ? ID3V1_SIZE : 0;
}

/* Skips the tags at the end: a packet that was cut must not seem to continue in them. */
static void
cut_tags (Walk *self, guint64 start)
{
  GstByteReader bytes;

  if (self->end - start >= ID3V1_SIZE &&
      flitzis_reader_get (self->reader, self->end - ID3V1_SIZE, 3, &bytes) &&
      memcmp (bytes.data, "TAG", 3) == 0)
    self->end -= ID3V1_SIZE;

  if (self->end - start >= APE_HEAD_SIZE &&
      flitzis_reader_get (self->reader, self->end - APE_HEAD_SIZE, APE_HEAD_SIZE, &bytes) &&
      memcmp (bytes.data, "APETAGEX", 8) == 0)
    self->end -= MIN (GST_READ_UINT32_LE (bytes.data + 12), self->end - start);
}

/* Returns whether packets of one kind follow each other from here on, up to the end of the file. */
static gboolean
is_row (Walk *self, guint64 offset, guint n_wanted)
{
  Packet first = { 0 }, packet;

  for (guint i = 0; i < n_wanted; i++)
    {
      if (i > 0 && (offset >= self->end || get_tag_size (self, offset) > 0))
        return TRUE;
      if (!get_packet (self, offset, &packet) || (i > 0 && packet.kind != first.kind))
        return FALSE;
      if (i == 0)
        first = packet;

      offset += packet.size;
      if (offset > self->end)
        return i > 0;
    }

  return TRUE;
}

/* Finds the next packets after other bytes. Returns G_MAXUINT64 if there are none nearby. */
static guint64
find_row (Walk *self, guint64 start)
{
  guint64 offset = start;

  while (offset < self->end && offset - start < MAX_JUNK_SIZE)
    {
      gsize         size = MIN (SCAN_SIZE, self->end - offset);
      GstByteReader bytes;
      const guint8 *next;

      if (!flitzis_reader_get (self->reader, offset, size, &bytes))
        break;

      next = memchr (bytes.data, 0xff, size);
      offset += next != NULL ? (gsize) (next - bytes.data) : size;
      if (next == NULL)
        continue;

      if (is_row (self, offset, N_SURE_AFTER_JUNK))
        return offset;
      offset++;
    }

  return G_MAXUINT64;
}

static gboolean
has_only_zeros (Walk *self, guint64 offset, guint64 end)
{
  for (; offset < end; offset += SCAN_SIZE)
    {
      gsize         size = MIN (SCAN_SIZE, end - offset);
      GstByteReader bytes;

      if (!flitzis_reader_get (self->reader, offset, size, &bytes))
        return FALSE;
      for (gsize i = 0; i < size; i++)
        if (bytes.data[i] != 0)
          return FALSE;
    }

  return TRUE;
}

/* Returns whether the packet is the table of an MP3 and not sound. */
static gboolean
get_info (Walk *self, guint64 offset, const Packet *packet, FlitzisMp3Info *info)
{
  return packet->layer == 3 &&
         flitzis_mp3_info_read (info, self->reader, offset, packet->size, packet->version,
                                packet->n_channels);
}

/*
 * Reads no further than the first packets, for a stream. Their table is believed if the file has
 * the stated number of bytes, so that nothing was cut off or joined. Returns FALSE if the padding
 * cannot be known without a walk.
 */
static gboolean
read_briefly (FlitzisHeader        *self,
              const Walk           *walk,
              const Packet         *first,
              const FlitzisMp3Info *info)
{
  guint64 n_bytes = walk->end - self->offset;

  if (info->has_tag && (info->n_packets == 0 || info->n_bytes != n_bytes + first->size))
    return FALSE;

  self->container = FLITZIS_CONTAINER_MPEG_AUDIO;
  self->n_bytes = n_bytes;
  if (first->layer == 0)
    self->n_delay = AAC_DELAY;
  if (first->layer != 3)
    return TRUE;

  self->codec = FLITZIS_CODEC_MP3;
  flitzis_mp3_info_apply (info, self, info->has_tag ? info->n_packets : 0, first->n_frames);

  return TRUE;
}

gboolean
flitzis_mpeg_read (FlitzisHeader *self, FlitzisReader *reader)
{
  Walk           walk = { reader, self->offset + self->n_bytes };
  guint64        offset = self->offset, next;
  guint64        n_packets = 0, n_frames = 0, n_before_junk = G_MAXUINT64;
  gboolean       is_mixed = FALSE, has_info = FALSE, is_partial = FALSE;
  Packet         first, packet;
  FlitzisMp3Info info = flitzis_mp3_info_default (), other;
  GstByteReader  bytes;

  cut_tags (&walk, offset);
  if (!is_row (&walk, offset, N_SURE_PACKETS))
    offset = find_row (&walk, offset);
  if (offset == G_MAXUINT64 || !get_packet (&walk, offset, &first))
    return FALSE;

  has_info = get_info (&walk, offset, &first, &info);
  if (has_info)
    offset += first.size;
  self->offset = offset;
  if (flitzis_reader_is_brief (reader, self->n_bytes) && read_briefly (self, &walk, &first, &info))
    return TRUE;

  while (offset < walk.end)
    {
      if (get_packet (&walk, offset, &packet) &&
          (packet.kind == first.kind || is_row (&walk, offset, N_SURE_PACKETS)))
        {
          is_partial = packet.size > walk.end - offset;
          if (is_partial)
            break;

          is_mixed = is_mixed || packet.kind != first.kind || packet.n_channels != first.n_channels;
          /* mpegaudioparse of GStreamer 1.22 leaves it out in a file that was joined */
          if (!get_info (&walk, offset, &packet, &other) || !other.is_xing)
            {
              n_packets++;
              n_frames += packet.n_frames;
            }
          offset += packet.size;
          continue;
        }

      next = find_row (&walk, offset + get_tag_size (&walk, offset));
      if (next == G_MAXUINT64)
        break;

      if (n_before_junk == G_MAXUINT64 && get_tag_size (&walk, offset) == 0 &&
          !has_only_zeros (&walk, offset, next))
        n_before_junk = n_frames;
      offset = next;
    }

  /* less than the head of a packet */
  if (walk.end - offset < ADTS_HEAD_SIZE && flitzis_reader_get (reader, offset, 1, &bytes) &&
      bytes.data[0] == 0xff)
    is_partial = TRUE;

  self->container = FLITZIS_CONTAINER_MPEG_AUDIO;
  self->n_bytes = offset - self->offset;
  if (n_packets == 0)
    {
      flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "it holds no frames");
      return TRUE;
    }

  if (first.layer == 3 && !is_mixed)
    {
      self->codec = FLITZIS_CODEC_MP3;
      flitzis_mp3_info_apply (&info, self, n_packets, first.n_frames);
    }
  else if (first.layer == 0)
    {
      self->n_delay = AAC_DELAY;
    }

  /* Some programs count the packet with the table, too. */
  if (has_info && info.n_packets > 0)
    self->is_cut = info.n_packets > n_packets + 1 || (is_partial && info.n_packets > n_packets);
  else
    self->is_cut = is_partial;

  /* a part of a packet, or a few packets, are lost there */
  if (n_before_junk != G_MAXUINT64)
    {
      self->is_cut = TRUE;
      self->n_whole_frames = n_before_junk - MIN (n_before_junk, self->n_delay);
    }

  return TRUE;
}

/* Walks the packets up to the one with the frame. Gives up at anything but another packet of the
 * same kind. */
gboolean
flitzis_mpeg_shift (FlitzisHeader *self, FlitzisReader *reader, guint64 n_decoded, guint64 *first)
{
  Walk           walk = { reader, self->offset + self->n_bytes };
  guint64        offset = self->offset;
  guint32        kind = 0;
  Packet         packet;
  FlitzisMp3Info info;

  *first = 0;
  while (get_packet (&walk, offset, &packet) && (kind == 0 || packet.kind == kind))
    {
      if (*first + packet.n_frames > n_decoded)
        {
          self->n_bytes -= offset - self->offset;
          self->offset = offset;
          return TRUE;
        }

      /* mpegaudioparse leaves these out */
      if (get_info (&walk, offset, &packet, &info) && info.is_xing)
        return FALSE;

      kind = packet.kind;
      *first += packet.n_frames;
      offset += packet.size;
    }

  return FALSE;
}
