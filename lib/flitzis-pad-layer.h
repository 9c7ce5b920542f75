/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_PAD_LAYER (flitzis_pad_layer_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisPadLayer, flitzis_pad_layer, FLITZIS, PAD_LAYER, GObject)

FLITZIS_AVAILABLE_IN_ALL
GFile *flitzis_pad_layer_get_file (FlitzisPadLayer *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_pad_layer_get_low (FlitzisPadLayer *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_pad_layer_get_high (FlitzisPadLayer *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_pad_layer_get_gain (FlitzisPadLayer *self);

G_END_DECLS
