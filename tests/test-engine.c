/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "flitzis.h"
#include "stream-file.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The engine as a C program sees it: lifetimes, threads, and tasks without a main loop. */

/* A second of a stereo float WAV. */
static char *
write_wav (void)
{
  static const guint n_frames = 48000;
  g_autofree char   *path = NULL;
  g_autoptr (GByteArray) wav = g_byte_array_new ();
  guint32 sizes[] = { GUINT32_TO_LE (36 + n_frames * 8), GUINT32_TO_LE (n_frames * 8) };
  int     fd = g_file_open_tmp ("flitzis-XXXXXX.wav", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_byte_array_append (wav, (const guint8 *) "RIFF", 4);
  g_byte_array_append (wav, (const guint8 *) &sizes[0], 4);
  g_byte_array_append (wav, (const guint8 *) "WAVEfmt \x10\0\0\0\3\0\2\0\x80\xbb\0\0"
                                             "\0\xdc\5\0\x8\0\x20\0data",
                       32);
  g_byte_array_append (wav, (const guint8 *) &sizes[1], 4);
  g_byte_array_set_size (wav, 44 + n_frames * 8);
  memset (wav->data + 44, 0, n_frames * 8);
  g_assert_true (g_file_set_contents (path, (const char *) wav->data, wav->len, NULL));

  return g_steal_pointer (&path);
}

static FlitzisSample *
make_sample (guint n_frames, GDestroyNotify destroy, gpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  float *frames = g_new (float, n_frames);

  for (guint i = 0; i < n_frames; i++)
    frames[i] = 0.25f;

  bytes = g_bytes_new_with_free_func (frames, n_frames * sizeof (float), destroy,
                                      data != NULL ? data : frames);

  return flitzis_sample_new (bytes, 1, 48000, NULL);
}

/* An engine with a sample of one frame, so that what is rendered shows where each trigger began. */
static FlitzisEngine *
make_pulse_engine (void)
{
  FlitzisEngine *engine = flitzis_engine_new ();
  g_autoptr (FlitzisSample) sample = make_sample (1, g_free, NULL);

  g_assert_true (flitzis_engine_set_sample (engine, 0, sample, NULL));

  return engine;
}

/* Renders so many frames, and checks that pulses are on these of the engine's, and nowhere else. */
static void
assert_pulses (FlitzisEngine *engine, guint n_frames, guint n_pulses, const guint64 *frames)
{
  guint64      position = flitzis_engine_get_position (engine);
  guint        n_heard = 0;
  const float *values;
  g_autoptr (GBytes) out = flitzis_engine_render (engine, n_frames, NULL);

  values = g_bytes_get_data (out, NULL);

  for (guint i = 0; i < n_frames; i++)
    {
      if (values[2 * i] == 0.0f)
        continue;

      g_assert_cmpuint (n_heard, <, n_pulses);
      g_assert_cmpuint (position + i, ==, frames[n_heard++]);
    }

  g_assert_cmpuint (n_heard, ==, n_pulses);
}

/* By the function and by the trigger's field alike: with the tempo, the swing and a restart. */
static void
test_at_beats (void)
{
  g_autoptr (FlitzisEngine) engine = make_pulse_engine ();
  g_autoptr (FlitzisTrigger) trigger = flitzis_trigger_new ();
  FlitzisClock *clock = flitzis_engine_get_clock (engine);

  flitzis_clock_restart (clock, 0);

  for (guint beat = 0; beat < 8; beat++)
    {
      trigger->beat = beat;
      g_assert_cmpuint (beat % 2 == 0
                            ? flitzis_engine_play_sample_at_beat (engine, 0, 1.0, beat, NULL)
                            : flitzis_engine_play (engine, trigger, NULL),
                        ==, beat + 1);
    }

  /* 24000 frames a beat, then 9600 from beat 50000 / 24000 on */
  assert_pulses (engine, 50000, 3, (guint64[]){ 0, 24000, 48000 });
  flitzis_clock_set_tempo (clock, 300.0);
  assert_pulses (engine, 10000, 1, (guint64[]){ 50000 + 8800 });
  /* the four that wait do so for the same beats of the new grid, 288 frames each */
  flitzis_clock_set_tempo (clock, 9999.0);
  flitzis_clock_restart (clock, 60000);
  assert_pulses (engine, 3000, 4, (guint64[]){ 61152, 61440, 61728, 62016 });

  /* steps of the highest tempo: 72 frames each, the odd ones half a step later */
  flitzis_clock_restart (clock, 70000);

  for (guint step = 0; step < 4; step++)
    g_assert_cmpuint (flitzis_engine_play_sample_at_beat (engine, 0, 1.0, step / 4.0, NULL), >, 0);

  /* no step: it stays, and step 1 now comes after it */
  g_assert_cmpuint (flitzis_engine_play_sample_at_beat (engine, 0, 1.0, 0.3, NULL), >, 0);
  assert_pulses (engine, 1000, 0, NULL);
  flitzis_clock_set_swing (clock, 0.5);
  assert_pulses (engine, 9000, 5, (guint64[]){ 70000, 70086, 70108, 70144, 70252 });
  g_assert_cmpuint (flitzis_engine_get_n_late (engine), ==, 0);

  /* a beat in the past sounds at once */
  trigger->beat = 0.0;
  g_assert_cmpuint (flitzis_engine_play (engine, trigger, NULL), >, 0);
  assert_pulses (engine, 100, 1, (guint64[]){ 73000 });
  g_assert_cmpuint (flitzis_engine_get_n_late (engine), ==, 1);
}

static void
note_cb (FlitzisClock *clock, guint64 number, guint64 frame, gint64 time_ns, GArray *frames)
{
  g_assert_cmpuint (number, ==, frames->len);
  g_assert_cmpint (time_ns, ==, -1);
  g_array_append_val (frames, frame);
}

static void
test_beats_and_steps (void)
{
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
  g_autoptr (GArray) beats = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (guint64));
  FlitzisClock *clock = flitzis_engine_get_clock (engine);

  g_signal_connect (clock, "beat", G_CALLBACK (note_cb), beats);
  g_signal_connect (clock, "step", G_CALLBACK (note_cb), steps);
  flitzis_clock_set_tempo (clock, 9999.0);
  g_assert_cmpfloat (flitzis_clock_get_tempo (clock), ==, 9999.0);
  flitzis_clock_set_steps_per_beat (clock, 2);
  flitzis_clock_set_swing (clock, 0.25);
  flitzis_clock_restart (clock, 100);

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (GBytes) out = flitzis_engine_render (engine, 4801, NULL);

      while (g_main_context_iteration (NULL, FALSE))
        ;
    }

  /* 60 x 48000 / 9999 frames a beat; of two frames alike near, the later one */
  g_assert_cmpuint (beats->len, ==, 167);
  g_assert_cmpuint (steps->len, ==, 333);

  for (guint64 i = 0; i < beats->len; i++)
    g_assert_cmpuint (g_array_index (beats, guint64, i), ==, 100 + (i * 5760000 / 9999 + 1) / 2);

  for (guint64 i = 0; i < steps->len; i++)
    {
      guint64 n_quarters = 4 * i + i % 2; /* of a step, of which a beat has eight */

      g_assert_cmpuint (g_array_index (steps, guint64, i), ==,
                        100 + (n_quarters * 720000 / 9999 + 1) / 2);
    }
}

