/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/boxes.h"
#include "sample/facts.h"

G_BEGIN_DECLS

/* The tables of MP4 and QuickTime (ISO/IEC 14496-12) with the times and places of the samples of
 * the first audio track. A sample is a packet of AAC or ALAC, or a frame of PCM. */
typedef struct
{
  FlitzisReader *reader;
  FlitzisBox     box;    /* moov */
  FlitzisBox     track;  /* trak */
  FlitzisBox     tables; /* stbl of the track */
} FlitzisMovie;

/* Returns FALSE if there is no audio track, or it has no tables. */
gboolean flitzis_movie_init (FlitzisMovie     *self,
                             FlitzisReader    *reader,
                             const FlitzisBox *box);

/* The length of a movie, or of a track's media. */
typedef struct
{
  guint32 scale; /* units of a second */
  guint64 duration;
  guint64 duration_offset; /* in the file */
  guint   n_duration_bytes;
} FlitzisMovieTimes;

/* Returns FALSE if one of the lengths is not stated. */
gboolean flitzis_movie_read_times (const FlitzisMovie *self,
                                   FlitzisMovieTimes  *movie,
                                   FlitzisMovieTimes  *media);

/* The part of a track that its edit list plays. */
typedef struct
{
  guint    n_edits;     /* 0 plays all of the track */
  guint64  duration;    /* in units of the movie */
  gint64   media_time;  /* the beginning of the part, in units of the media */
  gboolean has_pauses;  /* some edits play nothing */
  guint64  type_offset; /* of the list's type in the file; 0 without a list */
} FlitzisMovieEdits;

/* Returns FALSE if the list plays more than one part, or breaks off. */
gboolean flitzis_movie_read_edits (const FlitzisMovie *self,
                                   FlitzisMovieEdits  *edits);

/* The size of the part of a description that all versions have. */
#define FLITZIS_MOVIE_DESCRIPTION_BYTES 28

/* The coding of the samples. Versions 1 and 2 have more fields in `box`, and then boxes. */
typedef struct
{
  FlitzisBox box;
  gboolean   is_only; /* no sample has another description */
  guint      version;
  guint      n_channels;
  guint      n_bits;
  guint      rate;
} FlitzisMovieDescription;

/* Reads the first description. */
gboolean flitzis_movie_read_description (const FlitzisMovie      *self,
                                         FlitzisMovieDescription *description);

/* Returns whether the samples are in this file. */
gboolean flitzis_movie_is_self_contained (const FlitzisMovie *self);

/* Adds up the lengths of all samples, in units of the media. Returns 0 if they are not stated. */
guint64 flitzis_movie_sum_times (const FlitzisMovie *self,
                                 guint64            *n_samples);

/* The place of samples of one size in the file. */
typedef struct
{
  guint64 offset;
  guint64 n_bytes; /* of all chunks */
  guint32 n_samples;
  guint32 sample_size;
} FlitzisMovieSpan;

/* Returns FALSE if samples differ in size, if there are none, or if there are gaps between their
 * chunks. Samples that are smaller than a block are frames: a block holds `n_block_frames` of
 * them. */
gboolean flitzis_movie_find_span (const FlitzisMovie *self,
                                  FlitzisMovieSpan   *span,
                                  guint               n_block_bytes,
                                  guint               n_block_frames);

/* Adds the chapters: the texts in another track, to which the track of the sound refers. */
void flitzis_movie_read_chapters (const FlitzisMovie *self,
                                  FlitzisFacts       *facts);

G_END_DECLS
