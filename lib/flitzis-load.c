/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-load.h"

#include "control/ticket.h"
#include "decode/job.h"

struct _FlitzisLoad
{
  FlitzisTicket *ticket;
  guint          sample_rate; /* Hz, to decode to */
  GFile         *file;
  GBytes        *bytes;
  GCancellable  *cancellable;
  GTask         *task; /* NULL where nobody waits for the outcome */
};

FlitzisLoad *
flitzis_load_new (FlitzisControl *control,
                  guint           slot,
                  GFile          *file,
                  GBytes         *bytes,
                  GCancellable   *cancellable)
{
  FlitzisLoad *self = g_new0 (FlitzisLoad, 1);

  self->ticket = flitzis_ticket_new (control, slot);
  self->sample_rate = flitzis_control_get_mixer (control)->sample_rate;
  g_set_object (&self->file, file);
  g_set_object (&self->cancellable, cancellable);
  self->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;

  return self;
}

static void
flitzis_load_free (FlitzisLoad *self)
{
  g_clear_pointer (&self->ticket, flitzis_ticket_free);
  g_clear_object (&self->file);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static gboolean
advance (gsize n_bytes, double progress, gpointer user_data, GError **error)
{
  FlitzisLoad *self = user_data;

  return flitzis_ticket_advance (self->ticket, n_bytes, progress, error);
}

static gboolean
load (FlitzisLoad *self, void (*give_up) (gpointer, GError *), GError **error)
{
  FlitzisDecodeJob job =
      flitzis_decode_job_make (self->sample_rate, self->cancellable, advance, self);
  g_autoptr (FlitzisSample) sample = NULL;

  job.give_up = give_up;

  /* superseded or cancelled while it waited for a worker */
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error) ||
      !flitzis_ticket_advance (self->ticket, 0, 0.0, error))
    return FALSE;

  sample = flitzis_decode_job_run (&job, self->file, self->bytes, error);

  if (sample == NULL || g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;

  return flitzis_ticket_publish (self->ticket, sample, error);
}

static void load_worker (gpointer data, gpointer user_data);

/* Decoding is work for the processor: more workers than it has cores only share them. */
static GThreadPool *
get_pool (void)
{
  static gsize pool = 0;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) g_thread_pool_new (load_worker, NULL,
                                                         (int) g_get_num_processors (), FALSE,
                                                         NULL));

  return (GThreadPool *) pool;
}

static void
add_workers (int n_workers)
{
  static GMutex lock;

  g_mutex_lock (&lock);
  g_thread_pool_set_max_threads (get_pool (),
                                 g_thread_pool_get_max_threads (get_pool ()) + n_workers, NULL);
  g_mutex_unlock (&lock);
}

/* The load is over without its worker, which may never come back: another takes its place. */
static void
give_up (gpointer user_data, GError *error)
{
  FlitzisLoad *self = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_clear_pointer (&self->ticket, flitzis_ticket_free);
  add_workers (1);

  if (task != NULL)
    g_task_return_error (task, error);
  else
    g_error_free (error);
}

/* The load is freed before the task returns: `loading` is over when the callback comes. */
static void
load_worker (gpointer data, gpointer user_data)
{
  FlitzisLoad *self = data;
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  gboolean loaded = load (self, give_up, &error);

  if (self->ticket == NULL)
    add_workers (-1);

  task = g_steal_pointer (&self->task);
  flitzis_load_free (self);

  if (task != NULL && loaded)
    g_task_return_boolean (task, TRUE);
  else if (task != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
}

/* Decoders run on threads that can be left behind: a worker between would only cost its waking. */
gboolean
flitzis_load_run (FlitzisLoad *self, GError **error)
{
  gboolean loaded = load (self, NULL, error);

  flitzis_load_free (self);

  return loaded;
}

void
flitzis_load_run_async (FlitzisLoad *self, GTask *task)
{
  if (task != NULL)
    {
      /* what was published must not be reported as cancelled */
      g_task_set_check_cancellable (task, FALSE);
      self->task = g_object_ref (task);
    }

  g_thread_pool_push (get_pool (), self, NULL);
}
