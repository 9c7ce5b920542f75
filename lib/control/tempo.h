/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "rt/mixer-state.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The tempo grid: the line of the beats as control sets it and the mixer follows it from its next
 * block on, and which beat is reported next.
 *
 * All under control's mutex but for the two functions on a copy of the grid.
 */

/* Beats are named from minus this to this. */
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

  /* the frame from which on the last restart holds */
  gboolean was_restarted;
  guint64  restart_end;
} FlitzisTempo;

void flitzis_tempo_init (FlitzisTempo *self,
                         FlitzisMixer *mixer);

/* The frame from which on a new grid holds: no block has been rendered beyond it by the old one. */
guint64 flitzis_tempo_get_end (FlitzisTempo *self);

static inline gboolean
flitzis_tempo_is_running (const FlitzisTempo *self)
{
  return self->grid.is_running;
}

/* Whether beats come: the clock runs and a stream streams. */
gboolean flitzis_tempo_has_beats (FlitzisTempo *self);

guint64 flitzis_tempo_get_field (const FlitzisTempo *self,
                                 FlitzisBeatsField   field);

/* Copies of the grid, to hold from frame `end` on: one with this field changed; one that runs,
 * with beat 0 at `frame`. */
FlitzisTempoGrid flitzis_tempo_make_changed (const FlitzisTempo *self,
                                             FlitzisBeatsField   field,
                                             guint64             value,
                                             guint64             end);
FlitzisTempoGrid flitzis_tempo_make_restarted (FlitzisTempo *self,
                                               guint64       frame,
                                               guint64       end);

/* Sets the grid here and in the mixer. The caller reports the beats of the old grid before, and
 * again after: the latter finds the next beat on the new grid. */
void flitzis_tempo_set_grid (FlitzisTempo           *self,
                             const FlitzisTempoGrid *grid);

/*
 * To report each beat and each step once, begin, saying which are wanted, then take them until none
 * is left before frame `until`: in the order of their frames, a beat before its step. The first
 * begin finds the next ones at frame `from` or later; so does the first after they were not wanted,
 * and after the steps were cut otherwise.
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

/* The point at a beat from -FLITZIS_MAX_BEAT to FLITZIS_MAX_BEAT. If it is a step now, it is swung
 * as that is; any other place between two beats is not. */
FlitzisGridPoint flitzis_tempo_find_point (const FlitzisTempo *self,
                                           double              beat);

/* A copy of the grid. While the clock stands, it stands at the frame that comes next. */
FlitzisTempoGrid flitzis_tempo_copy_grid (FlitzisTempo *self);

/* Any thread, with a copy. */
guint64 flitzis_tempo_beat_to_frame (const FlitzisTempoGrid *grid,
                                     double                  beat);
double  flitzis_tempo_frame_to_beat (const FlitzisTempoGrid *grid,
                                     guint64                 frame);

G_END_DECLS
