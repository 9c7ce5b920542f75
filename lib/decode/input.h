/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Opens a file; only a regular one if it is local. The error names the file. */
GInputStream *flitzis_input_open_file (GFile        *file,
                                       GCancellable *cancellable,
                                       GError      **error);

/* Return the name in error messages. */
char *flitzis_input_name_file (GFile *file);
char *flitzis_input_name_bytes (GBytes *bytes);

gboolean flitzis_input_is_seekable (GInputStream *stream);

/* Returns FALSE if the stream is empty or cannot be read, and goes back to its start. */
gboolean flitzis_input_check_bytes (GInputStream *stream,
                                    GCancellable *cancellable,
                                    GError      **error);

/* Returns a string that changes if the file is written to or truncated, and that differs between
 * two files; NULL if that is unknown. */
char *flitzis_input_get_state (GInputStream *stream,
                               GCancellable *cancellable);

/* Returns whether a local file has no name: it never had one, or was deleted or replaced after it
 * was opened. */
gboolean flitzis_input_is_nameless (GInputStream *stream);

/* Returns whether an error may be due to a file that was changed while it was read. */
gboolean flitzis_input_is_about_contents (const GError *error);

/* Sets the error for such a file. */
void flitzis_input_set_changed (GError **error);

/* Propagates the failure, which it takes, with the name of the file, unless it was cancelled. */
void flitzis_input_propagate (const char *name,
                              GError     *failure,
                              GError    **error);

G_END_DECLS
