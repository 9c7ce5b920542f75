/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cyclic redundancy checks that begin at 0, take the highest bit first and invert nothing: the
 * check of Ogg's pages, and the two checks of FLAC's frames. */

/* Adds `size` bytes to a check of 32 bits; polynomial 0x04c11db7. */
guint32 flitzis_crc32 (guint32       crc,
                       const guint8 *data,
                       gsize         size);

/* Adds `size` bytes to a check of 16 bits; polynomial 0x8005. The check of bytes that end with
 * their own check is 0. */
guint16 flitzis_crc16 (guint16       crc,
                       const guint8 *data,
                       gsize         size);

G_END_DECLS
