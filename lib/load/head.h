/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-sample.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Makes a streamed sample of a file or bytes, at this rate: decodes its first half second only. A
 * sound that is not longer than this, or not longer than `threshold` seconds, is not worth it: then
 * the result is NULL, without an error.
 */
FlitzisSample *flitzis_head_load (GFile        *file,
                                  GBytes       *bytes,
                                  guint         sample_rate,
                                  double        threshold,
                                  GCancellable *cancellable,
                                  GError      **error);

G_END_DECLS
