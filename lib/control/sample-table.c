/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/sample-table.h"

#include "flitzis-error.h"
#include "flitzis-sample-private.h"
#include "rt/atomics.h"

#include <math.h>

void
flitzis_sample_table_init (FlitzisSampleTable *self, FlitzisMixer *mixer, guint64 memory_limit)
{
  self->mixer = mixer;
  self->slots = g_new0 (FlitzisSampleTableSlot, mixer->n_slots);
  g_queue_init (&self->pending_slots);
  self->released = g_ptr_array_new ();
  self->samples = g_hash_table_new (NULL, NULL);
  self->handle_samples = g_new0 (FlitzisSample *, mixer->n_handles);
  self->free_handles = g_new (FlitzisHandle *, mixer->n_handles);
  self->memory_limit = memory_limit;

  while (self->n_free_handles < mixer->n_handles)
    {
      self->free_handles[self->n_free_handles] = &mixer->handles[self->n_free_handles];
      self->n_free_handles++;
    }
}

void
flitzis_sample_table_clear (FlitzisSampleTable *self)
{
  g_hash_table_unref (self->samples);
  g_ptr_array_unref (self->released);
  g_queue_clear (&self->pending_slots);
  g_free (self->handle_samples);
  g_free (self->free_handles);
  g_free (self->slots);
}

/* Silence stays as it is. */
static void
set_loudness (FlitzisHandle *handle, FlitzisSample *sample)
{
  FlitzisLoudness *loudness = flitzis_sample_peek_loudness (sample);
  double           integrated;

  if (loudness == NULL)
    return;

  integrated = flitzis_loudness_get_integrated (loudness);

  if (isinf (integrated))
    return;

  flitzis_set (handle->true_peak,
               (float) pow (10.0, flitzis_loudness_get_true_peak (loudness) / 20.0));
  atomic_store_explicit (&handle->loudness_gain, (float) pow (10.0, -integrated / 20.0),
                         memory_order_release);
}

static FlitzisHandle *
handle_new (FlitzisSampleTable *self, FlitzisSample *sample)
{
  FlitzisHandle *handle = self->free_handles[--self->n_free_handles];
  GBytes        *bytes = flitzis_sample_get_bytes (sample);
  guint          n_handles = GPOINTER_TO_UINT (g_hash_table_lookup (self->samples, sample));

  self->handle_samples[handle - self->mixer->handles] = g_object_ref (sample);
  *handle = (FlitzisHandle){
    .frames = g_bytes_get_data (bytes, NULL),
    .n_frames = flitzis_sample_get_n_frames (sample),
    .n_channels = flitzis_sample_get_n_channels (sample),
    .sample_rate = flitzis_sample_get_sample_rate (sample),
  };
  set_loudness (handle, sample);

  g_hash_table_insert (self->samples, sample, GUINT_TO_POINTER (n_handles + 1));

  if (n_handles == 0)
    self->n_bytes_held += g_bytes_get_size (bytes);

  return handle;
}

static void
handle_free (FlitzisSampleTable *self, FlitzisHandle *handle)
{
  FlitzisSample *sample = self->handle_samples[handle - self->mixer->handles];
  guint          n_handles = GPOINTER_TO_UINT (g_hash_table_lookup (self->samples, sample));

  if (n_handles > 1)
    {
      g_hash_table_insert (self->samples, sample, GUINT_TO_POINTER (n_handles - 1));
    }
  else
    {
      g_hash_table_remove (self->samples, sample);
      self->n_bytes_held -= g_bytes_get_size (flitzis_sample_get_bytes (sample));
    }

  g_ptr_array_add (self->released, sample);
  self->free_handles[self->n_free_handles++] = handle;
}

gboolean
flitzis_sample_table_check_memory (FlitzisSampleTable *self,
                                   FlitzisSample      *sample,
                                   guint64             n_bytes,
                                   guint64             n_bytes_loading,
                                   GError            **error)
{
  guint64 n_bytes_used = self->n_bytes_held + n_bytes_loading;

  if (sample != NULL && g_hash_table_contains (self->samples, sample))
    return TRUE;

  if (n_bytes_used <= self->memory_limit && n_bytes <= self->memory_limit - n_bytes_used)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
               "%" G_GUINT64_FORMAT " more bytes of audio would pass the memory limit: "
               "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " are in use",
               n_bytes, n_bytes_used, self->memory_limit);

  return FALSE;
}

void
flitzis_sample_table_send_all_pending (FlitzisSampleTable *self)
{
  while (flitzis_sample_table_has_pending (self))
    {
      guint                   id = GPOINTER_TO_UINT (g_queue_peek_head (&self->pending_slots));
      FlitzisSampleTableSlot *slot = &self->slots[id];
      FlitzisCommand          command = {
                 .kind = FLITZIS_COMMAND_PUBLISH,
                 .slot = id,
                 .publish = { .handle = slot->pending },
      };

      if (self->n_handles == self->mixer->max_handles ||
          !flitzis_queue_push (&self->mixer->commands, &command))
        return;

      self->n_handles += slot->pending != NULL;
      self->n_retiring += slot->is_in_mixer;
      slot->is_in_mixer = slot->pending != NULL;
      slot->pending = NULL;
      slot->is_pending = FALSE;
      g_queue_pop_head (&self->pending_slots);
    }
}

gboolean
flitzis_sample_table_publish (FlitzisSampleTable *self, guint id, FlitzisSample *sample)
{
  FlitzisSampleTableSlot *slot = &self->slots[id];

  if (slot->sample == NULL && sample == NULL)
    return FALSE;

  if (slot->pending != NULL)
    handle_free (self, g_steal_pointer (&slot->pending));

  if (slot->sample != NULL)
    g_ptr_array_add (self->released, slot->sample);

  slot->sample = sample != NULL ? g_object_ref (sample) : NULL;
  slot->pending = sample != NULL ? handle_new (self, sample) : NULL;

  if (!slot->is_pending)
    g_queue_push_tail (&self->pending_slots, GUINT_TO_POINTER (id));

  slot->is_pending = TRUE;

  return TRUE;
}

void
flitzis_sample_table_update_loudness (FlitzisSampleTable *self, FlitzisSample *sample)
{
  for (guint i = 0; i < self->mixer->n_handles; i++)
    {
      if (self->handle_samples[i] == sample)
        set_loudness (&self->mixer->handles[i], sample);
    }
}

void
flitzis_sample_table_retire (FlitzisSampleTable *self, FlitzisHandle *handle)
{
  self->n_handles--;
  self->n_retiring--;
  handle_free (self, handle);
}
