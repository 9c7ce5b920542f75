/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The longest text that a kit may have, together with all files that it includes. */
#define FLITZIS_KIT_MAX_BYTES (16 * 1024 * 1024)

/* Returns the text of a file, in UTF-8. The file must be a regular one of at most `max_bytes`, and
 * contain no NUL. */
char *flitzis_kit_read_text (GFile        *file,
                             gsize         max_bytes,
                             GCancellable *cancellable,
                             GError      **error);

/* Returns the name of a file for messages. */
char *flitzis_kit_get_shown_name (GFile *file);

/* Unlike g_str_has_prefix () of newer releases of GLib, this reads no further than the prefix. */
gboolean flitzis_kit_text_begins (const char *text,
                                  const char *prefix);

G_END_DECLS
