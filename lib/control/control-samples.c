/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control.h"

#include "control/control-private.h"
#include "flitzis-error.h"
#include "flitzis-sample-private.h"
#include "rt/atomics.h"

#include <gio/gio.h>

/* Methods on samples: the samples of the slots, and their loads. */

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
  FlitzisSample *sample = flitzis_sample_table_get (&self->samples, slot, 0);

  return sample != NULL ? g_object_ref (sample) : NULL;
}

gboolean
flitzis_control_get_loading (FlitzisControl *self, guint slot)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return flitzis_load_table_is_loading (&self->loads, slot);
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

static gboolean
check_sample_fits (FlitzisControl *self, FlitzisSample *sample, GError **error)
{
  return check_memory (self, sample, g_bytes_get_size (flitzis_sample_peek_held (sample)), error);
}

/* The range of a sample that is not added as a layer. */
static const FlitzisVelocityRange all_velocities = { 0.0f, 1.0f };

static gboolean
set_sample (FlitzisControl *self, guint slot, FlitzisSample *sample, GError **error)
{
  if (!check_sample_fits (self, sample, error))
    return FALSE;

  flitzis_control_push_load_changes (self, slot,
                                     flitzis_load_table_supersede (&self->loads, slot));
  flitzis_control_publish (self, slot, 0, sample, all_velocities, FALSE);
  flitzis_control_measure_slot (self, slot);

  return TRUE;
}

static gboolean
check_has_frames (FlitzisSample *sample, guint slot, GError **error)
{
  if (g_bytes_get_size (flitzis_sample_peek_held (sample)) > 0)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "Could not set slot %u: the sample has no frames", slot);

  return FALSE;
}

gboolean
flitzis_control_set_sample (FlitzisControl *self, guint slot, FlitzisSample *sample, GError **error)
{
  gboolean is_set = TRUE;

  if (!flitzis_control_check_slot (self, slot, error) ||
      (sample != NULL && !check_has_frames (sample, slot, error)))
    return FALSE;

  flitzis_control_lock (self);

  if (sample != NULL)
    is_set = set_sample (self, slot, sample, error);
  else
    flitzis_control_unload (self, slot, FALSE);

  flitzis_control_settle (self);
  flitzis_control_unlock (self);

  return is_set;
}

gboolean
flitzis_control_check_range (FlitzisControl *self,
                             guint           slot,
                             double          low,
                             double          high,
                             GError        **error)
{
  if (!flitzis_control_check_slot (self, slot, error))
    return FALSE;

  if (low >= 0.0 && high <= 1.0 && (float) low < (float) high)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "Could not add a layer to slot %u: its velocities go from 0 up to 1, not from %g to "
               "%g",
               slot, low, high);

  return FALSE;
}

/* Returns the layers that hold a sample or load one, one bit each. */
static guint
get_taken_layers (FlitzisControl *self, guint slot)
{
  return self->samples.slots[slot].held | flitzis_load_table_get_layers (&self->loads, slot);
}

static gboolean
find_free_layer (FlitzisControl *self, guint slot, guint *layer, GError **error)
{
  guint taken = get_taken_layers (self, slot);

  for (*layer = 0; *layer < FLITZIS_N_LAYERS; ++*layer)
    if ((taken >> *layer & 1) == 0)
      return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
               "Could not add a layer to slot %u: it has %u already", slot, FLITZIS_N_LAYERS);

  return FALSE;
}

static gboolean
add_layer (FlitzisControl             *self,
           guint                       slot,
           FlitzisSample              *sample,
           const FlitzisVelocityRange *range,
           GError                    **error)
{
  guint layer;

  if (!find_free_layer (self, slot, &layer, error) || !check_sample_fits (self, sample, error))
    return FALSE;

  flitzis_control_publish (self, slot, layer, sample, *range, TRUE);
  flitzis_control_measure_slot (self, slot);
  flitzis_control_settle (self);

  return TRUE;
}

gboolean
flitzis_control_add_layer (FlitzisControl *self,
                           guint           slot,
                           FlitzisSample  *sample,
                           double          low,
                           double          high,
                           GError        **error)
{
  gboolean is_added;

  if (!flitzis_control_check_range (self, slot, low, high, error) ||
      !check_has_frames (sample, slot, error))
    return FALSE;

  flitzis_control_lock (self);
  is_added = add_layer (self, slot, sample,
                        &(FlitzisVelocityRange){ (float) low, (float) high }, error);
  flitzis_control_unlock (self);

  return is_added;
}

