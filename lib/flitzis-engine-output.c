/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"

#include "control/fork.h"
#include "output/outputs.h"

/* The connection of an engine to the sound server, and the settings that the server reads. */

/* Returns FALSE if the property has this value already. */
static gboolean
set_string (FlitzisEngine *self, const char **field, const char *value, const char *property)
{
  const char *interned = g_intern_string (value);

  if (g_atomic_pointer_exchange (field, interned) == interned)
    return FALSE;

  g_object_notify (G_OBJECT (self), property);

  return TRUE;
}

/**
 * flitzis_engine_get_client_name: (get-property client-name)
 * @self: an engine
 *
 * Gets the name that the sound server shows for the engine.
 *
 * Returns: (nullable): the value; %NULL for the program's own
 */
const char *
flitzis_engine_get_client_name (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return g_atomic_pointer_get (&self->client_name);
}

/**
 * flitzis_engine_set_client_name: (set-property client-name)
 * @self: an engine
 * @client_name: (nullable): the value; %NULL for the program's own
 *
 * Sets the name that the sound server shows for the engine.
 *
 * The next [method@Engine.start] reads it.
 */
void
flitzis_engine_set_client_name (FlitzisEngine *self, const char *client_name)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  set_string (self, &self->client_name, client_name, "client-name");
}

/**
 * flitzis_engine_get_application_id: (get-property application-id)
 * @self: an engine
 *
 * Gets the identifier of the program.
 *
 * Returns: (nullable): the value; %NULL for none
 */
const char *
flitzis_engine_get_application_id (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return g_atomic_pointer_get (&self->application_id);
}

/**
 * flitzis_engine_set_application_id: (set-property application-id)
 * @self: an engine
 * @application_id: (nullable): the value; %NULL for none
 *
 * Sets the identifier of the program.
 *
 * The next [method@Engine.start] reads it.
 */
void
flitzis_engine_set_application_id (FlitzisEngine *self, const char *application_id)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  set_string (self, &self->application_id, application_id, "application-id");
}

/**
 * flitzis_engine_get_icon_name: (get-property icon-name)
 * @self: an engine
 *
 * Gets the name of the icon that the desktop shows.
 *
 * Returns: (nullable): the value; %NULL for none
 */
const char *
flitzis_engine_get_icon_name (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return g_atomic_pointer_get (&self->icon_name);
}

/**
 * flitzis_engine_set_icon_name: (set-property icon-name)
 * @self: an engine
 * @icon_name: (nullable): the value; %NULL for none
 *
 * Sets the name of the icon that the desktop shows.
 *
 * The next [method@Engine.start] reads it.
 */
void
flitzis_engine_set_icon_name (FlitzisEngine *self, const char *icon_name)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  set_string (self, &self->icon_name, icon_name, "icon-name");
}

/**
 * flitzis_engine_get_media_role: (get-property media-role)
 * @self: an engine
 *
 * Gets the purpose of the sound.
 *
 * Returns: (nullable): the value; %NULL for none
 */
const char *
flitzis_engine_get_media_role (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return g_atomic_pointer_get (&self->media_role);
}

/**
 * flitzis_engine_set_media_role: (set-property media-role)
 * @self: an engine
 * @media_role: (nullable): the value; %NULL for none
 *
 * Sets the purpose of the sound.
 *
 * The next [method@Engine.start] reads it.
 */
void
flitzis_engine_set_media_role (FlitzisEngine *self, const char *media_role)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  set_string (self, &self->media_role, media_role, "media-role");
}

/**
 * flitzis_engine_get_target: (get-property target)
 * @self: an engine
 *
 * Gets the sink to play to.
 *
 * Returns: (nullable): the value; %NULL for the default one
 */
const char *
flitzis_engine_get_target (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return g_atomic_pointer_get (&self->target);
}

/* The newest target counts, whichever thread gets the mutex first. */
static void
move_to_target (FlitzisEngine *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  if (flitzis_fork_is_child ())
    return;

  locker = g_mutex_locker_new (&self->backend_mutex);

  if (self->backend != NULL)
    self->backend->funcs->set_target (self->backend, flitzis_engine_get_target (self));
}

/**
 * flitzis_engine_set_target: (set-property target)
 * @self: an engine
 * @target: (nullable): the value; %NULL for the default one
 *
 * Sets the sink to play to.
 *
 * An engine that plays goes on in the new sink.
 */
void
flitzis_engine_set_target (FlitzisEngine *self, const char *target)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  if (set_string (self, &self->target, target, "target"))
    move_to_target (self);
}

/**
 * flitzis_engine_get_latency_frames: (get-property latency-frames)
 * @self: an engine
 *
 * Gets the quantum to ask the sound server for.
 *
 * Returns: frames; 0 for none
 */
