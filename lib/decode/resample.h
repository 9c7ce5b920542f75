/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/frames.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* How many frames `n_frames` become, rounded to the nearest. */
guint64 flitzis_resample_length (guint64 n_frames,
                                 guint   from_rate,
                                 guint   to_rate);

/*
 * Converts `frames` (mended, at least one) to `rate`. Frame 0 stays frame 0: the filter has no
 * delay. Fails where memory is short and when it is cancelled; the frames are then as they were.
 */
gboolean flitzis_resample (FlitzisFrames *frames,
                           guint          rate,
                           GCancellable  *cancellable,
                           GError       **error);

G_END_DECLS
