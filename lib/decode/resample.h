/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/frames.h"
#include "decode/job.h"

G_BEGIN_DECLS

/* How many frames `n_frames` become, rounded to the nearest. */
guint64 flitzis_resample_length (guint64 n_frames,
                                 guint   from_rate,
                                 guint   to_rate);

/*
 * Converts `frames` (mended, at least one) to the rate of the job. Frame 0 stays frame 0: the
 * filter has no delay. Fails where memory is short and when the job is not to go on; the frames are
 * then of no use.
 */
gboolean flitzis_resample (FlitzisFrames    *frames,
                           FlitzisDecodeJob *job,
                           GError          **error);

G_END_DECLS