guint
flitzis_engine_get_latency_frames (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return (guint) g_atomic_int_get (&self->latency_frames);
}

/**
 * flitzis_engine_set_latency_frames: (set-property latency-frames)
 * @self: an engine
 * @latency_frames: frames at the engine's rate, 8192 at most; 0 for none
 *
 * Sets the quantum to ask the sound server for.
 *
 * The next [method@Engine.start] reads it.
 */
void
flitzis_engine_set_latency_frames (FlitzisEngine *self, guint latency_frames)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));
  g_return_if_fail (latency_frames <= FLITZIS_ENGINE_MAX_LATENCY_FRAMES);

  if ((guint) g_atomic_int_exchange (&self->latency_frames, (int) latency_frames) != latency_frames)
    g_object_notify (G_OBJECT (self), "latency-frames");
}

static FlitzisBackend *
open_output (FlitzisEngine *self, GError **error)
{
  const char          *client_name = flitzis_engine_get_client_name (self);
  FlitzisBackendConfig config = {
    .client_name = client_name != NULL ? client_name : g_get_prgname (),
    .application_id = flitzis_engine_get_application_id (self),
    .icon_name = flitzis_engine_get_icon_name (self),
    .media_role = flitzis_engine_get_media_role (self),
    .target = flitzis_engine_get_target (self),
    .latency_frames = flitzis_engine_get_latency_frames (self),
  };

  if (config.client_name == NULL)
    config.client_name = "Flitzis";

  return flitzis_outputs_open (self->control, self->output, &config, error);
}

/* Under the mutex. */
static gboolean
start (FlitzisEngine *self, GError **error)
{
  if (self->backend == NULL)
    self->backend = open_output (self, error);

  return self->backend != NULL;
}

/**
 * flitzis_engine_start:
 * @self: an engine
 * @error: return location for an error
 *
 * Connects to the sound server, and goes on where the engine stood.
 *
 * The call returns when the server has accepted the engine's node, whether or not the node is
 * linked to a sink yet, and after one second at most. It does nothing if the engine is started
 * already.
 *
 * Earlier triggers sound with the first block. Those that are more than 250 ms older than the
 * newest trigger end as `FLITZIS_END_REASON_REJECTED` instead.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_OUTPUT` if there is no server or the server refuses. The engine
 * then stays stopped, and [method@Engine.render] works.
 *
 * Returns: %TRUE if the engine is started
 */
gboolean
flitzis_engine_start (FlitzisEngine *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  if (!flitzis_fork_check (error))
    return FALSE;

  locker = g_mutex_locker_new (&self->backend_mutex);

  return start (self, error);
}

/* A stop that came after the call wins, although the engine was not started yet. */
static void
start_worker (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  FlitzisEngine *self = source_object;
  guint          n_stops = GPOINTER_TO_UINT (task_data);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->backend_mutex);
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  if ((guint) g_atomic_int_get (&self->n_stops) != n_stops)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             "The engine was stopped before it had started");
  else if (start (self, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * flitzis_engine_start_async:
 * @self: an engine
 * @cancellable: (nullable): a cancellable; it has an effect until the connecting begins
 * @callback: (scope async) (nullable): called when the engine is started or could not be
 * @user_data: data for @callback
 *
 * Does the same as [method@Engine.start], without blocking the caller.
 *
 * Fails also with `G_IO_ERROR_CANCELLED`, if @cancellable was cancelled or [method@Engine.stop] was
 * called before the connecting began.
 */
void
flitzis_engine_start_async (FlitzisEngine      *self,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, flitzis_engine_start_async);

  if (g_task_return_error_if_cancelled (task))
    return;

  if (!flitzis_fork_check (&error))
    {
      g_task_return_error (task, error);
      return;
    }

  g_task_set_task_data (task, GUINT_TO_POINTER (g_atomic_int_get (&self->n_stops)), NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, start_worker);
}

/**
 * flitzis_engine_start_finish:
 * @self: an engine
 * @result: the result that the callback received
 * @error: return location for an error
 *
 * Finishes [method@Engine.start_async].
 *
 * Returns: %TRUE if the engine is started
 */
gboolean
flitzis_engine_start_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  return flitzis_engine_finish (self, result, flitzis_engine_start_async, error);
}

/**
 * flitzis_engine_stop:
 * @self: an engine
 *
 * Disconnects from the sound server.
 *
 * Slots, voices and position freeze where they are, and [method@Engine.start] and
 * [method@Engine.render] go on from there. The call does nothing if the engine is stopped already.
 */
void
flitzis_engine_stop (FlitzisEngine *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  if (flitzis_fork_is_child ())
    return;

  g_atomic_int_inc (&self->n_stops);
  locker = g_mutex_locker_new (&self->backend_mutex);
  g_clear_pointer (&self->backend, flitzis_outputs_close);
}
