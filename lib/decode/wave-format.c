/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/wave-format.h"

#include "decode/containers.h"
#include "flitzis-error.h"

#include <string.h>

#define MIN_SIZE 16
#define EXTENSIBLE_SIZE 40

enum
{
  FORMAT_PCM = 0x01,
  FORMAT_ADPCM_MS = 0x02,
  FORMAT_FLOAT = 0x03,
  FORMAT_ALAW = 0x06,
  FORMAT_MULAW = 0x07,
  FORMAT_ADPCM_IMA = 0x11,
  FORMAT_GSM = 0x31,
  FORMAT_MPEG = 0x50,
  FORMAT_MP3 = 0x55,
  FORMAT_AAC = 0xff,
  FORMAT_HE_AAC = 0x1610,
  FORMAT_AC3 = 0x2000,
  FORMAT_EXTENSIBLE = 0xfffe
};

/* The fields after the format in its longer form. */
static const guint8 format_guid_end[14] = { 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                            0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71 };

static gboolean
is_decodable (guint16 format)
{
  static const guint16 formats[] = {
    FORMAT_PCM,
    FORMAT_ADPCM_MS,
    FORMAT_FLOAT,
    FORMAT_ALAW,
    FORMAT_MULAW,
    FORMAT_ADPCM_IMA,
    FORMAT_GSM,
    FORMAT_MPEG,
    FORMAT_MP3,
    FORMAT_AAC,
    FORMAT_HE_AAC,
    FORMAT_AC3,
  };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (format == formats[i])
      return TRUE;

  return FALSE;
}

static guint16
read_16 (GstByteReader *bytes, int endianness)
{
  return endianness == G_BIG_ENDIAN ? gst_byte_reader_get_uint16_be_unchecked (bytes)
                                    : gst_byte_reader_get_uint16_le_unchecked (bytes);
}

static guint32
read_32 (GstByteReader *bytes, int endianness)
{
  return endianness == G_BIG_ENDIAN ? gst_byte_reader_get_uint32_be_unchecked (bytes)
                                    : gst_byte_reader_get_uint32_le_unchecked (bytes);
}

/* After the common 16 bytes come a size, the number of used bits, the mask, and a GUID. */
static void
read_extension (FlitzisWaveFormat *self, GstByteReader *bytes)
{
  guint16       format;
  const guint8 *guid_end;

  self->is_extensible = TRUE;
  gst_byte_reader_skip_unchecked (bytes, 4);
  self->mask = read_32 (bytes, self->endianness);
  format = gst_byte_reader_get_uint16_le_unchecked (bytes);
  guid_end = gst_byte_reader_get_data_unchecked (bytes, sizeof format_guid_end);
  if (memcmp (guid_end, format_guid_end, sizeof format_guid_end) == 0)
    self->format = format;
}

gboolean
flitzis_wave_format_read (FlitzisWaveFormat *self,
                          FlitzisReader     *reader,
                          guint64            offset,
                          guint64            size,
                          int                endianness)
{
  GstByteReader bytes;

  if (size < MIN_SIZE || size > flitzis_reader_count (reader, offset) ||
      !flitzis_reader_get (reader, offset, MIN (size, EXTENSIBLE_SIZE), &bytes))
    {
      flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "its “fmt ” chunk is damaged");
      return FALSE;
    }

  *self = (FlitzisWaveFormat){ .endianness = endianness };
  self->format = read_16 (&bytes, endianness);
  self->n_channels = read_16 (&bytes, endianness);
  self->rate = read_32 (&bytes, endianness);
  gst_byte_reader_skip_unchecked (&bytes, 4);
  self->block_size = read_16 (&bytes, endianness);
  self->n_bits = read_16 (&bytes, endianness);
  if (self->format == FORMAT_EXTENSIBLE && size >= EXTENSIBLE_SIZE)
    read_extension (self, &bytes);

  if (self->n_channels == 0 || self->rate == 0)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "it states %u channels at %u Hz",
                         self->n_channels, self->rate);
  else if (!is_decodable (self->format))
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "nothing decodes its format of WAV, 0x%04x", self->format);

  return reader->error == NULL;
}

/* Returns UNKNOWN if the bits of a value and the bytes of a frame contradict each other. */
static GstAudioFormat
get_format (const FlitzisWaveFormat *self)
{
  guint width = self->block_size / self->n_channels * 8;
  guint rounded = GST_ROUND_UP_8 (self->n_bits);

  if (self->block_size % self->n_channels != 0)
    return GST_AUDIO_FORMAT_UNKNOWN;

  if (self->format == FORMAT_FLOAT)
    return width == self->n_bits ? flitzis_pcm_get_format (TRUE, self->endianness, width, width)
                                 : GST_AUDIO_FORMAT_UNKNOWN;

  /* arecord writes 24 bits in the low bytes of 32; in the extensible form they are the high ones */
  if (width == 32 && rounded == 24)
    return flitzis_pcm_get_format (FALSE, self->endianness, width,
                                   self->is_extensible ? width : self->n_bits);

  /* Other widths are rounded up to bytes, with the value in the high bits, but some writers round
   * down. */
  if (width != rounded && width != self->n_bits / 8 * 8)
    return GST_AUDIO_FORMAT_UNKNOWN;

  return width == 8 ? GST_AUDIO_FORMAT_U8
                    : flitzis_pcm_get_format (FALSE, self->endianness, width, width);
}

