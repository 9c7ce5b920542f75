/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"

#include "control/fork.h"
#include "load/load.h"

/* The verbs that fill and empty slots. */

static gboolean
check (FlitzisEngine *self, guint id, GFile *file, GBytes *bytes, GError **error)
{
  if (!flitzis_control_check_slot (self->control, id, error))
    return FALSE;

  if (file != NULL || bytes != NULL)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "Could not load slot %u: nothing to load was given", id);

  return FALSE;
}

static gboolean
load (FlitzisEngine *self,
      guint          id,
      GFile         *file,
      GBytes        *bytes,
      GCancellable  *cancellable,
      GError       **error)
{
  return check (self, id, file, bytes, error) &&
         flitzis_load_run (self->control, id, NULL, file, bytes, cancellable, error);
}

/* A task keeps its source until its callback has run; without one nothing keeps the engine. */
static GTask *
task_new (FlitzisEngine      *self,
          GCancellable       *cancellable,
          gpointer            source_tag,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  GTask *task = g_task_new (callback != NULL ? self : NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);

  return task;
}

static void
load_async (FlitzisEngine      *self,
            guint               id,
            GFile              *file,
            GBytes             *bytes,
            GCancellable       *cancellable,
            gpointer            source_tag,
            GAsyncReadyCallback callback,
            gpointer            user_data)
{
  g_autoptr (GTask) task = task_new (self, cancellable, source_tag, callback, user_data);
  GError *error = NULL;

  if (check (self, id, file, bytes, &error))
    flitzis_load_run_async (self->control, id, NULL, file, bytes, task);
  else
    g_task_return_error (task, error);
}

static GFile *
file_for_path (const char *path)
{
  return path != NULL && *path != '\0' ? g_file_new_for_path (path) : NULL;
}

/**
 * flitzis_engine_load_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @path: (type filename): the name of an audio file
 * @error: return location for an error
 *
 * Decodes an audio file into a slot.
 *
 * Blocks the caller, nobody else, until the file is decoded, converted to the engine's rate and
 * in its slot. Voices that still play what was in the slot fade out within 5 ms and end as
 * `FLITZIS_END_REASON_UNLOADED`. The newest load, unload or [method@Engine.set_sample] of a slot
 * wins: an older one that is still decoding ends with `G_IO_ERROR_CANCELLED`. In a slot that has
 * layers, layer 0 is replaced, for all velocities; the others, and their voices, stay.
 *
 * Whatever the installed GStreamer plugins decode can be loaded. Mono stays mono and stereo stays
 * stereo; more channels are mixed down to stereo by their positions. Lossy formats lose the delay
 * that their encoder added.
 *
 * Errors: `FLITZIS_ENGINE_ERROR_INVALID_SLOT` for a slot that does not exist,
 * `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for an empty path, `G_IO_ERROR` for what the file system
 * says (not found, a directory, no permission), `FLITZIS_ENGINE_ERROR_UNSUPPORTED` for what is not
 * audio or has no decoder, `FLITZIS_ENGINE_ERROR_CORRUPT` for what cannot be decoded or is empty,
 * `FLITZIS_ENGINE_ERROR_TOO_LARGE` for what would pass [property@Engine:memory-limit]. A load that
 * failed leaves the slot as it was.
 *
 * Returns: %TRUE if the slot holds the file
 */
gboolean
flitzis_engine_load_sample (FlitzisEngine *self, guint id, const char *path, GError **error)
{
  g_autoptr (GFile) file = NULL;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  /* objects are beyond the child of a fork: another thread may have held a lock of GObject's */
  if (!flitzis_fork_check (error))
    return FALSE;

  file = file_for_path (path);

  return load (self, id, file, NULL, NULL, error);
}

/**
 * flitzis_engine_load_sample_async:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @path: (type filename): the name of an audio file
 * @cancellable: (nullable): a cancellable, heeded at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does what [method@Engine.load_sample] does, without blocking the caller.
 *
 * As many loads run side by side as the processor has cores. [property@Slot:loading] and
 * [property@Slot:load-progress] tell how far it is. The sample is in its slot as soon as it is
 * decoded, whether or not a main loop runs to call @callback.
 *
 * A load with a callback keeps the engine until the callback has been called. Without one it does
 * not: when the engine goes, the load ends.
 */
void
flitzis_engine_load_sample_async (FlitzisEngine      *self,
                                  guint               id,
                                  const char         *path,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  g_autoptr (GFile) file = file_for_path (path);

  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  load_async (self, id, file, NULL, cancellable, flitzis_engine_load_sample_async, callback,
              user_data);
}

/**
 * flitzis_engine_load_sample_finish:
 * @self: an engine
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Engine.load_sample_async].
 *
 * Returns: %TRUE if the slot held the file when the load ended
 */
gboolean
flitzis_engine_load_sample_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  return flitzis_engine_finish (self, result, flitzis_engine_load_sample_async, error);
}

