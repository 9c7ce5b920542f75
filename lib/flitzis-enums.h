/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * FlitzisOutput:
 * @FLITZIS_OUTPUT_AUTO: PipeWire; or PulseAudio, if no PipeWire server can be reached, or if
 *   PipeWire has no sink and a real PulseAudio server answers
 * @FLITZIS_OUTPUT_PIPEWIRE: a PipeWire stream
 * @FLITZIS_OUTPUT_PULSE: a PulseAudio stream; PipeWire's server for PulseAudio programs is one, too
 *
 * The kind of sound server that an engine plays through.
 */
typedef enum
{
  FLITZIS_OUTPUT_AUTO,
  FLITZIS_OUTPUT_PIPEWIRE,
  FLITZIS_OUTPUT_PULSE
} FlitzisOutput;

/**
 * FlitzisSteal:
 * @FLITZIS_STEAL_OLDEST: the voice that started first makes room
 * @FLITZIS_STEAL_QUIETEST: the voice with the smallest gain makes room; among equals, the oldest.
 *   The gain is slot gain x voice gain x velocity x engine gain x the voice's fades at this moment,
 *   on the louder side, and 0 if the slot is muted
 * @FLITZIS_STEAL_REJECT: the new trigger is rejected
 *
 * The way to make room for a trigger when all voices sound.
 */
typedef enum
{
  FLITZIS_STEAL_OLDEST,
  FLITZIS_STEAL_QUIETEST,
  FLITZIS_STEAL_REJECT
} FlitzisSteal;

/**
 * FlitzisRetrigger:
 * @FLITZIS_RETRIGGER_OVERLAP: they sound on
 * @FLITZIS_RETRIGGER_RESTART: they fade out within [property@Slot:choke-release] and end as
 *   `FLITZIS_END_REASON_CHOKED`
 *
 * The effect of a trigger on the voices of its own slot.
 */
typedef enum
{
  FLITZIS_RETRIGGER_OVERLAP,
  FLITZIS_RETRIGGER_RESTART
} FlitzisRetrigger;

/**
 * FlitzisInterpolation:
 * @FLITZIS_INTERPOLATION_LINEAR: on straight lines; cheap, but with audible artefacts
 * @FLITZIS_INTERPOLATION_SINC: with a windowed sinc of 32 frames, or more if the voice runs faster
 *   than the engine; for material up to 16 kHz, images and aliases stay below -90 dB
 *
 * The way to compute values between the frames of a sample, for voices that do not run at the
 * engine's rate.
 */
typedef enum
{
  FLITZIS_INTERPOLATION_LINEAR,
  FLITZIS_INTERPOLATION_SINC
} FlitzisInterpolation;

/**
 * FlitzisState:
 * @FLITZIS_STATE_STOPPED: not connected; triggers wait, and [method@Engine.render] works
 * @FLITZIS_STATE_STARTING: connected, but no block has been rendered yet; triggers wait for the
 *   first block, or are rejected if there is no sink
 * @FLITZIS_STATE_RUNNING: blocks are being rendered; triggers are rejected if no block has come for
 *   250 ms
 * @FLITZIS_STATE_RECONNECTING: the server or the sink went away; triggers are rejected, and the
 *   sound goes on automatically when the server or the sink is back
 *
 * The state of an engine's connection to the sound server.
 *
 * Triggers that have a frame or wait for a beat are rejected only while reconnecting.
 */
typedef enum
{
  FLITZIS_STATE_STOPPED,
  FLITZIS_STATE_STARTING,
  FLITZIS_STATE_RUNNING,
  FLITZIS_STATE_RECONNECTING
} FlitzisState;

/**
 * FlitzisEndReason:
 * @FLITZIS_END_REASON_FINISHED: it played to its end
 * @FLITZIS_END_REASON_STOPPED: a call stopped it
 * @FLITZIS_END_REASON_STOLEN: a newer trigger took its place
 * @FLITZIS_END_REASON_CHOKED: a trigger of its choke group, or of its own slot, silenced it
 * @FLITZIS_END_REASON_UNLOADED: its sample was replaced or unloaded, or there was no sample for it
 *   when its frame came
 * @FLITZIS_END_REASON_REJECTED: it never started: all voices were sounding, or it was more than
 *   250 ms older than the newest trigger when its first block came
 * @FLITZIS_END_REASON_CANCELLED: it never started: it was cancelled while it waited for its frame,
 *   its beat or the end of a voice; or that voice did not play to its end
 * @FLITZIS_END_REASON_FAILED: its file could not be read any further; [property@Slot:stream-error]
 *   has the error
 *
 * The reason why a voice ended.
 */
