/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Measures loudness by ITU-R BS.1770-4 and EBU Tech 3341 and 3342, with libebur128.
 */

typedef struct
{
  double integrated; /* LUFS; -infinity: silence */
  double range;      /* LU */
  double true_peak;  /* dBTP; -infinity: silence */
} FlitzisMeterResult;

/*
 * If there are no frames, the result is that of silence. Fails with UNSUPPORTED if the library is
 * built without libebur128 or if the rate is below 8000 Hz, with TOO_LARGE if there is not enough
 * memory, and with CANCELLED.
 */
gboolean flitzis_meter_measure (const float        *values,
                                guint64             n_frames,
                                guint               n_channels,
                                guint               sample_rate,
                                GCancellable       *cancellable,
                                FlitzisMeterResult *result,
                                GError            **error);

G_END_DECLS
