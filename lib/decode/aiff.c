/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* AIFF, and AIFF-C, which has compressed frames, too. */

#include "config.h"

#include "decode/chunks.h"
#include "decode/containers.h"
#include "decode/fact-readers.h"
#include "flitzis-error.h"

#include <math.h>
#include <string.h>

#define COMM_SIZE 18
#define SSND_HEADER_SIZE 8

/* The contents of COMM. The number of frames only counts if SSND has no size. */
typedef struct
{
  guint   n_channels;
  guint32 n_frames;
  guint   n_bits;
  guint   rate;
  char    compression[5]; /* of AIFF-C */
} Common;

/* The meaning of a compression; `width` is 0 if COMM states the number of bits. */
typedef struct
{
  char         name[5];
  FlitzisCodec codec;
  gboolean     is_float;
  gboolean     is_unsigned;
  gboolean     is_little_endian;
  guint        width;
} Compression;

static const Compression compressions[] = {
  { "NONE", FLITZIS_CODEC_PCM, FALSE, FALSE, FALSE, 0 },
  { "twos", FLITZIS_CODEC_PCM, FALSE, FALSE, FALSE, 0 },
  { "sowt", FLITZIS_CODEC_PCM, FALSE, FALSE, TRUE, 0 },
  { "raw ", FLITZIS_CODEC_PCM, FALSE, TRUE, FALSE, 0 },
  { "in24", FLITZIS_CODEC_PCM, FALSE, FALSE, FALSE, 24 },
  { "in32", FLITZIS_CODEC_PCM, FALSE, FALSE, FALSE, 32 },
  { "42ni", FLITZIS_CODEC_PCM, FALSE, FALSE, TRUE, 24 },
  { "23ni", FLITZIS_CODEC_PCM, FALSE, FALSE, TRUE, 32 },
  { "fl32", FLITZIS_CODEC_PCM, TRUE, FALSE, FALSE, 32 },
  { "FL32", FLITZIS_CODEC_PCM, TRUE, FALSE, FALSE, 32 },
  { "fl64", FLITZIS_CODEC_PCM, TRUE, FALSE, FALSE, 64 },
  { "FL64", FLITZIS_CODEC_PCM, TRUE, FALSE, FALSE, 64 },
  { "alaw", FLITZIS_CODEC_ALAW, FALSE, FALSE, FALSE, 8 },
  { "ALAW", FLITZIS_CODEC_ALAW, FALSE, FALSE, FALSE, 8 },
  { "ulaw", FLITZIS_CODEC_MULAW, FALSE, FALSE, FALSE, 8 },
  { "ULAW", FLITZIS_CODEC_MULAW, FALSE, FALSE, FALSE, 8 },
  { "ima4", FLITZIS_CODEC_IMA4, FALSE, FALSE, FALSE, 4 },
};

/* Reads a float of 80 bits, rounded to the nearest whole number. */
static guint
read_rate (GstByteReader *bytes)
{
  guint   exponent = gst_byte_reader_get_uint16_be_unchecked (bytes) & 0x7fff;
  guint64 mantissa = gst_byte_reader_get_uint64_be_unchecked (bytes);

  return rint (CLAMP (ldexp (mantissa, (int) exponent - 16383 - 63), 0, G_MAXINT32));
}

static void
read_common (Common *self, FlitzisReader *reader, const FlitzisChunk *chunk)
{
  GstByteReader bytes;

  if (chunk->n_bytes < COMM_SIZE ||
      !flitzis_reader_get (reader, chunk->offset, COMM_SIZE, &bytes))
    {
      flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "its COMM chunk is damaged");
      return;
    }

  self->n_channels = gst_byte_reader_get_uint16_be_unchecked (&bytes);
  self->n_frames = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  self->n_bits = gst_byte_reader_get_uint16_be_unchecked (&bytes);
  self->rate = read_rate (&bytes);
  strcpy (self->compression, "NONE");
  if (chunk->n_bytes >= COMM_SIZE + 4 &&
      flitzis_reader_get (reader, chunk->offset + COMM_SIZE, 4, &bytes))
    memcpy (self->compression, gst_byte_reader_get_data_unchecked (&bytes, 4), 4);
}

