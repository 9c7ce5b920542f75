/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Loads whatever libFuzzer comes up with. The library is built with it, so that it learns which
 * bytes lead where in our code; GStreamer's elements are not, and are tried with what that gives.
 */

#include "config.h"

#include "decode/decoder.h"
#include "flitzis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_LIMIT (16 * 1024 * 1024)

/* Some files make a decoder stop without a word, which is waited for: not for as long as usual. */
#define DEADLINE_US (3 * G_USEC_PER_SEC)

/* For GStreamer's threads to put down what they hold, when the last load is over. */
#define SETTLE_US G_USEC_PER_SEC

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

/* The linker puts the second in front of the first. */
gboolean __real_flitzis_decoder_run (GInputStream         *stream,
                                     const FlitzisHeader  *header,
                                     FlitzisDecodeRequest *request,
                                     FlitzisFrameBuilder  *builder,
                                     GError              **error);
gboolean __wrap_flitzis_decoder_run (GInputStream         *stream,
                                     const FlitzisHeader  *header,
                                     FlitzisDecodeRequest *request,
                                     FlitzisFrameBuilder  *builder,
                                     GError              **error);

gboolean
__wrap_flitzis_decoder_run (GInputStream         *stream,
                            const FlitzisHeader  *header,
                            FlitzisDecodeRequest *request,
                            FlitzisFrameBuilder  *builder,
                            GError              **error)
{
  gboolean decoded;

  request->deadline_us = DEADLINE_US;
  decoded = __real_flitzis_decoder_run (stream, header, request, builder, error);

  /* The load is over all the same, but what spins for ever is not to be plugged. */
  if (request->is_abandoned)
    g_error ("a decoder does not stop");

  return decoded;
}

/* What holds for every sample that a load brings into a slot. */
static void
check_sample (FlitzisSample *sample)
{
  GBytes      *bytes = flitzis_sample_get_bytes (sample);
  gsize        size;
  const float *values = g_bytes_get_data (bytes, &size);
  guint        n_channels = flitzis_sample_get_n_channels (sample);

  g_assert_true (n_channels == 1 || n_channels == 2);
  g_assert_cmpuint (flitzis_sample_get_n_frames (sample), >, 0);
  g_assert_cmpuint (flitzis_sample_get_n_frames (sample) * n_channels * sizeof (float), ==, size);
  g_assert_cmpuint (size, <=, MEMORY_LIMIT);
  for (gsize i = 0; i < size / sizeof (float); i++)
    g_assert_true (isfinite (values[i]));
}

/* What a file says lies within its sound, and is text that can be shown. */
static void
check_facts (FlitzisSample *sample)
{
  GListModel        *cues = flitzis_sample_get_cues (sample);
  const char *const *warnings = flitzis_sample_get_warnings (sample);
  const char        *title = flitzis_sample_get_title (sample);
  guint64            n_frames = flitzis_sample_get_n_frames (sample), last = 0;

  g_assert_true (title == NULL || g_utf8_validate (title, -1, NULL));
  g_assert_true (isfinite (flitzis_sample_get_tempo (sample)));
  g_assert_true (isfinite (flitzis_sample_get_track_gain (sample)));
  g_assert_cmpuint (flitzis_sample_get_loop_end (sample), <=, n_frames);
  if (flitzis_sample_get_has_loop (sample))
    g_assert_cmpuint (flitzis_sample_get_loop_start (sample), <,
                      flitzis_sample_get_loop_end (sample));
  for (guint i = 0; i < g_list_model_get_n_items (cues); i++)
    {
      g_autoptr (FlitzisCue) cue = g_list_model_get_item (cues, i);

      g_assert_cmpuint (flitzis_cue_get_frame (cue), >=, last);
      g_assert_true (g_utf8_validate (flitzis_cue_get_label (cue), -1, NULL));
      last = flitzis_cue_get_frame (cue);
    }
  g_assert_cmpuint (last, <=, n_frames);
  for (guint i = 0; warnings[i] != NULL; i++)
    g_assert_true (g_utf8_validate (warnings[i], -1, NULL));
}

static G_GNUC_UNUSED void
load (const guint8 *data, gsize size)
{
  g_autoptr (FlitzisEngine) engine = g_object_new (FLITZIS_TYPE_ENGINE, "n-slots", 1, "n-voices",
                                                   1, "memory-limit", (guint64) MEMORY_LIMIT, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) sample = NULL;
  gboolean loaded = flitzis_engine_load_bytes (engine, 0, bytes, NULL, &error);

  g_object_get (flitzis_engine_get_slot (engine, 0), "sample", &sample, NULL);
  if (loaded)
    {
      g_assert_no_error (error);
      g_assert_nonnull (sample);
      check_sample (sample);
      check_facts (sample);
    }
  else
    {
      g_assert_nonnull (error);
      g_assert_cmpint (error->domain, ==, FLITZIS_ENGINE_ERROR);
      g_assert_cmpstr (error->message, !=, "");
      g_assert_null (sample);
    }
}

#ifdef FLITZIS_FUZZ_PLANT
/* What must be found: the crash from its first bytes alone, the others when they are given. */
static void
load_planted (const guint8 *data, gsize size)
{
  static guint8 *volatile block;

  if (size == 10 && memcmp (data, "plantcrash", 10) == 0)
    {
      block = g_malloc (size);
      block[size] = 0;
    }
  if (size == 9 && memcmp (data, "planthang", 9) == 0)
    g_usleep (G_MAXINT32);
  if (size == 9 && memcmp (data, "plantleak", 9) == 0)
    {
      block = g_malloc (size);
      block = NULL;
    }
  if (size == 12 && memcmp (data, "plantwarning", 12) == 0)
    g_critical ("planted");
}
#endif

/* Elements complain of much in broken files. What we say ourselves is a fault. */
static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  if (!(level & G_LOG_FLAG_FATAL) && g_strcmp0 (domain, G_LOG_DOMAIN) != 0)
    return;

  g_printerr ("%s: %s\n", domain, message);
  abort ();
}

/* Called before leaks are looked for. */
static void
settle (void)
{
  g_usleep (SETTLE_US);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_default_handler (log_cb, NULL);
  atexit (settle);

  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
#ifdef FLITZIS_FUZZ_PLANT
  load_planted (data, size);
#else
  load (data, size);
#endif

  return 0;
}
