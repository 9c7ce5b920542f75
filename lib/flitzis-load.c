/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-load.h"

#include "control/ticket.h"
#include "decode/decode.h"

struct _FlitzisLoad
{
  FlitzisTicket *ticket;
  guint          sample_rate; /* Hz, to decode to */
  GFile         *file;
  GBytes        *bytes;
};

FlitzisLoad *
flitzis_load_new (FlitzisControl *control, guint slot, GFile *file, GBytes *bytes)
{
  FlitzisLoad *self = g_new0 (FlitzisLoad, 1);

  self->ticket = flitzis_ticket_new (control, slot);
  self->sample_rate = flitzis_control_get_mixer (control)->sample_rate;
  self->file = file != NULL ? g_object_ref (file) : NULL;
  self->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;

  return self;
}

static void
flitzis_load_free (FlitzisLoad *self)
{
  flitzis_ticket_free (self->ticket);
  g_clear_object (&self->file);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static gboolean
advance (gsize n_bytes, double progress, gpointer user_data, GError **error)
{
  FlitzisLoad *self = user_data;

  return flitzis_ticket_advance (self->ticket, n_bytes, progress, error);
}

static FlitzisSample *
decode (FlitzisLoad *self, GCancellable *cancellable, GError **error)
{
  if (self->file != NULL)
    return flitzis_decode_file (self->file, self->sample_rate, cancellable, advance, self, error);

  return flitzis_decode_bytes (self->bytes, self->sample_rate, cancellable, advance, self, error);
}

static gboolean
load (FlitzisLoad *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlitzisSample) sample = NULL;

  /* superseded or cancelled while it waited for a worker */
  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !flitzis_ticket_advance (self->ticket, 0, 0.0, error))
    return FALSE;

  sample = decode (self, cancellable, error);

  if (sample == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  return flitzis_ticket_publish (self->ticket, sample, error);
}

/* The load is freed before the task returns: `loading` is over when the callback comes. */
static void
load_worker (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  FlitzisLoad *self = g_task_get_task_data (task);
  GError      *error = NULL;
  gboolean     loaded = load (self, cancellable, &error);

  flitzis_load_free (self);

  if (loaded)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
pool_worker (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;

  load_worker (task, NULL, NULL, g_task_get_cancellable (task));
}

/* Decoding is work for the processor: more workers than it has cores only share them. */
static GThreadPool *
get_pool (void)
{
  static gsize pool = 0;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) g_thread_pool_new (pool_worker, NULL,
                                                         (int) g_get_num_processors (), FALSE,
                                                         NULL));

  return (GThreadPool *) pool;
}

static void
prepare (FlitzisLoad *self, GTask *task)
{
  /* what was published must not be reported as cancelled */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, self, NULL);
}

gboolean
flitzis_load_run (FlitzisLoad *self, GTask *task, GError **error)
{
  prepare (self, task);
  g_task_run_in_thread_sync (task, load_worker);

  return g_task_propagate_boolean (task, error);
}

void
flitzis_load_run_async (FlitzisLoad *self, GTask *task)
{
  prepare (self, task);
  g_thread_pool_push (get_pool (), g_object_ref (task), NULL);
}
