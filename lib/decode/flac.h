/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether these bytes begin like a frame and have not the checksum of one. */
gboolean flitzis_flac_is_broken_frame (const guint8 *data,
                                       gsize         size);

G_END_DECLS
