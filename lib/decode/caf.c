/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* The Core Audio Format. */

#include "config.h"

#include "decode/containers.h"
#include "flitzis-error.h"

#include <math.h>
#include <string.h>

#define FILE_HEADER_SIZE 8
#define CHUNK_HEADER_SIZE 12
#define DESCRIPTION_SIZE 32
#define EDIT_COUNT_SIZE 4
#define PACKET_TABLE_SIZE 24
#define CHANNEL_LAYOUT_SIZE 12

#define LAYOUT_IS_BITMAP 0x10000

#define MAX_CHUNKS 65536

enum
{
  FLAG_FLOAT = 1 << 0,
  FLAG_LITTLE_ENDIAN = 1 << 1
};

typedef struct
{
  char    format[5];
  guint32 flags;
  guint32 packet_size;
  guint32 n_bits;

  FlitzisPcm pcm;

  guint64 data_offset;
  guint64 data_size; /* G_MAXUINT64: to the end of the file */

  /* of the packets of compressed audio */
  gint64 n_valid_frames;
  gint32 n_priming_frames;
} Caf;

static void
read_description (Caf *self, GstByteReader *bytes)
{
  double rate = gst_byte_reader_get_float64_be_unchecked (bytes);

  self->pcm.rate = rint (rate > 0 ? MIN (rate, G_MAXINT32) : 0);
  memcpy (self->format, gst_byte_reader_get_data_unchecked (bytes, 4), 4);
  self->flags = gst_byte_reader_get_uint32_be_unchecked (bytes);
  self->packet_size = gst_byte_reader_get_uint32_be_unchecked (bytes);
  gst_byte_reader_skip_unchecked (bytes, 4);
  self->pcm.n_channels = gst_byte_reader_get_uint32_be_unchecked (bytes);
  self->n_bits = gst_byte_reader_get_uint32_be_unchecked (bytes);
}

static void
read_packet_table (Caf *self, GstByteReader *bytes)
{
  gst_byte_reader_skip_unchecked (bytes, 8);
  self->n_valid_frames = gst_byte_reader_get_int64_be_unchecked (bytes);
  self->n_priming_frames = gst_byte_reader_get_int32_be_unchecked (bytes);
}

static void
read_channel_layout (Caf *self, GstByteReader *bytes)
{
  if (gst_byte_reader_get_uint32_be_unchecked (bytes) == LAYOUT_IS_BITMAP)
    self->pcm.channel_mask =
        flitzis_pcm_get_mask (gst_byte_reader_get_uint32_be_unchecked (bytes));
}

static void
read_chunks (Caf *self, FlitzisReader *reader)
{
  static const struct
  {
    char  id[5];
    gsize size;
    void (*read) (Caf *self, GstByteReader *bytes);
  } readers[] = {
    { "desc", DESCRIPTION_SIZE, read_description },
    { "pakt", PACKET_TABLE_SIZE, read_packet_table },
    { "chan", CHANNEL_LAYOUT_SIZE, read_channel_layout },
  };
  guint64 offset = FILE_HEADER_SIZE;

  for (guint n_chunks = 0; n_chunks < MAX_CHUNKS; n_chunks++)
    {
      GstByteReader bytes;
      char          id[4];
      gint64        size;

      if (!flitzis_reader_get (reader, offset, CHUNK_HEADER_SIZE, &bytes))
        return;

      memcpy (id, gst_byte_reader_get_data_unchecked (&bytes, sizeof id), sizeof id);
      size = gst_byte_reader_get_int64_be_unchecked (&bytes);
      offset += CHUNK_HEADER_SIZE;

      if (memcmp (id, "data", sizeof id) == 0 && self->data_offset == 0)
        {
          self->data_offset = offset + EDIT_COUNT_SIZE;
          self->data_size =
              size < 0 ? G_MAXUINT64 : (guint64) MAX (size - EDIT_COUNT_SIZE, 0);
        }
      for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
        if (memcmp (id, readers[i].id, sizeof id) == 0 && size >= (gint64) readers[i].size &&
            flitzis_reader_get (reader, offset, readers[i].size, &bytes))
          readers[i].read (self, &bytes);

      if (size < 0 || (guint64) size > flitzis_reader_count (reader, offset))
        return;
      offset += size;
    }
}

/* Returns UNKNOWN if the bits of a value and the bytes of a frame contradict each other. */
static GstAudioFormat
get_format (const Caf *self)
{
  int   endianness = self->flags & FLAG_LITTLE_ENDIAN ? G_LITTLE_ENDIAN : G_BIG_ENDIAN;
  guint width;

  if (self->pcm.n_channels == 0 || self->packet_size % self->pcm.n_channels != 0)
    return GST_AUDIO_FORMAT_UNKNOWN;

  width = self->packet_size / self->pcm.n_channels;
  if (width > 8 || self->n_bits > width * 8)
    return GST_AUDIO_FORMAT_UNKNOWN;

  return flitzis_pcm_get_format (self->flags & FLAG_FLOAT, endianness, width * 8, width * 8);
}

static void
use_pcm (const Caf *self, FlitzisHeader *header, FlitzisReader *reader)
{
  FlitzisPcm pcm = self->pcm;

  pcm.format = get_format (self);
  if (pcm.format == GST_AUDIO_FORMAT_UNKNOWN && pcm.n_channels > 0)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "nothing decodes its %u-bit %s of %u channels in %u bytes", self->n_bits,
                         self->flags & FLAG_FLOAT ? "floats" : "integers", pcm.n_channels,
                         self->packet_size);
  else
    flitzis_pcm_set (header, reader, FLITZIS_CODEC_PCM, &pcm, self->data_offset,
                     self->data_size);
}

static void
use_ima4 (const Caf *self, FlitzisHeader *header, FlitzisReader *reader)
{
  guint64 n_delay = MAX (self->n_priming_frames, 0);

  flitzis_pcm_set (header, reader, FLITZIS_CODEC_IMA4, &self->pcm, self->data_offset,
                   self->data_size);

  /* the last packet is filled up */
  if (self->n_valid_frames > 0 &&
      n_delay + self->n_valid_frames <= header->n_decoded_frames)
    {
      header->n_delay = n_delay;
      header->n_frames = self->n_valid_frames;
      header->has_padding = TRUE;
    }
}

void
flitzis_caf_read (FlitzisHeader *self, FlitzisReader *reader)
{
  Caf caf = { 0 };

  self->container = FLITZIS_CONTAINER_CAF;
  read_chunks (&caf, reader);

  if (caf.format[0] == '\0')
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "its format is missing");
  else if (strcmp (caf.format, "lpcm") == 0)
    use_pcm (&caf, self, reader);
  else if (strcmp (caf.format, "alaw") == 0)
    flitzis_pcm_set (self, reader, FLITZIS_CODEC_ALAW, &caf.pcm, caf.data_offset, caf.data_size);
  else if (strcmp (caf.format, "ulaw") == 0)
    flitzis_pcm_set (self, reader, FLITZIS_CODEC_MULAW, &caf.pcm, caf.data_offset, caf.data_size);
  else if (strcmp (caf.format, "ima4") == 0)
    use_ima4 (&caf, self, reader);
  else
    {
      g_autofree char *name = g_strescape (caf.format, NULL);

      flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                           "nothing decodes its format of CAF, “%s”", name);
    }
}
