/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"
#include "flitzis-pad-layer.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_PAD (flitzis_pad_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisPad, flitzis_pad, FLITZIS, PAD, GObject)

FLITZIS_AVAILABLE_IN_ALL
guint flitzis_pad_get_index (FlitzisPad *self);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_pad_get_name (FlitzisPad *self);
FLITZIS_AVAILABLE_IN_ALL
int flitzis_pad_get_note (FlitzisPad *self);
FLITZIS_AVAILABLE_IN_ALL
int flitzis_pad_get_low_note (FlitzisPad *self);
FLITZIS_AVAILABLE_IN_ALL
int flitzis_pad_get_high_note (FlitzisPad *self);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_pad_get_file_frames (FlitzisPad *self);
FLITZIS_AVAILABLE_IN_ALL
GVariant *flitzis_pad_get_settings (FlitzisPad *self);

G_END_DECLS
