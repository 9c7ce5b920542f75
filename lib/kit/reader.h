/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "kit/draft.h"

G_BEGIN_DECLS

/* Reads a kit of any format. If `may_leave` is TRUE, its files may be outside its folder. */
FlitzisKitDraft *flitzis_kit_read (GFile        *file,
                                   gboolean      may_leave,
                                   GCancellable *cancellable,
                                   GError      **error);

G_END_DECLS
