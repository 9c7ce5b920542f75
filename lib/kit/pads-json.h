/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "kit/draft.h"

G_BEGIN_DECLS

/* The kits of the pad board, which are what FlitzisKit writes. */
gboolean flitzis_pads_json_read (FlitzisKitDraft *draft,
                                 const char      *text,
                                 GError         **error);

/* The text of a kit of these FlitzisPads. `get_name` makes the name that a sound has in it. */
char *flitzis_pads_json_write (const char *name,
                               GVariant   *settings,
                               GPtrArray  *pads,
                               char *(*get_name) (GFile *file, gpointer user_data),
                               gpointer user_data);

G_END_DECLS