gboolean
flitzis_control_clear_layers (FlitzisControl *self, guint slot, GError **error)
{
  if (!flitzis_control_check_slot (self, slot, error))
    return FALSE;

  flitzis_control_lock (self);
  flitzis_control_unload (self, slot, TRUE);
  flitzis_control_settle (self);
  flitzis_control_unlock (self);

  return TRUE;
}

/* A free slot holds no sample and loads none, in any layer. */
static gboolean
find_free_slot (FlitzisControl *self, guint *slot, GError **error)
{
  guint n_slots = self->mixer->n_slots;

  for (*slot = 0; *slot < n_slots; ++*slot)
    if (get_taken_layers (self, *slot) == 0)
      return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
               n_slots == 1
                   ? "No slot is free: there is %u slot (n-slots), and it holds or loads a sample"
                   : "No slot is free: there are %u slots (n-slots), and all hold or load samples",
               n_slots);

  return FALSE;
}

gboolean
flitzis_control_begin_load (FlitzisControl             *self,
                            FlitzisLoadEntry           *load,
                            const guint                *slot,
                            const FlitzisVelocityRange *range,
                            GError                    **error)
{
  gboolean is_begun;

  if (!flitzis_fork_check (error))
    return FALSE;

  *load = (FlitzisLoadEntry){
    .slot = slot != NULL ? *slot : 0,
    .range = range != NULL ? *range : all_velocities,
    .is_added = range != NULL,
  };

  flitzis_control_lock (self);
  is_begun = (slot != NULL || find_free_slot (self, &load->slot, error)) &&
             (range == NULL || find_free_layer (self, load->slot, &load->layer, error));

  if (is_begun)
    flitzis_control_push_load_changes (self, load->slot,
                                       flitzis_load_table_begin (&self->loads, load));

  flitzis_control_unlock (self);

  return is_begun;
}

void
flitzis_control_end_load (FlitzisControl *self, FlitzisLoadEntry *load)
{
  flitzis_control_lock (self);
  flitzis_control_push_load_changes (self, load->slot, flitzis_load_table_end (&self->loads, load));
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
               : load->layer > 0
                   ? "The layers of slot %u were cleared while this one was loading"
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
  FlitzisLoadChanges changes;

  if (!check_valid (self, load, error))
    return FALSE;

  if (n_bytes > load->n_bytes && !check_memory (self, NULL, n_bytes - load->n_bytes, error))
    return FALSE;

  changes = flitzis_load_table_advance (&self->loads, load, n_bytes, progress);
  flitzis_control_push_load_changes (self, load->slot, changes);

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

/* Call this before the sample is published, or a trigger might play it without its loop. */
static void
take_loop (FlitzisControl *self, guint slot, FlitzisSample *sample)
{
  FlitzisSlotSettings *settings = &flitzis_control_get_settings (self)->slots[slot];
  bool                 has_loop = flitzis_sample_get_has_loop (sample);
  guint64              start = flitzis_sample_get_loop_start (sample);
  guint64              end = flitzis_sample_get_loop_end (sample);
  guint                count = flitzis_sample_get_loop_count (sample);

  if (!flitzis_get (settings->is_loop_from_file))
    return;

  if (flitzis_exchange (settings->loop_start, start) != start)
    flitzis_control_push_slot_changed (self, slot, "loop-start");

  if (flitzis_exchange (settings->loop_end, end) != end)
    flitzis_control_push_slot_changed (self, slot, "loop-end");

  if (flitzis_exchange (settings->n_loops, count) != count)
    flitzis_control_push_slot_changed (self, slot, "loops");

  if (flitzis_exchange (settings->is_looping, has_loop) != has_loop)
    flitzis_control_push_slot_changed (self, slot, "loop");

  flitzis_settings_tell (flitzis_control_get_settings (self));
}

static gboolean
publish_load (FlitzisControl *self, FlitzisLoadEntry *load, FlitzisSample *sample, GError **error)
{
  gsize n_bytes = g_bytes_get_size (flitzis_sample_peek_held (sample));

  if (!check_valid (self, load, error))
    return FALSE;

  flitzis_load_table_give_bytes_back (&self->loads, load);

  if (!check_memory (self, sample, n_bytes, error))
    return FALSE;

  flitzis_control_push_load_changes (self, load->slot,
                                     flitzis_load_table_finish (&self->loads, load));

  /* the slot's loop is that of its first layer */
  if (load->layer == 0)
    take_loop (self, load->slot, sample);

  flitzis_control_publish (self, load->slot, load->layer, sample, load->range, load->is_added);
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
