/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The first call starts GStreamer, for decoders and encoders. FALSE if it cannot run at all. */
gboolean flitzis_gstreamer_init (GError **error);

G_END_DECLS
