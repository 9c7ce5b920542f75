/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"
#include "flitzis-sink-list-private.h"

/* The reports of the sound server, and the pauses of the stream while nothing sounds. */

/**
 * flitzis_engine_get_active_output: (get-property active-output)
 * @self: an engine
 *
 * Gets the output that [method@Engine.start] has chosen.
 *
 * Returns: the output; %FLITZIS_OUTPUT_AUTO while the engine is stopped
 */
FlitzisOutput
flitzis_engine_get_active_output (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FLITZIS_OUTPUT_AUTO);

  return flitzis_control_get_active_output (self->control);
}

void
flitzis_engine_update_sinks (FlitzisEngine *self)
{
  g_autoptr (GPtrArray) infos = flitzis_control_dup_sinks (self->control);

  flitzis_sink_list_update (self->sinks, infos);
}

/**
 * flitzis_engine_get_sinks: (get-property sinks)
 * @self: an engine
 *
 * Gets the list of the sinks that the engine can play to.
 *
 * The list follows the devices as they come and go, in the owner context. Each call in that context
 * brings the list up to date, so that a program without a main loop sees the sinks, too.
 *
 * Returns: (transfer none): the list, the same each time
 */
FlitzisSinkList *
flitzis_engine_get_sinks (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  if (flitzis_notifier_is_in_owner_context (self->notifier))
    flitzis_engine_update_sinks (self);

  return self->sinks;
}

/**
 * flitzis_engine_get_has_sink: (get-property has-sink)
 * @self: an engine
 *
 * Gets whether there is a sink to play to.
 *
 * Returns: %TRUE if there is a sink
 */
gboolean
flitzis_engine_get_has_sink (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_get_has_sink (self->control);
}

/**
 * flitzis_engine_dup_active_sink: (get-property active-sink)
 * @self: an engine
 *
 * Gets the name of the sink that the engine plays to.
 *
 * Returns: (transfer full) (nullable): the name; %NULL for none
 */
char *
flitzis_engine_dup_active_sink (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return flitzis_control_dup_active_sink (self->control);
}

/**
 * flitzis_engine_get_realtime: (get-property realtime)
 * @self: an engine
 *
 * Gets whether the thread that renders has real-time priority.
 *
 * Returns: %TRUE if the thread has it
 */
gboolean
flitzis_engine_get_realtime (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_get_realtime (self->control);
}

/**
 * flitzis_engine_get_idle_timeout: (get-property idle-timeout)
 * @self: an engine
 *
 * Gets the time without a sound after which the stream pauses.
 *
 * Returns: seconds; 0 for never
 */
double
flitzis_engine_get_idle_timeout (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0.0);

  return flitzis_control_get_idle_timeout (self->control);
}

/**
 * flitzis_engine_set_idle_timeout: (set-property idle-timeout)
 * @self: an engine
 * @idle_timeout: seconds, 86400 at most; 0 for never
 *
 * Sets the time without a sound after which the stream pauses.
 */
void
flitzis_engine_set_idle_timeout (FlitzisEngine *self, double idle_timeout)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));
  g_return_if_fail (idle_timeout >= 0.0 && idle_timeout <= FLITZIS_ENGINE_MAX_IDLE_TIMEOUT);

  if (flitzis_control_set_idle_timeout (self->control, idle_timeout))
    g_object_notify (G_OBJECT (self), "idle-timeout");
}

/**
 * flitzis_engine_get_lead_in: (get-property lead-in)
 * @self: an engine
 *
 * Gets the silence at the beginning of a stream.
 *
 * Returns: ms
 */
guint
flitzis_engine_get_lead_in (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_lead_in (self->control);
}

/**
 * flitzis_engine_set_lead_in: (set-property lead-in)
 * @self: an engine
 * @lead_in: ms, 5000 at most
 *
 * Sets the silence at the beginning of a stream.
 *
 * A stream that starts or goes on after a pause reads it.
 */
void
flitzis_engine_set_lead_in (FlitzisEngine *self, guint lead_in)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));
  g_return_if_fail (lead_in <= FLITZIS_ENGINE_MAX_LEAD_IN);

  if (flitzis_control_set_lead_in (self->control, lead_in))
    g_object_notify (G_OBJECT (self), "lead-in");
}

/**
 * flitzis_engine_wake:
 * @self: an engine
 *
 * Wakes up a stream that has paused because nothing sounded.
 *
 * Call it when a sound is likely to come soon, such as when a window gets the focus. The device is
 * then running when the sound comes. The stream pauses again after [property@Engine:idle-timeout].
 * The call does nothing unless the engine is started.
 */
void
flitzis_engine_wake (FlitzisEngine *self)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_rouse (self->control);
}
