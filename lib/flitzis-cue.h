/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_CUE (flitzis_cue_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisCue, flitzis_cue, FLITZIS, CUE, GObject)

FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_cue_get_frame (FlitzisCue *self);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_cue_get_label (FlitzisCue *self);

G_END_DECLS
