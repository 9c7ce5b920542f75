/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"
#include "flitzis-sample.h"

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
double flitzis_slot_get_gain (FlitzisSlot *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_slot_set_gain (FlitzisSlot *self,
                            double       gain);

G_END_DECLS
