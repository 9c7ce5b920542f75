/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"

#include <math.h>

/* The methods that start, change and end voices. */

/**
 * flitzis_engine_play_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @velocity: a factor on the gain of this voice, 0 to 1, linear
 * @error: return location for an error
 *
 * Triggers a slot: a new voice starts with the next block.
 *
 * Until the engine has rendered its first block, a voice waits for that block, and takes one of
 * [property@Engine:n-voices]. If it is then more than 250 ms older than the newest trigger, it ends
 * as `FLITZIS_END_REASON_REJECTED`, so that old triggers do not sound all at once.
 * [method@Engine.render] plays it, however old it is.
 *
 * While the sound server is away, while a started engine has no sink, and while no block has come
 * for 250 ms, no voice starts, so that old triggers do not sound later. The trigger counts as
 * rejected, and the call returns 0. A trigger that waits for its beat because of
 * [property@Slot:quantize] is rejected only while the engine is reconnecting ([enum@State]).
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`, with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a
 * velocity that is out of range or not a number, with `FLITZIS_ENGINE_ERROR_UNSUPPORTED` if a
 * layer of the slot is streamed and the slot plays backwards or with a loop crossfade, and with
 * `FLITZIS_ENGINE_ERROR_BUSY` if the queue of 1024 commands is full. A trigger that has to wait for
 * its frame or for the clock also fails with `FLITZIS_ENGINE_ERROR_BUSY` if
 * [property@Engine:n-events] events wait already. A trigger that has to wait for the clock also
 * fails so if 1024 such triggers wait already.
 *
 * Returns: the number of the voice, which counts from 1 and is never used again; 0 without an error
 *   if the slot has no sample for the velocity or the trigger was rejected
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
 * @velocity: a factor on the gain of this voice, 0 to 1, linear
 * @frame: a frame of [property@Engine:position]; 0 is the first one, and does not mean now as it
 *   does in a [struct@Trigger]
 * @error: return location for an error
 *
 * Schedules a trigger of a slot: a new voice starts exactly on a frame, also inside a block.
 *
 * The trigger takes no voice until its frame comes. So more triggers can wait than there are
 * voices: up to [property@Engine:n-events].
 *
 * The trigger plays the sample that is in the slot when its frame comes; in a slot with layers, the
 * layer is chosen at that time. It ends as `FLITZIS_END_REASON_UNLOADED` if the slot has no sample
 * for its velocity. It takes all settings from the slot at the time of the call. Triggers and stops
 * of one frame take effect in the order of the calls, after those without a frame. If the frame has
 * been rendered already, the voice starts with the next block, and [property@Engine:n-late] counts
 * the trigger. While the engine is reconnecting ([enum@State]), the trigger is rejected, as by
 * [method@Engine.play_sample].
 *
 * Fails as [method@Engine.play_sample] does, and with `FLITZIS_ENGINE_ERROR_BUSY` also if
 * [property@Engine:n-events] events wait already.
 *
 * Returns: the number of the voice, which counts from 1 and is never used again; 0 without an error
 *   if the engine is reconnecting
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
 * @velocity: a factor on the gain of this voice, 0 to 1, linear
 * @beat: a beat of [property@Engine:clock], or a place between two beats, from -2^31 to 2^31
 * @error: return location for an error
 *
 * Schedules a trigger of a slot: a new voice starts on a beat of the clock.
 *
 * The trigger waits for its beat, not for a frame. If the tempo or the swing changes, the trigger
 * moves with its beat, and after [method@Clock.restart] it waits for the same beat of the new grid.
 * While the clock is stopped, it keeps waiting. A beat that is a step of
 * [property@Clock:steps-per-beat] at the time of the call is moved by [property@Clock:swing]. All
 * other beats are on the frame that [method@Clock.beat_to_frame] returns. [property@Slot:quantize]
 * has no effect.
 *
 * If the clock runs and the beat has passed, the voice starts with the next block, and
 * [property@Engine:n-late] counts the trigger. The same holds for a beat that a restart has put
 * into the past. In all other respects the call works as [method@Engine.play_sample_at] does.
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
 * a beat that is out of range or not a number, and with `FLITZIS_ENGINE_ERROR_BUSY` also if 1024
 * triggers wait for beats or steps already.
 *
 * Returns: the number of the voice, which counts from 1 and is never used again; 0 without an error
 *   if the engine is reconnecting
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
 * @trigger: a trigger
 * @error: return location for an error
 *
 * Triggers a slot with all the settings of a [struct@Trigger].
 *
 * With frame 0 and no beat, the call does the same as [method@Engine.play_sample]; with any other
 * frame, the same as [method@Engine.play_sample_at]; with a beat, the same as
 * [method@Engine.play_sample_at_beat]. A stop frame is a second event that waits. If the stop frame
 * has passed when the voice would start, the voice ends as `FLITZIS_END_REASON_STOPPED`, without a
 * sound.
 *
 * Fails as these methods do. `FLITZIS_ENGINE_ERROR_INVALID_VALUE` also means a field that is out of
 * range or not a number (NaN is allowed for the beat), a frame together with a beat, or a stop
 * frame that is not after the frame.
 *
 * Returns: the number of the voice, which counts from 1 and is never used again; 0 without an error
 *   if no voice was started
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
 * flitzis_engine_play_after:
 * @self: an engine
 * @voice: the number of another voice
 * @trigger: a trigger without a frame and without a beat
 * @error: return location for an error
 *
 * Schedules a trigger that starts when another voice ends, without a gap: its first frame is the
 * first one in which the other voice is not heard any more.
 *
 * The other voice may play at any rate and in a loop. The trigger waits as long as that voice loops
 * or is paused. It can also follow a voice that has not started yet, so a whole playlist can be
 * queued at once. Several triggers may follow one voice; they start together, in the order
 * of the calls. [property@Slot:quantize] has no effect.
 *
 * ```c
 * g_autoptr (FlitzisTrigger) next = flitzis_trigger_new ();
 *
 * voice = flitzis_engine_play_sample (engine, 0, 1.0, &error);
 *
 * for (next->slot = 1; next->slot < 4; next->slot++)
 *   voice = flitzis_engine_play_after (engine, voice, next, &error);
 * ```
 *
 * If the other voice has ended already, for any reason, or if no voice has its number, as with 0,
 * the trigger starts with the next block, as in [method@Engine.play] without a frame.
 *
 * If the other voice has not ended yet, the trigger starts only if that voice plays to its end. If
 * the voice is stopped, stolen, choked, unloaded, rejected or cancelled, or if its file fails, the
 * trigger ends as `FLITZIS_END_REASON_CANCELLED`, and so does everything that follows the trigger:
 * up to 1024 triggers with the next block, and as many with each block after it.
 *
 * In all other respects the call works as [method@Engine.play_sample_at] does: the trigger is one
 * of the [property@Engine:n-events] events, takes no voice until it starts, and plays the sample
 * that is then in its slot. [method@Engine.cancel_scheduled] cancels it, and
 * [method@Engine.stop_voice] stops it.
 *
 * Fails as [method@Engine.play_sample_at] does. `FLITZIS_ENGINE_ERROR_INVALID_VALUE` also means a
 * field of the trigger that is out of range or not a number (NaN is allowed for the beat), or a
 * frame or a beat that is set.
 *
 * Returns: the number of the new voice, which counts from 1 and is never used again; 0 without an
 *   error if the engine is reconnecting, or if the trigger was to start at once and could not
 */
