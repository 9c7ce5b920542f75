/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"
#include "flitzis-export.h"
#include "flitzis-sample.h"

G_BEGIN_DECLS

/*
 * An export on its way: frames of an engine or of a sample, the last steps of the sound, the
 * encoder, and reports of the progress.
 */
typedef struct _FlitzisExportTask FlitzisExportTask;

/* Either `control` or `sample` gives the frames. `path` may be NULL, `options` too, and `path` is
 * taken. */
FlitzisExportTask *flitzis_export_task_new (FlitzisControl *control,
                                            FlitzisSample  *sample,
                                            char           *path,
                                            guint64         n_frames,
                                            FlitzisExport  *options,
                                            GCancellable   *cancellable);

/* Takes the task, and blocks. */
gboolean flitzis_export_task_run (FlitzisExportTask *self,
                                  GError           **error);

/* Takes the task; `result` returns a boolean. */
void flitzis_export_task_run_async (FlitzisExportTask    *self,
                                    GTask                *result,
                                    GFileProgressCallback progress,
                                    gpointer              progress_data,
                                    GDestroyNotify        progress_destroy);

/* The path of a file, to be freed; NULL with an error if it has none. */
char *flitzis_export_get_path (GFile   *file,
                               GError **error);

G_END_DECLS
