/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Milliseconds to load a file, by Flitzis and by the libraries that others load with, and how many
 * small files two workers load in a second. All of it is measured in turns within one process, and
 * the fastest run counts: what else the machine does only adds.
 *
 * Each line is a key and a value; a key is WHAT.FORMAT.RATE.SECONDS.WHO.
 */

#include "flitzis.h"

#include "bench-load-peers.h"

#include <glib/gstdio.h>
#include <gst/app/app.h>
#include <gst/gst.h>
#include <string.h>

#define ENGINE_RATE 48000

/* How long the loaders take turns with one file, and with 200 small ones. */
#define TURNS_US (G_USEC_PER_SEC * 6 / 10)
#define MIN_TURNS 5
#define N_SMALL_TURNS 4

#define N_SMALL_FILES 200
#define N_WORKERS 2

/* A tone and some noise in each ear. */
#define SOUND                                         \
  "aevalsrc=0.5*sin(440*2*PI*t)+0.1*(random(0)-0.5)|" \
  "0.5*sin(660*2*PI*t)+0.1*(random(1)-0.5):s=%u:d=%s"

static const char *const formats[] = { "wav", "flac", "ogg", "mp3" };
static const guint       rates[] = { 48000, 44100 };

static FlitzisEngine *engine;

static gsize
load_here (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) sample = NULL;

  if (!flitzis_engine_load_sample (engine, 0, path, &error))
    g_error ("%s", error->message);
  sample = flitzis_slot_dup_sample (flitzis_engine_get_slot (engine, 0));

  return flitzis_sample_get_n_frames (sample);
}

/* The least that any pipeline costs. */
static gsize
run_bare_pipeline (const char *path)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *source = gst_element_factory_make ("audiotestsrc", NULL);
  GstElement *sink = gst_element_factory_make ("appsink", NULL);
  GstSample  *sample;

  g_object_set (source, "num-buffers", 1, NULL);
  g_object_set (sink, "sync", FALSE, NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, sink, NULL);
  gst_element_link (source, sink);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))) != NULL)
    gst_sample_unref (sample);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);

  return 0;
}

typedef struct
{
  const char *name;
  gsize (*load) (const char *path);
  gboolean converts_only; /* like another one where the rate stays */
} Loader;

static const Loader loaders[] = {
  { "flitzis", load_here, FALSE },
  { "bare-pipeline", run_bare_pipeline, FALSE },
#ifdef HAVE_SNDFILE
  { "sndfile+soxr", bench_load_sndfile_soxr, FALSE },
  { "sndfile+samplerate", bench_load_sndfile_samplerate, TRUE },
#endif
#ifdef HAVE_FFMPEG
  { "ffmpeg", bench_load_ffmpeg, FALSE },
#endif
};

static char *
make_file (const char *folder, const char *name, guint rate, const char *seconds)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *sound = g_strdup_printf (SOUND, rate, seconds);
  const char      *depth = g_str_has_suffix (name, ".flac") ? "s16" : NULL;
  const char      *argv[] = { "ffmpeg", "-v", "error", "-f", "lavfi", "-i", sound, NULL, NULL, NULL,
                              NULL };
  g_autoptr (GError) error = NULL;
  guint n_args = 7;
  int   status;

  /* the only format of these that would not take 16 bits of its own */
  if (depth != NULL)
    {
      argv[n_args++] = "-sample_fmt";
      argv[n_args++] = depth;
    }
  argv[n_args] = path;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                     &status, &error) ||
      !g_spawn_check_wait_status (status, &error))
    g_error ("ffmpeg: %s", error->message);

  return g_steal_pointer (&path);
}

static void
check_length (const Loader *loader, gsize n_frames, gsize n_expected)
{
  /* what others leave of an encoder's padding, or drop at the end, is not our concern */
  if (n_frames > 0 && ABS ((double) n_frames - (double) n_expected) > 4000)
    g_error ("%s gives %" G_GSIZE_FORMAT " frames, not %" G_GSIZE_FORMAT, loader->name, n_frames,
             n_expected);
}

