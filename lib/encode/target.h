/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A file that is written as a whole or not at all. It is written under a temporary name in the same
 * folder, and gets its own name at the end. Errors have the domain G_IO_ERROR and name the file.
 */
typedef struct _FlitzisTarget FlitzisTarget;

FlitzisTarget *flitzis_target_open (const char *path,
                                    GError    **error);

/* Removes the temporary file, unless it was committed. */
void flitzis_target_free (FlitzisTarget *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisTarget, flitzis_target_free)

gboolean flitzis_target_write (FlitzisTarget *self,
                               const guint8  *data,
                               gsize          n_bytes,
                               guint64        offset,
                               GError       **error);

/* Reads bytes that were written before. */
gboolean flitzis_target_read (FlitzisTarget *self,
                              guint8        *data,
                              gsize          n_bytes,
                              guint64        offset,
                              GError       **error);

/* Gets the number of bytes written so far. */
gboolean flitzis_target_get_size (FlitzisTarget *self,
                                  guint64       *n_bytes,
                                  GError       **error);

/* The last call before free. */
gboolean flitzis_target_commit (FlitzisTarget *self,
                                GError       **error);

G_END_DECLS
