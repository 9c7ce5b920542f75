/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "triggers.h"

#include <flitzis.h>

/*
 * How long a trigger takes while PipeWire calls for blocks and 32 voices sound; see triggers.h for
 * what is printed. Then the median of slots with one sample, and of slots that choose at random
 * among as many layers as a slot holds:
 *   trigger/layers/floor, trigger/layers/flitzis   nanoseconds
 * Needs a running PipeWire with a sink.
 */

#define N_SLOTS 8
#define BLOCK_FRAMES 256 /* or the queue could be full between two */
#define SAMPLE_FRAMES 480000
#define WAIT_US (5 * G_USEC_PER_SEC)

static gboolean
wait_running (FlitzisEngine *engine)
{
  for (gint64 end = g_get_monotonic_time () + WAIT_US; g_get_monotonic_time () < end;)
    {
      if (flitzis_engine_get_state (engine) == FLITZIS_STATE_RUNNING)
        return TRUE;

      g_usleep (1000);
    }

  return FALSE;
}

static void
add_layers (FlitzisEngine *engine, FlitzisSample *sample)
{
  for (guint i = 0; i < N_SLOTS; i++)
    {
      FlitzisSlot *slot = flitzis_engine_get_slot (engine, i);

      while (flitzis_engine_add_layer (engine, i, sample, 0.0, 1.0, NULL))
        ;
      flitzis_slot_set_variation (slot, FLITZIS_VARIATION_RANDOM_NO_REPEAT);
      flitzis_slot_set_random_gain (slot, 3.0);
      flitzis_slot_set_random_rate (slot, 20.0);
    }
}

static void
play (gpointer data, guint n)
{
  flitzis_engine_play_sample (data, n % N_SLOTS, 0.01, NULL);
}

int
main (void)
{
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (2 * SAMPLE_FRAMES * sizeof (float)),
                                               2 * SAMPLE_FRAMES * sizeof (float));
  g_autoptr (FlitzisSample) sample = flitzis_sample_new (bytes, 2, 48000, NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_SLOTS; i++)
    flitzis_engine_set_sample (engine, i, sample, NULL);

  flitzis_engine_set_latency_frames (engine, BLOCK_FRAMES);

  if (!flitzis_engine_start (engine, &error) || !wait_running (engine))
    {
      g_printerr ("No block was played: %s\n", error != NULL ? error->message : "no sink");
      return 77;
    }

  for (guint i = 0; i < FLITZIS_DEFAULT_N_VOICES; i++)
    play (engine, i);

  bench_triggers ("flitzis", play, engine);
  g_print ("trigger/layers/floor %.1f\n", bench_measure_trigger (play, engine));
  add_layers (engine, sample);
  g_print ("trigger/layers/flitzis %.1f\n", bench_measure_trigger (play, engine));
  flitzis_engine_stop (engine);

  return 0;
}
