/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"
#include "flitzis-macros.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_TWEEN (flitzis_tween_get_type ())

typedef struct _FlitzisTween FlitzisTween;

/**
 * FlitzisTween:
 * @frame: the frame of [property@Engine:position] to begin at; 0, the default, means now: the next
 *   block
 * @beat: the beat of [property@Engine:clock] to begin at, with a fraction, from -2^31 to 2^31; not
 *   a number (NaN), the default, for none. @frame must then be 0
 * @duration: the time that the move takes, in seconds, 0 to 86400; a negative value such as -1, the
 *   default, leaves it unset
 * @beats: the time that the move takes, in beats of the clock, 0 to 1000000; a negative value such
 *   as -1, the default, leaves it unset. @duration must then be unset
 * @curve: the curve of the move; a straight line by default
 *
 * When and how a setting moves to a new value, for [method@Engine.tween_slot],
 * [method@Engine.tween_engine] and [method@Engine.tween_voice].
 *
 * If neither @duration nor @beats is set, the setting has the new value from that moment on, and
 * voices move to it within 5 ms, as if a property had been set.
 *
 * A length in beats is converted when the move begins. If it begins at a @beat, it ends on the
 * frame on which a trigger at @beat + @beats would start. A change of the tempo moves the beat of a
 * tween that waits, as it moves triggers; it does not change a move that is under way.
 *
 * A tween is a plain record: make one, set the fields that matter, and use it as often as you like.
 * Later versions may add fields, and their defaults will change nothing. So make tweens with
 * [ctor@Tween.new], and copy them with [method@Tween.copy] or by assigning the whole record.
 *
 * ```c
 * g_autoptr (FlitzisTween) tween = flitzis_tween_new ();
 *
 * tween->duration = 4.0;
 * tween->curve = FLITZIS_CURVE_EQUAL_POWER;
 * flitzis_engine_tween_slot (engine, 3, FLITZIS_PARAMETER_GAIN, 0.0, tween, &error);
 * ```
 *
 * ```python
 * tween = Flitzis.Tween(duration=4, curve=Flitzis.Curve.EQUAL_POWER)
 * engine.tween_slot(3, Flitzis.Parameter.GAIN, 0.0, tween)
 * ```
 *
 * ```js
 * const tween = Flitzis.Tween.new();
 * tween.duration = 4;
 * tween.curve = Flitzis.Curve.EQUAL_POWER;
 * engine.tween_slot(3, Flitzis.Parameter.GAIN, 0.0, tween);
 * ```
 */
struct _FlitzisTween
{
  guint64      frame;
  double       beat;
  double       duration;
  double       beats;
  FlitzisCurve curve;

  /*< private >*/
  /* Room for later fields: one that is added here takes from it, so that the size stays. */
  guint padding[15];
};

FLITZIS_AVAILABLE_IN_ALL
GType flitzis_tween_get_type (void);

FLITZIS_AVAILABLE_IN_ALL
FlitzisTween *flitzis_tween_new (void);
FLITZIS_AVAILABLE_IN_ALL
FlitzisTween *flitzis_tween_copy (const FlitzisTween *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_tween_free (FlitzisTween *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisTween, flitzis_tween_free)

G_END_DECLS
