/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "kit/draft.h"

G_BEGIN_DECLS

/* SFZ: the regions of one range of keys become the layers of one pad. */
gboolean flitzis_sfz_read (FlitzisKitDraft *draft,
                           const char      *text,
                           GCancellable    *cancellable,
                           GError         **error);

G_END_DECLS
