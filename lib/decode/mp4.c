/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * MP4 and QuickTime (ISO/IEC 14496-12). qtdemux of 1.22 rounds the beginning and the end of the
 * sound to the movie's timescale, often milliseconds, although the table of the packets' times is
 * exact. So the patches here make it give all packets, and the frames are counted here.
 */

#include "config.h"

#include "decode/containers.h"
#include "decode/fact-readers.h"
#include "decode/movie.h"
#include "flitzis-error.h"

#include <stdio.h>
#include <string.h>

/* The box in a description that the decoder of ALAC needs. */
#define ALAC_BYTES 36

static void
add_patch (FlitzisHeader *self, guint64 offset, gconstpointer data, gsize n_bytes)
{
  FlitzisPatch *patch = &self->patches[self->n_patches++];

  patch->offset = offset;
  patch->n_bytes = n_bytes;
  memcpy (patch->bytes, data, n_bytes);
}

/* Makes the movie as long as all packets, because qtdemux stops at its end. */
static void
prolong (FlitzisHeader           *self,
         const FlitzisMovieTimes *movie,
         const FlitzisMovieTimes *media,
         guint64                  n_total)
{
  guint64 duration = gst_util_uint64_scale_ceil (n_total, movie->scale, media->scale) + 1;
  guint64 field_64 = GUINT64_TO_BE (duration);
  guint32 field_32 = GUINT32_TO_BE ((guint32) duration);

  if (duration <= movie->duration)
    return;

  if (movie->n_duration_bytes == 8)
    add_patch (self, movie->duration_offset, &field_64, sizeof field_64);
  else if (duration < G_MAXUINT32)
    add_patch (self, movie->duration_offset, &field_32, sizeof field_32);
}

/* The tag of iTunes: hexadecimal numbers; the second is the delay, the third the padding, the
 * fourth the length. */
static gboolean
read_gap (FlitzisHeader *self, FlitzisReader *reader, const FlitzisBox *item)
{
  FlitzisBox    name, data;
  GstByteReader bytes;
  char          text[65] = { 0 };
  guint         delay;

  if (!flitzis_box_find (&name, reader, item, "name") ||
      !flitzis_box_get (&name, reader, FLITZIS_BOX_VERSION_BYTES, 8, &bytes) ||
      memcmp (bytes.data, "iTunSMPB", 8) != 0 ||
      !flitzis_box_find (&data, reader, item, "data") || data.n_bytes <= 8 ||
      !flitzis_box_get (&data, reader, 8, MIN (data.n_bytes - 8, sizeof text - 1), &bytes))
    return FALSE;

  memcpy (text, bytes.data, bytes.size);
  if (sscanf (text, " %*x %x %*x %" G_GINT64_MODIFIER "x", &delay, &self->n_frames) != 2)
    return FALSE;

  self->n_delay = delay;

  return TRUE;
}

static gboolean
read_tags (FlitzisHeader *self, FlitzisReader *reader, const FlitzisBox *movie)
{
  FlitzisBox user = { 0 }, list, item;

  while (flitzis_box_next (&user, reader, movie))
    {
      if (strcmp (user.type, "udta") != 0 || !flitzis_box_find (&list, reader, &user, "meta") ||
          list.n_bytes <= FLITZIS_BOX_VERSION_BYTES)
        continue;

      /* unlike the boxes around it, this box begins with a version */
      list.offset += FLITZIS_BOX_VERSION_BYTES;
      list.n_bytes -= FLITZIS_BOX_VERSION_BYTES;
      if (!flitzis_box_find (&list, reader, &list, "ilst"))
        continue;

      item = (FlitzisBox){ 0 };
      while (flitzis_box_next (&item, reader, &list))
        if (strcmp (item.type, "----") == 0 && read_gap (self, reader, &item))
          return TRUE;
    }

  return FALSE;
}

/*
 * Returns the number of frames of an edit. Its length is rounded to the movie's units. The length
 * of the packets is exact, and is used if both agree within one unit.
 */
static guint64
get_edit_length (const FlitzisMovieEdits *edits,
                 const FlitzisMovieTimes *movie,
                 const FlitzisMovieTimes *media,
                 guint64                  n_total)
{
  guint64 n_left = n_total - MIN (n_total, (guint64) edits->media_time);
  guint64 unit = gst_util_uint64_scale_ceil (1, media->scale, movie->scale);
  guint64 n_shown = gst_util_uint64_scale_round (edits->duration, media->scale, movie->scale);

  return edits->duration == 0 || n_shown + unit >= n_left ? n_left : n_shown;
}

