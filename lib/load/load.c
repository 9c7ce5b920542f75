/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "load/load.h"

#include "load/ticket.h"
#include "decode/decode.h"

/* The data of a task. */
typedef struct
{
  FlitzisTicket *ticket;
  guint          sample_rate; /* Hz, to decode to */
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
  Load *self = user_data;

  return flitzis_ticket_advance (self->ticket, n_bytes, progress, error);
}

static gboolean
load (Load *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlitzisSample) sample = NULL;

  /* superseded or cancelled while it waited for a worker */
  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !flitzis_ticket_advance (self->ticket, 0, 0.0, error))
    return FALSE;

  if (self->file != NULL)
    sample = flitzis_decode_file (self->file, self->sample_rate, cancellable, advance, self, error);
  else
    sample =
        flitzis_decode_bytes (self->bytes, self->sample_rate, cancellable, advance, self, error);

  if (sample == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  return flitzis_ticket_publish (self->ticket, sample, error);
}

/* The ticket goes before the task returns: `loading` is over when the callback comes. The inputs go
 * with it, since without a main loop the task stays. */
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

static gboolean
set_load (GTask                      *task,
          FlitzisControl             *control,
          guint                       slot,
          const FlitzisVelocityRange *range,
          GFile                      *file,
          GBytes                     *bytes,
          GError                    **error)
{
  FlitzisTicket *ticket = flitzis_ticket_new (control, slot, range, error);
  Load          *self;

  if (ticket == NULL)
    return FALSE;

  self = g_new0 (Load, 1);
  self->ticket = ticket;
  self->sample_rate = flitzis_control_get_sample_rate (control);
  g_set_object (&self->file, file);
  self->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;

  g_task_set_task_data (task, self, load_free);
  /* what was published must not be reported as cancelled */
  g_task_set_check_cancellable (task, FALSE);

  return TRUE;
}

gboolean
flitzis_load_run (FlitzisControl             *control,
                  guint                       slot,
                  const FlitzisVelocityRange *range,
                  GFile                      *file,
                  GBytes                     *bytes,
                  GCancellable               *cancellable,
                  GError                    **error)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, NULL, NULL);

  /* the caller waits, so this load goes ahead of the asynchronous ones */
  g_task_set_priority (task, G_PRIORITY_HIGH);

  if (!set_load (task, control, slot, range, file, bytes, error))
    return FALSE;

  g_task_run_in_thread_sync (task, load_worker);

  return g_task_propagate_boolean (task, error);
}

void
flitzis_load_run_async (FlitzisControl             *control,
                        guint                       slot,
                        const FlitzisVelocityRange *range,
                        GFile                      *file,
                        GBytes                     *bytes,
                        GTask                      *task)
{
  GError *error = NULL;

  if (set_load (task, control, slot, range, file, bytes, &error))
    g_task_run_in_thread (task, load_worker);
  else
    g_task_return_error (task, error);
}
