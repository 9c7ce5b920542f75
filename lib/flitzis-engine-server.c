/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"
#include "flitzis-sink-list-private.h"

/* What the sound server reports, and how the stream sleeps and wakes up. */

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
 * Gets the list of the sinks that can be played to.
 *
 * The list follows the devices that come and go, in the owner context. A call in that context
 * brings it up to date, so that a program without a main loop sees the sinks, too.
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
 * Returns: %TRUE if there is one
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
 * Gets the name of the sink that is played to.
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
 * Returns: %TRUE if it has
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
 * Gets after how long without a sound the stream pauses.
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
 * Sets after how long without a sound the stream pauses.
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
 * Gets how much silence comes before the first sound of a stream.
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
 * Sets how much silence comes before the first sound of a stream.
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
 * Lets a stream go on that has paused since nothing sounded.
 *
 * Call it when a sound is likely to come soon, such as when a window gets the focus: the device is
 * running then. The stream pauses again after [property@Engine:idle-timeout]. Does nothing unless
 * the engine is started.
 */
void
flitzis_engine_wake (FlitzisEngine *self)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_rouse (self->control);
}
