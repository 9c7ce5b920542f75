/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "load/ticket.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Runs loads on the threads of GTask: decode exactly one of `file` and `bytes`, then publish to the
 * slot of `ticket`, which is the load's from here on. It holds control and its inputs, never the
 * engine, so the engine may go while it runs.
 */
gboolean flitzis_load_run (FlitzisTicket *ticket,
                           GFile         *file,
                           GBytes        *bytes,
                           GCancellable  *cancellable,
                           GError       **error);

/* The same without waiting; returns a boolean to `task`. */
void flitzis_load_run_async (FlitzisTicket *ticket,
                             GFile         *file,
                             GBytes        *bytes,
                             GTask         *task);

/* The slot of a load that was given this task. */
guint flitzis_load_get_slot (GTask *task);

G_END_DECLS