static void
test_lifetime (void)
{
  FlitzisEngine *engine = flitzis_engine_new_full (3, 5, 44100);
  FlitzisSlot   *slot = flitzis_engine_get_slot (engine, 2);

  g_assert_cmpuint (flitzis_engine_get_n_slots (engine), ==, 3);
  g_assert_cmpuint (flitzis_engine_get_n_voices (engine), ==, 5);
  g_assert_cmpuint (flitzis_engine_get_sample_rate (engine), ==, 44100);
  g_assert_null (flitzis_engine_get_slot (engine, 3));
  g_assert_cmpuint (flitzis_slot_get_index (slot), ==, 2);

  /* a slot may outlive its engine */
  g_object_ref (slot);
  g_assert_finalize_object (engine);
  flitzis_slot_set_gain (slot, 0.5);
  g_assert_cmpfloat (flitzis_slot_get_gain (slot), ==, 0.5);
  g_assert_null (flitzis_slot_dup_sample (slot));
  g_assert_finalize_object (slot);
}

static void
count_cb (gpointer data)
{
  (*(guint *) data)++;
}

/* The bytes of a sample that sounds are let go of once, when the fade has been rendered. */
static void
test_release (void)
{
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
  g_autoptr (GBytes) out = NULL;
  guint          n_destroyed = 0;
  static float   frames[4800];
  GBytes        *bytes = g_bytes_new_with_free_func (frames, sizeof frames, count_cb, &n_destroyed);
  FlitzisSample *sample = flitzis_sample_new (bytes, 1, 48000, NULL);

  g_bytes_unref (bytes);
  g_assert_true (flitzis_engine_set_sample (engine, 0, sample, NULL));
  g_object_unref (sample);
  g_assert_cmpuint (flitzis_engine_play_sample (engine, 0, 1.0, NULL), ==, 1);
  out = flitzis_engine_render (engine, 100, NULL);
  g_assert_cmpuint (n_destroyed, ==, 0);
  g_assert_true (flitzis_engine_unload_sample (engine, 0, NULL));
  g_assert_cmpuint (n_destroyed, ==, 1);
}

