/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/fork.h"

#include "flitzis-error.h"
#include "flitzis-process-private.h"

#include <pthread.h>

/* Locked before the mutexes that `prepare` locks. */
static GMutex mutex;

/* any thread, under the mutex */
static GList *watches;

/* set once, read by any thread: whether an engine was made, and in which process */
static gsize is_registered = 0;
static guint n_forks_of_engines;

/* Locks everything, so that no other thread is in the middle of a change when the memory is
 * copied. */
static void
prepare (void)
{
  g_mutex_lock (&mutex);

  for (GList *l = watches; l != NULL; l = l->next)
    {
      FlitzisForkWatch *watch = l->data;

      watch->prepare (watch->data);
    }
}

static void
resume (void)
{
  for (GList *l = watches; l != NULL; l = l->next)
    {
      FlitzisForkWatch *watch = l->data;

      watch->resume (watch->data);
    }

  g_mutex_unlock (&mutex);
}

/* Between fork and exec a child may only call functions that are safe in a signal handler. So this
 * only writes memory. */
static void
become_child (void)
{
  for (GList *l = watches; l != NULL; l = l->next)
    {
      FlitzisForkWatch *watch = l->data;

      watch->become_child (watch->data);
    }

  resume ();
}

void
flitzis_fork_watch (FlitzisForkWatch *watch)
{
  if (g_once_init_enter (&is_registered))
    {
      /* makes the quark now: a child could not, if another thread was making one during the fork */
      (void) FLITZIS_ENGINE_ERROR;
      pthread_atfork (prepare, resume, become_child);
      n_forks_of_engines = flitzis_process_get_n_forks ();
      g_once_init_leave (&is_registered, TRUE);
    }

  g_mutex_lock (&mutex);
  watches = g_list_prepend (watches, watch);
  g_mutex_unlock (&mutex);
}

void
flitzis_fork_unwatch (FlitzisForkWatch *watch)
{
  g_mutex_lock (&mutex);
  watches = g_list_remove (watches, watch);
  g_mutex_unlock (&mutex);
}

gboolean
flitzis_fork_is_child (void)
{
  return is_registered != 0 && flitzis_process_get_n_forks () != n_forks_of_engines;
}

gboolean
flitzis_fork_check (GError **error)
{
  if (!flitzis_fork_is_child ())
    return TRUE;

  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_FORKED,
                       "An engine works in the process that made the first one, and not in one "
                       "that this forked: the threads that load and play are not there");

  return FALSE;
}
