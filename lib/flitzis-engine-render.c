/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* The verbs that compute sound without a sound server. */

#include "config.h"

#include "flitzis-engine-private.h"

#include "flitzis-export-task-private.h"

/**
 * flitzis_engine_render:
 * @self: an engine
 * @n_frames: the number of frames
 * @error: return location for an error
 *
 * Computes the next frames without a sound server.
 *
 * The result is interleaved stereo 32-bit floats in native byte order at the engine's rate:
 * `n_frames` x 2 values. It is not clipped. The same triggers on the same frames give the same
 * bits, however you split the frames into calls, and these are the bits that the sound server gets.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_BUSY` while the engine is started or another thread renders, and
 * with `FLITZIS_ENGINE_ERROR_TOO_LARGE` if there is no memory for the frames.
 *
 * Returns: (transfer full): the audio data
 */
GBytes *
flitzis_engine_render (FlitzisEngine *self, guint n_frames, GError **error)
{
  gsize             size = (gsize) n_frames * 2 * sizeof (float);
  g_autofree float *frames = NULL;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  frames = g_try_malloc (size);

  if (frames == NULL && size > 0)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "Could not render %u frames: there is no memory for them", n_frames);
      return NULL;
    }

  if (!flitzis_control_render (self->control, frames, n_frames, error))
    return NULL;

  return g_bytes_new_take (g_steal_pointer (&frames), size);
}

/**
 * flitzis_engine_render_to_file:
 * @self: an engine
 * @path: (type filename): the name of the file to write
 * @n_frames: the number of frames, at least 1
 * @error: return location for an error
 *
 * Computes the next frames, as [method@Engine.render] does, and writes them to an audio file.
 *
 * This is [method@Engine.export] for a path, without options: the formats, the errors, and the
 * moment in which the file appears are the same. So if the name ends in `.wav`, the call writes a
 * WAV file of stereo 32-bit floats, with the very bits that [method@Engine.render] returns. If it
 * ends in `.flac`, the call writes a FLAC file of 24 bits.
 *
 * Returns: %TRUE if the file is written
 */
gboolean
flitzis_engine_render_to_file (FlitzisEngine *self,
                               const char    *path,
                               guint          n_frames,
                               GError       **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_export_task_run (
      flitzis_export_task_new (self->control, NULL, g_strdup (path), n_frames, NULL, NULL), error);
}

/**
 * flitzis_engine_render_to_file_async:
 * @self: an engine
 * @path: (type filename): the name of the file to write
 * @n_frames: the number of frames, at least 1
 * @cancellable: (nullable): a cancellable, checked every 1024 frames
 * @progress: (nullable) (scope notified) (closure progress_data) (destroy progress_destroy): called
 *   with the number of frames written so far and with @n_frames
 * @progress_data: data for @progress
 * @progress_destroy: frees @progress_data, before @callback is called
 * @callback: (scope async) (nullable): called when the file is written or could not be
 * @user_data: data for @callback
 *
 * Does the same as [method@Engine.render_to_file], without blocking the caller.
 *
 * A worker thread renders. Meanwhile [method@Engine.render] fails with `FLITZIS_ENGINE_ERROR_BUSY`,
 * and triggers sound in the file from the next 1024 frames on. @progress is called in the same
 * context as @callback: at most 100 times, less often if the context is busy, and at the end with
 * all frames. Python must pass both callbacks by name: `progress=..., callback=...`.
 *
 * If you cancel the call before the file is written, it ends with `G_IO_ERROR_CANCELLED` and leaves
 * no file. [property@Engine:position] has then moved by the frames that were computed, and
 * [method@Engine.render] goes on from there.
 */
void
flitzis_engine_render_to_file_async (FlitzisEngine        *self,
                                     const char           *path,
                                     guint                 n_frames,
                                     GCancellable         *cancellable,
                                     GFileProgressCallback progress,
                                     gpointer              progress_data,
                                     GDestroyNotify        progress_destroy,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, flitzis_engine_render_to_file_async);
  flitzis_export_task_run_async (flitzis_export_task_new (self->control, NULL, g_strdup (path),
                                                          n_frames, NULL, cancellable),
                                 task, progress, progress_data, progress_destroy);
}

/**
 * flitzis_engine_render_to_file_finish:
 * @self: an engine
 * @result: the result that the callback received
 * @error: return location for an error
 *
 * Finishes [method@Engine.render_to_file_async].
 *
 * Returns: %TRUE if the file is written
 */
gboolean
flitzis_engine_render_to_file_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  return flitzis_engine_finish (self, result, flitzis_engine_render_to_file_async, error);
}

