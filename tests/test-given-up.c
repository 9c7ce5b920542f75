/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "decode/request.h"
#include "flitzis.h"
#include "stream-file.h"

#include <string.h>

/*
 * Loads whose decoders do not come back, seen from who asked for them. The linker puts a function
 * below in the place of the one that loads call while they wait: the deadline of those that stand
 * still has passed when a test says so and never before.
 */

#define N_FRAMES 50000
#define NEVER_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/* any thread */
static int is_deadline_over;
static int n_held;
static int n_streams;

gboolean __real_flitzis_decode_request_check (FlitzisDecodeRequest *self, GError **error);
gboolean __wrap_flitzis_decode_request_check (FlitzisDecodeRequest *self, GError **error);

gboolean
__wrap_flitzis_decode_request_check (FlitzisDecodeRequest *self, GError **error)
{
  self->deadline_us = g_atomic_int_get (&is_deadline_over) ? 0 : NEVER_US;

  return __real_flitzis_decode_request_check (self, error);
}

/* A stream that ends well, but not before it is let go, by all of them at once. */
typedef GMemoryInputStream      TestStream;
typedef GMemoryInputStreamClass TestStreamClass;

static GMutex   lock;
static GCond    cond;
static gboolean is_held;

static GType test_stream_get_type (void);
G_DEFINE_TYPE (TestStream, test_stream, G_TYPE_MEMORY_INPUT_STREAM)

static gssize
test_stream_read (GInputStream *stream,
                  void         *buffer,
                  gsize         count,
                  GCancellable *cancellable,
                  GError      **error)
{
  gboolean is_late = g_seekable_tell (G_SEEKABLE (stream)) >= N_FRAMES;

  g_mutex_lock (&lock);
  g_atomic_int_add (&n_held, is_late && is_held);
  while (is_late && is_held)
    g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);

  return G_INPUT_STREAM_CLASS (test_stream_parent_class)
      ->read_fn (stream, buffer, count, cancellable, error);
}

static void
test_stream_finalize (GObject *object)
{
  g_atomic_int_add (&n_streams, -1);
  G_OBJECT_CLASS (test_stream_parent_class)->finalize (object);
}

static void
test_stream_class_init (TestStreamClass *class)
{
  G_OBJECT_CLASS (class)->finalize = test_stream_finalize;
  G_INPUT_STREAM_CLASS (class)->read_fn = test_stream_read;
}

static void
test_stream_init (TestStream *self)
{
}

/* Float frames, one channel. */
static GBytes *
make_wav (void)
{
  static const guint32 sizes[] = {
    GUINT32_TO_LE (36 + N_FRAMES * 4),
    GUINT32_TO_LE (N_FRAMES * 4),
  };
  g_autoptr (GByteArray) wav = g_byte_array_new ();

  g_byte_array_append (wav, (const guint8 *) "RIFF", 4);
  g_byte_array_append (wav, (const guint8 *) &sizes[0], 4);
  g_byte_array_append (wav, (const guint8 *) "WAVEfmt \x10\0\0\0\3\0\1\0\x80\xbb\0\0"
                                             "\0\xee\2\0\4\0\x20\0data",
                       32);
  g_byte_array_append (wav, (const guint8 *) &sizes[1], 4);
  g_byte_array_set_size (wav, 44 + N_FRAMES * 4);
  memset (wav->data + 44, 0, N_FRAMES * 4);

  return g_byte_array_free_to_bytes (g_steal_pointer (&wav));
}

static GInputStream *
open_held (GBytes *no_bytes)
{
  g_autoptr (GBytes) bytes = make_wav ();
  GInputStream *stream = g_object_new (test_stream_get_type (), NULL);

  g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (stream), bytes);
  g_atomic_int_inc (&n_streams);

  return stream;
}

typedef struct
{
  FlitzisEngine *engine;
  GFile         *file;
  guint          n_answers;
  guint          n_cancelled;
  guint          n_corrupt;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->engine = flitzis_engine_new_full (g_get_num_processors () + 1, 1, 48000);
  fixture->file = stream_file_new ("held.wav", open_held, NULL);
  g_atomic_int_set (&n_held, 0);
  g_atomic_int_set (&is_deadline_over, FALSE);
  g_mutex_lock (&lock);
  is_held = TRUE;
  g_mutex_unlock (&lock);
}

/* What stood still comes back: what is left of it goes. */
static void
let_go (void)
{
  g_mutex_lock (&lock);
  is_held = FALSE;
  g_cond_broadcast (&cond);
  g_mutex_unlock (&lock);
  while (g_atomic_int_get (&n_streams) > 0)
    g_usleep (1000);
}

/* A worker lets go of what it used after the answer. */
static void
assert_goes (gpointer object)
{
  while (g_atomic_int_get (&((GObject *) object)->ref_count) > 1)
    g_usleep (1000);

  g_assert_finalize_object (object);
}

