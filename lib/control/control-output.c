/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control.h"

#include "control/control-private.h"

/* Reports of the output, and the settings of its stream's pauses. */

FlitzisOutput
flitzis_control_get_active_output (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->active_output;
}

void
flitzis_control_set_active_output (FlitzisControl *self, FlitzisOutput output)
{
  flitzis_control_lock (self);

  if (self->active_output != output)
    flitzis_control_push_changed (self, "active-output");

  self->active_output = output;
  flitzis_control_unlock (self);
}

gboolean
flitzis_control_get_has_sink (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->sinks.has_sink;
}

char *
flitzis_control_dup_active_sink (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (self->sinks.active_sink);
}

GPtrArray *
flitzis_control_dup_sinks (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->sinks.sinks != NULL ? g_ptr_array_ref (self->sinks.sinks) : NULL;
}

void
flitzis_control_set_sinks (FlitzisControl *self, GPtrArray *sinks)
{
  flitzis_control_lock (self);

  if (flitzis_sink_table_set_sinks (&self->sinks, sinks))
    flitzis_control_push_changed (self, "has-sink");

  flitzis_notifier_push_changed (self->notifier, FLITZIS_NOTIFIER_SINKS, "n-items");
  flitzis_control_unlock (self);
}

void
flitzis_control_set_active_sink (FlitzisControl *self, const char *name)
{
  flitzis_control_lock (self);

  if (flitzis_sink_table_set_active (&self->sinks, name))
    flitzis_control_push_changed (self, "active-sink");

  flitzis_control_unlock (self);
}

gboolean
flitzis_control_get_realtime (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->is_realtime;
}

void
flitzis_control_set_realtime (FlitzisControl *self, gboolean is_realtime)
{
  flitzis_control_lock (self);

  if (self->is_realtime != is_realtime)
    flitzis_control_push_changed (self, "realtime");

  self->is_realtime = is_realtime;
  flitzis_control_unlock (self);
}

double
flitzis_control_get_idle_timeout (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->idle_timeout;
}

/* The output reads the new timeout when it is woken. */
gboolean
flitzis_control_set_idle_timeout (FlitzisControl *self, double seconds)
{
  gboolean is_new;

  flitzis_control_lock (self);
  is_new = self->idle_timeout != seconds;
  self->idle_timeout = seconds;

  if (is_new && self->wake != NULL && !self->is_asleep)
    self->wake (self->wake_data);

  flitzis_control_unlock (self);

  return is_new;
}

guint
flitzis_control_get_lead_in (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->lead_in;
}

gboolean
flitzis_control_set_lead_in (FlitzisControl *self, guint ms)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean is_new = self->lead_in != ms;

  self->lead_in = ms;

  return is_new;
}

gboolean
flitzis_control_is_quiet (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean is_quiet = flitzis_control_check_quiet (self);

  self->is_roused = FALSE;

  return is_quiet;
}

gboolean
flitzis_control_fall_asleep (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_asleep = flitzis_control_check_quiet (self);
  self->is_collecting = FALSE;

  return self->is_asleep;
}

void
flitzis_control_set_awake (FlitzisControl *self)
{
  flitzis_control_lock (self);
  self->is_asleep = FALSE;
  self->is_roused = FALSE;
  self->is_collecting = FALSE;
  flitzis_control_unlock (self);
}

void
flitzis_control_rouse (FlitzisControl *self)
{
  flitzis_control_lock (self);
  self->is_roused = TRUE;

  if (self->wake != NULL)
    self->wake (self->wake_data);

  flitzis_control_unlock (self);
}
