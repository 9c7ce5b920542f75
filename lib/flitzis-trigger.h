/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_TRIGGER (flitzis_trigger_get_type ())

typedef struct _FlitzisTrigger FlitzisTrigger;

/**
 * FlitzisTrigger:
 * @slot: the number of the slot to play, from 0
 * @velocity: a factor on the gain of the voice, 0 to 1, linear; 1 by default
 * @frame: the frame of [property@Engine:position] to start at; 0, the default, means now: the next
 *   block. For [method@Engine.play_sample_at], 0 is the first frame instead
 * @gain: one more factor, 0 to 16, linear; 1 by default
 * @pan: -1 to 1, added to [property@Slot:pan]; 0 by default
 * @rate: 0.25 to 4, times [property@Slot:playback-rate]; 1 by default
 * @fade_in: the time in which the voice fades in, in seconds, 60 at most; a negative value such as
 *   -1, the default, means [property@Slot:attack]
 * @loops: the number of times that the voice plays the loop, whether or not [property@Slot:loop] is
 *   set: 1 is once, without going back; 0, the default, means that [property@Slot:loop] decides
 * @stop_frame: the frame of [property@Engine:position] to stop at, later than @frame; 0, the
 *   default, for none. If the voice would start at this frame or later, as with
 *   [property@Slot:quantize], it ends as %FLITZIS_END_REASON_STOPPED without a sound
 * @beat: the beat of [property@Engine:clock] to start at, from -2^31 to 2^31, as for
 *   [method@Engine.play_sample_at_beat]; NaN, the default, for none. A trigger cannot have both a
 *   beat and a frame
 * @layer: the number of the layer to play, 0 to 15, for all velocities; -1, the default, means that
 *   [property@Slot:variation] chooses the layer
 *
 * Describes one trigger in full, for [method@Engine.play].
 *
 * A trigger is a plain record: make one, set the fields that matter, and use it as often as you
 * like. [ctor@Trigger.new] sets every field to its default.
 *
 * Later versions may add fields, and a program that is built against this version never sets those.
 * Their defaults will change nothing. So make triggers with [ctor@Trigger.new], and copy them with
 * [method@Trigger.copy] or by assigning the whole record.
 *
 * ```c
 * g_autoptr (FlitzisTrigger) trigger = flitzis_trigger_new ();
 *
 * trigger->slot = 3;
 * trigger->pan = -0.5;
 * voice = flitzis_engine_play (engine, trigger, &error);
 * ```
 *
 * ```python
 * trigger = Flitzis.Trigger(slot=3, pan=-0.5)
 * voice = engine.play(trigger)
 * ```
 *
 * ```js
 * const trigger = Flitzis.Trigger.new();
 * trigger.slot = 3;
 * trigger.pan = -0.5;
 * const voice = engine.play(trigger);
 * ```
 */
struct _FlitzisTrigger
{
  guint   slot;
  double  velocity;
  guint64 frame;
  double  gain;
  double  pan;
  double  rate;
  double  fade_in;
  guint   loops;
  guint64 stop_frame;
  double  beat;
  gint    layer;

  /*< private >*/
  /* Room for later fields: one that is added here takes from it, so that the size stays. */
  guint padding[21];
};

FLITZIS_AVAILABLE_IN_ALL
GType flitzis_trigger_get_type (void);

FLITZIS_AVAILABLE_IN_ALL
FlitzisTrigger *flitzis_trigger_new (void);
FLITZIS_AVAILABLE_IN_ALL
FlitzisTrigger *flitzis_trigger_copy (const FlitzisTrigger *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_trigger_free (FlitzisTrigger *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisTrigger, flitzis_trigger_free)

G_END_DECLS
