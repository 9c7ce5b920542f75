/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"
#include "flitzis-slot.h"

G_BEGIN_DECLS

FlitzisSlot *flitzis_slot_new (FlitzisControl *control,
                               guint           index);

G_END_DECLS
