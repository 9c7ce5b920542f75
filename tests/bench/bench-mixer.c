/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "control/control.h"

#include <glib.h>

/*
 * Nanoseconds for each voice and frame of the mixer, beside a bare loop that adds one sample with a
 * gain to the output: the least that any mixer does.
 */

#define SAMPLE_FRAMES 48000
#define BLOCK_FRAMES 256
#define SECONDS 0.3

static const guint voice_counts[] = { 1, 32, 512 };

typedef struct
{
  FlitzisMixer *mixer;
  const float  *frames;
  guint         n_channels;
  guint         n_voices;
  float         out[2 * BLOCK_FRAMES];
} Work;

static gboolean
wants_ended (gpointer owner)
{
  return FALSE;
}

static const FlitzisEventsFuncs funcs = { .wants_ended = wants_ended };

static void
render_block (Work *work, guint block)
{
  flitzis_mixer_render (work->mixer, work->out, BLOCK_FRAMES);
}

static void
add (float *restrict out, const float *restrict in, guint n_channels, float gain)
{
  if (n_channels == 2)
    {
      for (guint i = 0; i < 2 * BLOCK_FRAMES; i++)
        out[i] += gain * in[i];
    }
  else
    {
      for (guint i = 0; i < BLOCK_FRAMES; i++)
        {
          out[2 * i] += gain * in[i];
          out[2 * i + 1] += gain * in[i];
        }
    }
}

static void
add_block (Work *work, guint block)
{
  guint first = block % (SAMPLE_FRAMES / BLOCK_FRAMES) * BLOCK_FRAMES;

  for (guint voice = 0; voice < work->n_voices; voice++)
    add (work->out, work->frames + first * work->n_channels, work->n_channels, 0.5f);
}

/* The fastest of several runs: what else the machine does only adds. */
static double
measure (Work *work, void (*run) (Work *work, guint block), guint n_blocks)
{
  double best = G_MAXDOUBLE;

  for (gint64 end = g_get_monotonic_time () + SECONDS * G_USEC_PER_SEC;
       g_get_monotonic_time () < end;)
    {
      gint64 start = g_get_monotonic_time ();
      double ns;

      for (guint block = 0; block < n_blocks; block++)
        run (work, block);

      ns = (g_get_monotonic_time () - start) * 1000.0;
      best = MIN (best, ns / ((double) n_blocks * BLOCK_FRAMES * work->n_voices));
    }

  return best;
}

static double
measure_mixer (FlitzisControl *control, Work *work, FlitzisSample *sample)
{
  double best = G_MAXDOUBLE;
  guint  n_blocks = SAMPLE_FRAMES / BLOCK_FRAMES - 1;
  g_autoptr (FlitzisTrigger) trigger = flitzis_trigger_new ();

  trigger->velocity = 0.5;

  for (gint64 end = g_get_monotonic_time () + SECONDS * G_USEC_PER_SEC;
       g_get_monotonic_time () < end;)
    {
      gint64 start;
      double ns;

      flitzis_control_stop_all (control);

      for (guint voice = 0; voice < work->n_voices; voice++)
        flitzis_control_play (control, trigger, FALSE, NULL);

      start = g_get_monotonic_time ();

      for (guint block = 0; block < n_blocks; block++)
        render_block (work, block);

      ns = (g_get_monotonic_time () - start) * 1000.0;
      g_assert_cmpuint (work->mixer->bank.n_playing, ==, work->n_voices);
      best = MIN (best, ns / ((double) n_blocks * BLOCK_FRAMES * work->n_voices));
    }

  return best;
}

static void
run (guint n_voices, guint n_channels)
{
  gsize             size = SAMPLE_FRAMES * n_channels * sizeof (float);
  g_autofree float *frames = g_new (float, SAMPLE_FRAMES *n_channels);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (FlitzisSample) sample = NULL;
  g_autoptr (FlitzisControl) control = NULL;
  FlitzisEvents *events = flitzis_events_new (owner, &funcs, FLITZIS_EVENTS_SLOT (1));
  Work           work = { .n_channels = n_channels, .n_voices = n_voices };
  double         mixer_ns, reference_ns;

  for (gsize i = 0; i < SAMPLE_FRAMES * n_channels; i++)
    frames[i] = (float) g_random_double_range (-1.0, 1.0);

  bytes = g_bytes_new_static (frames, size);
  sample = flitzis_sample_new (bytes, n_channels, 48000, NULL);
  control = flitzis_control_new (&(FlitzisMixerSize){ 1, n_voices, 1, 48000 }, events);
  flitzis_control_set_sample (control, 0, sample, NULL);
  work.mixer = flitzis_control_get_mixer (control);
  work.frames = frames;

  reference_ns = measure (&work, add_block, SAMPLE_FRAMES / BLOCK_FRAMES);
  mixer_ns = measure_mixer (control, &work, sample);
  g_print ("%6u %8s %10.3f %10.3f %7.2f\n", n_voices, n_channels == 2 ? "stereo" : "mono",
           mixer_ns, reference_ns, mixer_ns / reference_ns);

  flitzis_events_close (events);
  flitzis_control_close (control);
  flitzis_events_unref (events);
}

int
main (void)
{
  g_print ("ns for each voice and frame, blocks of %u frames\n", BLOCK_FRAMES);
  g_print ("%6s %8s %10s %10s %7s\n", "voices", "sample", "mixer", "bare loop", "ratio");

  for (guint n_channels = 1; n_channels <= 2; n_channels++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (voice_counts); i++)
        run (voice_counts[i], n_channels);
    }

  return 0;
}
