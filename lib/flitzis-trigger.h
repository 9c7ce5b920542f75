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
 * @velocity: 0 to 1, linear: a factor on the gain of the voice; 1 by default
 * @frame: the frame of [property@Engine:position] to start at; 0, the default, means now: the next
 *   block. [method@Engine.play_sample_at] takes 0 for the first frame instead
 * @gain: 0 to 16, linear: one more factor; 1 by default
 * @pan: -1 to 1, added to [property@Slot:pan]; 0 by default
 * @rate: 0.25 to 4, times [property@Slot:playback-rate]; 1 by default
 * @fade_in: seconds, 60 at most, in which the voice fades in; below 0, as is -1 by default,
 *   [property@Slot:attack] holds
 * @loops: how many times the loop is gone through in all, whether or not [property@Slot:loop] is
 *   set: 1 is once, without going back; 0, the default, leaves it to the slot
 * @stop_frame: the frame of [property@Engine:position] to stop at, later than @frame; 0, the
 *   default, for none. What comes to begin there or later, as [property@Slot:quantize] may have it,
 *   ends as %FLITZIS_END_REASON_STOPPED without a sound
 * @beat: the beat of [property@Engine:clock] to start at, as [method@Engine.play_sample_at_beat]
 *   takes it, from -2^31 to 2^31; NaN, the default, for none. A trigger has a beat or a frame
 * @layer: the layer of the slot to play, 0 to 15, whatever its velocities are; -1, the default, for
 *   the one that [property@Slot:variation] chooses
 *
 * All that can be said about one trigger, for [method@Engine.play].
 *
 * A plain record: make one, set the fields that matter, and use it as often as you like.
 * [ctor@Trigger.new] sets every field to the value that leaves it unset. Later versions may add
 * fields, and each will have such a value: a program that is built against this version never sets
 * them. So make triggers with [ctor@Trigger.new], and copy them with [method@Trigger.copy] or by
 * assigning the whole record.
 *
 * ```c
 * g_autoptr (FlitzisTrigger) trigger = flitzis_trigger_new ();
 *
 * trigger->slot = 3;
 * trigger->pan = -0.5;
 * voice = flitzis_engine_play (engine, trigger, &error);
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
  /* Room for fields to come. A field that takes some leaves the size as it is. */
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
