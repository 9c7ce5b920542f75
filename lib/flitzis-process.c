/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-process-private.h"

#include <pthread.h>

/* a child's fork handler writes it while it is the only thread; any thread reads it */
static guint n_forks;

static void
count_fork (void)
{
  n_forks++;
}

/* Runs when the library is loaded: its first use may be in a child. */
__attribute__ ((constructor)) static void
watch_forks (void)
{
  pthread_atfork (NULL, NULL, count_fork);
}

guint
flitzis_process_get_n_forks (void)
{
  return n_forks;
}
