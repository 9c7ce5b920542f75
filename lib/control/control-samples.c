/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control.h"

#include "control/control-private.h"
#include "flitzis-error.h"

#include <gio/gio.h>

/* The verbs on samples: what a slot holds, and the loads that bring it. */

guint64
flitzis_control_get_memory_limit (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->samples.memory_limit;
}

gboolean
flitzis_control_set_memory_limit (FlitzisControl *self, guint64 memory_limit)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->samples.memory_limit == memory_limit)
    return FALSE;

  self->samples.memory_limit = memory_limit;

  return TRUE;
}

FlitzisSample *
flitzis_control_dup_sample (FlitzisControl *self, guint slot)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  FlitzisSample *sample = flitzis_sample_table_get (&self->samples, slot);

  return sample != NULL ? g_object_ref (sample) : NULL;
}

gboolean
flitzis_control_get_loading (FlitzisControl *self, guint slot)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->loads.slots[slot].loading;
}

double
flitzis_control_get_load_progress (FlitzisControl *self, guint slot)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->loads.slots[slot].progress;
}

static gboolean
check_memory (FlitzisControl *self, FlitzisSample *sample, guint64 n_bytes, GError **error)
{
  return flitzis_sample_table_check_memory (&self->samples, sample, n_bytes, self->loads.n_bytes,
                                            error);
}

static void
push_load_changes (FlitzisControl *self, guint slot, FlitzisLoadChanges changes)
{
  if (changes & FLITZIS_LOAD_CHANGED_PROGRESS)
    flitzis_control_push_slot_changed (self, slot, "load-progress");

  if (changes & FLITZIS_LOAD_CHANGED_LOADING)
    flitzis_control_push_slot_changed (self, slot, "loading");
}

static gboolean
set_sample (FlitzisControl *self, guint slot, FlitzisSample *sample, GError **error)
{
  if (sample != NULL &&
      !check_memory (self, sample, g_bytes_get_size (flitzis_sample_get_bytes (sample)), error))
    return FALSE;

  push_load_changes (self, slot, flitzis_load_table_supersede (&self->loads, slot));
  flitzis_control_publish (self, slot, sample);
  flitzis_control_measure_slot (self, slot);
  flitzis_control_settle (self);

  return TRUE;
}

gboolean
flitzis_control_set_sample (FlitzisControl *self, guint slot, FlitzisSample *sample, GError **error)
{
  gboolean is_set;

  if (!flitzis_control_check_slot (self, slot, error))
    return FALSE;

  if (sample != NULL && flitzis_sample_get_n_frames (sample) == 0)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "Could not set slot %u: the sample has no frames", slot);
      return FALSE;
    }

  flitzis_control_lock (self);
  is_set = set_sample (self, slot, sample, error);
  flitzis_control_unlock (self);

  return is_set;
}

void
flitzis_control_begin_load (FlitzisControl *self, FlitzisLoadEntry *load, guint slot)
{
  flitzis_control_lock (self);
  push_load_changes (self, slot, flitzis_load_table_begin (&self->loads, load, slot));
  flitzis_control_unlock (self);
}

/* The number of slots if none is free. */
static guint
find_free_slot (FlitzisControl *self)
{
  guint slot = 0;

  while (slot < self->mixer->n_slots && (self->loads.slots[slot].loading ||
                                         flitzis_sample_table_get (&self->samples, slot) != NULL))
    slot++;

  return slot;
}

gboolean
flitzis_control_begin_load_in_free_slot (FlitzisControl   *self,
                                         FlitzisLoadEntry *load,
                                         GError          **error)
{
  guint n_slots = self->mixer->n_slots;
  guint slot;

  if (!flitzis_fork_check (error))
    return FALSE;

  flitzis_control_lock (self);
  slot = find_free_slot (self);

  if (slot < n_slots)
    push_load_changes (self, slot, flitzis_load_table_begin (&self->loads, load, slot));

  flitzis_control_unlock (self);

  if (slot < n_slots)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
               n_slots == 1 ? "No slot is free: there is %u slot, and it holds or loads a sample"
                            : "No slot is free: there are %u slots, and all hold or load samples",
               n_slots);

  return FALSE;
}

void
flitzis_control_end_load (FlitzisControl *self, FlitzisLoadEntry *load)
{
  flitzis_control_lock (self);
  push_load_changes (self, load->slot, flitzis_load_table_end (&self->loads, load));
  flitzis_control_unlock (self);
}

static gboolean
check_valid (FlitzisControl *self, FlitzisLoadEntry *load, GError **error)
{
  if (flitzis_load_table_is_valid (&self->loads, load))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
               self->is_closed
                   ? "The engine went away while slot %u was loading"
                   : "A newer load, unload or set_sample of slot %u took the place of this one",
               load->slot);

  return FALSE;
}

static gboolean
advance_load (FlitzisControl   *self,
              FlitzisLoadEntry *load,
              guint64           n_bytes,
              double            progress,
              GError          **error)
{
  if (!check_valid (self, load, error))
    return FALSE;

  if (n_bytes > load->n_bytes && !check_memory (self, NULL, n_bytes - load->n_bytes, error))
    return FALSE;

  push_load_changes (self, load->slot,
                     flitzis_load_table_advance (&self->loads, load, n_bytes, progress));

  return TRUE;
}

gboolean
flitzis_control_advance_load (FlitzisControl   *self,
                              FlitzisLoadEntry *load,
                              guint64           n_bytes,
                              double            progress,
                              GError          **error)
{
  gboolean is_advanced;

  flitzis_control_lock (self);
  is_advanced = advance_load (self, load, n_bytes, progress, error);
  flitzis_control_unlock (self);

  return is_advanced;
}

static gboolean
publish_load (FlitzisControl *self, FlitzisLoadEntry *load, FlitzisSample *sample, GError **error)
{
  gsize n_bytes = g_bytes_get_size (flitzis_sample_get_bytes (sample));

  if (!check_valid (self, load, error))
    return FALSE;

  flitzis_load_table_give_bytes_back (&self->loads, load);

  if (!check_memory (self, sample, n_bytes, error))
    return FALSE;

  push_load_changes (self, load->slot, flitzis_load_table_finish (&self->loads, load));
  flitzis_control_publish (self, load->slot, sample);
  flitzis_control_measure_slot (self, load->slot);
  flitzis_control_settle (self);

  return TRUE;
}

gboolean
flitzis_control_publish_load (FlitzisControl   *self,
                              FlitzisLoadEntry *load,
                              FlitzisSample    *sample,
                              GError          **error)
{
  gboolean is_published;

  flitzis_control_lock (self);
  is_published = publish_load (self, load, sample, error);
  flitzis_control_unlock (self);

  return is_published;
}
