/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * How many forks lie between the process that loaded the library and this one: 0 in the first. A
 * fork has none of the threads of its parent, while GLib still counts on those of its pool. A
 * program that exec runs loads the library itself.
 */
guint flitzis_process_get_n_forks (void);

G_END_DECLS
