/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The effect of a fork on engines.
 *
 * The child of a fork has one thread: no decode worker, no connection, no audio callback. There, an
 * engine is stopped and its methods fail, but a program can still read its properties and free it.
 * The parent's engine plays on undisturbed. A child that calls exec starts anew.
 */

/* The functions that a fork calls for one control, with `data`. Between fork and exec a child may
 * only call functions that are safe in a signal handler. So `become_child` and `resume` only write
 * memory. */
typedef struct
{
  void (*prepare) (gpointer data);      /* before the fork: lock, so that no change is under way */
  void (*become_child) (gpointer data); /* in the child, for all before any resumes */
  void (*resume) (gpointer data);       /* in both: unlock */
  gpointer data;
} FlitzisForkWatch;

/* Any thread. The registry keeps the pointer from watch to unwatch. In between, a fork waits until
 * `prepare` returns. */
void flitzis_fork_watch (FlitzisForkWatch *watch);
void flitzis_fork_unwatch (FlitzisForkWatch *watch);

/* Returns whether this process is the child of one that had made an engine. */
gboolean flitzis_fork_is_child (void);

/* Returns FALSE with an error in such a child. */
gboolean flitzis_fork_check (GError **error);

G_END_DECLS