static void
measure_file (const char *folder, const char *format, guint rate, guint seconds)
{
  g_autofree char *name = g_strdup_printf ("%u-%u.%s", rate, seconds, format);
  g_autofree char *length = g_strdup_printf ("%u", seconds);
  g_autofree char *path = make_file (folder, name, rate, length);
  double           best[G_N_ELEMENTS (loaders)];
  gint64           end = g_get_monotonic_time () + TURNS_US;

  for (guint i = 0; i < G_N_ELEMENTS (loaders); i++)
    best[i] = G_MAXDOUBLE;

  for (guint turn = 0; turn < MIN_TURNS || g_get_monotonic_time () < end; turn++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (loaders); i++)
        {
          gint64 start;
          gsize  n_frames;

          /* one that is slow by far needs no more turns */
          if (loaders[i].converts_only && (rate == ENGINE_RATE || turn >= MIN_TURNS))
            continue;

          start = g_get_monotonic_time ();
          n_frames = loaders[i].load (path);
          best[i] = MIN (best[i], (g_get_monotonic_time () - start) / 1000.0);
          check_length (&loaders[i], n_frames, seconds * ENGINE_RATE);
        }
    }

  for (guint i = 0; i < G_N_ELEMENTS (loaders); i++)
    {
      if (best[i] < G_MAXDOUBLE)
        g_print ("load-ms.%s.%u.%u.%s %.3f\n", format, rate, seconds, loaders[i].name, best[i]);
    }
  g_unlink (path);
}

typedef struct
{
  const Loader *loader;
  char        **paths;
  int           n_taken; /* atomic */
} Batch;

static gpointer
load_worker (gpointer data)
{
  Batch *batch = data;
  int    i;

  while ((i = g_atomic_int_add (&batch->n_taken, 1)) < N_SMALL_FILES)
    batch->loader->load (batch->paths[i]);

  return NULL;
}

static void
load_batch (Batch *batch)
{
  GThread *threads[N_WORKERS];

  for (guint i = 0; i < N_WORKERS; i++)
    threads[i] = g_thread_new ("load", load_worker, batch);
  for (guint i = 0; i < N_WORKERS; i++)
    g_thread_join (threads[i]);
}

static void
loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!flitzis_engine_load_sample_finish (FLITZIS_ENGINE (object), result, &error))
    g_error ("%s", error->message);
  ++*(guint *) user_data;
}

/* The library has as many workers as there are processors. */
static void
load_batch_here (Batch *batch)
{
  guint n_loaded = 0;

  for (guint i = 0; i < N_SMALL_FILES; i++)
    flitzis_engine_load_sample_async (engine, i, batch->paths[i], NULL, loaded_cb, &n_loaded);
  while (n_loaded < N_SMALL_FILES)
    g_main_context_iteration (NULL, TRUE);
}

static void
measure_small_files (const char *folder, const char *format)
{
  g_auto (GStrv) paths = g_new0 (char *, N_SMALL_FILES + 1);
  g_autofree char *first = g_strdup_printf ("small.%s", format);
  double           best[G_N_ELEMENTS (loaders)] = { 0 };
  g_autofree char *contents = NULL;
  gsize            size;

  paths[0] = make_file (folder, first, 44100, "0.5");
  g_file_get_contents (paths[0], &contents, &size, NULL);
  for (guint i = 1; i < N_SMALL_FILES; i++)
    {
      paths[i] = g_strdup_printf ("%s/small-%u.%s", folder, i, format);
      g_file_set_contents (paths[i], contents, size, NULL);
    }

  for (guint turn = 0; turn < N_SMALL_TURNS; turn++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (loaders); i++)
        {
          Batch  batch = { &loaders[i], paths, 0 };
          gint64 start = g_get_monotonic_time ();
          double per_second;

          if (loaders[i].converts_only || loaders[i].load == run_bare_pipeline)
            continue;

          if (loaders[i].load == load_here)
            load_batch_here (&batch);
          else
            load_batch (&batch);
          per_second = N_SMALL_FILES * 1e6 / (g_get_monotonic_time () - start);
          best[i] = MAX (best[i], per_second);
        }
    }

  for (guint i = 0; i < G_N_ELEMENTS (loaders); i++)
    {
      if (best[i] > 0.0)
        g_print ("small-files-per-s.%s.44100.0.5.%s %.0f\n", format, loaders[i].name, best[i]);
    }
  for (guint i = 0; i < N_SMALL_FILES; i++)
    g_unlink (paths[i]);
}

int
main (int argc, char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("flitzis-bench-XXXXXX", NULL);

  gst_init (&argc, &argv);
  engine = flitzis_engine_new_full (N_SMALL_FILES, 32, ENGINE_RATE);

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      if (argc > 1 && !g_str_equal (argv[1], formats[f]))
        continue;

      for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
        {
          measure_file (folder, formats[f], rates[r], 1);
          measure_file (folder, formats[f], rates[r], 10);
        }
      measure_small_files (folder, formats[f]);
    }

  g_object_unref (engine);
  g_rmdir (folder);

  return 0;
}