/**
 * flitzis_engine_export:
 * @self: an engine
 * @file: the file to write, on this machine
 * @n_frames: the number of frames, at least 1
 * @options: (nullable): the options; %NULL for the defaults
 * @cancellable: (nullable): a cancellable, checked every 1024 frames
 * @error: return location for an error
 *
 * Computes the next frames, as [method@Engine.render] does, and writes them to an audio file.
 *
 * The end of the file's name decides the format. It may have capital letters:
 *
 * - `.wav`: WAV with the very 32-bit floats that [method@Engine.render] returns, or with 24 or 16
 *   bits
 * - `.aiff`, `.aif`: AIFF with 24 or 16 bits
 * - `.flac`: FLAC with 24 or 16 bits
 * - `.ogg`, `.oga`: Ogg Vorbis
 * - `.opus`: Opus, which always has 48 kHz and at least 961 frames
 * - `.mp3`: MP3, which has 48 kHz if it cannot have the engine's rate
 *
 * All others have the engine's rate. Values beyond -1 to 1 are clipped, except in WAV files with
 * floats. [property@Export:n-clipped] of `options` is the number of clipped values. The file is
 * written block by block, so a long file takes no more memory than a short one.
 *
 * The file appears when all of it is written. Until then an older file of that name stays as it is,
 * and a call that fails leaves no file behind. After a failure [property@Engine:position] has moved
 * by the frames that were computed; if the file could not be begun, it has not moved. If you start
 * the engine during the call, it is silent until the file is written.
 *
 * Errors: `FLITZIS_ENGINE_ERROR_BUSY` while the engine is started or another thread renders;
 * `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for another ending, an empty name, no frames, a loop beyond
 * the frames, or floats in AIFF or FLAC; `FLITZIS_ENGINE_ERROR_TOO_LARGE` for more frames than the
 * format can hold (4 GiB in WAV and AIFF), and for more than 1 MiB of texts;
 * `FLITZIS_ENGINE_ERROR_UNSUPPORTED` if GStreamer lacks the encoder, with its name and that of
 * Debian's package; and `G_IO_ERROR` for errors of the file system (no such folder, no permission,
 * no space left), for a file without a path, and if the call is cancelled.
 *
 * Returns: %TRUE if the file is written
 */
gboolean
flitzis_engine_export (FlitzisEngine *self,
                       GFile         *file,
                       guint          n_frames,
                       FlitzisExport *options,
                       GCancellable  *cancellable,
                       GError       **error)
{
  char *path;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (G_IS_FILE (file), FALSE);

  path = flitzis_export_get_path (file, error);

  return path != NULL &&
         flitzis_export_task_run (flitzis_export_task_new (self->control, NULL, path, n_frames,
                                                           options, cancellable),
                                  error);
}

/**
 * flitzis_engine_export_async:
 * @self: an engine
 * @file: the file to write, on this machine
 * @n_frames: the number of frames, at least 1
 * @options: (nullable): the options; %NULL for the defaults
 * @cancellable: (nullable): a cancellable, checked every 1024 frames
 * @progress: (nullable) (scope notified) (closure progress_data) (destroy progress_destroy): called
 *   with the number of frames done so far and with @n_frames
 * @progress_data: data for @progress
 * @progress_destroy: frees @progress_data, before @callback is called
 * @callback: (scope async) (nullable): called when the file is written or could not be
 * @user_data: data for @callback
 *
 * Does the same as [method@Engine.export], without blocking the caller.
 *
 * It works like [method@Engine.render_to_file_async]. If the sound is normalized, it is rendered
 * in the first half of the progress, and encoded in the second. The call copies `options`.
 * [property@Export:n-clipped] is set before @callback is called.
 */
void
flitzis_engine_export_async (FlitzisEngine        *self,
                             GFile                *file,
                             guint                 n_frames,
                             FlitzisExport        *options,
                             GCancellable         *cancellable,
                             GFileProgressCallback progress,
                             gpointer              progress_data,
                             GDestroyNotify        progress_destroy,
                             GAsyncReadyCallback   callback,
                             gpointer              user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  char   *path;

  g_return_if_fail (FLITZIS_IS_ENGINE (self));
  g_return_if_fail (G_IS_FILE (file));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, flitzis_engine_export_async);
  path = flitzis_export_get_path (file, &error);

  if (path == NULL)
    {
      if (progress_destroy != NULL)
        progress_destroy (progress_data);
      g_task_return_error (task, error);
      return;
    }

  flitzis_export_task_run_async (
      flitzis_export_task_new (self->control, NULL, path, n_frames, options, cancellable), task,
      progress, progress_data, progress_destroy);
}

/**
 * flitzis_engine_export_finish:
 * @self: an engine
 * @result: the result that the callback received
 * @error: return location for an error
 *
 * Finishes [method@Engine.export_async].
 *
 * Returns: %TRUE if the file is written
 */
gboolean
flitzis_engine_export_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  return flitzis_engine_finish (self, result, flitzis_engine_export_async, error);
}
