/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control-private.h"
#include "flitzis-error.h"

/*
 * The sample table: which samples the mixer holds by which handles, and what they cost. There is a
 * handle for each that the mixer may hold and for each slot whose newest waits to be sent.
 */

static FlitzisHandle *
handle_new (FlitzisControl *self, FlitzisSample *sample)
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

  g_hash_table_insert (self->samples, sample, GUINT_TO_POINTER (n_handles + 1));

  if (n_handles == 0)
    self->n_bytes_held += g_bytes_get_size (bytes);

  return handle;
}

static void
handle_free (FlitzisControl *self, FlitzisHandle *handle)
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

/* Whether `n_bytes` more fit, of which none count if `sample` is held already. */
gboolean
flitzis_control_check_memory (FlitzisControl *self,
                              FlitzisSample  *sample,
                              guint64         n_bytes,
                              GError        **error)
{
  guint64 n_bytes_used = self->n_bytes_held + self->n_bytes_loading;

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
flitzis_control_send_all_pending (FlitzisControl *self)
{
  while (flitzis_control_has_pending (self))
    {
      guint               id = GPOINTER_TO_UINT (g_queue_peek_head (&self->pending_slots));
      FlitzisControlSlot *slot = &self->slots[id];
      FlitzisCommand      command = {
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

/* The slot holds `sample` from here on. Cannot fail: where the queue has no room, the newest sample
 * waits here, and triggers are refused until it was sent. */
void
flitzis_control_publish (FlitzisControl *self, guint id, FlitzisSample *sample)
{
  FlitzisControlSlot *slot = &self->slots[id];

  if (slot->sample == NULL && sample == NULL)
    return;

  if (slot->pending != NULL)
    handle_free (self, g_steal_pointer (&slot->pending));

  if (slot->sample != NULL)
    g_ptr_array_add (self->released, slot->sample);

  slot->sample = sample != NULL ? g_object_ref (sample) : NULL;
  slot->pending = sample != NULL ? handle_new (self, sample) : NULL;

  if (!slot->is_pending)
    g_queue_push_tail (&self->pending_slots, GUINT_TO_POINTER (id));

  slot->is_pending = TRUE;
  flitzis_notifier_push_changed (self->notifier, FLITZIS_NOTIFIER_SLOT (id), "sample");
}

void
flitzis_control_retire (FlitzisControl *self, FlitzisHandle *handle)
{
  self->n_handles--;
  self->n_retiring--;
  handle_free (self, handle);
}
