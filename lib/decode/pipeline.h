/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/frames.h"
#include "decode/header.h"
#include "decode/job.h"

G_BEGIN_DECLS

/*
 * Decodes `stream` (seekable, at its start) into `frames`, mono or stereo, at the file's own rate,
 * mended. No frames and no error: the stream has audio and ended at once. Where the job is
 * abandoned afterwards, the stream must not be touched again.
 *
 * In push mode bytes are pushed to the demuxer in order instead of fetched by it.
 */
gboolean flitzis_pipeline_run (GInputStream        *stream,
                               const FlitzisHeader *header,
                               gboolean             push_mode,
                               FlitzisDecodeJob    *job,
                               FlitzisFrames       *frames,
                               GError             **error);

G_END_DECLS
