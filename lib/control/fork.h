/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What a fork means for engines.
 *
 * The child of a fork has one thread: no decode worker, no connection, no audio callback. An engine
 * in it is a stopped one whose verbs fail, and it can be looked at and dropped; the parent's plays
 * on as if nothing had been. A child that calls exec starts anew.
 */

/* The functions that a fork calls for one control, with `data`. Between fork and exec a child may
 * only call what is safe in a signal handler, so `become_child` and `resume` only write memory. */
typedef struct
{
  void (*prepare) (gpointer data);      /* before the fork: lock, so that no change is under way */
  void (*become_child) (gpointer data); /* in the child, for all before any resumes */
  void (*resume) (gpointer data);       /* in both: unlock */
  gpointer data;
} FlitzisForkWatch;

/* Any thread. The registry keeps the pointer from watch to unwatch; meanwhile a fork waits until
 * `prepare` returns. */
void flitzis_fork_watch (FlitzisForkWatch *watch);
void flitzis_fork_unwatch (FlitzisForkWatch *watch);

/* Whether this process is the child of one that had made an engine. */
gboolean flitzis_fork_is_child (void);

/* FALSE with an error in such a child. */
gboolean flitzis_fork_check (GError **error);

G_END_DECLS
