/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/facts.h"

#include <gio/gio.h>
#include <gst/audio/audio.h>

G_BEGIN_DECLS

/* The rates that are decoded, in Hz. GStreamer itself accepts any rate that a file states. */
#define FLITZIS_MIN_RATE 1000
#define FLITZIS_MAX_RATE 768000

/* Files with up to this number of channels that do not state their positions get GStreamer's usual
 * positions. */
#define FLITZIS_MAX_UNPOSITIONED 8

/* IMA ADPCM in the form of QuickTime, for each channel. */
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

/* The codec of a file, if its header states it. The elements are known then. */
typedef enum
{
  FLITZIS_CODEC_OTHER, /* decodebin finds out */

  /* headerless frames: nothing in their own bytes describes them */
  FLITZIS_CODEC_PCM, /* described by `pcm`, like the next three */
  FLITZIS_CODEC_ALAW,
  FLITZIS_CODEC_MULAW,
  FLITZIS_CODEC_IMA4,
  FLITZIS_CODEC_HEADERLESS_FLAC, /* described by `codec_data`, like the next one */
  FLITZIS_CODEC_HEADERLESS_ALAC,

  FLITZIS_CODEC_FLAC,
  FLITZIS_CODEC_VORBIS, /* one stream in Ogg */
  FLITZIS_CODEC_OPUS,   /* one stream in Ogg, mono or stereo (mapping family 0) */
  FLITZIS_CODEC_MP3,
} FlitzisCodec;

/* The description of headerless frames, whose bytes do not contain it. */
typedef struct
{
  GstAudioFormat format; /* of PCM */
  guint          rate;   /* Hz */
  guint          n_channels;
  guint64        channel_mask; /* GStreamer's, in its order; 0 for mono and stereo */
} FlitzisPcm;

#define FLITZIS_MAX_CODEC_DATA 64

/* Bytes that elements see in place of those in the file. */
typedef struct
{
  guint64 offset; /* in the file */
  gsize   n_bytes;
  guint8  bytes[8];
} FlitzisPatch;

#define FLITZIS_MAX_PATCHES 16

/*
 * The header of a file. Frames are at the file's own rate; 0 is "not stated".
 *
 * Decoders give frames in this order: `n_delay` frames that the encoder added, the sound, and
 * padding.
 */
typedef struct
{
  FlitzisContainer container;
  FlitzisCodec     codec;
  FlitzisPcm       pcm;
  FlitzisFacts    *facts; /* the caller's; the readers fill it */

  /* For headerless frames: the number of bytes that a decoder gets at once, 0 if that makes no
   * difference, and their description. */
  guint  n_block_bytes;
  guint8 codec_data[FLITZIS_MAX_CODEC_DATA];
  gsize  n_codec_data;

  /* The part of the file that is decoded. */
  guint64 offset;
  guint64 n_bytes;

  FlitzisPatch patches[FLITZIS_MAX_PATCHES];
  guint        n_patches;

  /* The file is shorter than it states, or a part of it is missing: after `n_whole_frames` of
   * sound, or at the end of the frames if that is G_MAXUINT64. */
  gboolean is_cut;
  guint64  n_whole_frames;

  /* The number of frames that the decoder gives, delay and padding included: exact if the codec is
   * known, else the largest possible number. Never more than the bytes of the file can hold. */
  guint64 n_decoded_frames;

  guint    rate; /* of the next fields, in Hz; 0 for the rate of the decoder */
  guint64  n_delay;
  guint64  n_frames;    /* of sound; fewer are an error */
  guint64  n_slack;     /* by more than this number */
  gboolean has_padding; /* everything after `n_frames` is padding */

  /* Ogg: the pages state their position in the stream. */
  gboolean has_positions;

  /* Matroska: the delay that the header of Opus states, in frames of 48 kHz. */
  guint n_opus_delay;
} FlitzisHeader;

G_END_DECLS
