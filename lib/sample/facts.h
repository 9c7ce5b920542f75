/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The end of the sound, for a file that does not state where its loop ends. */
#define FLITZIS_FACTS_END G_MAXUINT64

/* No label and no title is longer: that would be some other data. */
#define FLITZIS_FACTS_MAX_TEXT_BYTES 65536

/* A place in the sound with a name. */
typedef struct
{
  guint64 position;
  guint   scale; /* units of `position` a second; 0: frames */
  char   *label; /* may be NULL */
} FlitzisFactsCue;

/*
 * What a file says of its sound, beside the frames themselves. Zero-initialised it says nothing.
 *
 * The readers of containers fill it while the length of the sound is not known yet. Positions count
 * from the first frame of sound, without an encoder's delay. flitzis_facts_settle () turns them
 * into frames of the sample, and drops those that make no sense.
 */
typedef struct
{
  char *title;
  char *artist;

  gboolean has_loop;
  guint64  loop_start, loop_end; /* the frame after the loop */
  guint    loop_scale;           /* as that of a cue */
  guint    loop_count;           /* how often it is gone through in all; 0: for ever */

  double   tempo; /* beats a minute; 0: unknown */
  gboolean has_root_note;
  guint    root_note;  /* of MIDI */
  double   track_gain; /* dB, of ReplayGain; 0: unknown */
  double   track_peak; /* linear; 0: unknown */

  GArray    *cues;     /* of FlitzisFactsCue; may be NULL */
  GPtrArray *warnings; /* of strings; may be NULL */
} FlitzisFacts;

void flitzis_facts_clear (FlitzisFacts *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlitzisFacts, flitzis_facts_clear)

/* UTF-8 from `n_bytes` of text, up to the first zero; what is not UTF-8 is taken for Latin 1. NULL
 * if nothing but space is left, and if no program could show it. */
char *flitzis_facts_make_text (gconstpointer text,
                               gsize         n_bytes);

/*
 * Of each of these the first value counts that makes sense: readers begin with the one to trust
 * most. What makes no sense becomes a warning.
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

/* Takes `label`. FALSE if there are so many that no more are kept. */
gboolean flitzis_facts_take_cue (FlitzisFacts *self,
                                 guint64       position,
                                 guint         scale,
                                 char         *label);

void flitzis_facts_warn (FlitzisFacts *self,
                         const char   *format,
                         ...) G_GNUC_PRINTF (2, 3);

/*
 * The file has `n_file_frames` of sound at `file_rate`, and the sample `n_frames` at `rate`: from
 * here on all positions are frames of the sample, rounded to the nearest, and the cues are in their
 * order.
 */
void flitzis_facts_settle (FlitzisFacts *self,
                           guint         file_rate,
                           guint64       n_file_frames,
                           guint         rate,
                           guint64       n_frames);

G_END_DECLS
