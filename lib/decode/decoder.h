/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/frame-builder.h"
#include "decode/request.h"

G_BEGIN_DECLS

/*
 * Decodes the part of `stream` that the header names. If the codec is known, it uses the elements
 * of that codec first. If some frames are missing then, it uses the elements that decodebin finds.
 *
 * After a failure, `builder` has the frames that came before it. No frames and no error mean that
 * the stream has audio but ended at once. If the request is abandoned after the call, the stream
 * must not be touched again.
 */
gboolean flitzis_decoder_run (GInputStream         *stream,
                              const FlitzisHeader  *header,
                              FlitzisDecodeRequest *request,
                              FlitzisFrameBuilder  *builder,
                              GError              **error);

G_END_DECLS
