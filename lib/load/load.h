/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Runs loads on the threads of GTask: decodes either `file` or `bytes`, then publishes the sample
 * to `slot`, which the caller has checked. A load takes the newest ticket of the slot at once. It
 * keeps control and its inputs but not the engine, so the engine may be freed while the load runs.
 */
gboolean flitzis_load_run (FlitzisControl *control,
                           guint           slot,
                           GFile          *file,
                           GBytes         *bytes,
                           GCancellable   *cancellable,
                           GError        **error);

/* The same without waiting; `task` returns a boolean. */
void flitzis_load_run_async (FlitzisControl *control,
                             guint           slot,
                             GFile          *file,
                             GBytes         *bytes,
                             GTask          *task);

G_END_DECLS
