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
  FlitzisLine *line = &self->beats.line;

  line->sample_rate = self->mixer->sample_rate;
  line->tempo = 120 * FLITZIS_MICRO;
  line->beats_per_bar = 4;
  line->steps_per_beat = 4;
  flitzis_seqlock_write (&self->mixer->line_told, line, sizeof *line);
}

/* The frame from which on a new line holds: no block has been rendered beyond it by the old one. */
static guint64
get_end (FlitzisControl *self)
{
  return atomic_load_explicit (&self->mixer->end, memory_order_relaxed);
}

/* While it stands, it stands at the frame that is next. */
static FlitzisLine
get_line (FlitzisControl *self)
{
  FlitzisLine line = self->beats.line;

  if (!line.is_running)
    flitzis_line_move_anchor (&line, get_end (self));

  return line;
}

static guint32
get_field (const FlitzisLine *line, FlitzisBeatsField field)
{
  switch (field)
    {
    case FLITZIS_BEATS_TEMPO:
      return line->tempo;
    case FLITZIS_BEATS_PER_BAR:
      return line->beats_per_bar;
    case FLITZIS_BEATS_STEPS:
      return line->steps_per_beat;
    case FLITZIS_BEATS_SWING:
      return line->swing;
    case FLITZIS_BEATS_RUNNING:
      return line->is_running;
    }

  return 0;
}

static void
set_field (FlitzisLine *line, FlitzisBeatsField field, guint32 value)
{
  switch (field)
    {
    case FLITZIS_BEATS_TEMPO:
      line->tempo = value;
      break;
    case FLITZIS_BEATS_PER_BAR:
      line->beats_per_bar = (guint16) value;
      break;
    case FLITZIS_BEATS_STEPS:
      line->steps_per_beat = (guint16) value;
      break;
    case FLITZIS_BEATS_SWING:
      line->swing = value;
      break;
    case FLITZIS_BEATS_RUNNING:
      line->is_running = value != 0;
      break;
    }
}

/* Each beat once, of those from a frame on and before another. Nobody hears of those from before
 * somebody listened, nor of those from before the clock ran. */
static void
tell_beats (FlitzisControl *self, guint64 from, guint64 until)
{
  FlitzisControlBeats *beats = &self->beats;
  const FlitzisLine   *line = &beats->line;
  gint64               latency_ns = flitzis_control_get_whole_latency (self);
  guint64              frame;

  if (!line->is_running || !flitzis_events_wants_beats (self->events))
    {
      beats->is_telling = FALSE;
      return;
    }

  if (!beats->is_telling || beats->next.n_restarts != line->n_restarts)
    beats->next = flitzis_line_find_next (line, FLITZIS_GRID_BEAT, from);

  beats->is_telling = TRUE;

  while ((frame = flitzis_line_get_frame (line, &beats->next)) < until)
    {
      FlitzisBeat beat = { .beat = beats->next.step, .frame = frame, .time_ns = -1 };
      gint64      time_ns = flitzis_control_estimate_time (self, frame);

      if (time_ns >= 0 && latency_ns >= 0)
        beat.time_ns = time_ns + latency_ns;

      flitzis_events_push_beat (self->events, &beat);
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
set_line (FlitzisControl *self, const FlitzisLine *line, guint64 end)
{
  tell_beats (self, end, end);
  self->beats.line = *line;
  tell_beats (self, end, end);
  flitzis_seqlock_write (&self->mixer->line_told, line, sizeof *line);
  flitzis_control_settle (self);
}

guint32
flitzis_control_get_beats (FlitzisControl *self, FlitzisBeatsField field)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return get_field (&self->beats.line, field);
}

gboolean
flitzis_control_set_beats (FlitzisControl *self, FlitzisBeatsField field, guint32 value)
{
  FlitzisLine line;
  guint64     end;
  gboolean    is_new;

  flitzis_control_lock (self);
  end = get_end (self);
  line = self->beats.line;
  is_new = get_field (&line, field) != value;

  if (is_new)
    {
      flitzis_line_move_anchor (&line, end);
      set_field (&line, field, value);
      set_line (self, &line, end);
    }

  flitzis_control_unlock (self);

  return is_new;
}

gboolean
flitzis_control_restart_beats (FlitzisControl *self, guint64 frame)
{
  FlitzisLine line;
  gboolean    was_running;

  flitzis_control_lock (self);
  line = self->beats.line;
  was_running = line.is_running;
  line.anchor_frame = frame;
  line.anchor_beat = 0;
  line.anchor_part = 0;
  line.n_restarts++;
  line.is_running = TRUE;
  set_line (self, &line, get_end (self));
  flitzis_control_unlock (self);

  return !was_running;
}

guint64
flitzis_control_beat_to_frame (FlitzisControl *self, double beat)
{
  FlitzisGridPoint point = { .steps_per_beat = N_FRACTIONS };
  FlitzisLine      line;

  if (isnan (beat))
    return 0;

  point.step = llround (CLAMP (beat, -MAX_BEAT, MAX_BEAT) * N_FRACTIONS);

  flitzis_control_lock (self);
  line = get_line (self);
  flitzis_control_unlock (self);

  return flitzis_line_get_frame (&line, &point);
}

double
flitzis_control_frame_to_beat (FlitzisControl *self, guint64 frame)
{
  FlitzisLine line;

  flitzis_control_lock (self);
  line = get_line (self);
  flitzis_control_unlock (self);
  flitzis_line_move_anchor (&line, frame);

  return (double) line.anchor_beat +
         (double) line.anchor_part / (double) flitzis_line_get_n_parts (&line);
}

gboolean
flitzis_control_has_beats (FlitzisControl *self)
{
  return self->beats.line.is_running && flitzis_mixer_is_streaming (self->mixer);
}
