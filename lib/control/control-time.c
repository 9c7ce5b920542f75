/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control.h"

#include "control/control-private.h"

/* Methods on time: on the time line, and on the tempo grid. */

gint64
flitzis_control_frame_to_time (FlitzisControl *self, guint64 frame)
{
  gint64 time_ns;

  flitzis_control_lock (self);
  time_ns = flitzis_timeline_frame_to_time (&self->timeline, frame);
  flitzis_control_unlock (self);

  return time_ns;
}

guint64
flitzis_control_time_to_frame (FlitzisControl *self, gint64 time_ns)
{
  guint64 frame;

  flitzis_control_lock (self);
  frame = flitzis_timeline_time_to_frame (&self->timeline, time_ns);
  flitzis_control_unlock (self);

  return frame;
}

FlitzisTriggerTiming
flitzis_control_get_trigger_timing (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->timeline.timing;
}

gboolean
flitzis_control_set_trigger_timing (FlitzisControl *self, FlitzisTriggerTiming timing)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return flitzis_timeline_set_timing (&self->timeline, timing);
}

gint64
flitzis_control_get_trigger_delay (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->timeline.trigger_delay;
}

/* Unlocking wakes the output if the latency is out of date. */
gint64
flitzis_control_get_latency (FlitzisControl *self)
{
  gint64 latency;

  flitzis_control_lock (self);
  latency = flitzis_timeline_get_whole_latency (&self->timeline);
  flitzis_control_unlock (self);

  return latency;
}

void
flitzis_control_set_latency (FlitzisControl *self, gint64 latency_ns)
{
  flitzis_control_lock (self);

  if (flitzis_timeline_set_latency (&self->timeline, latency_ns))
    flitzis_control_push_changed (self, "latency");

  flitzis_control_unlock (self);
}

/* Changes the grid from frame `end` on. A block that is under way still uses the old grid, so its
 * beats are pushed first. */
static void
set_grid (FlitzisControl *self, const FlitzisTempoGrid *grid, guint64 end)
{
  flitzis_control_push_beats_before (self, end);
  flitzis_tempo_set_grid (&self->tempo, grid);
  flitzis_control_push_beats_before (self, end);
  flitzis_control_settle (self);
}

guint64
flitzis_control_get_beats (FlitzisControl *self, FlitzisBeatsField field)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return flitzis_tempo_get_field (&self->tempo, field);
}

gboolean
flitzis_control_set_beats (FlitzisControl *self, FlitzisBeatsField field, guint64 value)
{
  guint64  end;
  gboolean is_new;

  flitzis_control_lock (self);
  end = flitzis_tempo_get_end (&self->tempo);
  is_new = flitzis_tempo_get_field (&self->tempo, field) != value;

  if (is_new)
    {
      FlitzisTempoGrid grid = flitzis_tempo_make_changed (&self->tempo, field, value, end);

      set_grid (self, &grid, end);
    }

  flitzis_control_unlock (self);

  return is_new;
}

gboolean
flitzis_control_restart_beats (FlitzisControl *self, guint64 frame)
{
  FlitzisTempoGrid grid;
  guint64          end;
  gboolean         was_running;

  flitzis_control_lock (self);
  end = flitzis_tempo_get_end (&self->tempo);
  was_running = flitzis_tempo_is_running (&self->tempo);
  grid = flitzis_tempo_make_restarted (&self->tempo, frame, end);
  set_grid (self, &grid, end);
  flitzis_control_unlock (self);

  return !was_running;
}

static FlitzisTempoGrid
copy_grid (FlitzisControl *self)
{
  FlitzisTempoGrid grid;

  flitzis_control_lock (self);
  grid = flitzis_tempo_copy_grid (&self->tempo);
  flitzis_control_unlock (self);

  return grid;
}

guint64
flitzis_control_beat_to_frame (FlitzisControl *self, double beat)
{
  FlitzisTempoGrid grid = copy_grid (self);

  return flitzis_tempo_beat_to_frame (&grid, beat);
}

double
flitzis_control_frame_to_beat (FlitzisControl *self, guint64 frame)
{
  FlitzisTempoGrid grid = copy_grid (self);

  return flitzis_tempo_frame_to_beat (&grid, frame);
}
