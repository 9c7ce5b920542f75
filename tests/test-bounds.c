/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "rt/mixer.h"
#include "rt/setup.h"

#include <glib.h>

/*
 * A block takes the commands that were there when it began, and no more. The linker puts the
 * function below in the place of `flitzis_queue_pop`: for each command that is taken, it pushes
 * another one, as a writer would who is as fast as the block.
 */

#define N_FRAMES 64

/* More than any block may take; a block without a bound comes to an end all the same. */
#define MAX_PUSHED (4 * FLITZIS_N_COMMANDS)

static FlitzisMixer *mixer;
static guint64       next_voice;
static guint         n_pushed;

bool __real_flitzis_queue_pop (FlitzisQueue *queue, void *record);
bool __wrap_flitzis_queue_pop (FlitzisQueue *queue, void *record);

static gboolean
push_play (void)
{
  FlitzisCommand command = {
    .kind = FLITZIS_COMMAND_PLAY,
    .play = { .voice = next_voice, .velocity = 1.0, .gain = 1.0f },
  };

  if (!flitzis_queue_push (&mixer->commands, &command))
    return FALSE;

  next_voice++;

  return TRUE;
}

bool
__wrap_flitzis_queue_pop (FlitzisQueue *queue, void *record)
{
  bool is_popped = __real_flitzis_queue_pop (queue, record);

  if (is_popped && queue == &mixer->commands && n_pushed < MAX_PUSHED)
    n_pushed += push_play ();

  return is_popped;
}

static void
drop_reports (void)
{
  FlitzisReport report;

  while (__real_flitzis_queue_pop (&mixer->reports, &report))
    ;
}

static void
apply (void)
{
  flitzis_mixer_apply (mixer);
}

static void
render (void)
{
  float out[2 * N_FRAMES];

  flitzis_mixer_render (mixer, out, N_FRAMES);
}

static void
test_block (gconstpointer data)
{
  void (*run_block) (void) = *(void (**) (void)) data;
  static const guint n_waiting[] = { 0, 1, 10, FLITZIS_N_COMMANDS };
  static float       frames[N_FRAMES];
  FlitzisHandle      handle = { frames, N_FRAMES, 1, 48000, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (n_waiting); i++)
    {
      mixer = flitzis_mixer_new (&(FlitzisMixerSize){ 1, 4, 16, 48000 });
      mixer->pool.slots[0].handle = &handle;
      next_voice = 1;

      for (guint n = 0; n < n_waiting[i]; n++)
        g_assert_true (push_play ());

      for (guint block = 1; block <= 3; block++)
        {
          n_pushed = 0;
          run_block ();
          drop_reports ();
          g_assert_cmpuint (n_pushed, ==, n_waiting[i]);
          g_assert_cmpuint (mixer->pool.n_started, ==, block * n_waiting[i]);
          g_assert_cmpuint (flitzis_queue_get_n_waiting (&mixer->commands), ==, n_waiting[i]);
        }

      flitzis_mixer_free (mixer);
    }
}

int
main (int argc, char **argv)
{
  static void (*const blocks[]) (void) = { apply, render };

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/bounds/apply", &blocks[0], test_block);
  g_test_add_data_func ("/bounds/render", &blocks[1], test_block);

  return g_test_run ();
}
