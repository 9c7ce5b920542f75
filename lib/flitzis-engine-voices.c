/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"

#include <math.h>

/* The verbs that start, change and end voices. */

/**
 * flitzis_engine_play_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @velocity: 0 to 1, linear: a factor on the gain of this voice
 * @error: return location for an error
 *
 * Triggers a slot: a new voice starts with the next block.
 *
 * Before [method@Engine.start], and while the first block has not been rendered, it waits for the
 * first one and takes one of [property@Engine:n-voices]. If it is more than 250 ms older than the
 * newest trigger when that block comes, it ends as `FLITZIS_END_REASON_REJECTED`, so that old
 * triggers do not sound all at once. [method@Engine.render] plays it, however old it is.
 *
 * While the sound server is away, while a started engine has no sink, and while no block has come
 * for 250 ms, nothing starts, so that nothing old sounds later: the trigger is counted as rejected
 * and 0 is returned. A trigger that waits for its beat, as [property@Slot:quantize] has it, is only
 * rejected while the server is away.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`, with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a
 * velocity that is out of range or not a number, and with `FLITZIS_ENGINE_ERROR_BUSY` when more
 * triggers wait for the next block than the queue can hold (1024).
 *
 * Returns: the number of the voice, from 1 and never used again; 0 without an error when the slot
 *   has no sample for the velocity or the trigger is rejected
 */
guint64
flitzis_engine_play_sample (FlitzisEngine *self, guint id, double velocity, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_play (self->control, id, velocity, NULL, NULL, NULL, error);
}

/**
 * flitzis_engine_play_sample_at:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @velocity: 0 to 1, linear: a factor on the gain of this voice
 * @frame: a frame of [property@Engine:position]; 0 is the first one, and does not mean now as it
 *   does in a [struct@Trigger]
 * @error: return location for an error
 *
 * Schedules a trigger of a slot: a new voice starts exactly on a frame, also inside a block.
 *
 * The trigger takes no voice until its frame comes, so more of them can wait than there are voices:
 * up to [property@Engine:n-events].
 *
 * It plays the sample that is in the slot when its frame comes, in a slot with layers the one that
 * is chosen then, and ends as `FLITZIS_END_REASON_UNLOADED` if there is none for its velocity;
 * everything else it takes from the slot at the call. Triggers and stops of one frame keep the order of the calls, after those that were called
 * without a frame. One whose frame has been rendered already starts with the next block and is
 * counted in [property@Engine:n-late]. While the sound server is away it is rejected, as by
 * [method@Engine.play_sample].
 *
 * Fails as [method@Engine.play_sample] does, and with `FLITZIS_ENGINE_ERROR_BUSY` also when
 * [property@Engine:n-events] wait already.
 *
 * Returns: the number of the voice, from 1 and never used again; 0 without an error when the server
 *   is away
 */
guint64
flitzis_engine_play_sample_at (FlitzisEngine *self,
                               guint          id,
                               double         velocity,
                               guint64        frame,
                               GError       **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_play (self->control, id, velocity, &frame, NULL, NULL, error);
}

/**
 * flitzis_engine_play_sample_at_beat:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @velocity: 0 to 1, linear: a factor on the gain of this voice
 * @beat: a beat of [property@Engine:clock], or a place between two, from -2^31 to 2^31
 * @error: return location for an error
 *
 * Schedules a trigger of a slot: a new voice starts on the frame at which a beat is then.
 *
 * The trigger waits for its beat, not for a frame. If the tempo or the swing changes, it moves
 * along, and after [method@Clock.restart] it waits for the same beat of the new grid. A stopped
 * clock keeps it waiting. A beat that is a step when this is called, as
 * [property@Clock:steps-per-beat] cuts it, is swung as [property@Clock:swing] says; all other
 * places are where [method@Clock.beat_to_frame] says. [property@Slot:quantize] does not matter.
 *
 * If the beat has passed while the clock runs, the voice starts with the next block and is counted
 * in [property@Engine:n-late]. This also holds for a beat that a restart has put into the past.
 * Everything else is as [method@Engine.play_sample_at] has it.
 *
 * ```c
 * FlitzisClock *clock = flitzis_engine_get_clock (engine);
 *
 * flitzis_clock_restart (clock, flitzis_engine_get_position (engine) + 4800);
 *
 * for (guint step = 0; step < 16; step++)
 *   flitzis_engine_play_sample_at_beat (engine, 0, 0.5, step / 4.0, &error);
 * ```
 *
 * Fails as [method@Engine.play_sample_at] does, with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` also for
 * a beat that is out of range or not a number, and with `FLITZIS_ENGINE_ERROR_BUSY` also when 1024
 * triggers wait for beats or steps already.
 *
 * Returns: the number of the voice, from 1 and never used again; 0 without an error when the server
 *   is away
 */
