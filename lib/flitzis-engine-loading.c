/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"

#include "control/fork.h"
#include "load/load.h"

/* The methods that fill and empty slots. */

/* The velocities of a new layer. */
typedef struct
{
  double low;
  double high;
} Velocities;

/* Takes the right to load into slot `id`, or into a free slot if `id` is NULL. With velocities, the
 * load fills a new layer of the slot. */
static FlitzisTicket *
take_ticket (FlitzisEngine    *self,
             const guint      *id,
             const Velocities *velocities,
             GFile            *file,
             GBytes           *bytes,
             GError          **error)
{
  FlitzisVelocityRange range;

  if (id != NULL && !flitzis_control_check_slot (self->control, *id, error))
    return NULL;

  if (file == NULL && bytes == NULL)
    {
      g_autofree char *target =
          id != NULL ? g_strdup_printf ("slot %u", *id) : g_strdup ("a free slot");

      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "Could not load %s: nothing to load was given", target);
      return NULL;
    }

  if (velocities == NULL)
    return flitzis_ticket_new (self->control, id, NULL, error);

  if (!flitzis_control_check_range (self->control, *id, velocities->low, velocities->high, error))
    return NULL;

  range = (FlitzisVelocityRange){ (float) velocities->low, (float) velocities->high };

  return flitzis_ticket_new (self->control, id, &range, error);
}

static gboolean
load (FlitzisEngine *self,
      guint          id,
      GFile         *file,
      GBytes        *bytes,
      GCancellable  *cancellable,
      GError       **error)
{
  FlitzisTicket *ticket = take_ticket (self, &id, NULL, file, bytes, error);

  return ticket != NULL && flitzis_load_run (ticket, file, bytes, cancellable, error);
}

