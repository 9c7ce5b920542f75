/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-cue.h"
#include "sample/facts.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Makes a list of the settled cues in `facts`, and takes them. The list never changes, so any
 * thread may read it. */
GListModel *flitzis_cue_list_new (FlitzisFacts *facts);

G_END_DECLS