/**
 * flitzis_engine_load_file:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @file: an audio file, a resource, or what else GIO can read
 * @cancellable: (nullable): a cancellable, heeded at the next buffer
 * @error: return location for an error
 *
 * Decodes an audio file into a slot, as [method@Engine.load_sample] does.
 *
 * Returns: %TRUE if the slot holds the file
 */
gboolean
flitzis_engine_load_file (FlitzisEngine *self,
                          guint          id,
                          GFile         *file,
                          GCancellable  *cancellable,
                          GError       **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return load (self, id, file, NULL, cancellable, error);
}

/**
 * flitzis_engine_load_file_async:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @file: an audio file, a resource, or what else GIO can read
 * @cancellable: (nullable): a cancellable, heeded at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does what [method@Engine.load_file] does, without blocking the caller.
 */
void
flitzis_engine_load_file_async (FlitzisEngine      *self,
                                guint               id,
                                GFile              *file,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  load_async (self, id, file, NULL, cancellable, flitzis_engine_load_file_async, callback,
              user_data);
}

/**
 * flitzis_engine_load_file_finish:
 * @self: an engine
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Engine.load_file_async].
 *
 * Returns: %TRUE if the slot held the file when the load ended
 */
gboolean
flitzis_engine_load_file_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  return flitzis_engine_finish (self, result, flitzis_engine_load_file_async, error);
}

/**
 * flitzis_engine_load_bytes:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @bytes: an encoded audio file in memory
 * @cancellable: (nullable): a cancellable, heeded at the next buffer
 * @error: return location for an error
 *
 * Decodes an audio file in memory into a slot, as [method@Engine.load_sample] does.
 *
 * Returns: %TRUE if the slot holds the audio
 */
gboolean
flitzis_engine_load_bytes (FlitzisEngine *self,
                           guint          id,
                           GBytes        *bytes,
                           GCancellable  *cancellable,
                           GError       **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return load (self, id, NULL, bytes, cancellable, error);
}

/**
 * flitzis_engine_load_bytes_async:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @bytes: an encoded audio file in memory
 * @cancellable: (nullable): a cancellable, heeded at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does what [method@Engine.load_bytes] does, without blocking the caller.
 */
void
flitzis_engine_load_bytes_async (FlitzisEngine      *self,
                                 guint               id,
                                 GBytes             *bytes,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  load_async (self, id, NULL, bytes, cancellable, flitzis_engine_load_bytes_async, callback,
              user_data);
}

/**
 * flitzis_engine_load_bytes_finish:
 * @self: an engine
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Engine.load_bytes_async].
 *
 * Returns: %TRUE if the slot held the audio when the load ended
 */
gboolean
flitzis_engine_load_bytes_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  return flitzis_engine_finish (self, result, flitzis_engine_load_bytes_async, error);
}

/**
 * flitzis_engine_set_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @sample: (nullable): a sample; %NULL empties the slot, with all of its layers
 * @error: return location for an error
 *
 * Puts a sample that is decoded already into a slot.
 *
 * No copy is made of its data. Voices that still play what was in the slot fade out within 5 ms,
 * and a load of the slot that is under way ends with `G_IO_ERROR_CANCELLED`. In a slot that has
 * layers, layer 0 is replaced, as by [method@Engine.load_sample].
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`, with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a
 * sample without frames, and with `FLITZIS_ENGINE_ERROR_TOO_LARGE` when
 * [property@Engine:memory-limit] would be passed.
 *
 * Returns: %TRUE if the slot holds the sample
 */
gboolean
flitzis_engine_set_sample (FlitzisEngine *self, guint id, FlitzisSample *sample, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (sample == NULL || FLITZIS_IS_SAMPLE (sample), FALSE);

  return flitzis_control_set_sample (self->control, id, sample, error);
}

/**
 * flitzis_engine_unload_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @error: return location for an error
 *
 * Empties a slot, with all of its layers, as [method@Engine.set_sample] with %NULL does; an empty
 * one is no error.
 *
 * The memory is freed when the last voice that plays it has ended, with or without a main loop.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`.
 *
 * Returns: %TRUE if the slot is empty
 */
gboolean
flitzis_engine_unload_sample (FlitzisEngine *self, guint id, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_set_sample (self->control, id, NULL, error);
}

