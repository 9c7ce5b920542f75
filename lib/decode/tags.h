/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/header.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* Whether only GStreamer knows what the file says of the sound. */
gboolean flitzis_tags_are_needed (const FlitzisHeader *header);

/* Takes over what a message of tags, or of a table of contents, says. */
void flitzis_tags_read (FlitzisFacts *facts,
                        GstMessage   *message);

G_END_DECLS
