/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control.h"

#include "control/control-private.h"
#include "flitzis-sample-private.h"
#include "rt/atomics.h"

#include <math.h>

/*
 * The loudness of what is in slots that have a target. A thread measures the samples one after
 * another, and is there only while there are any; then their voices follow, as they do when the
 * gain of the slot changes.
 */

/* A new reference to the next one that is held still, or NULL. Those that nobody holds any more are
 * handed out in `dropped`, to be let go of without the mutex. */
static FlitzisSample *
take_next (FlitzisControl *self, GPtrArray *dropped)
{
  FlitzisSample *sample;

  flitzis_control_lock (self);

  while ((sample = g_queue_pop_head (&self->to_measure)) != NULL &&
         !flitzis_sample_table_holds (&self->samples, sample))
    g_ptr_array_add (dropped, sample);

  if (sample == NULL)
    {
      self->is_measuring = FALSE;
      g_cond_broadcast (&self->measured);
    }

  flitzis_control_unlock (self);

  return sample;
}

static gpointer
measure_worker (gpointer data)
{
  g_autoptr (FlitzisControl) self = data;
  g_autoptr (GPtrArray) done = g_ptr_array_new_with_free_func (g_object_unref);
  FlitzisSample *sample;

  while ((sample = take_next (self, done)) != NULL)
    {
      g_autoptr (FlitzisLoudness) loudness =
          flitzis_sample_measure_loudness (sample, self->measuring, NULL);

      flitzis_control_lock (self);
      flitzis_sample_table_update_loudness (&self->samples, sample);
      flitzis_settings_tell (&self->mixer->settings);
      flitzis_control_unlock (self);

      g_ptr_array_add (done, sample);
      g_ptr_array_set_size (done, 0);
    }

  return NULL;
}

static void
measure (FlitzisControl *self, FlitzisSample *sample)
{
  GThread *thread;

  if (flitzis_sample_peek_loudness (sample) != NULL || flitzis_fork_is_child () ||
      g_queue_find (&self->to_measure, sample) != NULL)
    return;

  g_queue_push_tail (&self->to_measure, g_object_ref (sample));

  if (self->is_measuring)
    return;

  thread = g_thread_try_new ("flitzis-measure", measure_worker, flitzis_control_ref (self), NULL);
  self->is_measuring = thread != NULL;

  if (thread != NULL)
    g_thread_unref (thread);
  else
    flitzis_control_unref (self);
}

void
flitzis_control_measure_slot (FlitzisControl *self, guint slot)
{
  FlitzisSample *sample = flitzis_sample_table_get (&self->samples, slot);

  if (sample != NULL && flitzis_get (self->mixer->settings.slots[slot].target_loudness) != 0.0)
    measure (self, sample);
}

/* Under the mutex, so that the mixer gets the targets that were set last. */
void
flitzis_control_update_targets (FlitzisControl *self, guint slot)
{
  FlitzisSlotSettings *of_slot = &self->mixer->settings.slots[slot];
  double               target, peak;

  flitzis_control_lock (self);
  target = flitzis_get (of_slot->target_loudness);
  peak = flitzis_get (of_slot->target_peak);
  flitzis_set (of_slot->true_peak, pow (10.0, peak / 20.0));
  atomic_store_explicit (&of_slot->loudness, target != 0.0 ? pow (10.0, target / 20.0) : 0.0,
                         memory_order_release);
  flitzis_settings_tell (&self->mixer->settings);
  flitzis_control_measure_slot (self, slot);
  flitzis_control_unlock (self);
}

void
flitzis_control_wait_for_loudness (FlitzisControl *self)
{
  while (self->is_measuring)
    g_cond_wait (&self->measured, &self->mutex);
}
