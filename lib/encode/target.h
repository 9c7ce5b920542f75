/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A file that is written whole or not at all: under a name of its own beside the one wanted, which
 * it takes at the end. Errors are of the domain G_IO_ERROR and name the file.
 */
typedef struct _FlitzisTarget FlitzisTarget;

FlitzisTarget *flitzis_target_open (const char *path,
                                    GError    **error);

/* Removes what was written, unless that was committed. */
void flitzis_target_free (FlitzisTarget *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisTarget, flitzis_target_free)

gboolean flitzis_target_write (FlitzisTarget *self,
                               const guint8  *data,
                               gsize          n_bytes,
                               guint64        offset,
                               GError       **error);

/* Reads what was written. */
gboolean flitzis_target_read (FlitzisTarget *self,
                              guint8        *data,
                              gsize          n_bytes,
                              guint64        offset,
                              GError       **error);

/* How many bytes it has so far. */
gboolean flitzis_target_get_size (FlitzisTarget *self,
                                  guint64       *n_bytes,
                                  GError       **error);

/* The last call but that to free. */
gboolean flitzis_target_commit (FlitzisTarget *self,
                                GError       **error);

G_END_DECLS
