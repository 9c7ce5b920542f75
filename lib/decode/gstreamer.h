/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The first call starts GStreamer, for decoders and encoders. Returns FALSE if GStreamer cannot
 * run. */
gboolean flitzis_gstreamer_init (GError **error);

G_END_DECLS
