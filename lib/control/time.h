/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

G_BEGIN_DECLS

/*
 * When frames sound, by CLOCK_MONOTONIC: what the callback last heard from the driver's clock, and
 * what follows from it while the same stream streams.
 */

/* As FlitzisEngine says of them; a time is -1 where it is unknown. */
gint64               flitzis_control_frame_to_time (FlitzisControl *self,
                                                    guint64         frame);
guint64              flitzis_control_time_to_frame (FlitzisControl *self,
                                                    gint64          time_ns);
FlitzisTriggerTiming flitzis_control_get_trigger_timing (FlitzisControl *self);
gboolean             flitzis_control_set_trigger_timing (FlitzisControl      *self,
                                                         FlitzisTriggerTiming timing);
gint64               flitzis_control_get_trigger_delay (FlitzisControl *self);
gint64               flitzis_control_get_latency (FlitzisControl *self);

/* The output: how long a block takes from here to the loudspeaker, in ns; -1 unknown. */
void flitzis_control_set_latency (FlitzisControl *self,
                                  gint64          latency_ns);

G_END_DECLS