static const Compression *
find_compression (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (compressions); i++)
    if (memcmp (compressions[i].name, name, 4) == 0)
      return &compressions[i];

  return NULL;
}

/* The format of PCM; values of other widths than whole bytes are in the high bits of the bytes. */
static GstAudioFormat
get_format (const Common *common, const Compression *compression)
{
  guint width = compression->width > 0 ? compression->width : GST_ROUND_UP_8 (common->n_bits);
  int   endianness = compression->is_little_endian ? G_LITTLE_ENDIAN : G_BIG_ENDIAN;

  if (compression->is_unsigned)
    return gst_audio_format_build_integer (FALSE, endianness, width, width);

  return flitzis_pcm_get_format (compression->is_float, endianness, width, width);
}

/* Returns the number of bytes of frames that SSND states, without its header and its offset. */
static guint64
get_data_size (const FlitzisChunk *sound,
               FlitzisReader      *reader,
               guint32             n_free,
               guint64             n_common_bytes)
{
  guint64 n_there = flitzis_reader_count (reader, sound->offset);
  guint64 n_in_front = SSND_HEADER_SIZE + (guint64) n_free;

  if (!flitzis_chunk_size_is_unknown (sound->n_bytes, n_there))
    return sound->n_bytes - MIN (sound->n_bytes, n_in_front);

  /* the number of frames in COMM excludes chunks that follow */
  if (n_common_bytes > 0 && n_in_front + n_common_bytes <= n_there)
    return n_common_bytes;

  return G_MAXUINT64;
}

static void
read_sound (FlitzisHeader      *self,
            FlitzisReader      *reader,
            const Common       *common,
            const FlitzisChunk *sound)
{
  const Compression *compression = find_compression (common->compression);
  FlitzisPcm         pcm = { .rate = common->rate, .n_channels = common->n_channels };
  guint64            n_common_bytes = 0;
  guint32            n_free;
  GstByteReader      bytes;

  if (compression == NULL)
    {
      g_autofree char *name = g_strescape (common->compression, NULL);

      flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                           "nothing decodes its format of AIFF-C, “%s”", name);
      return;
    }

  if (!flitzis_reader_get (reader, sound->offset, SSND_HEADER_SIZE, &bytes))
    {
      flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "it holds no frames");
      return;
    }
  n_free = gst_byte_reader_get_uint32_be_unchecked (&bytes);

  if (compression->codec == FLITZIS_CODEC_PCM)
    {
      pcm.format = get_format (common, compression);
      if (pcm.format == GST_AUDIO_FORMAT_UNKNOWN)
        {
          flitzis_reader_fail (reader,
                               common->n_bits == 0 ? FLITZIS_ENGINE_ERROR_CORRUPT
                                                   : FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                               "nothing decodes its %u-bit integers", common->n_bits);
          return;
        }
      n_common_bytes = (guint64) common->n_frames * common->n_channels *
                       GST_AUDIO_FORMAT_INFO_WIDTH (gst_audio_format_get_info (pcm.format)) / 8;
    }

  flitzis_pcm_set (self, reader, compression->codec, &pcm,
                   sound->offset + SSND_HEADER_SIZE + n_free,
                   get_data_size (sound, reader, n_free, n_common_bytes));
}

void
flitzis_aiff_read (FlitzisHeader *self, FlitzisReader *reader)
{
  FlitzisChunk chunk = { 0 }, common_chunk = { 0 }, sound = { 0 };
  Common       common = { 0 };

  self->container = FLITZIS_CONTAINER_AIFF;

  while ((common_chunk.offset == 0 || sound.offset == 0) &&
         flitzis_chunk_next (&chunk, reader, G_BIG_ENDIAN))
    {
      if (strcmp (chunk.id, "COMM") == 0)
        common_chunk = chunk;
      else if (strcmp (chunk.id, "SSND") == 0)
        sound = chunk;
    }

  if (common_chunk.offset > 0)
    read_common (&common, reader, &common_chunk);
  else
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "its format is missing");

  if (sound.offset == 0)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "it holds no frames");

  if (reader->error == NULL)
    {
      read_sound (self, reader, &common, &sound);
      flitzis_aiff_facts_read (self->facts, reader);
    }
}
