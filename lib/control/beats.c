/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/beats.h"

#include "control/control-private.h"

#include <math.h>

/* What a beat may be cut into where a number with a fraction asks for its frame. */
#define N_FRACTIONS (1u << 30)
#define MAX_BEAT 2147483648.0

void
flitzis_control_init_beats (FlitzisControl *self)
{
  FlitzisTempoGrid *grid = &self->beats.grid;

  grid->sample_rate = self->mixer->sample_rate;
  grid->tempo = 120 * FLITZIS_MICRO;
  grid->beats_per_bar = 4;
  grid->steps_per_beat = 4;
  flitzis_seqlock_write (&self->mixer->grid_told, grid, sizeof *grid);
}

/* The frame from which on a new line holds: no block has been rendered beyond it by the old one. */
static guint64
get_end (FlitzisControl *self)
{
  return atomic_load_explicit (&self->mixer->end, memory_order_relaxed);
}

/* While it stands, it stands at the frame that is next. */
static FlitzisTempoGrid
get_grid (FlitzisControl *self)
{
  FlitzisTempoGrid grid = self->beats.grid;

  if (!grid.is_running)
    flitzis_tempo_grid_move_anchor (&grid, get_end (self));

  return grid;
}

static guint32
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
set_field (FlitzisTempoGrid *grid, FlitzisBeatsField field, guint32 value)
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
      grid->swing = value;
      break;
    case FLITZIS_BEATS_RUNNING:
      grid->is_running = value != 0;
      break;
    }
}

/* Each beat once, of those from a frame on and before another. Nobody hears of those from before
 * somebody listened, nor of those from before the clock ran. */
static void
tell_beats (FlitzisControl *self, guint64 from, guint64 until)
{
  FlitzisControlBeats    *beats = &self->beats;
  const FlitzisTempoGrid *grid = &beats->grid;
  gint64                  latency_ns = flitzis_control_get_whole_latency (self);
  guint64                 frame;

  if (!grid->is_running || !flitzis_notifier_wants_beats (self->notifier))
    {
      beats->is_telling = FALSE;
      return;
    }

  if (!beats->is_telling || beats->next.n_restarts != grid->n_restarts)
    beats->next = flitzis_tempo_grid_find_next (grid, FLITZIS_GRID_BEAT, from);

  beats->is_telling = TRUE;

  while ((frame = flitzis_tempo_grid_get_frame (grid, &beats->next)) < until)
    {
      FlitzisBeat beat = { .beat = beats->next.step, .frame = frame, .time_ns = -1 };
      gint64      time_ns = flitzis_control_estimate_time (self, frame);

      if (time_ns >= 0 && latency_ns >= 0)
        beat.time_ns = time_ns + latency_ns;

      flitzis_notifier_push_beat (self->notifier, &beat);
      beats->next.step++;
    }
}

/* Those that have been rendered. */
void
flitzis_control_tell_beats (FlitzisControl *self)
{
  guint64 position = atomic_load_explicit (&self->mixer->position, memory_order_relaxed);

  tell_beats (self, position, position);
}

/* From `end` on. A block that is under way is the old line's still: its beats are told now. */
static void
set_grid (FlitzisControl *self, const FlitzisTempoGrid *grid, guint64 end)
{
  tell_beats (self, end, end);
  self->beats.grid = *grid;
  tell_beats (self, end, end);
  flitzis_seqlock_write (&self->mixer->grid_told, grid, sizeof *grid);
  flitzis_control_settle (self);
}

guint32
flitzis_control_get_beats (FlitzisControl *self, FlitzisBeatsField field)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return get_field (&self->beats.grid, field);
}

gboolean
flitzis_control_set_beats (FlitzisControl *self, FlitzisBeatsField field, guint32 value)
{
  FlitzisTempoGrid grid;
  guint64          end;
  gboolean         is_new;

  flitzis_control_lock (self);
  end = get_end (self);
  grid = self->beats.grid;
  is_new = get_field (&grid, field) != value;

  if (is_new)
    {
      flitzis_tempo_grid_move_anchor (&grid, end);
      set_field (&grid, field, value);
      set_grid (self, &grid, end);
    }

  flitzis_control_unlock (self);

  return is_new;
}

gboolean
flitzis_control_restart_beats (FlitzisControl *self, guint64 frame)
{
  FlitzisTempoGrid grid;
  gboolean         was_running;

  flitzis_control_lock (self);
  grid = self->beats.grid;
  was_running = grid.is_running;
  grid.anchor_frame = frame;
  grid.anchor_beat = 0;
  grid.anchor_part = 0;
  grid.n_restarts++;
  grid.is_running = TRUE;
  set_grid (self, &grid, get_end (self));
  flitzis_control_unlock (self);

  return !was_running;
}

guint64
flitzis_control_beat_to_frame (FlitzisControl *self, double beat)
{
  FlitzisGridPoint point = { .steps_per_beat = N_FRACTIONS };
  FlitzisTempoGrid grid;

  if (isnan (beat))
    return 0;

  point.step = llround (CLAMP (beat, -MAX_BEAT, MAX_BEAT) * N_FRACTIONS);

  flitzis_control_lock (self);
  grid = get_grid (self);
  flitzis_control_unlock (self);

  return flitzis_tempo_grid_get_frame (&grid, &point);
}

double
flitzis_control_frame_to_beat (FlitzisControl *self, guint64 frame)
{
  FlitzisTempoGrid grid;

  flitzis_control_lock (self);
  grid = get_grid (self);
  flitzis_control_unlock (self);
  flitzis_tempo_grid_move_anchor (&grid, frame);

  return (double) grid.anchor_beat +
         (double) grid.anchor_part / (double) flitzis_tempo_grid_get_n_parts (&grid);
}

gboolean
flitzis_control_has_beats (FlitzisControl *self)
{
  return self->beats.grid.is_running && flitzis_mixer_is_streaming (self->mixer);
}
