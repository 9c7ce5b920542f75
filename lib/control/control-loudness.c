/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control.h"

#include "control/control-private.h"
#include "flitzis-sample-private.h"
#include "rt/atomics.h"

#include <math.h>

/*
 * Measures the samples of slots that have a target loudness. One thread measures them one after
 * another, and ends when the queue is empty. After each, the voices of that sample move to their
 * new gain, as they do when the gain of their slot changes.
 */

/* Returns a new reference to the next sample to measure, or NULL at the end of the queue. Samples
 * that have left all slots are skipped; since no sample may be released under the mutex, the caller
 * releases them. */
static FlitzisSample *
take_next (FlitzisControl *self, GPtrArray *skipped)
{
  FlitzisSample *sample;

  flitzis_control_lock (self);

  while ((sample = g_queue_pop_head (&self->to_measure)) != NULL &&
         !flitzis_sample_table_holds (&self->samples, sample))
    {
      g_ptr_array_add (skipped, sample);
      self->n_measured++;
    }

  self->is_measuring = sample != NULL;
  g_cond_broadcast (&self->measured);
  flitzis_control_unlock (self);

  return sample;
}

static void
measure (FlitzisControl *self, FlitzisSample *sample)
{
  g_autoptr (FlitzisLoudness) loudness =
      flitzis_sample_measure_loudness (sample, self->measuring, NULL);

  flitzis_control_lock (self);
  flitzis_sample_table_update_loudness (&self->samples, sample);
  flitzis_settings_tell (&self->mixer->settings);
  self->n_measured++;
  flitzis_control_unlock (self);
}

static gpointer
measure_worker (gpointer data)
{
  g_autoptr (FlitzisControl) self = data;
  g_autoptr (GPtrArray) done = g_ptr_array_new_with_free_func (g_object_unref);
  FlitzisSample *sample;

  while ((sample = take_next (self, done)) != NULL)
    {
      measure (self, sample);
      g_ptr_array_add (done, sample);
      g_ptr_array_set_size (done, 0);
    }

  return NULL;
}

static void
start_worker (FlitzisControl *self)
{
  GThread *thread = g_thread_try_new ("flitzis-measure", measure_worker, flitzis_control_ref (self),
                                      NULL);

  self->is_measuring = thread != NULL;

  if (thread != NULL)
    g_thread_unref (thread);
  else
    flitzis_control_unref (self);
}

/* If no thread can be started, the sample stays in the queue, and the next call tries again. */
static void
queue_sample (FlitzisControl *self, FlitzisSample *sample)
{
  if (flitzis_sample_peek_loudness (sample) != NULL || flitzis_fork_is_child ())
    return;

  if (g_queue_find (&self->to_measure, sample) == NULL)
    {
      g_queue_push_tail (&self->to_measure, g_object_ref (sample));
      self->n_to_measure++;
    }

  if (!self->is_measuring)
    start_worker (self);
}

void
flitzis_control_measure_slot (FlitzisControl *self, guint slot)
{
  if (flitzis_get (self->mixer->settings.slots[slot].target_loudness) == 0.0)
    return;

  for (guint i = 0; i < FLITZIS_N_LAYERS; i++)
    {
      FlitzisSample *sample = flitzis_sample_table_get (&self->samples, slot, i);

      if (sample != NULL)
        queue_sample (self, sample);
    }
}

/* The targets are read under the mutex: of two threads that set one, the last to set it wins here,
 * too. */
void
flitzis_control_update_targets (FlitzisControl *self, guint slot)
{
  FlitzisSlotSettings *settings = &self->mixer->settings.slots[slot];
  double               target, peak;

  flitzis_control_lock (self);
  target = flitzis_get (settings->target_loudness);
  peak = flitzis_get (settings->target_peak);
  flitzis_set (settings->true_peak, pow (10.0, peak / 20.0));
  atomic_store_explicit (&settings->loudness, target != 0.0 ? pow (10.0, target / 20.0) : 0.0,
                         memory_order_release);
  flitzis_settings_tell (&self->mixer->settings);
  flitzis_control_measure_slot (self, slot);
  flitzis_control_unlock (self);
}

/* Samples that another thread queues meanwhile do not count, so this ends even if they never
 * stop. It also ends if no thread could be started. */
void
flitzis_control_wait_for_loudness (FlitzisControl *self, GCancellable *cancellable)
{
  guint64 n_to_measure = self->n_to_measure;

  while (self->is_measuring && self->n_measured < n_to_measure &&
         !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->measured, &self->mutex);
}