static void
test_dispose_releases (void)
{
  FlitzisEngine *engine = flitzis_engine_new ();
  FlitzisSample *sample = make_sample (4800, g_free, NULL);

  for (guint i = 0; i < 10; i++)
    {
      flitzis_engine_set_sample (engine, i, sample, NULL);
      flitzis_engine_play_sample (engine, i, 1.0, NULL);
    }

  g_assert_finalize_object (engine);
  g_assert_finalize_object (sample);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GError **error = data;

  g_assert_false (flitzis_engine_load_file_finish (FLITZIS_ENGINE (source), result, error));
  g_assert_nonnull (*error);
}

/* Without any main loop the sample is in its slot all the same. */
static void
test_async_without_loop (void)
{
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
  g_autofree char *path = write_wav ();
  FlitzisSlot     *slot = flitzis_engine_get_slot (engine, 0);
  FlitzisSample   *sample = NULL;

  flitzis_engine_load_sample_async (engine, 0, path, NULL, NULL, NULL);

  for (guint i = 0; i < 10000 && sample == NULL; i++)
    {
      g_usleep (1000);
      sample = flitzis_slot_dup_sample (slot);
    }

  g_assert_nonnull (sample);
  g_assert_cmpuint (flitzis_sample_get_n_channels (sample), ==, 2);
  g_object_unref (sample);

  while (g_main_context_iteration (NULL, FALSE))
    ;

  g_unlink (path);
}

static void
freed_cb (gpointer data)
{
  g_atomic_int_set ((int *) data, TRUE);
}

/* Nor does what was loaded from wait for a main loop to be freed. */
static void
test_inputs_without_loop (void)
{
  static const char text[] = "This is no sound.";
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
  int     is_freed = FALSE;
  GBytes *bytes = g_bytes_new_with_free_func (text, sizeof text, freed_cb, &is_freed);

  flitzis_engine_load_bytes_async (engine, 0, bytes, NULL, NULL, NULL);
  g_bytes_unref (bytes);
  while (!g_atomic_int_get (&is_freed))
    g_usleep (1000);

  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* A stream that can only be read from its start to its end, as that of a compressed file. */
static GInputStream *
open_compressed (GBytes *bytes)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1);
  g_autoptr (GZlibDecompressor) decompressor =
      g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GInputStream) compressed =
      g_converter_input_stream_new (stream, G_CONVERTER (compressor));

  return g_converter_input_stream_new (compressed, G_CONVERTER (decompressor));
}