static void
use_pcm (const FlitzisWaveFormat *self,
         FlitzisHeader           *header,
         FlitzisReader           *reader,
         guint64                  offset,
         guint64                  n_stated)
{
  FlitzisPcm pcm = { .rate = self->rate,
                     .n_channels = self->n_channels,
                     .channel_mask = flitzis_pcm_get_mask (self->mask) };

  if (self->format == FORMAT_ALAW || self->format == FORMAT_MULAW)
    {
      flitzis_pcm_set (header, reader,
                       self->format == FORMAT_ALAW ? FLITZIS_CODEC_ALAW : FLITZIS_CODEC_MULAW,
                       &pcm, offset, n_stated);
      return;
    }

  pcm.format = get_format (self);
  if (pcm.format == GST_AUDIO_FORMAT_UNKNOWN)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT,
                         "it states %u-bit %s of %u channels in %u bytes", self->n_bits,
                         self->format == FORMAT_FLOAT ? "floats" : "integers", self->n_channels,
                         self->block_size);
  else
    flitzis_pcm_set (header, reader, FLITZIS_CODEC_PCM, &pcm, offset, n_stated);
}

/* Packets are found by their heads. Their sizes are unrelated to the size of a block. */
static gboolean
use_packets (const FlitzisWaveFormat *self,
             FlitzisHeader           *header,
             FlitzisReader           *reader,
             guint64                  offset,
             guint64                  n_stated)
{
  FlitzisHeader packets = *header;
  guint64       n_there = flitzis_reader_count (reader, offset);

  packets.offset = offset;
  packets.n_bytes = MIN (n_stated, n_there);

  /* the pad byte may have been counted, but not written */
  packets.is_cut = n_stated != G_MAXUINT64 && n_stated > n_there + 1;

  if (self->format == FORMAT_AC3)
    packets.container = FLITZIS_CONTAINER_OTHER;
  else if (!flitzis_mpeg_read (&packets, reader))
    return FALSE;

  *header = packets;

  return TRUE;
}

static guint64
count_block_frames (const FlitzisWaveFormat *self)
{
  guint n_channel_bytes = self->block_size / self->n_channels;

  switch (self->format)
    {
    /* a head of 7 or 4 bytes holds 2 frames or 1, and each byte after it holds 2 frames */
    case FORMAT_ADPCM_MS:
      return n_channel_bytes >= 7 ? (n_channel_bytes - 7) * 2 + 2 : 0;
    case FORMAT_ADPCM_IMA:
      return n_channel_bytes >= 4 ? (n_channel_bytes - 4) * 2 + 1 : 0;
    case FORMAT_GSM:
      return self->block_size / 65 * 320;
    default:
      return 0;
    }
}

/* The demuxer sees the file only up to the last whole block, without the rest. */
static void
use_blocks (const FlitzisWaveFormat *self,
            FlitzisHeader           *header,
            FlitzisReader           *reader,
            guint64                  offset,
            guint64                  n_stated)
{
  guint64 n_there = flitzis_reader_count (reader, offset);
  guint   block_size = MAX (self->block_size, 1);
  guint64 n_blocks;

  if (n_stated == G_MAXUINT64)
    n_stated = n_there;
  n_blocks = MIN (n_stated, n_there) / block_size;
  if (n_blocks == 0)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "it holds no frames");

  header->n_bytes = offset + n_blocks * block_size;
  header->n_decoded_frames = n_blocks * count_block_frames (self);
  header->is_cut = n_stated / block_size > n_blocks;
}

void
flitzis_wave_format_use (const FlitzisWaveFormat *self,
                         gboolean                 is_demuxable,
                         FlitzisHeader           *header,
                         FlitzisReader           *reader,
                         guint64                  offset,
                         guint64                  n_stated)
{
  switch (self->format)
    {
    case FORMAT_PCM:
    case FORMAT_FLOAT:
    case FORMAT_ALAW:
    case FORMAT_MULAW:
      use_pcm (self, header, reader, offset, n_stated);
      return;

    case FORMAT_MPEG:
    case FORMAT_MP3:
    case FORMAT_AAC:
    case FORMAT_HE_AAC:
    case FORMAT_AC3:
      if (use_packets (self, header, reader, offset, n_stated))
        return;
      break;

    default:
      break;
    }

  if (!is_demuxable)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "nothing decodes its format of WAV, 0x%04x", self->format);

  use_blocks (self, header, reader, offset, n_stated);
}
