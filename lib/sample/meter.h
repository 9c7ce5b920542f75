/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/pass.h"

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

typedef struct _FlitzisLoudnessMeter FlitzisLoudnessMeter;

/* Fails with UNSUPPORTED if the library is built without libebur128 or the rate is below 8000 Hz,
 * and with TOO_LARGE if there is not enough memory. */
FlitzisLoudnessMeter *flitzis_loudness_meter_new (guint    n_channels,
                                                  guint    sample_rate,
                                                  GError **error);
void                  flitzis_loudness_meter_free (FlitzisLoudnessMeter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisLoudnessMeter, flitzis_loudness_meter_free)

/* Measures the next frames. Fails with TOO_LARGE. */
gboolean flitzis_loudness_meter_add (FlitzisLoudnessMeter *self,
                                     const float          *values,
                                     gsize                 n_frames,
                                     GError              **error);

/* Call it once, after the last frames. Without any, the result is that of silence. Fails with
 * TOO_LARGE. */
gboolean flitzis_loudness_meter_finish (FlitzisLoudnessMeter *self,
                                        FlitzisMeterResult   *result,
                                        GError              **error);

/* Does all of it. Without frames it always succeeds. Fails with CANCELLED as well, and if the pass
 * does. */
gboolean flitzis_meter_measure (FlitzisPass        *pass,
                                guint               n_channels,
                                guint               sample_rate,
                                GCancellable       *cancellable,
                                FlitzisMeterResult *result,
                                GError            **error);

G_END_DECLS