static void
assert_loaded (FlitzisEngine *engine, GFile *file, gboolean is_streamed)
{
  g_autoptr (FlitzisSample) sample = NULL;
  g_autoptr (GError) error = NULL;

  flitzis_engine_load_file (engine, 0, file, NULL, &error);
  g_assert_no_error (error);
  sample = flitzis_slot_dup_sample (flitzis_engine_get_slot (engine, 0));
  g_assert_cmpuint (flitzis_sample_get_n_frames (sample), ==, 48000);
  g_assert_cmpint (flitzis_sample_get_bytes (sample) == NULL, ==, is_streamed);
}

/* A long file that cannot be streamed is in memory if the storage is chosen automatically. */
static void
test_auto_of_unseekable (void)
{
  g_autofree char *path = write_wav ();
  g_autoptr (GFile) source = g_file_new_for_path (path);
  g_autoptr (GBytes) bytes = g_file_load_bytes (source, NULL, NULL, NULL);
  g_autoptr (GFile) file = stream_file_new ("compressed.wav", open_compressed, bytes);
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
  FlitzisSlot *slot = flitzis_engine_get_slot (engine, 0);
  g_autoptr (GError) error = NULL;

  flitzis_engine_set_stream_threshold (engine, 0.0);
  flitzis_slot_set_storage (slot, FLITZIS_STORAGE_AUTO);
  assert_loaded (engine, source, TRUE);
  assert_loaded (engine, file, FALSE);

  flitzis_slot_set_storage (slot, FLITZIS_STORAGE_STREAM);
  g_assert_false (flitzis_engine_load_file (engine, 0, file, NULL, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==,
                   "Could not decode “compressed.wav”: it cannot be streamed, because it cannot be "
                   "read from the middle");

  g_unlink (path);
}

/* No file can be opened while a test holds this. */
static GMutex opening;

static GInputStream *
open_later (GBytes *bytes)
{
  g_mutex_lock (&opening);
  g_mutex_unlock (&opening);

  return g_memory_input_stream_new_from_bytes (bytes);
}

/* The engine is disposed while its loads run: they end as cancelled. */
static void
test_dispose_while_loading (void)
{
  g_autofree char *path = write_wav ();
  g_autoptr (GFile) source = g_file_new_for_path (path);
  g_autoptr (GBytes) bytes = g_file_load_bytes (source, NULL, NULL, NULL);
  g_autoptr (GFile) file = stream_file_new ("later.wav", open_later, bytes);

  for (guint i = 0; i < 20; i++)
    {
      FlitzisEngine *engine = flitzis_engine_new ();
      GError        *error = NULL;

      g_mutex_lock (&opening);
      for (guint slot = 0; slot < 4; slot++)
        flitzis_engine_load_file_async (engine, slot, file, NULL, NULL, NULL);

      flitzis_engine_load_file_async (engine, 4, file, NULL, loaded_cb, &error);
      g_object_run_dispose (G_OBJECT (engine));
      g_object_unref (engine);
      g_mutex_unlock (&opening);

      while (error == NULL)
        g_main_context_iteration (NULL, TRUE);

      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
    }

  g_unlink (path);
}

#define N_THREADS 8
#define N_CALLS 1500

typedef struct
{
  FlitzisEngine *engine;
  guint          seed;
  guint          n_triggered;
} Caller;

static gpointer
call_worker (gpointer data)
{
  Caller *caller = data;
  GRand  *rand = g_rand_new_with_seed (caller->seed);

  for (guint i = 0; i < N_CALLS; i++)
    {
      guint id = (guint) g_rand_int_range (rand, 0, 8);

      switch (g_rand_int_range (rand, 0, 9))
        {
        case 0:
          {
            g_autoptr (FlitzisSample) sample = make_sample (2000, g_free, NULL);

            flitzis_engine_set_sample (caller->engine, id, sample, NULL);
          }
          break;
        case 1:
          flitzis_engine_unload_sample (caller->engine, id, NULL);
          break;
        case 2:
          flitzis_engine_stop_sample (caller->engine, id, NULL);
          break;
        case 3:
          flitzis_engine_stop_voice (caller->engine, g_rand_int (rand) % 10000);
          break;
        case 4:
          flitzis_engine_set_gain (caller->engine, g_rand_double (rand));
          flitzis_slot_set_gain (flitzis_engine_get_slot (caller->engine, id),
                                 g_rand_double (rand));
          break;
        case 5:
          {
            g_autoptr (GBytes) out = flitzis_engine_render (caller->engine, 100, NULL);
          }
          break;
        default:
          caller->n_triggered += flitzis_engine_play_sample (caller->engine, id, 0.5, NULL) != 0;
        }
    }

  g_rand_free (rand);

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
  g_autoptr (GBytes) out = NULL;
  GThread *threads[N_THREADS];
  Caller   callers[N_THREADS];
  guint    n_triggered = 0;

  for (guint i = 0; i < N_THREADS; i++)
    {
      callers[i] = (Caller){ .engine = engine, .seed = i };
      threads[i] = g_thread_new ("caller", call_worker, &callers[i]);
    }

  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      n_triggered += callers[i].n_triggered;
    }

  out = flitzis_engine_render (engine, 48000, NULL);
  g_assert_nonnull (out);
  g_assert_cmpuint (n_triggered, >=, N_THREADS);
  g_assert_cmpuint (flitzis_engine_get_n_triggered (engine), ==, n_triggered);
  g_assert_cmpuint (flitzis_engine_get_n_started (engine) +
                        flitzis_engine_get_n_rejected (engine),
                    <=, n_triggered);
  g_assert_cmpuint (flitzis_engine_get_n_playing (engine), ==, 0);
}