typedef enum
{
  FLITZIS_END_REASON_FINISHED,
  FLITZIS_END_REASON_STOPPED,
  FLITZIS_END_REASON_STOLEN,
  FLITZIS_END_REASON_CHOKED,
  FLITZIS_END_REASON_UNLOADED,
  FLITZIS_END_REASON_REJECTED,
  FLITZIS_END_REASON_CANCELLED,
  FLITZIS_END_REASON_FAILED
} FlitzisEndReason;

/**
 * FlitzisStorage:
 * @FLITZIS_STORAGE_MEMORY: in memory: the whole file is decoded when it is loaded
 * @FLITZIS_STORAGE_STREAM: streamed: only the first half second is in memory, and voices read the
 *   rest from the file while they play; the load of a file that cannot be read from the middle
 *   fails with `FLITZIS_ENGINE_ERROR_UNSUPPORTED`
 * @FLITZIS_STORAGE_AUTO: streamed if it is longer than [property@Engine:stream-threshold] and can
 *   be read from the middle, else in memory
 *
 * Where a slot keeps the frames of the files that are loaded into it.
 */
typedef enum
{
  FLITZIS_STORAGE_MEMORY,
  FLITZIS_STORAGE_STREAM,
  FLITZIS_STORAGE_AUTO
} FlitzisStorage;

/**
 * FlitzisTriggerTiming:
 * @FLITZIS_TRIGGER_TIMING_SOONEST: with the next block, as early as possible; sounds of calls
 *   within one block start together
 * @FLITZIS_TRIGGER_TIMING_CONSTANT: exactly [property@Engine:trigger-delay] after the call, to the
 *   frame; sounds are as far apart as their calls, but up to a block later
 *
 * The time at which the sound of [method@Engine.play_sample] starts, while blocks are being
 * rendered.
 */
typedef enum
{
  FLITZIS_TRIGGER_TIMING_SOONEST,
  FLITZIS_TRIGGER_TIMING_CONSTANT
} FlitzisTriggerTiming;

/**
 * FlitzisQuantize:
 * @FLITZIS_QUANTIZE_NONE: none: the trigger does not wait
 * @FLITZIS_QUANTIZE_STEP: the next step, with its [property@Clock:swing]
 * @FLITZIS_QUANTIZE_BEAT: the next beat
 * @FLITZIS_QUANTIZE_BAR: the next beat that begins a bar
 *
 * The point of the clock that a trigger waits for while the clock runs.
 */
typedef enum
{
  FLITZIS_QUANTIZE_NONE,
  FLITZIS_QUANTIZE_STEP,
  FLITZIS_QUANTIZE_BEAT,
  FLITZIS_QUANTIZE_BAR
} FlitzisQuantize;

/**
 * FlitzisVariation:
 * @FLITZIS_VARIATION_VELOCITY: the layer whose range holds the velocity of the trigger; if several
 *   ranges do, these layers take turns
 * @FLITZIS_VARIATION_ROUND_ROBIN: all layers take turns, whatever the velocity
 * @FLITZIS_VARIATION_RANDOM: any layer whose range holds the velocity
 * @FLITZIS_VARIATION_RANDOM_NO_REPEAT: any layer whose range holds the velocity, except for the
 *   layer that was played last, unless there is no other
 *
 * Which layer of its slot a trigger plays.
 *
 * Layers that take turns are played in the order of their numbers: the next one is always the one
 * that was played the longest time ago.
 */
typedef enum
{
  FLITZIS_VARIATION_VELOCITY,
  FLITZIS_VARIATION_ROUND_ROBIN,
  FLITZIS_VARIATION_RANDOM,
  FLITZIS_VARIATION_RANDOM_NO_REPEAT
} FlitzisVariation;

/**
 * FlitzisKitFlags:
 * @FLITZIS_KIT_FLAGS_NONE: nothing
 * @FLITZIS_KIT_FLAGS_ANY_FOLDER: for reading: sounds may be outside the folder of the kit
 * @FLITZIS_KIT_FLAGS_COLLECT: for saving: sounds outside the folder of the kit are copied into it
 *
 * How a [class@Kit] is read or saved.
 */
typedef enum
{
  FLITZIS_KIT_FLAGS_NONE = 0,
  FLITZIS_KIT_FLAGS_ANY_FOLDER = 1 << 0,
  FLITZIS_KIT_FLAGS_COLLECT = 1 << 1
} FlitzisKitFlags;

/**
 * FlitzisBitDepth:
 * @FLITZIS_BIT_DEPTH_AUTO: the best of the format: floats in WAV, 24 bits in AIFF and FLAC
 * @FLITZIS_BIT_DEPTH_INT16: integers of 16 bits
 * @FLITZIS_BIT_DEPTH_INT24: integers of 24 bits
 * @FLITZIS_BIT_DEPTH_FLOAT32: floats of 32 bits, only in WAV
 *
 * How the values of an exported file are stored.
 */
