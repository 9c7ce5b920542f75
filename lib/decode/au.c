/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* The format of Sun and NeXT. */

#include "config.h"

#include "decode/chunks.h"
#include "decode/containers.h"
#include "flitzis-error.h"

#define HEADER_SIZE 24
#define MAX_ENCODING 29

/* Encodings by their number. The missing ones are ADPCM and formats of signal processors. */
static const struct
{
  guint          number;
  FlitzisCodec   codec;
  GstAudioFormat format;
} encodings[] = {
  { 1, FLITZIS_CODEC_MULAW, GST_AUDIO_FORMAT_UNKNOWN },
  { 2, FLITZIS_CODEC_PCM, GST_AUDIO_FORMAT_S8 },
  { 3, FLITZIS_CODEC_PCM, GST_AUDIO_FORMAT_S16BE },
  { 4, FLITZIS_CODEC_PCM, GST_AUDIO_FORMAT_S24BE },
  { 5, FLITZIS_CODEC_PCM, GST_AUDIO_FORMAT_S32BE },
  { 6, FLITZIS_CODEC_PCM, GST_AUDIO_FORMAT_F32BE },
  { 7, FLITZIS_CODEC_PCM, GST_AUDIO_FORMAT_F64BE },
  { 27, FLITZIS_CODEC_ALAW, GST_AUDIO_FORMAT_UNKNOWN },
};

void
flitzis_au_read (FlitzisHeader *self, FlitzisReader *reader)
{
  GstByteReader bytes;
  FlitzisPcm    pcm = { 0 };
  guint32       offset, size, encoding;
  gboolean      is_unknown;

  self->container = FLITZIS_CONTAINER_AU;
  if (!flitzis_reader_get (reader, 0, HEADER_SIZE, &bytes))
    {
      flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "its format is missing");
      return;
    }

  gst_byte_reader_skip_unchecked (&bytes, 4);
  offset = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  size = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  encoding = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  pcm.rate = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  pcm.n_channels = gst_byte_reader_get_uint32_be_unchecked (&bytes);

  offset = MAX (offset, HEADER_SIZE);
  is_unknown = flitzis_chunk_size_is_unknown (size, flitzis_reader_count (reader, offset));
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    if (encodings[i].number == encoding)
      {
        pcm.format = encodings[i].format;
        flitzis_pcm_set (self, reader, encodings[i].codec, &pcm, offset,
                         is_unknown ? G_MAXUINT64 : size);
        return;
      }

  if (encoding == 0 || encoding > MAX_ENCODING)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT,
                         "its encoding of AU, %u, is none", encoding);
  else
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "nothing decodes its encoding of AU, %u", encoding);
}