#define N_ADDERS 8
#define N_ADDED 4 /* by each of them */

typedef struct
{
  FlitzisEngine *engine;
  const char    *path;
  guint          slots[N_ADDED];
} Adder;

static gpointer
add_worker (gpointer data)
{
  Adder *adder = data;

  for (guint i = 0; i < N_ADDED; i++)
    {
      g_autoptr (GError) error = NULL;

      adder->slots[i] = flitzis_engine_add_sample (adder->engine, adder->path, &error);
      g_assert_no_error (error);
    }

  return NULL;
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GError **error = data;

  g_assert_cmpuint (flitzis_engine_add_sample_finish (FLITZIS_ENGINE (source), result, error), ==,
                    G_MAXUINT);
  g_assert_nonnull (*error);
}

/* Threads that add samples fill all slots, one each; then there is no room until one is unloaded.
 * What cannot be loaded takes none. */
static void
test_add_sample (void)
{
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new_full (N_ADDERS * N_ADDED, 8, 48000);
  g_autofree char *path = write_wav ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *threads[N_ADDERS];
  Adder    adders[N_ADDERS];
  gboolean is_filled[N_ADDERS * N_ADDED] = { FALSE };
  GError  *error = NULL;

  for (guint i = 0; i < N_ADDERS; i++)
    {
      adders[i] = (Adder){ .engine = engine, .path = path };
      threads[i] = g_thread_new ("adder", add_worker, &adders[i]);
    }

  for (guint i = 0; i < N_ADDERS; i++)
    {
      g_thread_join (threads[i]);

      for (guint j = 0; j < N_ADDED; j++)
        {
          guint slot = adders[i].slots[j];
          g_autoptr (FlitzisSample) sample =
              flitzis_slot_dup_sample (flitzis_engine_get_slot (engine, slot));

          g_assert_nonnull (sample);
          g_assert_false (is_filled[slot]);
          is_filled[slot] = TRUE;
        }
    }

  g_assert_cmpuint (flitzis_engine_add_sample (engine, path, &error), ==, G_MAXUINT);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "32 slots"));
  g_clear_error (&error);

  g_assert_true (flitzis_engine_unload_sample (engine, 5, NULL));
  g_assert_cmpuint (flitzis_engine_add_sample (engine, "/nowhere.wav", &error), ==, G_MAXUINT);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpuint (flitzis_engine_add_sample (engine, "", &error), ==, G_MAXUINT);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE);
  g_clear_error (&error);

  g_cancellable_cancel (cancellable);
  flitzis_engine_add_sample_async (engine, path, cancellable, added_cb, &error);

  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (flitzis_engine_add_sample (engine, path, &error), ==, 5);
  g_assert_no_error (error);
  g_unlink (path);
}

