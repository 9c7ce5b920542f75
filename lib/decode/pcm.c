/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* The header of PCM in any container: the number of frames, and the positions of the channels. */

#include "config.h"

#include "decode/containers.h"

#include "flitzis-error.h"

#define MAX_CHANNELS 64

/* The number of blocks of IMA4 that the decoder gets at once. */
#define N_IMA4_BLOCKS 64

GstAudioFormat
flitzis_pcm_get_format (gboolean is_float, int endianness, guint width, guint depth)
{
  if (is_float)
    {
      gboolean is_little = endianness == G_LITTLE_ENDIAN;

      if (width == 32)
        return is_little ? GST_AUDIO_FORMAT_F32LE : GST_AUDIO_FORMAT_F32BE;
      if (width == 64)
        return is_little ? GST_AUDIO_FORMAT_F64LE : GST_AUDIO_FORMAT_F64BE;
      return GST_AUDIO_FORMAT_UNKNOWN;
    }

  return gst_audio_format_build_integer (TRUE, endianness, width, depth);
}

guint64
flitzis_pcm_get_mask (guint32 wave_mask)
{
  /* in the order of WAVEFORMATEXTENSIBLE, which is also that of Core Audio's bitmap */
  static const GstAudioChannelPosition positions[] = {
    GST_AUDIO_CHANNEL_POSITION_FRONT_LEFT,
    GST_AUDIO_CHANNEL_POSITION_FRONT_RIGHT,
    GST_AUDIO_CHANNEL_POSITION_FRONT_CENTER,
    GST_AUDIO_CHANNEL_POSITION_LFE1,
    GST_AUDIO_CHANNEL_POSITION_REAR_LEFT,
    GST_AUDIO_CHANNEL_POSITION_REAR_RIGHT,
    GST_AUDIO_CHANNEL_POSITION_FRONT_LEFT_OF_CENTER,
    GST_AUDIO_CHANNEL_POSITION_FRONT_RIGHT_OF_CENTER,
    GST_AUDIO_CHANNEL_POSITION_REAR_CENTER,
    GST_AUDIO_CHANNEL_POSITION_SIDE_LEFT,
    GST_AUDIO_CHANNEL_POSITION_SIDE_RIGHT,
    GST_AUDIO_CHANNEL_POSITION_TOP_CENTER,
    GST_AUDIO_CHANNEL_POSITION_TOP_FRONT_LEFT,
    GST_AUDIO_CHANNEL_POSITION_TOP_FRONT_CENTER,
    GST_AUDIO_CHANNEL_POSITION_TOP_FRONT_RIGHT,
    GST_AUDIO_CHANNEL_POSITION_TOP_REAR_LEFT,
    GST_AUDIO_CHANNEL_POSITION_TOP_REAR_CENTER,
    GST_AUDIO_CHANNEL_POSITION_TOP_REAR_RIGHT,
  };
  guint64 mask = 0;

  for (guint i = 0; i < 32; i++)
    {
      guint64 bit;

      if (!(wave_mask & 1u << i))
        continue;
      if (i >= G_N_ELEMENTS (positions))
        return 0;

      /* GStreamer's mask cannot describe channels in another order than its bits */
      bit = G_GUINT64_CONSTANT (1) << positions[i];
      if (bit < mask)
        return 0;
      mask |= bit;
    }

  return mask;
}

static guint
count_bits (guint64 mask)
{
  guint n_bits = 0;

  for (; mask != 0; mask &= mask - 1)
    n_bits++;

  return n_bits;
}

static guint64
choose_mask (const FlitzisPcm *pcm)
{
  if (pcm->n_channels <= 2)
    return 0;

  if (count_bits (pcm->channel_mask) == pcm->n_channels)
    return pcm->channel_mask;

  return pcm->n_channels <= FLITZIS_MAX_UNPOSITIONED
             ? gst_audio_channel_get_fallback_mask (pcm->n_channels)
             : 0;
}

/* The smallest number of bytes that can be decoded, and the number of their frames. */
static void
get_block (FlitzisCodec codec, const FlitzisPcm *pcm, guint64 *n_bytes, guint64 *n_frames)
{
  guint n_channel_bytes = 1;

  *n_frames = 1;
  if (codec == FLITZIS_CODEC_PCM)
    n_channel_bytes = GST_AUDIO_FORMAT_INFO_WIDTH (gst_audio_format_get_info (pcm->format)) / 8;
  else if (codec == FLITZIS_CODEC_IMA4)
    {
      n_channel_bytes = FLITZIS_IMA4_BLOCK_BYTES;
      *n_frames = FLITZIS_IMA4_BLOCK_FRAMES;
    }
  *n_bytes = (guint64) n_channel_bytes * pcm->n_channels;
}

static void
check (const FlitzisPcm *pcm, FlitzisReader *reader, guint64 n_block_bytes)
{
  if (pcm->n_channels == 0 || pcm->rate == 0 || n_block_bytes > reader->n_bytes)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "it states %u channels at %u Hz",
                         pcm->n_channels, pcm->rate);

  if (pcm->rate < FLITZIS_MIN_RATE || pcm->rate > FLITZIS_MAX_RATE)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "its rate of %u Hz is not within %d to %d Hz", pcm->rate,
                         FLITZIS_MIN_RATE, FLITZIS_MAX_RATE);

  if (pcm->n_channels > MAX_CHANNELS || (pcm->n_channels > 2 && choose_mask (pcm) == 0))
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "it has %u channels and does not say where each one is heard",
                         pcm->n_channels);
}

void
flitzis_pcm_set (FlitzisHeader    *self,
                 FlitzisReader    *reader,
                 FlitzisCodec      codec,
                 const FlitzisPcm *pcm,
                 guint64           offset,
                 guint64           n_stated)
{
  guint64 n_there = flitzis_reader_count (reader, offset);
  guint64 n_block_bytes, n_block_frames, n_blocks;

  get_block (codec, pcm, &n_block_bytes, &n_block_frames);
  check (pcm, reader, n_block_bytes);
  if (reader->error != NULL)
    return;

  if (n_stated == G_MAXUINT64)
    n_stated = n_there;
  n_blocks = MIN (n_stated, n_there) / n_block_bytes;
  if (n_blocks == 0)
    flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT, "it holds no frames");

  self->codec = codec;
  self->n_block_bytes = codec == FLITZIS_CODEC_IMA4 ? n_block_bytes * N_IMA4_BLOCKS : 0;
  self->pcm = *pcm;
  self->pcm.channel_mask = choose_mask (pcm);
  self->offset = offset;
  self->n_bytes = n_blocks * n_block_bytes;
  self->n_decoded_frames = n_blocks * n_block_frames;
  self->n_frames = self->n_decoded_frames;
  self->is_cut = n_stated / n_block_bytes > n_blocks;
  self->n_whole_frames = self->is_cut ? self->n_frames : G_MAXUINT64;
}
