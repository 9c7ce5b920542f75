/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"

/* The timing of an engine: conversion between frames and time, and the delays. */

/**
 * flitzis_engine_get_trigger_timing: (get-property trigger-timing)
 * @self: an engine
 *
 * Gets the time at which triggers and stops take effect.
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
 * Sets the time at which triggers and stops take effect, for all later calls.
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
 * Gets the time from a call with constant timing until its frame.
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
 * Gets the time from the start of a block until its first frame is heard.
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
 * Converts a frame to the time at which it is due: the start of a block that would begin with this
 * frame.
 *
 * The conversion uses the clock of the graph's driver as of the newest block, and its present
 * speed. The frame is heard [property@Engine:latency] after this time. If a call has returned a
 * time for a frame, no later call returns an earlier time for a higher frame, even if the engine
 * was stopped or the server was lost in between. A gap in the driver's clock, a pause or a stop
 * delays all frames to come.
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
 * Converts a time to the frame that is due then: the reverse of [method@Engine.frame_to_time].
 *
 * A time that has passed gives at most the next frame to be rendered. If a call has returned a
 * frame for a time, no later call returns a lower frame for a later time, unless a gap, a pause or
 * a stop has meanwhile delayed a frame that was still in the future.
 *
 * Returns: the frame of [property@Engine:position]; the position unless blocks are being rendered
 */
guint64
flitzis_engine_time_to_frame (FlitzisEngine *self, gint64 time_ns)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_time_to_frame (self->control, time_ns);
}
