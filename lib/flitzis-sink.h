/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_SINK (flitzis_sink_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisSink, flitzis_sink, FLITZIS, SINK, GObject)

FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_sink_get_name (FlitzisSink *self);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_sink_get_description (FlitzisSink *self);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_sink_get_icon_name (FlitzisSink *self);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_sink_get_is_default (FlitzisSink *self);

G_END_DECLS
