/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "kit/draft.h"

G_BEGIN_DECLS

/* Hydrogen's drumkit.xml, from version 0.8 on. */
gboolean flitzis_hydrogen_read (FlitzisKitDraft *draft,
                                const char      *text,
                                GError         **error);

G_END_DECLS
