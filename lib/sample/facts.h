/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A loop_end for files that do not state one: the loop goes to the end of the sound. */
#define FLITZIS_FACTS_END G_MAXUINT64

/* Longer texts are ignored: they are not labels or titles, but other data. */
#define FLITZIS_FACTS_MAX_TEXT_BYTES 65536

/* A place in the sound, with its name. */
typedef struct
{
  guint64 position;
  guint   scale; /* units of `position` a second; 0: frames */
  char   *label; /* may be NULL */
} FlitzisFactsCue;

/*
 * The statements of a file about its sound. A zero-initialised struct is one without statements.
 *
 * The readers of containers fill it before the length of the sound is known. Positions count from
 * the first frame that is heard, so an encoder's delay is not part of them. flitzis_facts_settle ()
 * turns them into frames of the sample, and drops those that make no sense.
 */
typedef struct
{
  char *title;
  char *artist;

  gboolean has_loop;
  guint64  loop_start, loop_end; /* the frame after the loop */
  guint    loop_scale;           /* like the scale of a cue */
  guint    loop_count;           /* how many times the loop is played; 0: for ever */

  double   tempo; /* beats a minute; 0: unknown */
  gboolean has_root_note;
  guint    root_note;  /* a MIDI note */
  double   track_gain; /* ReplayGain, dB; 0: unknown */
  double   track_peak; /* linear; 0: unknown */

  GArray    *cues;     /* of FlitzisFactsCue; may be NULL */
  GPtrArray *warnings; /* of strings; may be NULL */
} FlitzisFacts;

void flitzis_facts_clear (FlitzisFacts *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlitzisFacts, flitzis_facts_clear)

/* Makes UTF-8 of the text in `n_bytes`, up to the first zero. Text that is not UTF-8 is read as
 * Latin 1. NULL if the text is empty or blank, and if it is too long. */
char *flitzis_facts_make_text (gconstpointer text,
                               gsize         n_bytes);

/*
 * Each of these keeps the first value that makes sense, so readers begin with the source that they
 * trust most. A value that makes no sense adds a warning instead.
 */
void flitzis_facts_take_title (FlitzisFacts *self,
                               char         *title);
void flitzis_facts_take_artist (FlitzisFacts *self,
                                char         *artist);
void flitzis_facts_set_loop (FlitzisFacts *self,
                             guint64       start,
                             guint64       end,
                             guint         scale,
                             guint         count);
void flitzis_facts_set_tempo (FlitzisFacts *self,
                              double        tempo);
void flitzis_facts_set_root_note (FlitzisFacts *self,
                                  guint         root_note);
void flitzis_facts_set_track_gain (FlitzisFacts *self,
                                   double        gain_db);
void flitzis_facts_set_track_peak (FlitzisFacts *self,
                                   double        peak);

/* Takes `label`. FALSE if the list of cues is full. */
gboolean flitzis_facts_take_cue (FlitzisFacts *self,
                                 guint64       position,
                                 guint         scale,
                                 char         *label);

void flitzis_facts_warn (FlitzisFacts *self,
                         const char   *format,
                         ...) G_GNUC_PRINTF (2, 3);

/*
 * Turns all positions into frames of the sample, rounded to the nearest, and sorts the cues. The
 * file has `n_file_frames` of sound at `file_rate`, and the sample has `n_frames` at `rate`.
 */
void flitzis_facts_settle (FlitzisFacts *self,
                           guint         file_rate,
                           guint64       n_file_frames,
                           guint         rate,
                           guint64       n_frames);

G_END_DECLS
