/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/fork.h"

#include "flitzis-error.h"
#include "flitzis-process-private.h"

#include <pthread.h>

/* Taken before the mutexes that `prepare` takes. */
static GMutex mutex;

/* any thread, under the mutex */
static GList *watches;

/* set once, any thread reads: whether an engine was made, and in which process */
static gsize is_registered = 0;
static guint n_forks_of_engines;

/* No other thread is amid a change while the memory is copied. */
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

/* Between fork and exec only what is safe in a signal handler may be called: all this writes to
 * memory alone. */
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
      /* a child cannot make it, if another thread was in the middle of making one */
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