static void
load_async (FlitzisEngine      *self,
            const guint        *id,
            const Velocities   *velocities,
            GFile              *file,
            GBytes             *bytes,
            GCancellable       *cancellable,
            gpointer            source_tag,
            GAsyncReadyCallback callback,
            gpointer            user_data)
{
  /* a task keeps its source until its callback has run; without a callback nothing keeps the engine
   * */
  g_autoptr (GTask) task =
      g_task_new (callback != NULL ? self : NULL, cancellable, callback, user_data);
  GError        *error = NULL;
  FlitzisTicket *ticket = take_ticket (self, id, velocities, file, bytes, &error);

  g_task_set_source_tag (task, source_tag);

  if (ticket != NULL)
    flitzis_load_run_async (ticket, file, bytes, task);
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
 * The call returns when the file is decoded, converted to the engine's rate and in its slot. Only
 * the caller waits. Voices that still play the slot's old sample fade out within 5 ms and end as
 * `FLITZIS_END_REASON_UNLOADED`. The newest load, unload or [method@Engine.set_sample] of a slot
 * wins: an older load that is still decoding ends with `G_IO_ERROR_CANCELLED`. In a slot that has
 * layers, the call replaces layer 0, for all velocities. The other layers and their voices stay.
 *
 * Flitzis loads all formats that the installed GStreamer plugins decode. Mono stays mono, and
 * stereo stays stereo. More channels are mixed down to stereo by their positions. The delay that
 * the encoder of a lossy format added is removed.
 *
 * Errors: `FLITZIS_ENGINE_ERROR_INVALID_SLOT` for a slot that does not exist,
 * `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for an empty path, `G_IO_ERROR` for errors of the file
 * system (not found, a directory, no permission), `FLITZIS_ENGINE_ERROR_UNSUPPORTED` for a file
 * that is not audio or has no decoder, `FLITZIS_ENGINE_ERROR_CORRUPT` for a file that cannot be
 * decoded or is empty, and `FLITZIS_ENGINE_ERROR_TOO_LARGE` if the engine would exceed
 * [property@Engine:memory-limit]. A load that fails leaves the slot as it was.
 *
 * Returns: %TRUE if the slot holds the file
 */
gboolean
flitzis_engine_load_sample (FlitzisEngine *self, guint id, const char *path, GError **error)
{
  g_autoptr (GFile) file = NULL;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  /* the child of a fork must not make objects: another thread may have held a lock of GObject */
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
 * @cancellable: (nullable): a cancellable, checked at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does the same as [method@Engine.load_sample], without blocking the caller.
 *
 * Loads run in the threads of [class@Gio.Task], about ten at a time. [property@Slot:loading] and
 * [property@Slot:load-progress] show the progress. The sample is in its slot as soon as it is
 * decoded, whether or not a main loop runs to call @callback.
 *
 * A load with a callback keeps the engine until the callback has been called. A load without one
 * does not: it ends when the engine is freed.
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

  load_async (self, &id, NULL, file, NULL, cancellable, flitzis_engine_load_sample_async, callback,
              user_data);
}

/**
 * flitzis_engine_load_sample_finish:
 * @self: an engine
 * @result: the result that the callback received
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
 * @file: an audio file, a resource, or any other file that GIO can read
 * @cancellable: (nullable): a cancellable, checked at the next buffer
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
 * @file: an audio file, a resource, or any other file that GIO can read
 * @cancellable: (nullable): a cancellable, checked at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does the same as [method@Engine.load_file], without blocking the caller.
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

  load_async (self, &id, NULL, file, NULL, cancellable, flitzis_engine_load_file_async, callback,
              user_data);
}

/**
 * flitzis_engine_load_file_finish:
 * @self: an engine
 * @result: the result that the callback received
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
 * @cancellable: (nullable): a cancellable, checked at the next buffer
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
 * @cancellable: (nullable): a cancellable, checked at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does the same as [method@Engine.load_bytes], without blocking the caller.
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

  load_async (self, &id, NULL, NULL, bytes, cancellable, flitzis_engine_load_bytes_async, callback,
              user_data);
}

/**
 * flitzis_engine_load_bytes_finish:
 * @self: an engine
 * @result: the result that the callback received
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
 * flitzis_engine_add_sample:
 * @self: an engine
 * @path: (type filename): the name of an audio file
 * @error: return location for an error
 *
 * Decodes an audio file into a free slot, and returns the number of that slot.
 *
 * A slot is free if it holds no sample, in any layer, and no load of it is under way. The engine
 * takes the free slot with the lowest number. Two calls at the same time never get the same slot,
 * whichever threads they come from. The slot keeps its settings, and becomes free again when you
 * call [method@Engine.unload_sample]. Otherwise this works as [method@Engine.load_sample] does.
 *
 * Errors: `FLITZIS_ENGINE_ERROR_BUSY` if none of the [property@Engine:n-slots] slots is free,
 * `G_IO_ERROR_CANCELLED` if another load, unload or [method@Engine.set_sample] of the slot came in
 * between, and all others of [method@Engine.load_sample] except for
 * `FLITZIS_ENGINE_ERROR_INVALID_SLOT`. A load that failed leaves the slot free.
 *
 * Returns: the number of the slot that holds the file, or `G_MAXUINT` with an error
 */
guint
flitzis_engine_add_sample (FlitzisEngine *self, const char *path, GError **error)
{
  g_autoptr (GFile) file = NULL;
  FlitzisTicket *ticket;
  guint          slot;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), G_MAXUINT);

  /* as load_sample does, before it makes an object */
  if (!flitzis_fork_check (error))
    return G_MAXUINT;

  file = file_for_path (path);
  ticket = take_ticket (self, NULL, NULL, file, NULL, error);

  if (ticket == NULL)
    return G_MAXUINT;

  slot = flitzis_ticket_get_slot (ticket);

  return flitzis_load_run (ticket, file, NULL, NULL, error) ? slot : G_MAXUINT;
}

/**
 * flitzis_engine_add_sample_async:
 * @self: an engine
 * @path: (type filename): the name of an audio file
 * @cancellable: (nullable): a cancellable, checked at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does the same as [method@Engine.add_sample], without blocking the caller.
 *
 * The slot is taken when the call returns, so the next call takes another slot. If the load fails
 * or is cancelled, the slot is free again before @callback is called.
 */
void
flitzis_engine_add_sample_async (FlitzisEngine      *self,
                                 const char         *path,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_autoptr (GFile) file = file_for_path (path);

  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  load_async (self, NULL, NULL, file, NULL, cancellable, flitzis_engine_add_sample_async, callback,
              user_data);
}

/**
 * flitzis_engine_add_sample_finish:
 * @self: an engine
 * @result: the result that the callback received
 * @error: return location for an error
 *
 * Finishes [method@Engine.add_sample_async].
 *
 * Returns: the number of the slot that held the file when the load ended, or `G_MAXUINT` with an
 *   error
 */
guint
flitzis_engine_add_sample_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  if (!flitzis_engine_finish (self, result, flitzis_engine_add_sample_async, error))
    return G_MAXUINT;

  return flitzis_load_get_slot (G_TASK (result));
}

/**
 * flitzis_engine_set_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @sample: (nullable): a sample; %NULL empties the slot, with all of its layers
 * @error: return location for an error
 *
 * Puts a sample into a slot.
 *
 * The call does not copy the audio data. Voices that still play the slot's old sample fade out
 * within 5 ms, and a load of the slot that is under way ends with `G_IO_ERROR_CANCELLED`. In a slot
 * that has layers, the call replaces layer 0, as [method@Engine.load_sample] does.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`, with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a
 * sample without frames, and with `FLITZIS_ENGINE_ERROR_TOO_LARGE` if the engine would exceed
 * [property@Engine:memory-limit].
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
 * Empties a slot, with all of its layers, as [method@Engine.set_sample] with %NULL does. Unloading
 * an empty slot is no error.
 *
 * The memory is freed when the last voice that plays the sample has ended, with or without a main
 * loop.
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
 * @high: the velocity below which it plays, 0 to 1; a range up to 1 includes velocity 1
 * @error: return location for an error
 *
 * Puts one more sample into a slot: a layer.
 *
 * A slot has up to 16 layers, numbered from 0. A trigger plays one of them, which
 * [property@Slot:variation] chooses. [method@Engine.load_sample] and [method@Engine.set_sample]
 * fill layer 0, for all velocities. The new layer gets the lowest number that is free, which is 0
 * in an empty slot.
 *
 * The settings of the slot apply to all of its layers. If no layer holds the velocity of a trigger,
 * the trigger does what it does in an empty slot.
 *
 * Fails as [method@Engine.set_sample] does. `FLITZIS_ENGINE_ERROR_INVALID_VALUE` may also mean that
 * the range of velocities is empty or not within 0 to 1, and `FLITZIS_ENGINE_ERROR_TOO_LARGE` that
 * the slot already has 16 layers.
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

/**
 * flitzis_engine_load_layer:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @path: (type filename): the name of an audio file
 * @low: the lowest velocity that plays it, 0 to 1
 * @high: the velocity below which it plays, 0 to 1; a range up to 1 includes velocity 1
 * @error: return location for an error
 *
 * Decodes an audio file into a new layer of a slot.
 *
 * The call decodes as [method@Engine.load_sample] does, and adds as [method@Engine.add_layer] does.
 * Loads of layers do not supersede each other. A load that is still decoding ends with
 * `G_IO_ERROR_CANCELLED` if [method@Engine.clear_layers] or [method@Engine.unload_sample] empties
 * the slot. A load of layer 0 also ends so if [method@Engine.load_sample] or
 * [method@Engine.set_sample] fills this layer meanwhile.
 *
 * Fails as [method@Engine.load_sample] and [method@Engine.add_layer] do. A load that fails leaves
 * the slot as it was.
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
  FlitzisTicket *ticket;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  /* as load_sample does, before it makes an object */
  if (!flitzis_fork_check (error))
    return FALSE;

  file = file_for_path (path);
  ticket = take_ticket (self, &id, &(Velocities){ low, high }, file, NULL, error);

  return ticket != NULL && flitzis_load_run (ticket, file, NULL, NULL, error);
}

/**
 * flitzis_engine_load_layer_async:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @path: (type filename): the name of an audio file
 * @low: the lowest velocity that plays it, 0 to 1
 * @high: the velocity below which it plays, 0 to 1; a range up to 1 includes velocity 1
 * @cancellable: (nullable): a cancellable, checked at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does the same as [method@Engine.load_layer], without blocking the caller.
 *
 * The layer gets its number in this call, so layers are numbered in the order of the calls,
 * whichever load ends first. If the load fails, its number is free again.
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

  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  load_async (self, &id, &(Velocities){ low, high }, file, NULL, cancellable,
              flitzis_engine_load_layer_async, callback, user_data);
}

/**
 * flitzis_engine_load_layer_finish:
 * @self: an engine
 * @result: the result that the callback received
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
 * Removes all layers that [method@Engine.add_layer] and [method@Engine.load_layer] have added to a
 * slot.
 *
 * A sample that [method@Engine.load_sample] or [method@Engine.set_sample] put into layer 0 stays.
 * Voices of the other layers fade out within 5 ms and end as `FLITZIS_END_REASON_UNLOADED`.
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