guint64
flitzis_engine_play_sample_at_beat (FlitzisEngine *self,
                                    guint          id,
                                    double         velocity,
                                    double         beat,
                                    GError       **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_play (self->control, id, velocity, NULL, &beat, NULL, error);
}

/**
 * flitzis_engine_play:
 * @self: an engine
 * @trigger: what to play, and how
 * @error: return location for an error
 *
 * Triggers a slot with all that can be said about it.
 *
 * With frame 0 and no beat in the [struct@Trigger] this is [method@Engine.play_sample], with any
 * other frame [method@Engine.play_sample_at], and with a beat
 * [method@Engine.play_sample_at_beat]; the stop frame, if any, is a second event that waits.
 *
 * Fails as they do, with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for each field that is out of range
 * or not a number, the beat aside, for a frame together with a beat, and for a stop frame that is
 * not after the frame. A stop frame that has passed
 * when the voice would start ends it as `FLITZIS_END_REASON_STOPPED`, without a sound.
 *
 * Returns: the number of the voice, from 1 and never used again; 0 without an error when nothing
 *   was started
 */
guint64
flitzis_engine_play (FlitzisEngine *self, const FlitzisTrigger *trigger, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);
  g_return_val_if_fail (trigger != NULL, 0);

  return flitzis_control_play (self->control, trigger->slot, trigger->velocity,
                               trigger->frame > 0 ? &trigger->frame : NULL,
                               isnan (trigger->beat) ? NULL : &trigger->beat, trigger, error);
}

/**
 * flitzis_engine_stop_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @error: return location for an error
 *
 * Stops all voices of a slot: they fade out within [property@Slot:release], from the next block on.
 *
 * What was triggered before and has not started yet will not sound, but for what waits for its
 * frame: that is scheduled still.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`.
 *
 * Returns: %TRUE if the slot exists
 */
gboolean
flitzis_engine_stop_sample (FlitzisEngine *self, guint id, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  if (!flitzis_control_check_slot (self->control, id, error))
    return FALSE;

  flitzis_control_stop_slot (self->control, id);

  return TRUE;
}

/**
 * flitzis_engine_stop_sample_at:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @frame: a frame of [property@Engine:position]; 0 is the first one
 * @error: return location for an error
 *
 * Schedules a stop of what then sounds of a slot: the fade begins exactly on a frame.
 *
 * One whose frame has been rendered already stops with the next block and is counted in
 * [property@Engine:n-late].
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`, and with `FLITZIS_ENGINE_ERROR_BUSY` when
 * [property@Engine:n-events] wait already or the queue is full (1024).
 *
 * Returns: %TRUE if the stop is scheduled
 */
gboolean
flitzis_engine_stop_sample_at (FlitzisEngine *self, guint id, guint64 frame, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_stop_slot_at (self->control, id, frame, error);
}

/**
 * flitzis_engine_stop_all_samples:
 * @self: an engine
 *
 * Stops all voices, as [method@Engine.stop_sample] does; it never fails.
 *
 * Triggers that wait for their frame or their beat stay scheduled. To stop a pattern, call
 * [method@Engine.cancel_scheduled], too.
 */
void
flitzis_engine_stop_all_samples (FlitzisEngine *self)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_stop_all (self->control);
}

/**
 * flitzis_engine_cancel_scheduled:
 * @self: an engine
 *
 * Cancels all triggers and stops that wait for their frame or their beat; it never fails.
 *
 * The triggers end as `FLITZIS_END_REASON_CANCELLED`: up to 1024 with the next block, and as many
 * with each block after it. Voices that sound go on, even if their stop is cancelled. To stop a
 * pattern, call [method@Engine.stop_all_samples], too.
 */
void
flitzis_engine_cancel_scheduled (FlitzisEngine *self)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_cancel_scheduled (self->control);
}

/**
 * flitzis_engine_stop_voice:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 *
 * Stops one voice, as [method@Engine.stop_sample] does. One that waits for its frame or its beat
 * ends with the next block, without a sound.
 *
 * A voice that fades out already follows the fade that is over sooner, and ends for the reason of
 * that one.
 *
 * Does nothing to a voice that has ended, and nothing for a number that never was one.
 */
