/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "kit/draft.h"

G_BEGIN_DECLS

/* Reads a kit in the format of the pad board, which FlitzisKit writes, too. */
gboolean flitzis_pads_json_read (FlitzisKitDraft *draft,
                                 const char      *text,
                                 GError         **error);

/* Returns the text of a kit with these FlitzisPads. `get_name` returns the name to write for the
 * file of a sound. */
char *flitzis_pads_json_write (const char *name,
                               GVariant   *settings,
                               GPtrArray  *pads,
                               char *(*get_name) (GFile *file, gpointer user_data),
                               gpointer user_data);

G_END_DECLS
