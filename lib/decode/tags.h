/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/header.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* Whether no reader of ours reads the tags of this container, so that GStreamer must. */
gboolean flitzis_tags_are_needed (const FlitzisHeader *header);

/* Adds the statements of a message: tags, or a table of contents. */
void flitzis_tags_read (FlitzisFacts *facts,
                        GstMessage   *message);

G_END_DECLS
