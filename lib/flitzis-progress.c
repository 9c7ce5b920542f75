/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-progress-private.h"

void
flitzis_progress_init (FlitzisProgress      *self,
                       GTask                *task,
                       guint64               n_all,
                       GFileProgressCallback callback,
                       gpointer              data,
                       GDestroyNotify        destroy)
{
  *self = (FlitzisProgress){
    .task = task,
    .n_all = n_all,
    .callback = callback,
    .data = data,
    .destroy = destroy,
  };
}

static gboolean
call_back (gpointer user_data)
{
  FlitzisProgress *self = user_data;

  g_atomic_int_set (&self->is_waiting, FALSE);

  if (self->callback != NULL)
    self->callback ((goffset) g_atomic_pointer_get (&self->n_done), (goffset) self->n_all,
                    self->data);

  return G_SOURCE_REMOVE;
}

static void
release_task (gpointer user_data)
{
  FlitzisProgress *self = user_data;

  g_object_unref (self->task);
}

void
flitzis_progress_report (FlitzisProgress *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->task == NULL ||
      !g_atomic_int_compare_and_exchange (&self->is_waiting, FALSE, TRUE))
    return;

  g_object_ref (self->task);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, call_back, self, release_task);
  g_source_set_static_name (source, "[flitzis] progress");
  g_source_attach (source, g_task_get_context (self->task));
}

void
flitzis_progress_end (FlitzisProgress *self)
{
  self->callback = NULL;

  if (self->destroy != NULL)
    self->destroy (self->data);
}
