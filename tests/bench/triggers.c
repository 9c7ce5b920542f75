/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "triggers.h"

#include "clock.h"

#include <stdlib.h>

#define N_BURSTS 400
#define N_IN_BURST 256
#define N_CALLS 5000
#define N_OTHERS 3
#define PAUSE_NS 1000000
#define N_PAUSES 3 /* before a burst: of two in one block of 256 frames both fit into the queue */

typedef struct
{
  BenchTriggerFunc trigger;
  gpointer         data;
  gint             is_over;
} Work;

/* Sleeps until a millisecond after `*last`, and sets that. */
static void
wait_next (struct timespec *last)
{
  last->tv_nsec += PAUSE_NS;

  if (last->tv_nsec >= 1000000000)
    {
      last->tv_nsec -= 1000000000;
      last->tv_sec++;
    }

  clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, last, NULL);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* What `part` of the values stay below. */
static double
get_quantile (double *values, guint n_values, double part)
{
  qsort (values, n_values, sizeof *values, compare);

  return values[(guint) (part * (n_values - 1))];
}

static double
measure_median (Work *work)
{
  static double   values[N_BURSTS];
  struct timespec last;

  clock_gettime (CLOCK_MONOTONIC, &last);

  for (guint i = 0; i < N_BURSTS; i++)
    {
      gint64 start;

      for (guint k = 0; k < N_PAUSES; k++)
        wait_next (&last);

      start = bench_read_clock (CLOCK_MONOTONIC);

      for (guint k = 0; k < N_IN_BURST; k++)
        work->trigger (work->data, i * N_IN_BURST + k);

      values[i] = (double) (bench_read_clock (CLOCK_MONOTONIC) - start) / N_IN_BURST;
    }

  return get_quantile (values, N_BURSTS, 0.5);
}

static double
measure_p999 (Work *work)
{
  static double   values[N_CALLS];
  struct timespec last;

  clock_gettime (CLOCK_MONOTONIC, &last);

  for (guint i = 0; i < N_CALLS; i++)
    {
      gint64 start;

      wait_next (&last);
      start = bench_read_clock (CLOCK_MONOTONIC);
      work->trigger (work->data, i);
      values[i] = (double) (bench_read_clock (CLOCK_MONOTONIC) - start);
    }

  return get_quantile (values, N_CALLS, 0.999);
}

static gpointer
trigger_worker (gpointer data)
{
  Work           *work = data;
  struct timespec last;

  clock_gettime (CLOCK_MONOTONIC, &last);

  for (guint i = 0; !g_atomic_int_get (&work->is_over); i++)
    {
      wait_next (&last);
      work->trigger (work->data, i);
    }

  return NULL;
}

void
bench_triggers (const char *name, BenchTriggerFunc trigger, gpointer data)
{
  Work     work = { .trigger = trigger, .data = data };
  GThread *others[N_OTHERS];

  g_print ("trigger/c/%s %.1f\n", name, measure_median (&work));
  g_print ("trigger/c-p999/%s %.0f\n", name, measure_p999 (&work));

  for (guint i = 0; i < N_OTHERS; i++)
    others[i] = g_thread_new ("trigger", trigger_worker, &work);

  g_print ("trigger/c-busy-p999/%s %.0f\n", name, measure_p999 (&work));
  g_atomic_int_set (&work.is_over, TRUE);

  for (guint i = 0; i < N_OTHERS; i++)
    g_thread_join (others[i]);
}

double
bench_measure_trigger (BenchTriggerFunc trigger, gpointer data)
{
  Work work = { .trigger = trigger, .data = data };

  return measure_median (&work);
}
