/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "sample/pass.h"

/* How a pass uses the reader of a streamed sample. tests/test_streaming_passes.py compares the
 * frames that it gives with those of a sample in memory. */

#define N_CHANNELS 2
#define N_FRAMES (3 * FLITZIS_PASS_FRAMES + 77)

typedef struct
{
  GCancellable *cancellable;
  guint         n_open;
  guint         n_opened;
  guint64       n_read;
} Source;

static gpointer
open_source (gpointer data, GCancellable *cancellable, GError **error)
{
  Source *self = data;

  g_assert_true (cancellable == self->cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  self->n_open++;
  self->n_opened++;

  return self;
}

static gssize
read_source (gpointer reader, float *out, gsize n_frames, GError **error)
{
  Source *self = reader;

  g_assert_cmpuint (n_frames, <=, FLITZIS_PASS_FRAMES);
  n_frames = MIN (n_frames, N_FRAMES - self->n_read);
  for (gsize i = 0; i < n_frames * N_CHANNELS; i++)
    out[i] = (float) (self->n_read * N_CHANNELS + i);
  self->n_read += n_frames;

  return (gssize) n_frames;
}

static void
close_source (gpointer reader)
{
  ((Source *) reader)->n_open--;
}

static const FlitzisSourceFuncs funcs = { open_source, read_source, close_source, NULL };

/* Asks for more than a pass gives at a time. */
static void
assert_read (FlitzisPass *pass)
{
  g_autoptr (GError) error = NULL;
  const float *frames;
  guint64      n_read = 0;
  gssize       n;

  while ((n = flitzis_pass_read (pass, N_FRAMES, &frames, &error)) > 0)
    {
      g_assert_cmpint (n, <=, FLITZIS_PASS_FRAMES);
      for (gssize i = 0; i < n * N_CHANNELS; i++)
        g_assert_cmpfloat (frames[i], ==, (float) (n_read * N_CHANNELS + i));
      n_read += n;
    }

  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 0);
  g_assert_cmpuint (n_read, ==, N_FRAMES);
}

static void
test_held (void)
{
  g_autofree float *values = g_new (float, N_FRAMES *N_CHANNELS);
  g_autoptr (FlitzisPass) pass = flitzis_pass_new_held (values, N_FRAMES, N_CHANNELS);

  for (gsize i = 0; i < N_FRAMES * N_CHANNELS; i++)
    values[i] = (float) i;

  assert_read (pass);
}

/* It opens the file at the first read, once, and closes it at the end. */
static void
test_streamed (void)
{
  Source       source = { 0 };
  FlitzisPass *pass = flitzis_pass_new_streamed (&funcs, &source, N_CHANNELS, NULL);

  g_assert_cmpuint (source.n_opened, ==, 0);
  assert_read (pass);
  g_assert_cmpuint (source.n_opened, ==, 1);
  g_assert_cmpuint (source.n_open, ==, 1);
  flitzis_pass_free (pass);
  g_assert_cmpuint (source.n_open, ==, 0);

  pass = flitzis_pass_new_streamed (&funcs, &source, N_CHANNELS, NULL);
  flitzis_pass_free (pass);
  g_assert_cmpuint (source.n_opened, ==, 1);
}

/* The pass keeps the cancellable for the reader. */
static void
test_cancelled (void)
{
  Source       source = { .cancellable = g_cancellable_new () };
  FlitzisPass *pass = flitzis_pass_new_streamed (&funcs, &source, N_CHANNELS, source.cancellable);
  const float *frames;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (source.cancellable);
  g_object_add_weak_pointer (G_OBJECT (source.cancellable), (gpointer *) &source.cancellable);
  g_object_unref (source.cancellable);
  g_assert_nonnull (source.cancellable);

  g_assert_cmpint (flitzis_pass_read (pass, 1, &frames, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  flitzis_pass_free (pass);
  g_assert_null (source.cancellable);
  g_assert_cmpuint (source.n_open, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pass/held", test_held);
  g_test_add_func ("/pass/streamed", test_streamed);
  g_test_add_func ("/pass/cancelled", test_cancelled);

  return g_test_run ();
}
