/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control.h"

#include "control/control-private.h"
#include "rt/atomics.h"

/* The state of the engine and of its slots, and the counters of the mixer. */

FlitzisNotifier *
flitzis_control_get_notifier (FlitzisControl *self)
{
  return self->notifier;
}

FlitzisSettings *
flitzis_control_get_settings (FlitzisControl *self)
{
  return &self->mixer->settings;
}

guint
flitzis_control_get_sample_rate (FlitzisControl *self)
{
  return self->mixer->sample_rate;
}

guint64
flitzis_control_get_position (FlitzisControl *self)
{
  return flitzis_get (self->mixer->position);
}

guint
flitzis_control_get_n_playing (FlitzisControl *self)
{
  return flitzis_get (self->mixer->pool.n_playing);
}

guint64
flitzis_control_get_n_started (FlitzisControl *self)
{
  return flitzis_get (self->mixer->pool.n_started);
}

guint64
flitzis_control_get_n_stolen (FlitzisControl *self)
{
  return flitzis_get (self->mixer->pool.n_stolen);
}

guint64
flitzis_control_get_n_late (FlitzisControl *self)
{
  return flitzis_get (self->mixer->n_late);
}

guint64
flitzis_control_get_n_xruns (FlitzisControl *self)
{
  return flitzis_get (self->mixer->n_xruns);
}

FlitzisState
flitzis_control_get_state (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->state;
}

guint64
flitzis_control_get_n_triggered (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->voices.n_triggered;
}

guint64
flitzis_control_get_n_rejected (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return flitzis_voice_accounts_get_n_rejected (&self->voices);
}

FlitzisSteal
flitzis_control_get_steal (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->steal;
}

gboolean
flitzis_control_set_steal (FlitzisControl *self, FlitzisSteal steal)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->steal == steal)
    return FALSE;

  self->steal = steal;

  return TRUE;
}

gboolean
flitzis_control_get_playing (FlitzisControl *self, guint slot)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return flitzis_voice_accounts_is_playing (&self->voices, slot);
}

double
flitzis_control_get_level (FlitzisControl *self, guint slot)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->levels.slots[slot];
}

double
flitzis_control_get_level_left (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->levels.left;
}

double
flitzis_control_get_level_right (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->levels.right;
}
