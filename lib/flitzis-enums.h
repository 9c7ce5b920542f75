/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * FlitzisOutput:
 * @FLITZIS_OUTPUT_AUTO: PipeWire, or PulseAudio if no PipeWire is in reach, or if PipeWire has no
 *   sink while a PulseAudio server of its own right answers
 * @FLITZIS_OUTPUT_PIPEWIRE: a PipeWire stream
 * @FLITZIS_OUTPUT_PULSE: a PulseAudio stream, also to PipeWire's server for PulseAudio programs
 *
 * Where an engine sends its sound.
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
 * @FLITZIS_STEAL_QUIETEST: the voice of the smallest gain makes room: slot gain x voice gain x
 *   velocity x engine gain, 0 if the slot is muted, on the louder side, x its fades at this moment;
 *   among equals the oldest
 * @FLITZIS_STEAL_REJECT: the new trigger is rejected
 *
 * What happens to a trigger when all voices sound.
 */
typedef enum
{
  FLITZIS_STEAL_OLDEST,
  FLITZIS_STEAL_QUIETEST,
  FLITZIS_STEAL_REJECT
} FlitzisSteal;

/**
 * FlitzisRetrigger:
 * @FLITZIS_RETRIGGER_OVERLAP: what sounds rings on
 * @FLITZIS_RETRIGGER_RESTART: what sounds fades out within [property@Slot:choke-release] and ends
 *   as `FLITZIS_END_REASON_CHOKED`
 *
 * What a trigger does to the voices of its own slot.
 */
typedef enum
{
  FLITZIS_RETRIGGER_OVERLAP,
  FLITZIS_RETRIGGER_RESTART
} FlitzisRetrigger;

/**
 * FlitzisInterpolation:
 * @FLITZIS_INTERPOLATION_LINEAR: on straight lines: cheap, and not clean
 * @FLITZIS_INTERPOLATION_SINC: by a windowed sinc of 32 frames, wider where the voice runs faster
 *   than the engine: images and what would fold back are below -90 dB for material up to 16 kHz
 *
 * How a voice that does not run at the engine's rate finds what lies between the frames of its
 * sample.
 */
typedef enum
{
  FLITZIS_INTERPOLATION_LINEAR,
  FLITZIS_INTERPOLATION_SINC
} FlitzisInterpolation;

/**
 * FlitzisState:
 * @FLITZIS_STATE_STOPPED: not connected; triggers wait, [method@Engine.render] works
 * @FLITZIS_STATE_STARTING: connected, no block rendered yet; triggers wait for the first one, or
 *   are rejected if there is no sink
 * @FLITZIS_STATE_RUNNING: blocks are being rendered; triggers are rejected if none has come for
 *   250 ms
 * @FLITZIS_STATE_RECONNECTING: the server or the sink went away; triggers are rejected, and the
 *   sound goes on by itself when it is back
 *
 * What the connection of an engine is doing.
 *
 * Triggers with a frame or waiting for a beat are only rejected while reconnecting.
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
 * @FLITZIS_END_REASON_FINISHED: it came to its end
 * @FLITZIS_END_REASON_STOPPED: it was stopped by a call
 * @FLITZIS_END_REASON_STOLEN: a newer trigger took its place
 * @FLITZIS_END_REASON_CHOKED: a trigger of its choke group, or of its own slot, silenced it
 * @FLITZIS_END_REASON_UNLOADED: its sample was replaced or unloaded
 * @FLITZIS_END_REASON_REJECTED: it never started: all voices were sounding, or it was more than
 *   250 ms older than the newest trigger when its first block came
 * @FLITZIS_END_REASON_CANCELLED: it never started, it was cancelled while it waited for its frame
 *
 * Why a voice ended.
 */
typedef enum
{
  FLITZIS_END_REASON_FINISHED,
  FLITZIS_END_REASON_STOPPED,
  FLITZIS_END_REASON_STOLEN,
  FLITZIS_END_REASON_CHOKED,
  FLITZIS_END_REASON_UNLOADED,
  FLITZIS_END_REASON_REJECTED,
  FLITZIS_END_REASON_CANCELLED
} FlitzisEndReason;

/**
 * FlitzisTriggerTiming:
 * @FLITZIS_TRIGGER_TIMING_SOONEST: with the next block, as early as can be: calls that lie apart
 *   within one block sound together
 * @FLITZIS_TRIGGER_TIMING_CONSTANT: each [property@Engine:trigger-delay] after its call, to the
 *   frame: what lies apart sounds apart, at the price of being later by up to a block
 *
 * When that sounds which [method@Engine.play_sample] triggers, while blocks are being rendered.
 */
typedef enum
{
  FLITZIS_TRIGGER_TIMING_SOONEST,
  FLITZIS_TRIGGER_TIMING_CONSTANT
} FlitzisTriggerTiming;

/**
 * FlitzisQuantize:
 * @FLITZIS_QUANTIZE_NONE: for nothing
 * @FLITZIS_QUANTIZE_STEP: for the next step, swung as [property@Clock:swing] says
 * @FLITZIS_QUANTIZE_BEAT: for the next beat
 * @FLITZIS_QUANTIZE_BAR: for the next beat that begins a bar
 *
 * What a trigger waits for while the clock runs.
 */
typedef enum
{
  FLITZIS_QUANTIZE_NONE,
  FLITZIS_QUANTIZE_STEP,
  FLITZIS_QUANTIZE_BEAT,
  FLITZIS_QUANTIZE_BAR
} FlitzisQuantize;

/**
 * FlitzisBitDepth:
 * @FLITZIS_BIT_DEPTH_AUTO: the most that the format has: floats in WAV, 24 bits in AIFF and FLAC
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
 *
 * Which gain an export applies to all of the sound.
 */
typedef enum
{
  FLITZIS_NORMALIZE_NONE,
  FLITZIS_NORMALIZE_PEAK
} FlitzisNormalize;

#define FLITZIS_TYPE_TRIGGER_TIMING (flitzis_trigger_timing_get_type ())
#define FLITZIS_TYPE_QUANTIZE (flitzis_quantize_get_type ())
#define FLITZIS_TYPE_OUTPUT (flitzis_output_get_type ())
#define FLITZIS_TYPE_STEAL (flitzis_steal_get_type ())
#define FLITZIS_TYPE_RETRIGGER (flitzis_retrigger_get_type ())
#define FLITZIS_TYPE_INTERPOLATION (flitzis_interpolation_get_type ())
#define FLITZIS_TYPE_STATE (flitzis_state_get_type ())
#define FLITZIS_TYPE_END_REASON (flitzis_end_reason_get_type ())
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
GType flitzis_bit_depth_get_type (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_normalize_get_type (void);

G_END_DECLS
