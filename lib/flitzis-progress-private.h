/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The progress of a task, as a part of the data of that task. The callback of the program is called
 * in the context of the task. At most one call waits there, however slow the context is.
 */
typedef struct
{
  /* constant while reports may come */
  GTask  *task; /* not owned; NULL if nobody wants reports */
  guint64 n_all;

  /* the context of the task */
  GFileProgressCallback callback;
  gpointer              data;
  GDestroyNotify        destroy;

  /* any thread, atomic */
  gsize n_done;
  int   is_waiting; /* a call waits in the context */
} FlitzisProgress;

void flitzis_progress_init (FlitzisProgress      *self,
                            GTask                *task,
                            guint64               n_all,
                            GFileProgressCallback callback,
                            gpointer              data,
                            GDestroyNotify        destroy);

/* Any thread may call this, after it has changed `n_done`. */
void flitzis_progress_report (FlitzisProgress *self);

/* In the context of the task: the callback is not called any more, and its data are freed. */
void flitzis_progress_end (FlitzisProgress *self);

G_END_DECLS
