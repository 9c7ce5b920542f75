/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"
#include "flitzis-clock.h"

G_BEGIN_DECLS

FlitzisClock *flitzis_clock_new (FlitzisControl *control);

/* Any thread. */
gboolean flitzis_clock_wants_beats (FlitzisClock *self);
gboolean flitzis_clock_wants_steps (FlitzisClock *self);

void flitzis_clock_tell_beat (FlitzisClock      *self,
                              const FlitzisBeat *beat);

G_END_DECLS
