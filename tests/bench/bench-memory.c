/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include <flitzis.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

/*
 * What an engine and a sample take. Prints in bytes
 *   memory/engine/flitzis   resident, an engine with defaults more than its process before
 *   memory/sample/flitzis   of the heap, a sample more than its frames
 *   memory/slot/flitzis     of the heap, a sample in a slot more than its frames
 */

#define N_ENGINES 8
#define N_SAMPLES 1000
#define N_FRAMES 4800

static gsize
get_resident (void)
{
  unsigned long n_pages = 0;
  FILE         *file = fopen ("/proc/self/statm", "r");

  if (file == NULL || fscanf (file, "%*u %lu", &n_pages) != 1)
    g_error ("The resident pages are not known");

  fclose (file);

  return n_pages * (gsize) sysconf (_SC_PAGESIZE);
}

/* Large blocks are mappings of their own. */
static gsize
get_heap (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* The first engine brings what all share: types, and the tables of the mixer. */
static void
bench_engine (void)
{
  g_autoptr (FlitzisEngine) first = flitzis_engine_new ();
  FlitzisEngine *engines[N_ENGINES];
  gsize          before = get_resident ();

  for (guint i = 0; i < N_ENGINES; i++)
    engines[i] = flitzis_engine_new ();

  g_print ("memory/engine/flitzis %" G_GSIZE_FORMAT "\n", (get_resident () - before) / N_ENGINES);

  for (guint i = 0; i < N_ENGINES; i++)
    g_object_unref (engines[i]);
}

static FlitzisSample *
new_sample (void)
{
  gsize size = 2 * N_FRAMES * sizeof (float);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);

  return flitzis_sample_new (bytes, 2, 48000, NULL);
}

static void
bench_sample (void)
{
  g_autoptr (FlitzisEngine) engine = g_object_new (FLITZIS_TYPE_ENGINE, "n-slots", N_SAMPLES, NULL);
  FlitzisSample *samples[N_SAMPLES];
  gsize          before = get_heap (), between;

  for (guint i = 0; i < N_SAMPLES; i++)
    samples[i] = new_sample ();

  between = get_heap ();
  g_print ("memory/sample/flitzis %" G_GSIZE_FORMAT "\n",
           (between - before) / N_SAMPLES - 2 * N_FRAMES * sizeof (float));

  for (guint i = 0; i < N_SAMPLES; i++)
    flitzis_engine_set_sample (engine, i, samples[i], NULL);

  g_print ("memory/slot/flitzis %" G_GSIZE_FORMAT "\n",
           (get_heap () - before) / N_SAMPLES - 2 * N_FRAMES * sizeof (float));

  for (guint i = 0; i < N_SAMPLES; i++)
    g_object_unref (samples[i]);
}

int
main (void)
{
  bench_engine ();
  bench_sample ();

  return 0;
}