guint64
flitzis_engine_play_after (FlitzisEngine        *self,
                           guint64               voice,
                           const FlitzisTrigger *trigger,
                           GError              **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);
  g_return_val_if_fail (trigger != NULL, 0);

  return flitzis_control_play_after (self->control, voice, trigger, error);
}

/**
 * flitzis_engine_stop_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @error: return location for an error
 *
 * Stops all voices of a slot: they fade out within [property@Slot:release], from the next block on.
 *
 * Triggers that wait for the next block will not sound. Triggers that wait for their frame or their
 * beat stay scheduled. Triggers that follow a stopped voice are cancelled.
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
 * Schedules a stop of the voices that a slot then has: their fade begins exactly on a frame.
 *
 * If the frame has been rendered already, the voices stop with the next block, and
 * [property@Engine:n-late] counts the stop.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`, and with `FLITZIS_ENGINE_ERROR_BUSY` if
 * [property@Engine:n-events] events wait already or the queue is full (1024).
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
 * Stops all voices, as [method@Engine.stop_sample] does; the call never fails.
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
 * Cancels all triggers, stops and tweens that wait for their frame, their beat or the end of a
 * voice; the call never fails.
 *
 * The triggers end as `FLITZIS_END_REASON_CANCELLED`: up to 1024 with the next block, and as many
 * with each block after it. Voices that sound go on, even if their stop is cancelled. Tweens that
 * are under way end with the next block, and their settings stay where they are. To stop a pattern,
 * call [method@Engine.stop_all_samples], too.
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
 * Stops one voice, as [method@Engine.stop_sample] does. A voice that waits for its frame or its
 * beat ends with the next block, without a sound.
 *
 * If the voice fades out already, it follows the fade that is over sooner, and ends for the reason
 * of that fade.
 *
 * Calls on an ended voice do nothing. Calls with a number that was never returned do nothing,
 * either.
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
 * @seconds: the length of the fade, 0 to 60
 * @error: return location for an error
 *
 * Stops one voice, as [method@Engine.stop_voice] does, with a fade of its own.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a time that is out of range or not a number.
 *
 * Returns: %TRUE unless the call failed
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
 * Sets the gain of one voice, in place of the gain of its trigger.
 *
 * A voice that sounds moves to the new gain within 5 ms, from the next block on. A voice that has
 * not started yet starts with it. Calls on an ended voice do nothing.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a gain that is out of range or not a number.
 *
 * Returns: %TRUE unless the call failed
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
 * Sets the pan of one voice, in place of the pan of its trigger.
 *
 * A voice that sounds moves to the new pan within 5 ms, from the next block on. A voice that has
 * not started yet starts with it. Calls on an ended voice do nothing.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a pan that is out of range or not a number.
 *
 * Returns: %TRUE unless the call failed
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
 * Sets the rate of one voice, in place of the rate of its trigger.
 *
 * A voice that sounds glides to the new rate within 5 ms, from the next block on. A voice that has
 * not started yet starts with it. Calls on an ended voice do nothing.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a rate that is out of range or not a number.
 *
 * Returns: %TRUE unless the call failed
 */
