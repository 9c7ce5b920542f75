/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "sample/peaks.h"

#include <glib.h>

/* What peaks cost: memory beside the values, and what is read of both. tests/test_peaks.py says
 * whether they are right. */

#define N_FRAMES (600u * 48000) /* ten minutes */
#define MAX_LEVELS 24

static void
test_memory (void)
{
  for (gsize n_values = 1; n_values < G_MAXUINT32; n_values += n_values / 3 + 1)
    g_assert_cmpuint (flitzis_peaks_count_nodes (n_values) * sizeof (FlitzisPeak), <=,
                      n_values * sizeof (float) / 64);

  g_assert_cmpuint (flitzis_peaks_count_nodes (FLITZIS_PEAKS_BLOCK - 1), ==, 0);
  g_assert_cmpuint (flitzis_peaks_count_nodes (FLITZIS_PEAKS_BLOCK * 5), ==, 5 + 2 + 1);
}

static void
build_held (FlitzisPeaks *peaks)
{
  g_autoptr (FlitzisPass) pass =
      flitzis_pass_new_held (peaks->values, peaks->n_frames, peaks->n_channels);

  g_assert_true (flitzis_peaks_build (peaks, pass, NULL));
}

/* Two ends of a part within a block each, and two nodes of each level: also of a ramp, whose values
 * at one of the ends always count. */
static void
test_reads (gconstpointer data)
{
  guint             n_channels = GPOINTER_TO_UINT (data);
  g_autofree float *values = g_new (float, (gsize) N_FRAMES *n_channels);
  FlitzisPeaks      peaks;
  FlitzisPeak       bins[3000];

  for (gsize i = 0; i < (gsize) N_FRAMES * n_channels; i++)
    values[i] = (float) i;

  flitzis_peaks_init (&peaks, values, N_FRAMES, n_channels);
  g_assert_false (flitzis_peaks_is_built (&peaks));
  g_assert_cmpuint (flitzis_peaks_read (&peaks, 0, N_FRAMES, 7, bins), ==,
                    (gsize) N_FRAMES * n_channels);
  build_held (&peaks);
  g_assert_true (flitzis_peaks_is_built (&peaks));

  for (guint64 n_frames = 1; n_frames <= N_FRAMES; n_frames += n_frames / 2 + 1)
    {
      for (guint n_bins = 1; n_bins <= G_N_ELEMENTS (bins); n_bins += n_bins / 2 + 1)
        {
          guint64 first = (N_FRAMES - n_frames) / 3;
          gsize   n_read = flitzis_peaks_read (&peaks, first, first + n_frames, n_bins, bins);

          g_assert_cmpuint (n_read, >=, n_bins);
          g_assert_cmpuint (n_read, <=, n_bins * 2 * (FLITZIS_PEAKS_BLOCK + MAX_LEVELS));
        }
    }

  flitzis_peaks_clear (&peaks);
}

static gpointer
build (gpointer data)
{
  FlitzisPeaks *peaks = data;

  build_held (peaks);

  return g_atomic_pointer_get (&peaks->nodes);
}

static void
test_built_once (void)
{
  g_autofree float *values = g_new0 (float, 1000000);
  FlitzisPeaks      peaks;
  GThread          *threads[16];

  flitzis_peaks_init (&peaks, values, 1000000, 1);

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, build, &peaks);

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (g_thread_join (threads[i]) == peaks.nodes);

  g_assert_nonnull (peaks.nodes);
  flitzis_peaks_clear (&peaks);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/peaks/memory", test_memory);
  g_test_add_data_func ("/peaks/reads/mono", GUINT_TO_POINTER (1), test_reads);
  g_test_add_data_func ("/peaks/reads/stereo", GUINT_TO_POINTER (2), test_reads);

  g_test_add_func ("/peaks/built-once", test_built_once);

  return g_test_run ();
}
