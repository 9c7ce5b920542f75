/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"

/* The methods that move settings over time. */

/**
 * flitzis_engine_tween_engine:
 * @self: an engine
 * @value: the gain at the end, 0 to 16, linear
 * @tween: when and how to move
 * @error: return location for an error
 *
 * Moves the gain of the engine, [property@Engine:gain], to a new value over time.
 *
 * The call works as [method@Engine.tween_slot] does.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` and `FLITZIS_ENGINE_ERROR_BUSY` as that method
 * does.
 *
 * Returns: %TRUE if the tween waits or moves
 */
gboolean
flitzis_engine_tween_engine (FlitzisEngine      *self,
                             double              value,
                             const FlitzisTween *tween,
                             GError            **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (tween != NULL, FALSE);

  return flitzis_control_tween_engine (self->control, value, tween, error);
}

/**
 * flitzis_engine_tween_slot:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @parameter: the setting to move
 * @value: its value at the end: 0 to 16 for the gain, -1 to 1 for the pan, 0.25 to 4 for the rate
 * @tween: when and how to move
 * @error: return location for an error
 *
 * Moves a setting of a slot to a new value over time: [property@Slot:gain], [property@Slot:pan] or
 * [property@Slot:playback-rate].
 *
 * The move begins exactly on its frame, at the value that the setting then has, and arrives at the
 * new value exactly at its end. All voices of the slot follow, also those that
 * start meanwhile. The frames sound the same however they are split into blocks, and
 * [method@Engine.render] gives what you hear. The gains of the slot, the voice and the engine
 * multiply as usual. Tweens, triggers and stops of one frame take effect in the order of the calls.
 *
 * The property follows: it has the present value whenever you read it, and `notify` is emitted at
 * most 30 times a second, and once more at the end.
 *
 * To end a move, set the property, which then has the value that you set. A new tween of the same
 * setting replaces the one under way when its time comes. [method@Engine.cancel_scheduled] cancels
 * the tweens that wait, and stops those under way where they are.
 *
 * A tween counts as one of [property@Engine:n-events] until it has ended. If its frame or beat has
 * passed, it begins with the next block, and [property@Engine:n-late] counts it. While the engine
 * is paused or stopped, all moves stand still.
 *
 * ```c
 * g_autoptr (FlitzisTween) tween = flitzis_tween_new ();
 *
 * tween->duration = 4.0;
 * tween->curve = FLITZIS_CURVE_EQUAL_POWER;
 * flitzis_engine_tween_slot (engine, 0, FLITZIS_PARAMETER_GAIN, 0.0, tween, &error);
 * flitzis_engine_tween_slot (engine, 1, FLITZIS_PARAMETER_GAIN, 1.0, tween, &error);
 * ```
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`; with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a
 * value or a field that is out of range or not a number (NaN is allowed for the beat), for a frame
 * together with a beat, for a duration together with beats, and for a pan with
 * `FLITZIS_CURVE_DECIBEL`; with `FLITZIS_ENGINE_ERROR_BUSY` if [property@Engine:n-events] events
 * wait or move already, if 1024 events wait for a beat, or if the queue is full (1024).
 *
 * Returns: %TRUE if the tween waits or moves
 */
gboolean
flitzis_engine_tween_slot (FlitzisEngine      *self,
                           guint               id,
                           FlitzisParameter    parameter,
                           double              value,
                           const FlitzisTween *tween,
                           GError            **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (tween != NULL, FALSE);

  return flitzis_control_tween_slot (self->control, id, parameter, value, tween, error);
}

/**
 * flitzis_engine_tween_voice:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @parameter: the setting to move
 * @value: its value at the end: 0 to 16 for the gain, -1 to 1 for the pan, 0.25 to 4 for the rate
 * @tween: when and how to move
 * @error: return location for an error
 *
 * Moves a setting of one voice to a new value over time.
 *
 * The call works as [method@Engine.tween_slot] does. To end the move, set the gain, pan or rate of
 * the voice. The voice sounds on after the move, also at gain 0. To end it with a fade, call
 * [method@Engine.stop_voice_with_fade].
 *
 * Only a voice that sounds can move: if the voice has ended, or has not started yet when the
 * tween's time comes, the tween does nothing. Calls on an ended voice do nothing.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` and `FLITZIS_ENGINE_ERROR_BUSY` as that method
 * does.
 *
 * Returns: %TRUE unless the call failed
 */
gboolean
flitzis_engine_tween_voice (FlitzisEngine      *self,
                            guint64             voice,
                            FlitzisParameter    parameter,
                            double              value,
                            const FlitzisTween *tween,
                            GError            **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (tween != NULL, FALSE);

  return flitzis_control_tween_voice (self->control, voice, parameter, value, tween, error);
}
