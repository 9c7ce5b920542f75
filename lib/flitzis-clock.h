/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_CLOCK (flitzis_clock_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisClock, flitzis_clock, FLITZIS, CLOCK, GObject)

FLITZIS_AVAILABLE_IN_ALL
double flitzis_clock_get_tempo (FlitzisClock *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_clock_set_tempo (FlitzisClock *self,
                              double        tempo);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_clock_get_beats_per_bar (FlitzisClock *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_clock_set_beats_per_bar (FlitzisClock *self,
                                      guint         beats_per_bar);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_clock_get_steps_per_beat (FlitzisClock *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_clock_set_steps_per_beat (FlitzisClock *self,
                                       guint         steps_per_beat);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_clock_get_swing (FlitzisClock *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_clock_set_swing (FlitzisClock *self,
                              double        swing);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_clock_get_running (FlitzisClock *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_clock_set_running (FlitzisClock *self,
                                gboolean      running);

FLITZIS_AVAILABLE_IN_ALL
void flitzis_clock_restart (FlitzisClock *self,
                            guint64       frame);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_clock_beat_to_frame (FlitzisClock *self,
                                     double        beat);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_clock_frame_to_beat (FlitzisClock *self,
                                    guint64       frame);

G_END_DECLS
