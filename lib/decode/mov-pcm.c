/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* PCM in QuickTime files, and in MP4 files that have the same structure. */

#include "config.h"

#include "decode/containers.h"
#include "decode/movie.h"
#include "flitzis-error.h"

#include <math.h>
#include <string.h>

/* The additional fields of a description in versions 1 and 2. */
#define VERSION_1_BYTES 16
#define VERSION_2_BYTES 36

#define LAYOUT_IS_BITMAP 0x10000

enum
{
  FLAG_FLOAT = 1 << 0,
  FLAG_BIG_ENDIAN = 1 << 1,
  FLAG_SIGNED = 1 << 2,
  FLAG_NON_INTERLEAVED = 1 << 5
};

/* The coding of frames, and the bytes of a block of them. */
typedef struct
{
  FlitzisCodec codec;
  FlitzisPcm   pcm;
  guint        n_block_bytes;
  guint        n_block_frames;
  gboolean     is_misread; /* by qtdemux */
} Track;

/* QuickTime has a box which states that the lowest byte comes first. */
static gboolean
is_little_endian (FlitzisReader *reader, const FlitzisBox *extensions)
{
  FlitzisBox    box;
  GstByteReader bytes;

  return (flitzis_box_find (&box, reader, extensions, "wave/enda") ||
          flitzis_box_find (&box, reader, extensions, "enda")) &&
         flitzis_box_get (&box, reader, 0, 2, &bytes) &&
         gst_byte_reader_get_uint16_be_unchecked (&bytes) != 0;
}

static guint64
read_mask (FlitzisReader *reader, const FlitzisBox *extensions)
{
  FlitzisBox    box;
  GstByteReader bytes;

  if (!flitzis_box_find (&box, reader, extensions, "chan") ||
      !flitzis_box_get (&box, reader, FLITZIS_BOX_VERSION_BYTES, 8, &bytes) ||
      gst_byte_reader_get_uint32_be_unchecked (&bytes) != LAYOUT_IS_BITMAP)
    return 0;

  return flitzis_pcm_get_mask (gst_byte_reader_get_uint32_be_unchecked (&bytes));
}

static void
set_integers (Track *self, gboolean is_signed, int endianness, guint n_bits)
{
  guint width = GST_ROUND_UP_8 (n_bits);

  self->codec = FLITZIS_CODEC_PCM;
  self->pcm.format = gst_audio_format_build_integer (is_signed, endianness, width, width);
}

static void
set_floats (Track *self, int endianness, guint n_bits)
{
  self->codec = FLITZIS_CODEC_PCM;
  self->pcm.format = flitzis_pcm_get_format (TRUE, endianness, n_bits, n_bits);
}

/* Finds the coding by the four characters of the older versions. Without a box, the highest byte
 * comes first. */
static void
set_by_type (Track *self, const char *type, gboolean is_little, guint n_bits)
{
  int endianness = is_little ? G_LITTLE_ENDIAN : G_BIG_ENDIAN;

  if (strcmp (type, "twos") == 0)
    set_integers (self, TRUE, G_BIG_ENDIAN, n_bits);
  else if (strcmp (type, "sowt") == 0)
    set_integers (self, TRUE, G_LITTLE_ENDIAN, n_bits);
  else if (strcmp (type, "raw ") == 0 || strcmp (type, "NONE") == 0)
    set_integers (self, n_bits > 8, G_BIG_ENDIAN, n_bits);
  else if (strcmp (type, "in24") == 0)
    set_integers (self, TRUE, endianness, 24);
  else if (strcmp (type, "in32") == 0)
    set_integers (self, TRUE, endianness, 32);
  else if (strcmp (type, "fl32") == 0)
    set_floats (self, endianness, 32);
  else if (strcmp (type, "fl64") == 0)
    set_floats (self, endianness, 64);
  else if (strcmp (type, "alaw") == 0)
    self->codec = FLITZIS_CODEC_ALAW;
  else if (strcmp (type, "ulaw") == 0)
    self->codec = FLITZIS_CODEC_MULAW;
  else if (strcmp (type, "ima4") == 0)
    self->codec = FLITZIS_CODEC_IMA4;

  /* GStreamer 1.22 confuses these with the others */
  self->is_misread = is_little && (strcmp (type, "in32") == 0 || strcmp (type, "fl32") == 0 ||
                                   strcmp (type, "fl64") == 0);
}

/* Version 2 has a rate of 64 bits, any number of channels, and flags in place of characters. */
static void
read_version_2 (Track *self, const char *type, GstByteReader *bytes)
{
  double  rate;
  guint32 n_bits, flags, n_block_bytes;
  int     endianness;

  gst_byte_reader_skip_unchecked (bytes, 4);
  rate = gst_byte_reader_get_float64_be_unchecked (bytes);
  self->pcm.rate = rint (rate > 0 ? MIN (rate, G_MAXINT32) : 0);
  self->pcm.n_channels = gst_byte_reader_get_uint32_be_unchecked (bytes);
  gst_byte_reader_skip_unchecked (bytes, 4);
  n_bits = gst_byte_reader_get_uint32_be_unchecked (bytes);
  flags = gst_byte_reader_get_uint32_be_unchecked (bytes);
  n_block_bytes = gst_byte_reader_get_uint32_be_unchecked (bytes);

  if (strcmp (type, "lpcm") != 0)
    {
      set_by_type (self, type, FALSE, n_bits);
      return;
    }

  if ((flags & FLAG_NON_INTERLEAVED && self->pcm.n_channels > 1) || self->pcm.n_channels == 0 ||
      n_block_bytes / self->pcm.n_channels != GST_ROUND_UP_8 (n_bits) / 8)
    return;

  endianness = flags & FLAG_BIG_ENDIAN ? G_BIG_ENDIAN : G_LITTLE_ENDIAN;
  if (flags & FLAG_FLOAT)
    set_floats (self, endianness, n_bits);
  else
    set_integers (self, flags & FLAG_SIGNED, endianness, n_bits);
}

