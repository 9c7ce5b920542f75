/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "encode/encoder.h"
#include "flitzis-export.h"

G_BEGIN_DECLS

typedef struct
{
  FlitzisEncoding  encoding; /* its texts are owned */
  FlitzisNormalize normalize;
  double           target_peak;     /* dBFS, or dBTP with a target for the loudness */
  double           target_loudness; /* LUFS */
  gboolean         limiter;
} FlitzisExportSettings;

/* Copies the current settings. If `self` is NULL, they are those of a new object. */
void flitzis_export_get_settings (FlitzisExport         *self,
                                  FlitzisExportSettings *settings);
void flitzis_export_settings_clear (FlitzisExportSettings *settings);

void flitzis_export_set_n_clipped (FlitzisExport *self,
                                   guint64        n_clipped);

G_END_DECLS