static void
read_lengths (FlitzisHeader *self, const FlitzisMovie *movie)
{
  guint64           n_packets, n_total = flitzis_movie_sum_times (movie, &n_packets);
  FlitzisMovieTimes movie_times, media_times;
  FlitzisMovieEdits edits;

  if (n_total == 0 || n_packets == 0 ||
      !flitzis_movie_read_times (movie, &movie_times, &media_times) ||
      !flitzis_movie_read_edits (movie, &edits))
    return;

  self->rate = media_times.scale;
  self->has_padding = TRUE;
  /* times are rounded if they were copied from a container with coarser times */
  self->n_slack = n_total / n_packets / 2;
  if (edits.n_edits > 0 && edits.media_time > 0)
    {
      self->n_delay = edits.media_time;
      self->n_frames = get_edit_length (&edits, &movie_times, &media_times, n_total);
    }
  else if (!read_tags (self, movie->reader, &movie->box))
    {
      self->n_frames = edits.n_edits > 0
                           ? get_edit_length (&edits, &movie_times, &media_times, n_total)
                           : n_total;
    }

  if (edits.type_offset > 0)
    add_patch (self, edits.type_offset, "free", 4);
  prolong (self, &movie_times, &media_times, n_total);
}

/*
 * ALAC whose packets all have the same size, as in a sound of one packet. qtdemux of 1.22 takes the
 * number of their frames for their size in bytes, and reads past their end. If they lie one after
 * the other, the decoder gets them without qtdemux.
 */
static void
read_equal_packets (FlitzisHeader *self, const FlitzisMovie *movie)
{
  FlitzisMovieDescription description;
  FlitzisMovieSpan        span;
  GstByteReader           bytes;
  guint64                 n_bytes;

  if (!flitzis_movie_read_description (movie, &description) ||
      strcmp (description.box.type, "alac") != 0 ||
      !flitzis_movie_find_span (movie, &span, 1, 1))
    return;

  /* the last chunk may have fewer packets than the table of chunks says */
  n_bytes = (guint64) span.n_samples * span.sample_size;
  if (n_bytes == 0 || flitzis_reader_count (movie->reader, span.offset) < n_bytes ||
      !flitzis_box_get (&description.box, movie->reader, FLITZIS_MOVIE_DESCRIPTION_BYTES,
                        ALAC_BYTES, &bytes) ||
      memcmp (bytes.data + 4, "alac", 4) != 0)
    return;

  memcpy (self->codec_data, bytes.data, ALAC_BYTES);
  self->n_codec_data = ALAC_BYTES;
  self->pcm = (FlitzisPcm){ .rate = description.rate, .n_channels = description.n_channels };
  self->codec = FLITZIS_CODEC_HEADERLESS_ALAC;
  self->n_block_bytes = span.sample_size;
  self->offset = span.offset;
  self->n_bytes = n_bytes;
}

/* A movie that states no size reaches to the end of the file; qtdemux of 1.22 finds none there. */
static void
state_size (FlitzisHeader *self, FlitzisReader *reader, const FlitzisBox *movie)
{
  guint32       size = GUINT32_TO_BE ((guint32) movie->n_bytes + 8);
  GstByteReader bytes;

  if (movie->n_bytes < G_MAXINT32 && flitzis_reader_get (reader, movie->offset - 8, 4, &bytes) &&
      gst_byte_reader_get_uint32_be_unchecked (&bytes) == 0)
    add_patch (self, movie->offset - 8, &size, sizeof size);
}

void
flitzis_mp4_read (FlitzisHeader *self, FlitzisReader *reader)
{
  FlitzisBox   stream = flitzis_box_of_stream (reader), box = { 0 }, movie_box = { 0 };
  FlitzisMovie movie;

  self->container = FLITZIS_CONTAINER_MP4;

  while (flitzis_box_next (&box, reader, &stream))
    {
      if (strcmp (box.type, "moov") == 0 && movie_box.n_bytes == 0)
        movie_box = box;
      if (strcmp (box.type, "mdat") == 0 && box.is_cut)
        self->is_cut = TRUE;
    }

  /* demuxers would wait for ever */
  if (movie_box.n_bytes == 0)
    {
      flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT,
                           "its index is missing: the file is incomplete");
      return;
    }

  state_size (self, reader, &movie_box);
  flitzis_mp4_facts_read (self->facts, reader, &movie_box);
  if (!flitzis_movie_init (&movie, reader, &movie_box))
    return;

  /* programs that write both lists round the times of this one more */
  if (self->facts->cues == NULL)
    flitzis_movie_read_chapters (&movie, self->facts);

  if (flitzis_mov_pcm_read (self, &movie))
    return;

  read_lengths (self, &movie);
  if (!self->is_cut)
    read_equal_packets (self, &movie);
}
