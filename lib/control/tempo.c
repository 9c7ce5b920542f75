/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/tempo.h"
#include "rt/atomics.h"
#include "rt/owner.h"

#include <math.h>

/* The distance from a step, in steps, within which a beat is that step; it covers rounding
 * errors. */
#define STEP_TOLERANCE 1e-6

void
flitzis_tempo_init (FlitzisTempo *self, FlitzisMixer *mixer)
{
  FlitzisTempoGrid *grid = &self->grid;

  self->mixer = mixer;
  *grid = mixer->grid;
  flitzis_seqlock_write (&mixer->grid_told, grid, sizeof *grid);
}

guint64
flitzis_tempo_get_end (FlitzisTempo *self)
{
  return flitzis_get (self->mixer->end);
}

gboolean
flitzis_tempo_has_beats (FlitzisTempo *self)
{
  return flitzis_tempo_is_running (self) && flitzis_mixer_is_streaming (self->mixer);
}

static guint64
get_field (const FlitzisTempoGrid *grid, FlitzisBeatsField field)
{
  switch (field)
    {
    case FLITZIS_BEATS_TEMPO:
      return grid->tempo;
    case FLITZIS_BEATS_PER_BAR:
      return grid->beats_per_bar;
    case FLITZIS_BEATS_STEPS:
      return grid->steps_per_beat;
    case FLITZIS_BEATS_SWING:
      return grid->swing;
    case FLITZIS_BEATS_RUNNING:
      return grid->is_running;
    }

  return 0;
}

static void
set_field (FlitzisTempoGrid *grid, FlitzisBeatsField field, guint64 value)
{
  switch (field)
    {
    case FLITZIS_BEATS_TEMPO:
      grid->tempo = value;
      break;
    case FLITZIS_BEATS_PER_BAR:
      grid->beats_per_bar = (guint16) value;
      break;
    case FLITZIS_BEATS_STEPS:
      grid->steps_per_beat = (guint16) value;
      break;
    case FLITZIS_BEATS_SWING:
      grid->swing = (guint32) value;
      break;
    case FLITZIS_BEATS_RUNNING:
      grid->is_running = value != 0;
      break;
    }
}

guint64
flitzis_tempo_get_field (const FlitzisTempo *self, FlitzisBeatsField field)
{
  return get_field (&self->grid, field);
}

FlitzisTempoGrid
flitzis_tempo_make_changed (const FlitzisTempo *self,
                            FlitzisBeatsField   field,
                            guint64             value,
                            guint64             end)
{
  FlitzisTempoGrid grid = self->grid;
  gboolean         is_of_restart = self->was_restarted && self->restart_end == end;

  /* changes between two blocks count as one, so a new tempo keeps the frame of beat 0 from a
   * restart */
  if (field == FLITZIS_BEATS_TEMPO && is_of_restart)
    grid.n_restarts++;
  else if (field == FLITZIS_BEATS_TEMPO || field == FLITZIS_BEATS_RUNNING)
    flitzis_tempo_grid_move_anchor (&grid, end);

  set_field (&grid, field, value);

  return grid;
}

FlitzisTempoGrid
flitzis_tempo_make_restarted (FlitzisTempo *self, guint64 frame, guint64 end)
{
  FlitzisTempoGrid grid = self->grid;

  self->was_restarted = TRUE;
  self->restart_end = end;
  grid.anchor_frame = frame;
  grid.anchor_beat = 0;
  grid.anchor_part = 0;
  grid.n_restarts++;
  grid.is_running = TRUE;

  return grid;
}

void
flitzis_tempo_set_grid (FlitzisTempo *self, const FlitzisTempoGrid *grid)
{
  self->grid = *grid;
  flitzis_seqlock_write (&self->mixer->grid_told, grid, sizeof *grid);
}

void
flitzis_tempo_begin_reporting (FlitzisTempo *self, gboolean beats, gboolean steps, guint64 from)
{
  const FlitzisTempoGrid *grid = &self->grid;

  if (!self->reports_beats || self->next_beat.n_restarts != grid->n_restarts)
    self->next_beat = flitzis_tempo_grid_find_next (grid, FLITZIS_GRID_BEAT, from);

  if (!self->reports_steps || self->next_step.n_restarts != grid->n_restarts ||
      self->next_step.steps_per_beat != grid->steps_per_beat)
    self->next_step = flitzis_tempo_grid_find_next (grid, FLITZIS_GRID_STEP, from);

  self->reports_beats = beats;
  self->reports_steps = steps;
}

gboolean
flitzis_tempo_take (FlitzisTempo *self,
                    guint64       until,
                    gboolean     *is_step,
                    gint64       *number,
                    guint64      *frame)
{
  const FlitzisTempoGrid *grid = &self->grid;
  guint64                 beat_frame = G_MAXUINT64, step_frame = G_MAXUINT64;

  if (self->reports_beats)
    beat_frame = flitzis_tempo_grid_get_frame (grid, &self->next_beat);

  if (self->reports_steps)
    step_frame = flitzis_tempo_grid_get_frame (grid, &self->next_step);

  *is_step = step_frame < beat_frame;
  *frame = MIN (beat_frame, step_frame);

  if (*frame >= until)
    return FALSE;

  *number = *is_step ? self->next_step.step++ : self->next_beat.step++;

  return TRUE;
}

FlitzisTempoGrid
flitzis_tempo_copy_grid (FlitzisTempo *self)
{
  FlitzisTempoGrid grid = self->grid;

  if (!grid.is_running)
    flitzis_tempo_grid_move_anchor (&grid, flitzis_tempo_get_end (self));

  return grid;
}

FlitzisGridPoint
flitzis_tempo_find_point (const FlitzisTempo *self, double beat)
{
  guint  n_steps = self->grid.steps_per_beat;
  double step = beat * n_steps;

  if (fabs (step - round (step)) < STEP_TOLERANCE)
    return (FlitzisGridPoint){
      .step = llround (step),
      .steps_per_beat = n_steps,
      .is_swung = TRUE,
    };

  return (FlitzisGridPoint){
    .step = llround (beat * FLITZIS_PARTS_PER_BEAT),
    .steps_per_beat = FLITZIS_PARTS_PER_BEAT,
  };
}

guint64
flitzis_tempo_beat_to_frame (const FlitzisTempoGrid *grid, double beat)
{
  FlitzisGridPoint point = { .steps_per_beat = FLITZIS_PARTS_PER_BEAT };

  if (isnan (beat))
    return 0;

  point.step = llround (CLAMP (beat, -FLITZIS_MAX_BEAT, FLITZIS_MAX_BEAT) * FLITZIS_PARTS_PER_BEAT);

  return flitzis_tempo_grid_get_frame (grid, &point);
}

double
flitzis_tempo_frame_to_beat (const FlitzisTempoGrid *grid, guint64 frame)
{
  FlitzisTempoGrid moved = *grid;

  flitzis_tempo_grid_move_anchor (&moved, frame);

  return (double) moved.anchor_beat +
         (double) moved.anchor_part / (double) flitzis_tempo_grid_get_n_parts (&moved);
}
