/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "rt/mixer.h"
#include "rt/setup.h"

#include <glib.h>

/*
 * What a block does has a bound. The linker puts functions below in the place of those of the
 * mixer. For each command that is taken, one pushes another, as a writer would who is as fast as
 * the block; others count what is done to events that wait.
 */

#define N_FRAMES 64

/* More than any block may take; a block without a bound comes to an end all the same. */
#define MAX_PUSHED (4 * FLITZIS_N_COMMANDS)

static FlitzisMixer *mixer;
static guint64       next_voice;
static guint         n_pushed;
static guint         n_removed;      /* events, from a heap */
static guint         n_frames_found; /* of points of the grid */
static guint         n_computed;     /* values of curves */

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

void __real_flitzis_heap_remove (FlitzisHeap *heap, uint32_t item);
void __wrap_flitzis_heap_remove (FlitzisHeap *heap, uint32_t item);

void
__wrap_flitzis_heap_remove (FlitzisHeap *heap, uint32_t item)
{
  n_removed++;
  __real_flitzis_heap_remove (heap, item);
}

uint64_t __real_flitzis_tempo_grid_get_frame (const FlitzisTempoGrid *grid,
                                              const FlitzisGridPoint *point);
uint64_t __wrap_flitzis_tempo_grid_get_frame (const FlitzisTempoGrid *grid,
                                              const FlitzisGridPoint *point);

uint64_t
__wrap_flitzis_tempo_grid_get_frame (const FlitzisTempoGrid *grid, const FlitzisGridPoint *point)
{
  n_frames_found++;

  return __real_flitzis_tempo_grid_get_frame (grid, point);
}

double __real_flitzis_curve_shape_get_value (const FlitzisCurveShape *self, double x);
double __wrap_flitzis_curve_shape_get_value (const FlitzisCurveShape *self, double x);

double
__wrap_flitzis_curve_shape_get_value (const FlitzisCurveShape *self, double x)
{
  n_computed++;

  return __real_flitzis_curve_shape_get_value (self, x);
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
  FlitzisHandle      handle = { frames, N_FRAMES, 48000, 1, .n_holds = 1 };

  for (guint i = 0; i < G_N_ELEMENTS (n_waiting); i++)
    {
      mixer = flitzis_mixer_new (&(FlitzisMixerSize){ 1, 4, 16, 48000 });
      flitzis_pool_publish (&mixer->pool, 0, 0, &handle, (FlitzisVelocityRange){ 0.0f, 1.0f });
      next_voice = 1;

      for (guint n = 0; n < n_waiting[i]; n++)
        g_assert_true (push_play ());

      for (guint block = 1; block <= 3; block++)
        {
          n_pushed = 0;
          run_block ();
          drop_reports ();
          g_assert_cmpuint (n_pushed, ==, n_waiting[i]);
          g_assert_cmpuint (mixer->pool.n_added, ==, block * n_waiting[i]);
          g_assert_cmpuint (flitzis_queue_get_n_waiting (&mixer->commands), ==, n_waiting[i]);
        }

      flitzis_mixer_free (mixer);
    }
}

#define N_EVENTS 5000

static void
schedule (const FlitzisCommand *command, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      FlitzisCommand event = *command;

      event.is_timed = true;
      event.event = i;
      event.play.voice = i + 1;
      flitzis_schedule_add (&mixer->schedule, &event);
    }
}

/* However many events wait, a block looks at a part of them when they are cancelled. */
static void
test_cancelled (void)
{
  FlitzisCommand command = { .kind = FLITZIS_COMMAND_PLAY, .frame = 1000000 };
  guint          n_blocks = 0;

  mixer = flitzis_mixer_new (&(FlitzisMixerSize){ 1, 4, N_EVENTS, 48000 });
  schedule (&command, N_EVENTS);
  flitzis_settings_mark_cancelled (&mixer->settings, N_EVENTS);

  for (; mixer->n_events_done < N_EVENTS; n_blocks++)
    {
      n_removed = 0;
      render ();
      drop_reports ();
      g_assert_cmpuint (n_removed, >, 0);
      g_assert_cmpuint (n_removed, <=, FLITZIS_N_SWEPT);
    }

  g_assert_cmpuint (n_blocks, ==, (N_EVENTS + FLITZIS_N_SWEPT - 1) / FLITZIS_N_SWEPT);
  flitzis_mixer_free (mixer);
}

/* A change of the tempo asks for the frame of the first that waits, and of no other. */
static void
test_tempo (void)
{
  FlitzisCommand   command = { .kind = FLITZIS_COMMAND_PLAY, .unit = FLITZIS_GRID_BAR };
  FlitzisTempoGrid grid = {
    .sample_rate = 48000,
    .beats_per_bar = 32,
    .steps_per_beat = 4,
    .is_running = true,
  };

  mixer = flitzis_mixer_new (&(FlitzisMixerSize){ 1, 4, N_EVENTS, 48000 });
  schedule (&command, FLITZIS_N_QUANTIZED);

  for (guint i = 0; i < 10; i++)
    {
      grid.tempo = (100 + i) * FLITZIS_MICRO;
      grid.anchor_beat = 1;
      flitzis_seqlock_write (&mixer->grid_told, &grid, sizeof grid);
      n_frames_found = n_removed = 0;
      render ();
      g_assert_cmpuint (n_frames_found, ==, 1);
      g_assert_cmpuint (n_removed, ==, 0);
    }

  g_assert_cmpuint (mixer->schedule.by_beat.n_items, ==, FLITZIS_N_QUANTIZED);
  flitzis_mixer_free (mixer);
}

/* However many tweens wait, only those that move are work. */
static void
test_tweens (void)
{
  const guint    n_waiting = 10000;
  FlitzisCommand command = {
    .kind = FLITZIS_COMMAND_TWEEN,
    .frame = 1000000,
    .tween = { .target = FLITZIS_TWEEN_SLOT, .length = 48000 },
  };

  mixer = flitzis_mixer_new (&(FlitzisMixerSize){ 4, 4, 16384, 48000 });
  schedule (&command, n_waiting);

  for (guint n_moving = 0; n_moving <= 3; n_moving++)
    {
      for (guint i = 0; i < 10; i++)
        {
          n_computed = n_removed = 0;
          render ();
          g_assert_cmpuint (mixer->pool.tweens.n_moving, ==, n_moving);
          g_assert_cmpuint (n_removed, ==, n_moving > 0 && i == 0 ? 1 : 0);
          g_assert_cmpuint (n_computed, <=, 2 * n_moving);
        }

      command.slot = (uint16_t) n_moving;
      command.frame = 0;
      schedule (&command, 1);
    }

  g_assert_cmpuint (mixer->schedule.by_frame.n_items, ==, n_waiting + 1);
  flitzis_mixer_free (mixer);
}

int
main (int argc, char **argv)
{
  static void (*const blocks[]) (void) = { apply, render };

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/bounds/apply", &blocks[0], test_block);
  g_test_add_data_func ("/bounds/render", &blocks[1], test_block);

  g_test_add_func ("/bounds/cancelled", test_cancelled);
  g_test_add_func ("/bounds/tempo", test_tempo);
  g_test_add_func ("/bounds/tweens", test_tweens);

  return g_test_run ();
}