/* A warning for what a property cannot be, and the value as it was. */
static void
test_construct_out_of_range (void)
{
  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_FATAL_MASK);

      for (guint i = 0; i < 2; i++)
        {
          g_autoptr (FlitzisEngine) engine = flitzis_engine_new_full (i * 5000, i * 2000, 1);

          g_assert_cmpuint (flitzis_engine_get_n_slots (engine), >=, 1);
          g_assert_cmpuint (flitzis_engine_get_n_voices (engine), >=, 1);
          g_assert_cmpuint (flitzis_engine_get_sample_rate (engine), >=, 8000);
          g_assert_nonnull (flitzis_engine_get_slot (engine, 0));
        }

      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*out of range*");
}

/*
 * AddressSanitizer's malloc, unlike the C library's, stays locked in the child if another thread
 * holds its lock at the fork, so its run is without this test.
 */
#ifndef __SANITIZE_ADDRESS__
typedef struct
{
  FlitzisEngine *engine;
  FlitzisSample *sample;
  char          *path;
  gboolean       is_over;
} Busy;

static gpointer
busy_call_worker (gpointer data)
{
  Busy *busy = data;

  while (!g_atomic_int_get (&busy->is_over))
    {
      flitzis_engine_set_sample (busy->engine, 0, busy->sample, NULL);
      flitzis_engine_play_sample (busy->engine, 0, 1.0, NULL);
      flitzis_engine_stop_all_samples (busy->engine);
    }

  return NULL;
}

static gpointer
busy_load_worker (gpointer data)
{
  Busy *busy = data;

  while (!g_atomic_int_get (&busy->is_over))
    g_assert_true (flitzis_engine_load_sample (busy->engine, 1, busy->path, NULL));

  return NULL;
}

/* Clears `error`, which must be that of a forked process. */
static void
assert_forked (gboolean result, GError **error)
{
  g_assert_false (result);
  g_assert_error (*error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_FORKED);
  g_clear_error (error);
}

static void
check_child (Busy *busy)
{
  FlitzisEngine *engine = busy->engine;
  GError        *error = NULL;

  assert_forked (flitzis_engine_play_sample (engine, 0, 1.0, &error) != 0, &error);
  assert_forked (flitzis_engine_set_sample (engine, 0, busy->sample, &error), &error);
  assert_forked (flitzis_engine_unload_sample (engine, 0, &error), &error);
  assert_forked (flitzis_engine_load_sample (engine, 0, busy->path, &error), &error);
  assert_forked (flitzis_engine_add_sample (engine, busy->path, &error) != G_MAXUINT, &error);
  assert_forked (flitzis_engine_stop_sample (engine, 0, &error), &error);
  assert_forked (flitzis_engine_start (engine, &error), &error);
  assert_forked (flitzis_engine_render (engine, 64, &error) != NULL, &error);
  flitzis_engine_stop_voice (engine, 1);
  flitzis_engine_stop_all_samples (engine);
  flitzis_engine_stop (engine);
  g_assert_cmpuint (flitzis_engine_get_state (engine), ==, FLITZIS_STATE_STOPPED);
  g_assert_cmpuint (flitzis_engine_get_n_playing (engine), ==, 0);
  g_assert_cmpfloat (flitzis_engine_get_gain (engine), ==, 1.0);
  g_assert_false (flitzis_slot_get_loading (flitzis_engine_get_slot (engine, 1)));
  g_assert_false (flitzis_slot_get_playing (flitzis_engine_get_slot (engine, 0)));
}

