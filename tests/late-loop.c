/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Preloaded, it keeps each new thread waiting before it begins, and counts the loops that are
 * stopped before their thread has begun: PipeWire may then wait for it for ever.
 */

#include <dlfcn.h>
#include <pipewire/pipewire.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define DELAY_US 200000

_Atomic unsigned int n_stopped;
_Atomic unsigned int n_stopped_early;

static _Atomic unsigned int n_waiting;

struct start
{
  void *(*run) (void *);
  void *data;
};

static void *
run_late (void *data)
{
  struct start start = *(struct start *) data;

  free (data);
  usleep (DELAY_US);
  n_waiting--;

  return start.run (start.data);
}

int
pthread_create (pthread_t *thread, const pthread_attr_t *attr, void *(*run) (void *), void *data)
{
  int (*next) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *) =
      (int (*) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *)) dlsym (
          RTLD_NEXT, __func__);
  struct start *start = malloc (sizeof (struct start));

  start->run = run;
  start->data = data;
  n_waiting++;

  return next (thread, attr, run_late, start);
}

void
pw_thread_loop_stop (struct pw_thread_loop *loop)
{
  void (*next) (struct pw_thread_loop *) =
      (void (*) (struct pw_thread_loop *)) dlsym (RTLD_NEXT, __func__);

  n_stopped++;
  n_stopped_early += n_waiting > 0;
  next (loop);
}
