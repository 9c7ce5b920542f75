/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* The verbs that compute sound without a sound server. For a file, the mixer computes a block while
 * the encoder writes the blocks before it. */

#include "config.h"

#include "flitzis-engine-private.h"

#include "control/fork.h"
#include "encode/encoder.h"

/* The largest number of reports to a progress callback. */
#define N_TOLD 100

typedef struct
{
  /* constant */
  FlitzisControl *control;
  char           *path;
  guint           n_frames;
  GCancellable   *cancellable;
  GTask          *task; /* NULL in the blocking form; holds this */

  /* the context of the task */
  GFileProgressCallback progress;
  gpointer              progress_data;
  GDestroyNotify        progress_destroy;

  /* any thread, atomic */
  guint n_done;
  int   is_telling; /* a source waits to be dispatched */
} Export;

static void
export_free (Export *self)
{
  flitzis_control_unref (self->control);
  g_clear_object (&self->cancellable);
  g_free (self->path);
  g_free (self);
}

static gboolean
tell_progress (gpointer user_data)
{
  Export *self = g_task_get_task_data (G_TASK (user_data));

  g_atomic_int_set (&self->is_telling, FALSE);

  if (self->progress != NULL)
    self->progress (g_atomic_int_get (&self->n_done), self->n_frames, self->progress_data);

  return G_SOURCE_REMOVE;
}

/* At most one source waits in the context, however slow the context is. */
static void
advance (Export *self, guint n_done)
{
  guint64 step = (guint64) n_done * N_TOLD / self->n_frames;
  guint64 step_before = (guint64) self->n_done * N_TOLD / self->n_frames;
  g_autoptr (GSource) source = NULL;

  g_atomic_int_set (&self->n_done, n_done);

  if (self->task == NULL || step == step_before ||
      !g_atomic_int_compare_and_exchange (&self->is_telling, FALSE, TRUE))
    return;

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell_progress, g_object_ref (self->task), g_object_unref);
  g_source_set_static_name (source, "[flitzis] progress");
  g_source_attach (source, g_task_get_context (self->task));
}

static gboolean
write_all (Export *self, FlitzisEncoder *encoder, GError **error)
{
  float block[FLITZIS_RENDER_FRAMES * 2];
  guint n_block;

  for (guint n_done = 0; n_done < self->n_frames; n_done += n_block)
    {
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;

      n_block = MIN (self->n_frames - n_done, FLITZIS_RENDER_FRAMES);
      flitzis_control_render_block (self->control, block, n_block);

      if (!flitzis_encoder_write (encoder, block, n_block, error))
        return FALSE;

      advance (self, n_done + n_block);
    }

  return !g_cancellable_set_error_if_cancelled (self->cancellable, error) &&
         flitzis_encoder_finish (encoder, error);
}

static gboolean
export_run (Export *self, GError **error)
{
  g_autoptr (FlitzisEncoder) encoder = NULL;
  gboolean is_written;

  if (self->path == NULL || *self->path == '\0' || self->n_frames == 0)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "Could not render to a file: there is no %s",
                   self->n_frames == 0 ? "frame to write" : "name for it");
      return FALSE;
    }

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error) ||
      !flitzis_control_begin_render (self->control, error))
    return FALSE;

  encoder = flitzis_encoder_new (self->path, flitzis_control_get_sample_rate (self->control),
                                 self->n_frames, error);
  is_written = encoder != NULL && write_all (self, encoder, error);
  flitzis_control_end_render (self->control);

  return is_written;
}

static Export *
export_new (FlitzisEngine *engine, const char *path, guint n_frames, GCancellable *cancellable)
{
  Export *self = g_new0 (Export, 1);

  self->control = flitzis_control_ref (engine->control);
  self->path = g_strdup (path);
  self->n_frames = n_frames;
  g_set_object (&self->cancellable, cancellable);

  return self;
}

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
 * @path: (type filename): the name of the file to write, ending in `.wav` or `.flac`
 * @n_frames: the number of frames, at least 1
 * @error: return location for an error
 *
 * Computes the next frames, as [method@Engine.render] does, and writes them to an audio file.
 *
 * If the name ends in `.wav`, the call writes a WAV file of stereo 32-bit floats, with the very
 * bits that [method@Engine.render] returns. If the name ends in `.flac`, it writes a FLAC file of
 * 24 bits: values are rounded to the nearest step of 2^-23 and clipped to -1 to 1. The ending may
 * have capital letters. The file has the engine's rate. It is written block by block, so a long
 * file takes no more memory than a short one.
 *
 * The file appears when all of it is written. Until then an older file of that name stays as it is,
 * and a call that fails leaves no file behind. After a failure [property@Engine:position] has moved
 * by the frames that were computed; if the file could not be begun, it has not moved. If you start
 * the engine during the call, it is silent until the file is written.
 *
 * Errors: `FLITZIS_ENGINE_ERROR_BUSY` while the engine is started or another thread renders,
 * `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for another ending, an empty name or no frames,
 * `FLITZIS_ENGINE_ERROR_TOO_LARGE` for more frames than the format can hold (4 GiB in a WAV file),
 * `FLITZIS_ENGINE_ERROR_UNSUPPORTED` if GStreamer lacks the encoder, and `G_IO_ERROR` for errors of
 * the file system (no such folder, no permission, no space left).
 *
 * Returns: %TRUE if the file is written
 */
gboolean
flitzis_engine_render_to_file (FlitzisEngine *self,
                               const char    *path,
                               guint          n_frames,
                               GError       **error)
{
  Export *export;
  gboolean is_written;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  export = export_new (self, path, n_frames, NULL);
  is_written = export_run (export, error);
  export_free (export);

  return is_written;
}

static void
export_worker (GTask *thread_task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (export_run (task_data, &error))
    g_task_return_boolean (thread_task, TRUE);
  else
    g_task_return_error (thread_task, error);
}

/* Runs in the caller's context: only there are a program's callbacks called and its data freed. */
static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Export  *self = g_task_get_task_data (task);
  GError  *error = NULL;
  gboolean is_written = g_task_propagate_boolean (G_TASK (result), &error);

  self->progress = NULL;

  if (self->progress_destroy != NULL)
    self->progress_destroy (self->progress_data);

  if (is_written)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * flitzis_engine_render_to_file_async:
 * @self: an engine
 * @path: (type filename): the name of the file to write, ending in `.wav` or `.flac`
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
  g_autoptr (GTask) thread_task = NULL;
  GError *error = NULL;
  Export *export;

  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, flitzis_engine_render_to_file_async);

  /* a file that is written must not be reported as cancelled */
  g_task_set_check_cancellable (task, FALSE);

  if (!flitzis_fork_check (&error))
    {
      if (progress_destroy != NULL)
        progress_destroy (progress_data);
      g_task_return_error (task, error);
      return;
    }

  export = export_new (self, path, n_frames, cancellable);
  export->task = task;
  export->progress = progress;
  export->progress_data = progress_data;
  export->progress_destroy = progress_destroy;
  g_task_set_task_data (task, export, (GDestroyNotify) export_free);

  thread_task = g_task_new (NULL, NULL, exported_cb, g_steal_pointer (&task));
  g_task_set_task_data (thread_task, export, NULL);
  g_task_run_in_thread (thread_task, export_worker);
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
