/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "load/load.h"

#include "decode/decode.h"
#include "flitzis-error.h"
#include "load/head.h"

/* The data of a task. */
typedef struct
{
  FlitzisTicket *ticket;
  guint          slot;
  GFile         *file;
  GBytes        *bytes;
} Load;

static void
load_clear (Load *self)
{
  g_clear_pointer (&self->ticket, flitzis_ticket_free);
  g_clear_object (&self->file);
  g_clear_pointer (&self->bytes, g_bytes_unref);
}

static void
load_free (gpointer data)
{
  load_clear (data);
  g_free (data);
}

static gboolean
advance (gsize n_bytes, double progress, gpointer user_data, GError **error)
{
  return flitzis_ticket_advance (user_data, n_bytes, progress, error);
}

/* Returns NULL without an error if the sample is to be in memory. */
static FlitzisSample *
load_head (FlitzisTicket *ticket,
           FlitzisStorage storage,
           GFile         *file,
           GBytes        *bytes,
           GCancellable  *cancellable,
           GError       **error)
{
  double threshold = storage == FLITZIS_STORAGE_AUTO
                         ? flitzis_ticket_get_stream_threshold (ticket)
                         : 0.0;
  g_autoptr (GError) local_error = NULL;
  FlitzisSample *sample;

  if (storage == FLITZIS_STORAGE_MEMORY)
    return NULL;

  sample = flitzis_head_load (file, bytes, flitzis_ticket_get_sample_rate (ticket), threshold,
                              cancellable, &local_error);

  /* such as one that cannot be read from the middle */
  if (storage == FLITZIS_STORAGE_AUTO &&
      g_error_matches (local_error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED))
    return NULL;

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return sample;
}

FlitzisSample *
flitzis_load_decode (FlitzisTicket *ticket,
                     FlitzisStorage storage,
                     GFile         *file,
                     GBytes        *bytes,
                     GCancellable  *cancellable,
                     GError       **error)
{
  guint          sample_rate = flitzis_ticket_get_sample_rate (ticket);
  GError        *local_error = NULL;
  FlitzisSample *sample = load_head (ticket, storage, file, bytes, cancellable, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return NULL;
    }

  if (sample != NULL)
    return sample;

  if (file != NULL)
    return flitzis_decode_file (file, sample_rate, cancellable, advance, ticket, error);

  return flitzis_decode_bytes (bytes, sample_rate, cancellable, advance, ticket, error);
}

static gboolean
load (Load *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlitzisSample) sample = NULL;

  /* the load may have been superseded or cancelled while it waited for a worker */
  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !flitzis_ticket_advance (self->ticket, 0, 0.0, error))
    return FALSE;

  sample = flitzis_load_decode (self->ticket, flitzis_ticket_get_storage (self->ticket),
                                self->file, self->bytes, cancellable, error);

  if (sample == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  return flitzis_ticket_publish (self->ticket, sample, error);
}

/* Frees the ticket before the task returns, so that `loading` is FALSE when the callback is called.
 * The inputs are freed as well, because the task stays until a main loop runs. */
static void
load_worker (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Load *self = data;
  g_autoptr (GError) error = NULL;
  gboolean is_loaded = load (self, cancellable, &error);

  load_clear (self);

  if (is_loaded)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
set_load (GTask *task, FlitzisTicket *ticket, GFile *file, GBytes *bytes)
{
  Load *self = g_new0 (Load, 1);

  self->ticket = ticket;
  self->slot = flitzis_ticket_get_slot (ticket);
  g_set_object (&self->file, file);
  self->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;

  g_task_set_task_data (task, self, load_free);
  /* a load that has published its sample must not be reported as cancelled */
  g_task_set_check_cancellable (task, FALSE);
}

gboolean
flitzis_load_run (FlitzisTicket *ticket,
                  GFile         *file,
                  GBytes        *bytes,
                  GCancellable  *cancellable,
                  GError       **error)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, NULL, NULL);

  /* the caller waits, so this load goes ahead of the asynchronous ones */
  g_task_set_priority (task, G_PRIORITY_HIGH);
  set_load (task, ticket, file, bytes);
  g_task_run_in_thread_sync (task, load_worker);

  return g_task_propagate_boolean (task, error);
}

void
flitzis_load_run_async (FlitzisTicket *ticket, GFile *file, GBytes *bytes, GTask *task)
{
  set_load (task, ticket, file, bytes);
  g_task_run_in_thread (task, load_worker);
}

guint
flitzis_load_get_slot (GTask *task)
{
  const Load *self = g_task_get_task_data (task);

  return self->slot;
}
