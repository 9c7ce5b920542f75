/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"
#include "flitzis-export.h"
#include "flitzis-sample.h"

G_BEGIN_DECLS

/*
 * One export: takes frames from an engine or a sample, applies gain and limiter, gives them to the
 * encoder, and reports the progress.
 */
typedef struct _FlitzisExportTask FlitzisExportTask;

/* The frames come from `control` or from `sample`; the other one is NULL. Takes `path`. A NULL path
 * is an error of the run, and NULL options are the defaults. */
FlitzisExportTask *flitzis_export_task_new (FlitzisControl *control,
                                            FlitzisSample  *sample,
                                            char           *path,
                                            guint64         n_frames,
                                            FlitzisExport  *options,
                                            GCancellable   *cancellable);

/* Takes the task. Blocks until the file is written. */
gboolean flitzis_export_task_run (FlitzisExportTask *self,
                                  GError           **error);

/* Takes the task. `result` then returns a boolean. */
void flitzis_export_task_run_async (FlitzisExportTask    *self,
                                    GTask                *result,
                                    GFileProgressCallback progress,
                                    gpointer              progress_data,
                                    GDestroyNotify        progress_destroy);

/* Returns the path of a file, to be freed. NULL with an error if it has none. */
char *flitzis_export_get_path (GFile   *file,
                               GError **error);

G_END_DECLS
