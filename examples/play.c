/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plays files all at once and ends with the last of them: play FILE ... */

#include <flitzis.h>
#include <locale.h>

static guint n_playing;

static void
voice_ended_cb (FlitzisEngine   *engine,
                guint64          voice,
                guint            slot,
                FlitzisEndReason reason,
                GMainLoop       *loop)
{
  g_autofree char *why = g_enum_to_string (FLITZIS_TYPE_END_REASON, reason);

  g_print ("voice %" G_GUINT64_FORMAT " (slot %u): %s\n", voice, slot, why);
  if (--n_playing == 0)
    g_main_loop_quit (loop);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) no_output = NULL;

  setlocale (LC_ALL, "");
  g_signal_connect (engine, "voice-ended", G_CALLBACK (voice_ended_cb), loop);
  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GError) error = NULL;

      if (flitzis_engine_load_sample (engine, i - 1, argv[i], &error) &&
          flitzis_engine_play_sample (engine, i - 1, 1.0, &error) != 0)
        n_playing++;
      else if (g_error_matches (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED))
        g_print ("%s holds no audio that can be played\n", argv[i]);
      else
        g_print ("%s\n", error->message);
    }

  if (!flitzis_engine_start (engine, &no_output))
    {
      g_printerr ("%s\n", no_output->message);
      return 1;
    }
  if (n_playing > 0)
    g_main_loop_run (loop);
  flitzis_engine_stop (engine);
  return 0;
}