/* Nobody is told of what comes late. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  guint n_answers = fixture->n_answers;

  let_go ();
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture->n_answers, ==, n_answers);
  if (fixture->engine != NULL)
    assert_goes (fixture->engine);

  assert_goes (fixture->file);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  fixture->n_answers++;
  g_assert_false (flitzis_engine_load_file_finish (FLITZIS_ENGINE (source), result, &error));
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fixture->n_cancelled++;
  else if (g_error_matches (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT) &&
           strstr (error->message, "“held.wav”") != NULL)
    fixture->n_corrupt++;
}

static void
load_held (Fixture *fixture, guint slot, GCancellable *cancellable)
{
  flitzis_engine_load_file_async (fixture->engine, slot, fixture->file, cancellable, loaded_cb,
                                  fixture);
}

static void
wait_for_held (int n)
{
  while (g_atomic_int_get (&n_held) < n)
    g_usleep (1000);
}

static void
wait_for_answers (Fixture *fixture, guint n)
{
  while (fixture->n_answers < n)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
is_loading (Fixture *fixture, guint slot)
{
  return flitzis_slot_get_loading (flitzis_engine_get_slot (fixture->engine, slot));
}

static FlitzisSample *
dup_sample (Fixture *fixture, guint slot)
{
  return flitzis_slot_dup_sample (flitzis_engine_get_slot (fixture->engine, slot));
}

/* More loads than there are processors stand still: each is answered once and its slot is free
 * again, others get on, and what comes late takes nothing away. */
static void
test_silent (Fixture *fixture, gconstpointer data)
{
  guint n_held_loads = g_get_num_processors ();
  g_autoptr (GBytes) wav = make_wav ();
  g_autoptr (FlitzisSample) sample = NULL;
  g_autoptr (FlitzisSample) now = NULL;

  for (guint i = 0; i < n_held_loads; i++)
    load_held (fixture, i, NULL);
  wait_for_held (n_held_loads);
  g_assert_cmpuint (fixture->n_answers, ==, 0);
  for (guint i = 0; i < n_held_loads; i++)
    g_assert_true (is_loading (fixture, i));

  g_atomic_int_set (&is_deadline_over, TRUE);
  wait_for_answers (fixture, n_held_loads);
  g_atomic_int_set (&is_deadline_over, FALSE);
  g_assert_cmpuint (fixture->n_corrupt, ==, n_held_loads);
  for (guint i = 0; i < n_held_loads; i++)
    g_assert_false (is_loading (fixture, i));

  g_assert_true (flitzis_engine_load_bytes (fixture->engine, 0, wav, NULL, NULL));
  flitzis_engine_load_bytes_async (fixture->engine, n_held_loads, wav, NULL, NULL, NULL);
  while (is_loading (fixture, n_held_loads))
    g_usleep (1000);
  sample = dup_sample (fixture, 0);
  let_go ();
  now = dup_sample (fixture, 0);
  g_assert_true (now == sample);
  g_clear_object (&now);
  now = dup_sample (fixture, n_held_loads);
  g_assert_cmpuint (flitzis_sample_get_n_frames (now), ==, N_FRAMES);
}

/* Who cancels need not wait for any deadline. */
static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  load_held (fixture, 0, cancellable);
  wait_for_held (1);
  g_assert_true (is_loading (fixture, 0));
  g_cancellable_cancel (cancellable);
  wait_for_answers (fixture, 1);
  g_assert_cmpuint (fixture->n_cancelled, ==, 1);
  g_assert_false (is_loading (fixture, 0));
}

/* Neither does who loads something else, nor does that. */
static void
test_superseded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) wav = make_wav ();
  g_autoptr (FlitzisSample) sample = NULL;

  load_held (fixture, 0, NULL);
  wait_for_held (1);
  g_assert_true (flitzis_engine_load_bytes (fixture->engine, 0, wav, NULL, NULL));
  wait_for_answers (fixture, 1);
  g_assert_cmpuint (fixture->n_cancelled, ==, 1);
  g_assert_false (is_loading (fixture, 0));
  sample = dup_sample (fixture, 0);
  g_assert_nonnull (sample);
}

/* An engine that goes waits for none of its decoders, and needs none of what they leave. */
static void
test_engine_goes (Fixture *fixture, gconstpointer data)
{
  flitzis_engine_load_file_async (fixture->engine, 0, fixture->file, NULL, NULL, NULL);
  wait_for_held (1);
  g_assert_finalize_object (g_steal_pointer (&fixture->engine));
}

#define ADD(name, function) \
  g_test_add ("/given-up/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("silent", test_silent);
  ADD ("cancelled", test_cancelled);
  ADD ("superseded", test_superseded);
  ADD ("engine-goes", test_engine_goes);

  return g_test_run ();
}
