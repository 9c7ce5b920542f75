/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

G_BEGIN_DECLS

/*
 * The line of the beats, which any thread may bend and the mixer follows from its next block on,
 * and which beats have come.
 */

typedef enum
{
  FLITZIS_BEATS_TEMPO, /* micro-beats a minute */
  FLITZIS_BEATS_PER_BAR,
  FLITZIS_BEATS_STEPS,
  FLITZIS_BEATS_SWING, /* millionths of a step */
  FLITZIS_BEATS_RUNNING
} FlitzisBeatsField;

guint32  flitzis_control_get_beats (FlitzisControl   *self,
                                    FlitzisBeatsField field);
gboolean flitzis_control_set_beats (FlitzisControl   *self,
                                    FlitzisBeatsField field,
                                    guint32           value);

/* Beat 0 is at this frame, and the clock runs. FALSE if it ran already. */
gboolean flitzis_control_restart_beats (FlitzisControl *self,
                                        guint64         frame);
guint64  flitzis_control_beat_to_frame (FlitzisControl *self,
                                        double          beat);
double   flitzis_control_frame_to_beat (FlitzisControl *self,
                                        guint64         frame);

G_END_DECLS
