/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"
#include "flitzis-engine.h"

G_BEGIN_DECLS

FlitzisControl *flitzis_engine_get_control (FlitzisEngine *self);

G_END_DECLS
