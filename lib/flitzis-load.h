/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Runs loads: decode, then publish to the slot. A load holds control and its inputs, never the
 * engine, so the engine may go while it runs.
 */
typedef struct _FlitzisLoad FlitzisLoad;

/* Takes the newest ticket of `slot` (checked) at once. Exactly one of `file` and `bytes` is set. */
FlitzisLoad *flitzis_load_new (FlitzisControl *control,
                               guint           slot,
                               GFile          *file,
                               GBytes         *bytes,
                               GCancellable   *cancellable);

/* Both take the load. The second runs it on a worker thread and returns a boolean to `task`, if
 * there is one. */
gboolean flitzis_load_run (FlitzisLoad *self,
                           GError     **error);
void     flitzis_load_run_async (FlitzisLoad *self,
                                 GTask       *task);

G_END_DECLS
