/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The number of forks between the process that loaded the library and this one; 0 in that process.
 * A fork has none of its parent's threads, but GLib still relies on the threads of its pool. A
 * program that exec starts loads the library anew.
 */
guint flitzis_process_get_n_forks (void);

G_END_DECLS
