/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"
#include "flitzis-macros.h"
#include "flitzis-sample.h"
#include "flitzis-tween.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_SLOT (flitzis_slot_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisSlot, flitzis_slot, FLITZIS, SLOT, GObject)

FLITZIS_AVAILABLE_IN_ALL
guint flitzis_slot_get_index (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
FlitzisSample *flitzis_slot_dup_sample (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_slot_get_loading (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_load_progress (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_slot_get_playing (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_level (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
gint64 flitzis_slot_get_n_frames (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
GError *flitzis_slot_dup_stream_error (FlitzisSlot *self);

FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_gain (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_gain (FlitzisSlot *self,
                            double       gain);

FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_pan (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_pan (FlitzisSlot *self,
                           double       pan);

FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_slot_get_mute (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_mute (FlitzisSlot *self,
                            gboolean     mute);

FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_slot_get_start (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_start (FlitzisSlot *self,
                             guint64      start);

FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_slot_get_end (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_end (FlitzisSlot *self,
                           guint64      end);

FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_slot_get_reverse (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_reverse (FlitzisSlot *self,
                               gboolean     reverse);

FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_playback_rate (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_playback_rate (FlitzisSlot *self,
                                     double       playback_rate);

FLITZIS_AVAILABLE_IN_ALL
FlitzisInterpolation flitzis_slot_get_interpolation (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_interpolation (FlitzisSlot         *self,
                                     FlitzisInterpolation interpolation);

FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_slot_get_loop (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_loop (FlitzisSlot *self,
                            gboolean     loop);

FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_slot_get_loop_start (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_loop_start (FlitzisSlot *self,
                                  guint64      loop_start);

FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_slot_get_loop_end (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_loop_end (FlitzisSlot *self,
                                guint64      loop_end);

FLITZIS_AVAILABLE_IN_ALL
guint flitzis_slot_get_loops (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_loops (FlitzisSlot *self,
                             guint        loops);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_slot_get_loop_from_file (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_loop_from_file (FlitzisSlot *self,
                                      gboolean     loop_from_file);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_loop_crossfade (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_loop_crossfade (FlitzisSlot *self,
                                      double       loop_crossfade);

FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_attack (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_attack (FlitzisSlot *self,
                              double       attack);

FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_release (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_release (FlitzisSlot *self,
                               double       release);

FLITZIS_AVAILABLE_IN_ALL
guint flitzis_slot_get_choke_group (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_choke_group (FlitzisSlot *self,
                                   guint        choke_group);

FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_choke_release (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_choke_release (FlitzisSlot *self,
                                     double       choke_release);

FLITZIS_AVAILABLE_IN_ALL
FlitzisQuantize flitzis_slot_get_quantize (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_quantize (FlitzisSlot    *self,
                                FlitzisQuantize quantize);
FLITZIS_AVAILABLE_IN_ALL
FlitzisRetrigger flitzis_slot_get_retrigger (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_retrigger (FlitzisSlot     *self,
                                 FlitzisRetrigger retrigger);

FLITZIS_AVAILABLE_IN_ALL
FlitzisStorage flitzis_slot_get_storage (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_storage (FlitzisSlot   *self,
                               FlitzisStorage storage);

FLITZIS_AVAILABLE_IN_ALL
FlitzisVariation flitzis_slot_get_variation (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_variation (FlitzisSlot     *self,
                                 FlitzisVariation variation);

FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_random_gain (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_random_gain (FlitzisSlot *self,
                                   double       random_gain);

FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_random_rate (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_random_rate (FlitzisSlot *self,
                                   double       random_rate);

FLITZIS_AVAILABLE_IN_ALL
guint flitzis_slot_get_random_start (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_random_start (FlitzisSlot *self,
                                    guint        random_start);

FLITZIS_AVAILABLE_IN_ALL
gint flitzis_slot_get_priority (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_priority (FlitzisSlot *self,
                                gint         priority);

FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_target_loudness (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_target_loudness (FlitzisSlot *self,
                                       double       target_loudness);

FLITZIS_AVAILABLE_IN_ALL
double flitzis_slot_get_target_peak (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_target_peak (FlitzisSlot *self,
                                   double       target_peak);

FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_slot_tween (FlitzisSlot        *self,
                             FlitzisParameter    parameter,
                             double              value,
                             const FlitzisTween *tween,
                             GError            **error);

G_END_DECLS
