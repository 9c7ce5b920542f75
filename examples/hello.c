/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loads files in the background, plays them all at once and ends with the last: hello FILE ... */

#include <flitzis.h>
#include <locale.h>

static GMainLoop *loop;
static guint      n_loading;
static guint      n_playing;
static gboolean   failed;

static void
loaded_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      path)
{
  FlitzisEngine *engine = FLITZIS_ENGINE (object);
  g_autoptr (GError) error = NULL;

  if (!flitzis_engine_load_sample_finish (engine, result, &error))
    failed = TRUE;
  if (g_error_matches (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED))
    g_print ("%s: no audio that can be played\n", (const char *) path);
  else if (error != NULL)
    g_print ("%s\n", error->message);

  if (--n_loading == 0)
    g_main_loop_quit (loop);
}

static void
voice_ended_cb (FlitzisEngine   *engine,
                guint64          voice,
                guint            slot,
                FlitzisEndReason reason,
                gpointer         user_data)
{
  g_autofree char *why = g_enum_to_string (FLITZIS_TYPE_END_REASON, reason);

  g_print ("voice %" G_GUINT64_FORMAT " (slot %u): %s\n", voice, slot, why);
  if (--n_playing == 0)
    g_main_loop_quit (loop);
}

static gboolean
look_for_sink_cb (gpointer user_data)
{
  FlitzisEngine *engine = user_data;

  if (flitzis_engine_get_state (engine) == FLITZIS_STATE_STARTING &&
      !flitzis_engine_get_has_sink (engine))
    g_main_loop_quit (loop);

  return G_SOURCE_REMOVE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
  g_autoptr (GError) error = NULL;
  guint n_files;

  setlocale (LC_ALL, ""); /* or the quotes in messages print as question marks */
  if (argc < 2)
    {
      g_printerr ("usage: hello FILE ...\n");
      return 1;
    }

  loop = g_main_loop_new (NULL, FALSE);
  g_signal_connect (engine, "voice-ended", G_CALLBACK (voice_ended_cb), NULL);

  n_files = n_loading = (guint) argc - 1;
  for (guint slot = 0; slot < n_files; slot++)
    flitzis_engine_load_sample_async (engine, slot, argv[slot + 1], NULL, loaded_cb,
                                      argv[slot + 1]);
  g_main_loop_run (loop);

  /* Triggers wait for the first block, so that all of them start together. A slot whose load
   * failed is empty, and has no voice. */
  for (guint slot = 0; slot < n_files; slot++)
    {
      if (flitzis_engine_play_sample (engine, slot, 1.0, NULL) != 0)
        n_playing++;
    }
  if (!flitzis_engine_start (engine, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  if (n_playing > 0)
    {
      g_timeout_add_seconds (2, look_for_sink_cb, engine);
      g_main_loop_run (loop);
    }
  if (n_playing > 0)
    {
      g_printerr ("There is no sound output (sink). Plug one in, or see the sound settings.\n");
      failed = TRUE;
    }

  flitzis_engine_stop (engine);
  g_main_loop_unref (loop);
  return failed ? 1 : 0;
}
