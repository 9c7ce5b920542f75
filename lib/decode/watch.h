/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Has `look` called with `data`, on a thread of its own, some ten times a second. It must not wait,
 * and must not add or remove anything. */
void flitzis_watch_add (GFunc    look,
                        gpointer data);

/* When this returns, it is not being looked at any more. */
void flitzis_watch_remove (gpointer data);

G_END_DECLS
