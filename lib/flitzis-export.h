/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"
#include "flitzis-macros.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_EXPORT (flitzis_export_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisExport, flitzis_export, FLITZIS, EXPORT, GObject)

FLITZIS_AVAILABLE_IN_ALL
FlitzisExport *flitzis_export_new (void);

FLITZIS_AVAILABLE_IN_ALL
FlitzisBitDepth flitzis_export_get_bit_depth (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_bit_depth (FlitzisExport  *self,
                                   FlitzisBitDepth bit_depth);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_export_get_quality (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_quality (FlitzisExport *self,
                                 double         quality);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_export_get_dither (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_dither (FlitzisExport *self,
                                gboolean       dither);
FLITZIS_AVAILABLE_IN_ALL
FlitzisNormalize flitzis_export_get_normalize (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_normalize (FlitzisExport   *self,
                                   FlitzisNormalize normalize);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_export_get_target_peak (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_target_peak (FlitzisExport *self,
                                     double         target_peak);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_export_get_target_loudness (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_target_loudness (FlitzisExport *self,
                                         double         target_loudness);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_export_get_limiter (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_limiter (FlitzisExport *self,
                                 gboolean       limiter);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_export_get_title (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_title (FlitzisExport *self,
                               const char    *title);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_export_get_artist (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_artist (FlitzisExport *self,
                                const char    *artist);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_export_get_tempo (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_tempo (FlitzisExport *self,
                               double         tempo);
FLITZIS_AVAILABLE_IN_ALL
int flitzis_export_get_root_note (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_root_note (FlitzisExport *self,
                                   int            root_note);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_export_get_loop_start (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_loop_start (FlitzisExport *self,
                                    guint64        loop_start);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_export_get_loop_end (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_loop_end (FlitzisExport *self,
                                  guint64        loop_end);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_export_get_loop_count (FlitzisExport *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_export_set_loop_count (FlitzisExport *self,
                                    guint          loop_count);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_export_get_n_clipped (FlitzisExport *self);

G_END_DECLS
