/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-sample.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Called on the decoding thread as frames arrive, and while none do on another one that looks
 * whether they are still wanted, but never on two at once. `n_bytes`: decoded bytes held so far.
 * `progress`: 0..1, -1 while the length is unknown. FALSE with `error` set ends the decoding with
 * that error.
 */
typedef gboolean (*FlitzisDecodeFunc) (gsize    n_bytes,
                                       double   progress,
                                       gpointer user_data,
                                       GError **error);

FlitzisSample *flitzis_decode_file (GFile            *file,
                                    guint             sample_rate,
                                    GCancellable     *cancellable,
                                    FlitzisDecodeFunc func,
                                    gpointer          user_data,
                                    GError          **error);

FlitzisSample *flitzis_decode_bytes (GBytes           *bytes,
                                     guint             sample_rate,
                                     GCancellable     *cancellable,
                                     FlitzisDecodeFunc func,
                                     gpointer          user_data,
                                     GError          **error);

G_END_DECLS
