/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "rt/mixer-state.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The tempo grid: the places of the beats, and the beat that is reported next. Control sets the
 * grid, and the mixer follows it from its next block on.
 *
 * All calls are under control's mutex, except for the two functions on a copy of the grid.
 */

/* The largest number of a beat; its negative is the smallest. */
#define FLITZIS_MAX_BEAT 2147483648.0

typedef enum
{
  FLITZIS_BEATS_TEMPO, /* micro-beats a minute */
  FLITZIS_BEATS_PER_BAR,
  FLITZIS_BEATS_STEPS,
  FLITZIS_BEATS_SWING, /* millionths of a step */
  FLITZIS_BEATS_RUNNING
} FlitzisBeatsField;

typedef struct
{
  FlitzisMixer    *mixer;
  FlitzisTempoGrid grid;
  FlitzisGridPoint next_beat, next_step; /* to be reported */
  gboolean         reports_beats, reports_steps;

  /* the frame at which the last restart takes effect */
  gboolean was_restarted;
  guint64  restart_end;
} FlitzisTempo;

void flitzis_tempo_init (FlitzisTempo *self,
                         FlitzisMixer *mixer);

/* Returns the frame at which a new grid takes effect: no block beyond it has used the old grid. */
guint64 flitzis_tempo_get_end (FlitzisTempo *self);

static inline gboolean
flitzis_tempo_is_running (const FlitzisTempo *self)
{
  return self->grid.is_running;
}

/* Returns whether beats come: the clock runs and a stream streams. */
gboolean flitzis_tempo_has_beats (FlitzisTempo *self);

guint64 flitzis_tempo_get_field (const FlitzisTempo *self,
                                 FlitzisBeatsField   field);

/* Return copies of the grid that take effect at frame `end`: with this field changed, or running
 * with beat 0 at `frame`. */
FlitzisTempoGrid flitzis_tempo_make_changed (const FlitzisTempo *self,
                                             FlitzisBeatsField   field,
                                             guint64             value,
                                             guint64             end);
FlitzisTempoGrid flitzis_tempo_make_restarted (FlitzisTempo *self,
                                               guint64       frame,
                                               guint64       end);

/* Sets the grid here and in the mixer. The caller reports the beats before this call and again
 * after it: first the beats of the old grid, then the search for the next beat on the new grid. */
void flitzis_tempo_set_grid (FlitzisTempo           *self,
                             const FlitzisTempoGrid *grid);

/*
 * To report each beat and each step once, call begin with the kinds that are wanted, then take
 * until none is left before frame `until`. They come in the order of their frames, a beat before
 * its step. Begin looks for the next beat or step from frame `from` on if it is the first call, if
 * that kind was not wanted before, or if the number of steps in a beat has changed.
 */
void     flitzis_tempo_begin_reporting (FlitzisTempo *self,
                                        gboolean      beats,
                                        gboolean      steps,
                                        guint64       from);
gboolean flitzis_tempo_take (FlitzisTempo *self,
                             guint64       until,
                             gboolean     *is_step,
                             gint64       *number,
                             guint64      *frame);

/* Finds the point at a beat from -FLITZIS_MAX_BEAT to FLITZIS_MAX_BEAT. A beat that is now a step
 * has the swing of that step; any other place between two beats has none. */
FlitzisGridPoint flitzis_tempo_find_point (const FlitzisTempo *self,
                                           double              beat);

/* Returns a copy of the grid. While the clock stands still, its beat is that of the next frame. */
FlitzisTempoGrid flitzis_tempo_copy_grid (FlitzisTempo *self);

/* Any thread, with a copy. */
guint64 flitzis_tempo_beat_to_frame (const FlitzisTempoGrid *grid,
                                     double                  beat);
double  flitzis_tempo_frame_to_beat (const FlitzisTempoGrid *grid,
                                     guint64                 frame);

G_END_DECLS
