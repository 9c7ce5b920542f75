/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_SINK_LIST (flitzis_sink_list_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisSinkList, flitzis_sink_list, FLITZIS, SINK_LIST, GObject)

G_END_DECLS
