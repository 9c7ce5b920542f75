/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Runs loads on the threads of GTask: decode exactly one of `file` and `bytes`, then publish to
 * `slot` (checked), or to a new layer of it with this range. A load takes the newest ticket of the
 * slot at once, or the layer. It holds control and its inputs, never the engine, so the engine may
 * go while it runs.
 */
gboolean flitzis_load_run (FlitzisControl             *control,
                           guint                       slot,
                           const FlitzisVelocityRange *range,
                           GFile                      *file,
                           GBytes                     *bytes,
                           GCancellable               *cancellable,
                           GError                    **error);

/* The same without waiting; returns a boolean to `task`. */
void flitzis_load_run_async (FlitzisControl             *control,
                             guint                       slot,
                             const FlitzisVelocityRange *range,
                             GFile                      *file,
                             GBytes                     *bytes,
                             GTask                      *task);

G_END_DECLS
