/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  FLITZIS_CONTAINER_OTHER,
  FLITZIS_CONTAINER_RIFF,
  FLITZIS_CONTAINER_AIFF,
  FLITZIS_CONTAINER_FLAC,
  FLITZIS_CONTAINER_OGG,
  FLITZIS_CONTAINER_MPEG_AUDIO, /* packets of MP3 or AAC, without a container */
  FLITZIS_CONTAINER_MP4,
  FLITZIS_CONTAINER_MATROSKA,
} FlitzisContainer;

/* What the elements are known for beforehand, where the file says that it holds one stream of that,
 * and how long it is. */
typedef enum
{
  FLITZIS_CODEC_OTHER,
  FLITZIS_CODEC_PCM, /* in WAV */
  FLITZIS_CODEC_FLAC,
  FLITZIS_CODEC_VORBIS, /* in Ogg */
  FLITZIS_CODEC_MP3,    /* with a table of its packets */
  FLITZIS_N_CODECS
} FlitzisCodec;

/* What the bytes of a file state. Frames are at the file's own rate; 0 is "not stated". */
typedef struct
{
  FlitzisContainer container;
  FlitzisCodec     codec;

  /* The file is shorter than it says, or something of it is missing: behind so many frames where
   * this is stated, else where the frames end. */
  gboolean is_cut;
  guint64  n_whole_frames;

  /* What will come at the most, where the file says so and is long enough for it to be true. */
  guint64 n_expected_frames;

  /* What an encoder put in front and behind, in decoded frames, and how many frames are between. */
  guint64 n_delay;
  guint64 n_padding;
  guint64 n_frames;

  /* MPEG audio: how many packets follow the one with the header, and the frames of each. */
  guint64 n_packets;
  guint   n_packet_frames;

  /* FLAC and MP3: where the first frame or packet begins; 0 where that was not found. MP3: behind
   * the one with the table. */
  guint64 first_frame_offset;

  /* WAV: longer than its demuxer can fetch, which then looks for the frames for ever. */
  gboolean is_long;

  /* WAV: how its frames are coded, where that is nothing that decoders are known for. */
  guint16 unknown_format;

  /* WAV and AIFF: channels without a loudspeaker for each; 0 where they have one, or need none. */
  guint n_unpositioned_channels;

  /* MP4: where the length of the whole movie stands and how many bytes it has, what it says, and
   * what the edit lists cut off in front, both in units of the movie. */
  guint64 movie_duration_offset;
  guint   movie_duration_size;
  guint64 movie_duration;
  guint64 movie_delay;

  /* Ogg: the pages say where in the stream they are. */
  gboolean has_positions;

  /* Matroska: what the encoder of Opus put in front, in frames of 48 kHz. */
  guint n_opus_delay;
} FlitzisHeader;

/*
 * Reads the header and seeks back to the start. What cannot be made sense of is "not stated":
 * whether the file is sound is for the decoder to say. FALSE when it is cancelled, the stream
 * cannot be read, or an MP4 file is without its index, over which demuxers wait for ever.
 */
gboolean flitzis_header_read (FlitzisHeader *self,
                              GInputStream  *stream,
                              GCancellable  *cancellable,
                              GError       **error);

G_END_DECLS
