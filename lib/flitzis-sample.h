/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-export.h"
#include "flitzis-loudness.h"
#include "flitzis-macros.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_SAMPLE (flitzis_sample_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisSample, flitzis_sample, FLITZIS, SAMPLE, GObject)

FLITZIS_AVAILABLE_IN_ALL
FlitzisSample *flitzis_sample_new (GBytes  *bytes,
                                   guint    n_channels,
                                   guint    sample_rate,
                                   GError **error);

FLITZIS_AVAILABLE_IN_ALL
GBytes *flitzis_sample_get_bytes (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_sample_get_n_frames (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_sample_get_n_channels (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_sample_get_sample_rate (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_sample_get_source_rate (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_sample_get_duration (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_sample_get_n_mended (FlitzisSample *self);

FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_sample_get_title (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_sample_get_artist (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_sample_get_has_loop (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_sample_get_loop_start (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_sample_get_loop_end (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_sample_get_loop_count (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_sample_get_tempo (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
int flitzis_sample_get_root_note (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_sample_get_track_gain (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_sample_get_track_peak (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
GListModel *flitzis_sample_get_cues (FlitzisSample *self);
FLITZIS_AVAILABLE_IN_ALL
const char *const *flitzis_sample_get_warnings (FlitzisSample *self);

FLITZIS_AVAILABLE_IN_ALL
GBytes *flitzis_sample_get_peaks (FlitzisSample *self,
                                  guint          n_bins);
FLITZIS_AVAILABLE_IN_ALL
GBytes *flitzis_sample_get_peaks_range (FlitzisSample *self,
                                        guint64        first_frame,
                                        guint64        last_frame,
                                        guint          n_bins);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_sample_prepare_peaks_async (FlitzisSample      *self,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_sample_prepare_peaks_finish (FlitzisSample *self,
                                              GAsyncResult  *result,
                                              GError       **error);

FLITZIS_AVAILABLE_IN_ALL
FlitzisLoudness *flitzis_sample_measure_loudness (FlitzisSample *self,
                                                  GCancellable  *cancellable,
                                                  GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_sample_measure_loudness_async (FlitzisSample      *self,
                                            GCancellable       *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer            user_data);
FLITZIS_AVAILABLE_IN_ALL
FlitzisLoudness *flitzis_sample_measure_loudness_finish (FlitzisSample *self,
                                                         GAsyncResult  *result,
                                                         GError       **error);

FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_sample_export (FlitzisSample *self,
                                GFile         *file,
                                FlitzisExport *options,
                                GCancellable  *cancellable,
                                GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_sample_export_async (FlitzisSample      *self,
                                  GFile              *file,
                                  FlitzisExport      *options,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_sample_export_finish (FlitzisSample *self,
                                       GAsyncResult  *result,
                                       GError       **error);

G_END_DECLS
