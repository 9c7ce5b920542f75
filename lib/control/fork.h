/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

G_BEGIN_DECLS

/*
 * What a fork means for engines.
 *
 * The child of a fork has one thread: no decode worker, no connection, no audio callback. An engine
 * in it is a stopped one whose verbs fail, and it can be looked at and dropped; the parent's plays
 * on as if nothing had been. A child that calls exec starts anew.
 */

/* Any thread; from the first to the last, a fork waits until the mutex of `control` is free. */
void flitzis_fork_watch (FlitzisControl *control);
void flitzis_fork_unwatch (FlitzisControl *control);

/* Whether this process is the child of one that had made an engine. */
gboolean flitzis_fork_is_child (void);

/* FALSE with an error in such a child. */
gboolean flitzis_fork_check (GError **error);

G_END_DECLS
