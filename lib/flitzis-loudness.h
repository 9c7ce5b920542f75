/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_LOUDNESS (flitzis_loudness_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisLoudness, flitzis_loudness, FLITZIS, LOUDNESS, GObject)

FLITZIS_AVAILABLE_IN_ALL
double flitzis_loudness_get_integrated (FlitzisLoudness *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_loudness_get_range (FlitzisLoudness *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_loudness_get_true_peak (FlitzisLoudness *self);

G_END_DECLS