/**
 * flitzis_engine_add_layer:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @sample: a sample
 * @low: the lowest velocity that plays it, 0 to 1
 * @high: the velocity below which it is played, up to 1, which is included
 * @error: return location for an error
 *
 * Puts one more sample into a slot: a layer.
 *
 * A slot has up to 16 layers, numbered from 0, and a trigger plays one of them, which
 * [property@Slot:variation] chooses. Without layers a slot has layer 0 alone, which
 * [method@Engine.load_sample] and [method@Engine.set_sample] fill, for all velocities. The new
 * layer gets the lowest number that is free, which is 0 in an empty slot.
 *
 * The settings of the slot hold for all of its layers. If no layer holds the velocity of a trigger,
 * it is as if the slot were empty.
 *
 * ```c
 * flitzis_engine_add_layer (engine, 0, soft, 0.0, 0.5, &error);
 * flitzis_engine_add_layer (engine, 0, loud, 0.5, 1.0, &error);
 * ```
 *
 * Fails as [method@Engine.set_sample] does, with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` also for a
 * range that is empty, out of range or not of numbers, and with `FLITZIS_ENGINE_ERROR_TOO_LARGE`
 * also for a slot that has 16 layers.
 *
 * Returns: %TRUE if the slot holds the sample
 */
gboolean
flitzis_engine_add_layer (FlitzisEngine *self,
                          guint          id,
                          FlitzisSample *sample,
                          double         low,
                          double         high,
                          GError       **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (sample), FALSE);

  return flitzis_control_add_layer (self->control, id, sample, low, high, error);
}

static gboolean
check_layer (FlitzisEngine        *self,
             guint                 id,
             GFile                *file,
             double                low,
             double                high,
             FlitzisVelocityRange *range,
             GError              **error)
{
  *range = (FlitzisVelocityRange){ (float) low, (float) high };

  return check (self, id, file, NULL, error) &&
         flitzis_control_check_range (self->control, id, low, high, error);
}

/**
 * flitzis_engine_load_layer:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @path: (type filename): the name of an audio file
 * @low: the lowest velocity that plays it, 0 to 1
 * @high: the velocity below which it is played, up to 1, which is included
 * @error: return location for an error
 *
 * Decodes an audio file into a new layer of a slot.
 *
 * Decodes as [method@Engine.load_sample] does, and adds as [method@Engine.add_layer] does. Loads of
 * layers do not supersede each other. One that is still decoding ends with `G_IO_ERROR_CANCELLED`
 * when [method@Engine.clear_layers] or [method@Engine.unload_sample] empties the slot, or, if it is
 * for layer 0, when something else is loaded or put there.
 *
 * Fails as these two do. A load that failed leaves the slot as it was.
 *
 * Returns: %TRUE if the slot holds the file
 */
gboolean
flitzis_engine_load_layer (FlitzisEngine *self,
                           guint          id,
                           const char    *path,
                           double         low,
                           double         high,
                           GError       **error)
{
  g_autoptr (GFile) file = NULL;
  FlitzisVelocityRange range;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  /* as load_sample does */
  if (!flitzis_fork_check (error))
    return FALSE;

  file = file_for_path (path);

  return check_layer (self, id, file, low, high, &range, error) &&
         flitzis_load_run (self->control, id, &range, file, NULL, NULL, error);
}

/**
 * flitzis_engine_load_layer_async:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @path: (type filename): the name of an audio file
 * @low: the lowest velocity that plays it, 0 to 1
 * @high: the velocity below which it is played, up to 1, which is included
 * @cancellable: (nullable): a cancellable, heeded at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does what [method@Engine.load_layer] does, without blocking the caller.
 *
 * The layer has its number from this call on, so layers are numbered in the order of the calls,
 * whichever load is over first. The number of a load that failed is free again.
 */
void
flitzis_engine_load_layer_async (FlitzisEngine      *self,
                                 guint               id,
                                 const char         *path,
                                 double              low,
                                 double              high,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_autoptr (GFile) file = file_for_path (path);
  g_autoptr (GTask) task = NULL;
  FlitzisVelocityRange range;
  GError              *error = NULL;

  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  task = task_new (self, cancellable, flitzis_engine_load_layer_async, callback, user_data);

  if (check_layer (self, id, file, low, high, &range, &error))
    flitzis_load_run_async (self->control, id, &range, file, NULL, task);
  else
    g_task_return_error (task, error);
}

/**
 * flitzis_engine_load_layer_finish:
 * @self: an engine
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Engine.load_layer_async].
 *
 * Returns: %TRUE if the slot held the file when the load ended
 */
gboolean
flitzis_engine_load_layer_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  return flitzis_engine_finish (self, result, flitzis_engine_load_layer_async, error);
}

/**
 * flitzis_engine_clear_layers:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @error: return location for an error
 *
 * Takes the layers out of a slot again: all that [method@Engine.add_layer] and
 * [method@Engine.load_layer] have put there.
 *
 * What [method@Engine.load_sample] or [method@Engine.set_sample] put into layer 0 stays. Voices of
 * the other layers fade out within 5 ms and end as `FLITZIS_END_REASON_UNLOADED`.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`.
 *
 * Returns: %TRUE if the slot exists
 */
gboolean
flitzis_engine_clear_layers (FlitzisEngine *self, guint id, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_clear_layers (self->control, id, error);
}
