/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-loudness.h"
#include "sample/meter.h"

G_BEGIN_DECLS

FlitzisLoudness *flitzis_loudness_new (const FlitzisMeterResult *result);

G_END_DECLS
