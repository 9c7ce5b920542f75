/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-sample.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Makes a streamed sample of a file or bytes, at this rate: decodes its first half second only. A
 * sound of at most half a second, or of at most `threshold` seconds, is not streamed: the result is
 * then NULL, without an error.
 */
FlitzisSample *flitzis_head_load (GFile        *file,
                                  GBytes       *bytes,
                                  guint         sample_rate,
                                  double        threshold,
                                  GCancellable *cancellable,
                                  GError      **error);

G_END_DECLS
