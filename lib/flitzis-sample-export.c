/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-export-task-private.h"
#include "flitzis-sample.h"

/**
 * flitzis_sample_export:
 * @self: a sample
 * @file: the file to write, on this machine
 * @options: (nullable): the options; %NULL for the defaults
 * @cancellable: (nullable): a cancellable, checked every 1024 frames
 * @error: return location for an error
 *
 * Writes the sample to an audio file.
 *
 * The formats and the errors are those of [method@Engine.export], and the file appears in the same
 * way. It has the channels and the rate of the sample. The title, the artist, the tempo, the root
 * note and the loop are those of `options`; the sample provides those that the options lack. The
 * cues are those of the sample.
 *
 * A streamed sample is read from its file, a piece at a time: twice if it is normalized, and once
 * more if its length is not known. If the file cannot be read to its end, this fails with the
 * errors of [method@Engine.load_sample].
 *
 * Returns: %TRUE if the file is written
 */
gboolean
flitzis_sample_export (FlitzisSample *self,
                       GFile         *file,
                       FlitzisExport *options,
                       GCancellable  *cancellable,
                       GError       **error)
{
  char *path;

  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), FALSE);
  g_return_val_if_fail (G_IS_FILE (file), FALSE);

  path = flitzis_export_get_path (file, error);

  return path != NULL &&
         flitzis_export_task_run (
             flitzis_export_task_new (NULL, self, path, flitzis_sample_get_n_frames (self), options,
                                      cancellable),
             error);
}

/**
 * flitzis_sample_export_async:
 * @self: a sample
 * @file: the file to write, on this machine
 * @options: (nullable): the options; %NULL for the defaults
 * @cancellable: (nullable): a cancellable, checked every 1024 frames
 * @callback: (scope async) (nullable): called when the file is written or could not be
 * @user_data: data for @callback
 *
 * Does the same as [method@Sample.export], without blocking the caller.
 *
 * The call copies `options`. [property@Export:n-clipped] is set before @callback is called.
 */
void
flitzis_sample_export_async (FlitzisSample      *self,
                             GFile              *file,
                             FlitzisExport      *options,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  char   *path;

  g_return_if_fail (FLITZIS_IS_SAMPLE (self));
  g_return_if_fail (G_IS_FILE (file));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, flitzis_sample_export_async);
  path = flitzis_export_get_path (file, &error);

  if (path == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  flitzis_export_task_run_async (
      flitzis_export_task_new (NULL, self, path, flitzis_sample_get_n_frames (self), options,
                               cancellable),
      task, NULL, NULL, NULL);
}

/**
 * flitzis_sample_export_finish:
 * @self: a sample
 * @result: the result that the callback received
 * @error: return location for an error
 *
 * Finishes [method@Sample.export_async].
 *
 * Returns: %TRUE if the file is written
 */
gboolean
flitzis_sample_export_finish (FlitzisSample *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, flitzis_sample_export_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