void
flitzis_engine_stop_voice (FlitzisEngine *self, guint64 voice)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_stop_voice (self->control, voice);
}

/**
 * flitzis_engine_stop_voice_with_fade:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @seconds: how long it fades out, 0 to 60
 * @error: return location for an error
 *
 * Stops one voice, as [method@Engine.stop_voice] does, with a fade that is for this stop alone.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a time that is out of range or not a number.
 *
 * Returns: %TRUE if the time is one
 */
gboolean
flitzis_engine_stop_voice_with_fade (FlitzisEngine *self,
                                     guint64        voice,
                                     double         seconds,
                                     GError       **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_stop_voice_with_fade (self->control, voice, seconds, error);
}

/**
 * flitzis_engine_set_voice_gain:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @gain: 0 to 16, linear
 * @error: return location for an error
 *
 * Sets the factor on one voice, in place of the gain of its trigger.
 *
 * A voice that sounds moves to it within 5 ms, from the next block on; one that has not started yet
 * starts with it. Does nothing to a voice that has ended.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a gain that is out of range or not a number.
 *
 * Returns: %TRUE if the gain is one
 */
gboolean
flitzis_engine_set_voice_gain (FlitzisEngine *self, guint64 voice, double gain, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_set_voice_gain (self->control, voice, gain, error);
}

/**
 * flitzis_engine_set_voice_pan:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @pan: -1 to 1, added to [property@Slot:pan]
 * @error: return location for an error
 *
 * Sets where one voice is, in place of the pan of its trigger.
 *
 * A voice that sounds moves to it within 5 ms, from the next block on; one that has not started yet
 * starts there. Does nothing to a voice that has ended.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a pan that is out of range or not a number.
 *
 * Returns: %TRUE if the pan is one
 */
gboolean
flitzis_engine_set_voice_pan (FlitzisEngine *self, guint64 voice, double pan, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_set_voice_pan (self->control, voice, pan, error);
}

/**
 * flitzis_engine_set_voice_rate:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @rate: 0.25 to 4, times [property@Slot:playback-rate]
 * @error: return location for an error
 *
 * Sets how fast one voice sounds, in place of the rate of its trigger.
 *
 * A voice that sounds glides to it within 5 ms, from the next block on; one that has not started
 * yet starts so. Does nothing to a voice that has ended.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a rate that is out of range or not a number.
 *
 * Returns: %TRUE if the rate is one
 */
gboolean
flitzis_engine_set_voice_rate (FlitzisEngine *self, guint64 voice, double rate, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_set_voice_rate (self->control, voice, rate, error);
}

/**
 * flitzis_engine_pause_voice:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 *
 * Has one voice fade out within 5 ms, from the next block on, and stand still.
 *
 * It still counts as one that sounds, and may be stolen or stopped: a stop ends it as soon as it is
 * silent. A voice that fades out stands still as well, and goes on with the rest of its fade. One
 * that has not started yet starts when it is resumed. Does nothing to a voice that has ended.
 */
void
flitzis_engine_pause_voice (FlitzisEngine *self, guint64 voice)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_set_voice_paused (self->control, voice, TRUE);
}

/**
 * flitzis_engine_resume_voice:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 *
 * Has one voice go on from the place where it stands still, from the next block on, and fade in
 * within 5 ms. Settings that changed meanwhile hold from its first frame.
 *
 * Does nothing to a voice that has ended, or is not paused.
 */
void
flitzis_engine_resume_voice (FlitzisEngine *self, guint64 voice)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_set_voice_paused (self->control, voice, FALSE);
}

/**
 * flitzis_engine_get_voice_position:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 *
 * Gets where one voice is in its sample, as it was at the end of the last block.
 *
 * Returns: the frame of the decoded sample that sounds next; -1 if the voice does not sound
 */
gint64
flitzis_engine_get_voice_position (FlitzisEngine *self, guint64 voice)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), -1);

  return flitzis_control_get_voice_position (self->control, voice);
}

/**
 * flitzis_engine_get_voice_start_frame:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 *
 * Gets the frame of [property@Engine:position] at which one voice started.
 *
 * Returns: the frame; -1 if the voice does not sound
 */
gint64
flitzis_engine_get_voice_start_frame (FlitzisEngine *self, guint64 voice)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), -1);

  return flitzis_control_get_voice_start_frame (self->control, voice);
}
