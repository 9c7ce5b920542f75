/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"
#include "flitzis-sink.h"

G_BEGIN_DECLS

FlitzisSink *flitzis_sink_new (const FlitzisSinkInfo *info);

/* The owner context: takes over the changes. The name of a sink never changes. */
void flitzis_sink_update (FlitzisSink           *self,
                          const FlitzisSinkInfo *info);

G_END_DECLS
