/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-sink-list.h"

G_BEGIN_DECLS

FlitzisSinkList *flitzis_sink_list_new (void);

/* The owner context: makes the list equal to these FlitzisSinkInfo, which are in the order of their
 * names. NULL makes it empty. */
void flitzis_sink_list_update (FlitzisSinkList *self,
                               GPtrArray       *infos);

G_END_DECLS