/* Whatever another thread held at the fork, the child does not wait for it. */
static void
test_fork_while_busy (void)
{
  Busy busy = {
    .engine = flitzis_engine_new (),
    .sample = make_sample (100, g_free, NULL),
    .path = write_wav (),
  };
  GThread *threads[] = {
    g_thread_new ("call", busy_call_worker, &busy),
    g_thread_new ("call", busy_call_worker, &busy),
    g_thread_new ("load", busy_load_worker, &busy),
  };

  for (guint i = 0; i < 200; i++)
    {
      pid_t pid = fork ();
      int   status;

      if (pid == 0)
        {
          alarm (20);
          check_child (&busy);
          _exit (0);
        }

      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_true (WIFEXITED (status));
      g_assert_cmpint (WEXITSTATUS (status), ==, 0);
    }

  g_atomic_int_set (&busy.is_over, TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (flitzis_engine_get_n_triggered (busy.engine), >, 0);
  g_unlink (busy.path);
  g_free (busy.path);
  g_object_unref (busy.engine);
  g_object_unref (busy.sample);
}
#endif

/* Memory that holds something else comes back from the heap, if anything can do that. */
static void
spoil_heap (gsize n_bytes)
{
  gpointer memory = g_malloc (n_bytes);

  memset (memory, 0xaa, n_bytes);
  g_free (memory);
}

static void
fill_padding (guint *padding, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (padding[i], ==, 0);
      padding[i] = i + 1;
    }
}

static void
assert_padding (const guint *padding, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (padding[i], ==, i + 1);
}

/* Later versions have fields where this one has padding, and zero is unset in them. */
static void
test_padding (void)
{
  g_autoptr (FlitzisTrigger) trigger_copy = NULL;
  g_autoptr (FlitzisTween) tween_copy = NULL;
  FlitzisTrigger *trigger;
  FlitzisTween   *tween;

  spoil_heap (sizeof *trigger);
  trigger = flitzis_trigger_new ();
  fill_padding (trigger->padding, G_N_ELEMENTS (trigger->padding));
  trigger_copy = flitzis_trigger_copy (trigger);
  flitzis_trigger_free (trigger);
  assert_padding (trigger_copy->padding, G_N_ELEMENTS (trigger->padding));

  spoil_heap (sizeof *tween);
  tween = flitzis_tween_new ();
  fill_padding (tween->padding, G_N_ELEMENTS (tween->padding));
  tween_copy = flitzis_tween_copy (tween);
  flitzis_tween_free (tween);
  assert_padding (tween_copy->padding, G_N_ELEMENTS (tween->padding));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/lifetime", test_lifetime);
  g_test_add_func ("/engine/release", test_release);
  g_test_add_func ("/engine/dispose-releases", test_dispose_releases);
  g_test_add_func ("/engine/async-without-loop", test_async_without_loop);
  g_test_add_func ("/engine/inputs-without-loop", test_inputs_without_loop);
  g_test_add_func ("/engine/auto-of-unseekable", test_auto_of_unseekable);
  g_test_add_func ("/engine/dispose-while-loading", test_dispose_while_loading);
  g_test_add_func ("/engine/threads", test_threads);
  g_test_add_func ("/engine/add-sample", test_add_sample);
#ifndef __SANITIZE_ADDRESS__
  g_test_add_func ("/engine/fork-while-busy", test_fork_while_busy);
#endif
  g_test_add_func ("/engine/padding", test_padding);
  g_test_add_func ("/engine/at-beats", test_at_beats);
  g_test_add_func ("/engine/beats-and-steps", test_beats_and_steps);
  g_test_add_func ("/engine/construct-out-of-range", test_construct_out_of_range);

  return g_test_run ();
}
