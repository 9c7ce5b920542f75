/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/facts.h"

#include <gio/gio.h>
#include <gst/audio/audio.h>

G_BEGIN_DECLS

/* Rates that are decoded, in Hz: GStreamer takes any that a file states at its word. */
#define FLITZIS_MIN_RATE 1000
#define FLITZIS_MAX_RATE 768000

/* Files with up to this many channels that do not say where these are heard get GStreamer's usual
 * positions. */
#define FLITZIS_MAX_UNPOSITIONED 8

/* IMA ADPCM, as QuickTime has it, of each channel. */
#define FLITZIS_IMA4_BLOCK_BYTES 34
#define FLITZIS_IMA4_BLOCK_FRAMES 64

typedef enum
{
  FLITZIS_CONTAINER_OTHER,
  FLITZIS_CONTAINER_RIFF, /* WAV, RF64, BW64, W64 */
  FLITZIS_CONTAINER_AIFF, /* AIFF and AIFF-C */
  FLITZIS_CONTAINER_CAF,
  FLITZIS_CONTAINER_AU,
  FLITZIS_CONTAINER_FLAC,
  FLITZIS_CONTAINER_OGG,
  FLITZIS_CONTAINER_MPEG_AUDIO, /* packets of MP3 or AAC, without a container */
  FLITZIS_CONTAINER_MP4,        /* and QuickTime */
  FLITZIS_CONTAINER_MATROSKA,
} FlitzisContainer;

/* What a file holds, if its header tells: the elements are known then. */
typedef enum
{
  FLITZIS_CODEC_OTHER, /* decodebin finds out */

  /* headerless frames: nothing in their own bytes describes them */
  FLITZIS_CODEC_PCM, /* as `pcm` says, like the next three */
  FLITZIS_CODEC_ALAW,
  FLITZIS_CODEC_MULAW,
  FLITZIS_CODEC_IMA4,
  FLITZIS_CODEC_HEADERLESS_FLAC, /* as `codec_data` says, like the next one */
  FLITZIS_CODEC_HEADERLESS_ALAC,

  FLITZIS_CODEC_FLAC,
  FLITZIS_CODEC_VORBIS, /* one stream in Ogg */
  FLITZIS_CODEC_OPUS,   /* one stream in Ogg, mono or stereo (mapping family 0) */
  FLITZIS_CODEC_MP3,
} FlitzisCodec;

/* What nothing in the bytes of headerless frames says. */
typedef struct
{
  GstAudioFormat format; /* of PCM */
  guint          rate;   /* Hz */
  guint          n_channels;
  guint64        channel_mask; /* GStreamer's, in its order; 0 for mono and stereo */
} FlitzisPcm;

#define FLITZIS_MAX_CODEC_DATA 64

/* Bytes of the file that elements see in place of those that stand there. */
typedef struct
{
  guint64 offset; /* in the file */
  gsize   n_bytes;
  guint8  bytes[8];
} FlitzisPatch;

#define FLITZIS_MAX_PATCHES 16

/*
 * What a file states about itself. Frames are at the file's own rate; 0 is "not stated".
 *
 * Decoders give frames in this order: `n_delay` that an encoder put in front, the sound, padding.
 */
typedef struct
{
  FlitzisContainer container;
  FlitzisCodec     codec;
  FlitzisPcm       pcm;
  FlitzisFacts    *facts; /* the caller's; what the file says of the sound */

  /* Of headerless frames: how many bytes a decoder gets at once, 0 if that makes no difference, and
   * what it has to know of them. */
  guint  n_block_bytes;
  guint8 codec_data[FLITZIS_MAX_CODEC_DATA];
  gsize  n_codec_data;

  /* The part of the file that is decoded. */
  guint64 offset;
  guint64 n_bytes;

  FlitzisPatch patches[FLITZIS_MAX_PATCHES];
  guint        n_patches;

  /* The file is shorter than it says, or a part of it is missing: after `n_whole_frames` of sound,
   * or where the frames end if that is G_MAXUINT64. */
  gboolean is_cut;
  guint64  n_whole_frames;

  /* How many frames the decoder gives, delay and padding included: exactly if the codec is known,
   * else at the most. Never more than the bytes of the file can hold. */
  guint64 n_decoded_frames;

  guint    rate; /* Hz, that the next ones count at; 0 for the rate of the decoder */
  guint64  n_delay;
  guint64  n_frames;    /* of sound; fewer are an error */
  guint64  n_slack;     /* but for this many */
  gboolean has_padding; /* what comes after `n_frames` is padding */

  /* Ogg: the pages say where in the stream they are. */
  gboolean has_positions;

  /* Matroska: the delay that the header of Opus states, in frames of 48 kHz. */
  guint n_opus_delay;
} FlitzisHeader;

G_END_DECLS