gboolean
flitzis_engine_set_voice_rate (FlitzisEngine *self, guint64 voice, double rate, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_set_voice_rate (self->control, voice, rate, error);
}

/**
 * flitzis_engine_seek_voice:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @frame: a frame of the decoded sample, from 0, as [method@Engine.get_voice_position] returns it
 * @error: return location for an error
 *
 * Moves one voice to another place of its sample, with the next block.
 *
 * A voice that sounds fades over to the new place within 5 ms. A paused voice moves silently, and
 * goes on from the new place when it is resumed. A voice that has not started yet starts there; if
 * the place is not the beginning of the sample, it fades in within 1 ms.
 *
 * ```c
 * gint64 frame = flitzis_engine_get_voice_position (engine, voice);
 *
 * if (frame >= 0)
 *   flitzis_engine_seek_voice (engine, voice, frame + 10 * 48000, &error);
 * ```
 *
 * The voice stays within its part of the sample, from [property@Slot:start] to [property@Slot:end].
 * A frame before the part is the same as the part's first one. If the frame lies after the part,
 * the voice ends as `FLITZIS_END_REASON_FINISHED`, even in an endless loop, and a sound that
 * follows it starts ([method@Engine.play_after]). While the length of a streamed sample is not
 * known, its endless loop goes on instead. With [property@Slot:reverse] it is the other way round:
 * a frame after the part is the first one to play, and a frame before the part ends the voice.
 *
 * Rounds of a loop that were played still count. If the loop is played a number of times, a frame
 * after its end skips the other rounds. If the loop never ends, and the frame lies after the loop
 * but within the part, the voice moves back by whole rounds, into the loop.
 *
 * Calls on an ended voice do nothing.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_BUSY` if more commands wait for the next block than the queue
 * can hold (1024).
 *
 * Returns: %TRUE unless the call failed
 */
gboolean
flitzis_engine_seek_voice (FlitzisEngine *self, guint64 voice, guint64 frame, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_seek_voice (self->control, voice, frame, error);
}

/**
 * flitzis_engine_pause_voice:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 *
 * Pauses one voice: it fades out within 5 ms, from the next block on, and stands still.
 *
 * A paused voice still counts as one that sounds, and can be stolen or stopped; a stop ends it as
 * soon as it is silent. If the voice was fading out, it goes on with the rest of its fade after the
 * pause. A voice that has not started yet starts when it is resumed. Calls on an ended voice do
 * nothing.
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
 * Lets a paused voice go on from its place: it fades in within 5 ms, from the next block on.
 *
 * Settings that changed during the pause hold from the first frame. Calls on a voice that has ended
 * or is not paused do nothing.
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
 * Gets the place of one voice in its sample, as of the end of the last block.
 *
 * Returns: the frame of the decoded sample that sounds next; -1 before the voice has started and
 *   after it has ended
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
 * Returns: the frame; -1 before the voice has started and after it has ended
 */
gint64
flitzis_engine_get_voice_start_frame (FlitzisEngine *self, guint64 voice)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), -1);

  return flitzis_control_get_voice_start_frame (self->control, voice);
}
