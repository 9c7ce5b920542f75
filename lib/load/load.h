/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "load/ticket.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Runs loads on the threads of GTask: decodes either `file` or `bytes`, then publishes the sample
 * to the place of `ticket`, which the load owns from here on. A load keeps control and its inputs
 * but not the engine, so the engine may be freed while the load runs.
 */
gboolean flitzis_load_run (FlitzisTicket *ticket,
                           GFile         *file,
                           GBytes        *bytes,
                           GCancellable  *cancellable,
                           GError       **error);

/* The same without waiting; `task` returns a boolean. */
void flitzis_load_run_async (FlitzisTicket *ticket,
                             GFile         *file,
                             GBytes        *bytes,
                             GTask         *task);

/* Decodes either `file` or `bytes` for a place, as a worker does. */
FlitzisSample *flitzis_load_decode (FlitzisTicket *ticket,
                                    FlitzisStorage storage,
                                    GFile         *file,
                                    GBytes        *bytes,
                                    GCancellable  *cancellable,
                                    GError       **error);

/* The slot of a load that was given this task. */
guint flitzis_load_get_slot (GTask *task);

G_END_DECLS
