/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/frame-builder.h"
#include "decode/request.h"

G_BEGIN_DECLS

/*
 * Decodes the part of `stream` that the header names: with the elements of its codec first, if it
 * is known, and with those that decodebin finds if not every frame came that way.
 *
 * After a failure, `builder` has the frames that came before it. No frames and no error: the stream
 * has audio and ended at once. If the request is abandoned afterwards, the stream must not be
 * touched again.
 */
gboolean flitzis_decoder_run (GInputStream         *stream,
                              const FlitzisHeader  *header,
                              FlitzisDecodeRequest *request,
                              FlitzisFrameBuilder  *builder,
                              GError              **error);

G_END_DECLS
