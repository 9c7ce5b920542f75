/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-cue.h"
#include "sample/facts.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A list that never changes, so that any thread may read it. It takes the settled cues of
 * `facts`. */
GListModel *flitzis_cue_list_new (FlitzisFacts *facts);

G_END_DECLS
