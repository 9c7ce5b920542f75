/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a kit may have of text, all that it includes together. */
#define FLITZIS_KIT_MAX_BYTES (16 * 1024 * 1024)

/* The text of a regular file of at most `max_bytes`, in UTF-8, without NUL. */
char *flitzis_kit_read_text (GFile        *file,
                             gsize         max_bytes,
                             GCancellable *cancellable,
                             GError      **error);

/* The name of a file as messages have it. */
char *flitzis_kit_get_shown_name (GFile *file);

G_END_DECLS
