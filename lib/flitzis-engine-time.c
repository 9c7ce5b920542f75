/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"

/* What an engine knows of the time. */

/**
 * flitzis_engine_get_trigger_timing: (get-property trigger-timing)
 * @self: an engine
 *
 * Gets when that sounds which is triggered.
 *
 * Returns: the way triggers are timed
 */
FlitzisTriggerTiming
flitzis_engine_get_trigger_timing (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FLITZIS_TRIGGER_TIMING_SOONEST);

  return flitzis_control_get_trigger_timing (self->control);
}

/**
 * flitzis_engine_set_trigger_timing: (set-property trigger-timing)
 * @self: an engine
 * @trigger_timing: the way triggers are timed
 *
 * Sets when that sounds which is triggered from here on.
 */
void
flitzis_engine_set_trigger_timing (FlitzisEngine *self, FlitzisTriggerTiming trigger_timing)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));
  g_return_if_fail (trigger_timing <= FLITZIS_TRIGGER_TIMING_CONSTANT);

  if (flitzis_control_set_trigger_timing (self->control, trigger_timing))
    g_object_notify (G_OBJECT (self), "trigger-timing");
}

/**
 * flitzis_engine_get_trigger_delay: (get-property trigger-delay)
 * @self: an engine
 *
 * Gets how long after its call a trigger of constant timing is rendered.
 *
 * Returns: the delay in ns; -1 while it is unknown
 */
gint64
flitzis_engine_get_trigger_delay (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), -1);

  return flitzis_control_get_trigger_delay (self->control);
}

/**
 * flitzis_engine_get_latency: (get-property latency)
 * @self: an engine
 *
 * Gets how long a frame takes from its block to the loudspeaker.
 *
 * Returns: the latency in ns; -1 while it is unknown
 */
gint64
flitzis_engine_get_latency (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), -1);

  return flitzis_control_get_latency (self->control);
}

/**
 * flitzis_engine_frame_to_time:
 * @self: an engine
 * @frame: a frame of [property@Engine:position]
 *
 * Tells when a frame is due: the time at which a block that began with it would begin.
 *
 * By the clock of the graph's driver as of the newest block, at the speed that it has now. It
 * sounds [property@Engine:latency] later. Later frames never get earlier times than those told
 * before, also when the engine was stopped or the server lost in between. A gap in the driver's
 * clock, a pause or a stop moves all frames that come.
 *
 * Returns: the time in ns of CLOCK_MONOTONIC, which is 1000 times [func@GLib.get_monotonic_time];
 *   -1 unless blocks are being rendered
 */
gint64
flitzis_engine_frame_to_time (FlitzisEngine *self, guint64 frame)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), -1);

  return flitzis_control_frame_to_time (self->control, frame);
}

/**
 * flitzis_engine_time_to_frame:
 * @self: an engine
 * @time_ns: a time in ns of CLOCK_MONOTONIC
 *
 * Tells which frame is due at a time: the other way round from [method@Engine.frame_to_time].
 *
 * Of a time that has come it is at most the next frame to be rendered. Later times never get
 * earlier frames than those told before, but for what was foretold of frames that a gap, a pause or
 * a stop moved.
 *
 * Returns: the frame of [property@Engine:position]; the position unless blocks are being rendered
 */
guint64
flitzis_engine_time_to_frame (FlitzisEngine *self, gint64 time_ns)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_time_to_frame (self->control, time_ns);
}