typedef enum
{
  FLITZIS_BIT_DEPTH_AUTO,
  FLITZIS_BIT_DEPTH_INT16,
  FLITZIS_BIT_DEPTH_INT24,
  FLITZIS_BIT_DEPTH_FLOAT32
} FlitzisBitDepth;

/**
 * FlitzisNormalize:
 * @FLITZIS_NORMALIZE_NONE: the gain stays as it is
 * @FLITZIS_NORMALIZE_PEAK: the largest value becomes [property@Export:target-peak]
 * @FLITZIS_NORMALIZE_LOUDNESS: the loudness becomes [property@Export:target-loudness], or less if
 *   the true peak would exceed [property@Export:target-peak]
 *
 * How an export chooses the gain of the whole sound.
 */
typedef enum
{
  FLITZIS_NORMALIZE_NONE,
  FLITZIS_NORMALIZE_PEAK,
  FLITZIS_NORMALIZE_LOUDNESS
} FlitzisNormalize;

/**
 * FlitzisParameter:
 * @FLITZIS_PARAMETER_GAIN: the gain
 * @FLITZIS_PARAMETER_PAN: the pan
 * @FLITZIS_PARAMETER_RATE: the playback rate
 *
 * A setting of a slot or a voice that a [struct@Tween] can move.
 */
typedef enum
{
  FLITZIS_PARAMETER_GAIN,
  FLITZIS_PARAMETER_PAN,
  FLITZIS_PARAMETER_RATE
} FlitzisParameter;

/**
 * FlitzisCurve:
 * @FLITZIS_CURVE_LINEAR: a straight line: a + (b - a) x
 * @FLITZIS_CURVE_DECIBEL: a straight line in decibels, a (b / a)^x. The ear hears an even change. A
 *   gain below -60 dB (0.001) counts as -60 dB: a fade to 0 goes to -60 dB, and is at 0 at its end.
 *   Of a rate, it changes the pitch evenly. Not for pans
 * @FLITZIS_CURVE_SMOOTH: begins and ends slowly: a + (b - a) (3 x^2 - 2 x^3), the cubic Hermite
 *   curve between two points with slope 0 (Foley et al., Computer Graphics: Principles and
 *   Practice, chapter 11)
 * @FLITZIS_CURVE_EQUAL_POWER: a rise is a + (b - a) sin (x pi / 2), a fall is
 *   b + (a - b) cos (x pi / 2). If one sound falls from a gain to 0 while another rises from 0 to
 *   it, the sum of their powers stays the same (Roads, The Computer Music Tutorial, chapter 10)
 *
 * The curve on which a [struct@Tween] moves from one value, a, to another, b.
 *
 * x is the part of the time that is over, from 0 to 1: the k-th frame of a move of n frames, from
 * 0, has the value at (k + 1) / n. The curve is computed every 64 frames, more often in a move of
 * less than 1024 frames; the values between are on straight lines.
 */
typedef enum
{
  FLITZIS_CURVE_LINEAR,
  FLITZIS_CURVE_DECIBEL,
  FLITZIS_CURVE_SMOOTH,
  FLITZIS_CURVE_EQUAL_POWER
} FlitzisCurve;

#define FLITZIS_TYPE_TRIGGER_TIMING (flitzis_trigger_timing_get_type ())
#define FLITZIS_TYPE_QUANTIZE (flitzis_quantize_get_type ())
#define FLITZIS_TYPE_OUTPUT (flitzis_output_get_type ())
#define FLITZIS_TYPE_STEAL (flitzis_steal_get_type ())
#define FLITZIS_TYPE_RETRIGGER (flitzis_retrigger_get_type ())
#define FLITZIS_TYPE_INTERPOLATION (flitzis_interpolation_get_type ())
#define FLITZIS_TYPE_STATE (flitzis_state_get_type ())
#define FLITZIS_TYPE_END_REASON (flitzis_end_reason_get_type ())
#define FLITZIS_TYPE_STORAGE (flitzis_storage_get_type ())
#define FLITZIS_TYPE_VARIATION (flitzis_variation_get_type ())
#define FLITZIS_TYPE_PARAMETER (flitzis_parameter_get_type ())
#define FLITZIS_TYPE_CURVE (flitzis_curve_get_type ())
#define FLITZIS_TYPE_KIT_FLAGS (flitzis_kit_flags_get_type ())
#define FLITZIS_TYPE_BIT_DEPTH (flitzis_bit_depth_get_type ())
#define FLITZIS_TYPE_NORMALIZE (flitzis_normalize_get_type ())

FLITZIS_AVAILABLE_IN_ALL
GType flitzis_trigger_timing_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_quantize_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_output_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_steal_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_retrigger_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_interpolation_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_state_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_end_reason_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_variation_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_storage_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_parameter_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_curve_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_kit_flags_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_bit_depth_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_normalize_get_type (void);

G_END_DECLS