/* Returns FALSE if the track is neither PCM nor similar to PCM. */
static gboolean
read_track (Track *self, const FlitzisMovie *movie)
{
  FlitzisMovieDescription description;
  FlitzisBox              extensions;
  GstByteReader           bytes;
  guint                   size = FLITZIS_MOVIE_DESCRIPTION_BYTES;

  if (!flitzis_movie_read_description (movie, &description) || !description.is_only)
    return FALSE;

  self->pcm.n_channels = description.n_channels;
  self->pcm.rate = description.rate;

  if (description.version == 1)
    size += VERSION_1_BYTES;
  if (description.version == 2)
    {
      if (!flitzis_box_get (&description.box, movie->reader, size, VERSION_2_BYTES, &bytes))
        return FALSE;
      read_version_2 (self, description.box.type, &bytes);
      size += VERSION_2_BYTES;
    }

  extensions = description.box;
  extensions.offset += MIN (size, extensions.n_bytes);
  extensions.n_bytes -= MIN (size, extensions.n_bytes);
  self->pcm.channel_mask = read_mask (movie->reader, &extensions);
  if (description.version < 2)
    set_by_type (self, description.box.type, is_little_endian (movie->reader, &extensions),
                 description.n_bits);

  self->n_block_frames = 1;
  self->n_block_bytes = self->pcm.n_channels;
  if (self->codec == FLITZIS_CODEC_IMA4)
    {
      self->n_block_frames = FLITZIS_IMA4_BLOCK_FRAMES;
      self->n_block_bytes *= FLITZIS_IMA4_BLOCK_BYTES;
    }
  else if (self->codec == FLITZIS_CODEC_PCM)
    self->n_block_bytes *=
        GST_AUDIO_FORMAT_INFO_WIDTH (gst_audio_format_get_info (self->pcm.format)) / 8;

  return self->codec != FLITZIS_CODEC_OTHER && self->n_block_bytes > 0;
}

/* The part of a track that an edit list plays, in frames. */
typedef struct
{
  guint64 start;
  guint64 n_frames; /* G_MAXUINT64: to the end */
} Edit;

/*
 * Returns FALSE if there is more than one edit. The length of an edit is in units of the movie,
 * which are longer than a frame. If the edit may reach to the end, it does.
 */
static gboolean
find_edit (Edit *self, const FlitzisMovie *movie, guint rate)
{
  FlitzisMovieEdits edits;
  FlitzisMovieTimes movie_times, media_times;
  guint64           start, rest;

  *self = (Edit){ .n_frames = G_MAXUINT64 };
  if (!flitzis_movie_read_edits (movie, &edits) || edits.has_pauses)
    return FALSE;

  if (edits.n_edits == 0)
    return TRUE;

  start = edits.media_time;
  if (!flitzis_movie_read_times (movie, &movie_times, &media_times) ||
      MAX (movie_times.scale, media_times.scale) > G_MAXINT32 || start > media_times.duration)
    return FALSE;

  self->start = gst_util_uint64_scale_round (start, rate, media_times.scale);
  rest = gst_util_uint64_scale (media_times.duration - start, movie_times.scale,
                                media_times.scale);
  if (rest > edits.duration + 1)
    self->n_frames = gst_util_uint64_scale_round (edits.duration, rate, movie_times.scale);

  return TRUE;
}

/* Frames that are coded separately are cut here; blocks are decoded as a whole. */
static void
use (const Track            *track,
     const Edit             *edit,
     const FlitzisMovieSpan *span,
     FlitzisHeader          *self,
     FlitzisReader          *reader)
{
  if (track->n_block_frames == 1)
    {
      guint64 n_frames = span->n_bytes / track->n_block_bytes;
      guint64 start = MIN (edit->start, n_frames);

      flitzis_pcm_set (self, reader, track->codec, &track->pcm,
                       span->offset + start * track->n_block_bytes,
                       MIN (edit->n_frames, n_frames - start) * track->n_block_bytes);
      return;
    }

  flitzis_pcm_set (self, reader, track->codec, &track->pcm, span->offset, span->n_bytes);
  self->n_delay = MIN (edit->start, self->n_decoded_frames);
  self->n_frames = MIN (edit->n_frames, self->n_decoded_frames - self->n_delay);
  self->has_padding = self->n_delay + self->n_frames < self->n_decoded_frames;
}

gboolean
flitzis_mov_pcm_read (FlitzisHeader *self, const FlitzisMovie *movie)
{
  Track            track = { 0 };
  FlitzisMovieSpan span;
  Edit             edit;

  if (!read_track (&track, movie) || !flitzis_movie_is_self_contained (movie))
    return FALSE;

  if (find_edit (&edit, movie, track.pcm.rate) &&
      flitzis_movie_find_span (movie, &span, track.n_block_bytes, track.n_block_frames))
    {
      use (&track, &edit, &span, self, movie->reader);
      return TRUE;
    }

  if (track.is_misread)
    flitzis_reader_fail (movie->reader, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "nothing decodes its PCM, which has the lowest byte first and is not in "
                         "one piece");

  return FALSE;
}
