/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "flitzis.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * Eight threads call every verb and set every property, in a random order, on a few engines that
 * come and go:
 *
 *   stress N_CALLS live | alone [SEED]
 *
 * "live" wants a sound server to be there, "alone" hides it. Ends with 0 where each engine's
 * counters added up, each asynchronous call was answered once, and nothing that was built is left.
 * The main thread runs the main loop, checks the engines that a thread hands to it, and prints
 * what was done.
 */

#define N_THREADS 8
#define N_STAGES 3
#define N_SLOTS 5
#define N_VOICES 6
#define N_EVENTS 64 /* few: now and then as many wait */
#define N_SAMPLES 3
#define N_FORMATS 6
#define MAX_BLOCK_FRAMES 8192
#define MAX_DELAY_FRAMES 32768
#define PATIENCE_US (60 * G_USEC_PER_SEC)

/* Ids that are looked at; an engine does not live long enough for more. */
#define MAX_IDS 65536

#define CANCELLED 31
#define ALLOW(code) (1u << (code))

/* An engine, and what is known of it from outside. */
typedef struct
{
  FlitzisEngine *engine;
  GCancellable  *cancellable;
  guint          n_users; /* under the mutex; the last one checks it or lets it go */

  /* any thread */
  _Atomic guint   n_ids;
  _Atomic guint   n_zeros;
  _Atomic guint64 newest_id;
  _Atomic bool    is_issued[MAX_IDS];

  /* the main thread */
  bool    is_ended[MAX_IDS];
  guint   n_ended;
  guint   n_ended_as[FLITZIS_END_REASON_CANCELLED + 1];
  bool    hears_beats; /* which are dropped in one queue with the voices */
  guint64 beat_frame;
} Stage;

typedef struct
{
  GRand  *rand;
  guint   n_calls;
  guint64 last_ids[N_STAGES]; /* ids that one thread gets ascend */
  Stage  *last_stages[N_STAGES];
  guint   index; /* of the stage that the verb is for */
} Worker;

typedef struct
{
  const char *name;
  void (*call) (Worker *worker, Stage *stage);
  guint weight;
} Verb;

static GMutex         mutex;
static Stage         *stages[N_STAGES];        /* under the mutex */
static GQueue         to_check = G_QUEUE_INIT; /* under the mutex */
static GPtrArray     *all_stages;              /* under the mutex */
static FlitzisSample *samples[N_SAMPLES];
static GBytes        *good_bytes, *bad_bytes;
static char          *paths[3];
static const char    *endings[N_FORMATS] = { "wav", "aiff", "flac", "ogg", "opus", "mp3" };
static char          *folder, *written[N_FORMATS];
static GPtrArray     *settings; /* of the engine, its clock and its slots */
static bool           is_live;

static _Atomic guint n_built, n_gone, n_checked, n_asked, n_answered, n_working;
static _Atomic guint n_beats, n_progresses, n_progresses_gone;
static _Atomic guint n_set[64];
static _Atomic guint n_files[N_FORMATS];
static _Atomic guint n_errors[32];
static _Atomic guint n_started;
static guint         n_left; /* under the mutex */

static void
note_gone (gpointer data, GObject *where_the_engine_was)
{
  n_gone++;
}

static void
ended_cb (FlitzisEngine *engine, guint64 voice, guint slot, FlitzisEndReason reason, Stage *stage)
{
  g_assert_cmpuint (voice, >, 0);
  g_assert_cmpuint (slot, <, N_SLOTS);
  g_assert_cmpint (reason, <=, FLITZIS_END_REASON_CANCELLED);

  if (voice < MAX_IDS)
    {
      g_assert_false (stage->is_ended[voice]);
      stage->is_ended[voice] = true;
    }

  stage->n_ended++;
  stage->n_ended_as[reason]++;
}

static void
beat_cb (FlitzisClock *clock, gint64 beat, guint64 frame, gint64 time_ns, Stage *stage)
{
  g_assert_cmpuint (frame, >=, stage->beat_frame);
  g_assert_cmpint (time_ns, >=, -1);
  stage->beat_frame = frame;
  n_beats++;
}

static Stage *
stage_new (void)
{
  Stage *self = g_new0 (Stage, 1);

  self->engine = g_object_new (FLITZIS_TYPE_ENGINE,
                               "n-slots", N_SLOTS,
                               "n-voices", N_VOICES,
                               "n-events", N_EVENTS,
                               NULL);
  self->cancellable = g_cancellable_new ();
  self->n_users = 1;
  self->hears_beats = n_built % 2 == 1;
  g_signal_connect (self->engine, "voice-ended", G_CALLBACK (ended_cb), self);

  if (self->hears_beats)
    g_signal_connect (flitzis_engine_get_clock (self->engine), "beat", G_CALLBACK (beat_cb), self);

  g_object_weak_ref (G_OBJECT (self->engine), note_gone, NULL);
  n_built++;

  return self;
}

static Stage *
stage_take (guint index)
{
  Stage *stage;

  g_mutex_lock (&mutex);
  stage = stages[index];
  stage->n_users++;
  g_mutex_unlock (&mutex);

  return stage;
}

static Stage *
stage_take_again (Stage *self)
{
  g_mutex_lock (&mutex);
  self->n_users++;
  g_mutex_unlock (&mutex);

  return self;
}

/* Every other engine goes as it is: loading, playing and started. */
static void
stage_leave (Stage *self)
{
  gboolean is_let_go = FALSE;

  g_mutex_lock (&mutex);

  if (--self->n_users == 0)
    {
      is_let_go = n_left++ % 2 == 1;

      if (!is_let_go)
        g_queue_push_tail (&to_check, self);
    }

  g_mutex_unlock (&mutex);

  if (is_let_go)
    g_object_unref (self->engine);
}

static void
stage_replace (guint index)
{
  Stage *fresh = stage_new (), *old;

  g_mutex_lock (&mutex);
  g_ptr_array_add (all_stages, fresh);
  old = stages[index];
  stages[index] = fresh;
  g_mutex_unlock (&mutex);

  if (old != NULL)
    stage_leave (old);
}

static void
iterate_until_equal (const char *what, _Atomic guint *value, guint expected)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_US;

  while (*value != expected)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);

      if (g_get_monotonic_time () > deadline)
        g_error ("%s: %u, not %u", what, *value, expected);
    }
}

/* Alone with the engine: brings all to its end, and adds up. */
static void
stage_check (Stage *self)
{
  FlitzisEngine *engine = self->engine;
  gint64         deadline;
  guint          n_triggered, n_started_here, n_rejected, n_stolen, n_dropped;
  GBytes        *bytes;

  flitzis_engine_stop (engine);
  g_assert_cmpint (flitzis_engine_get_state (engine), ==, FLITZIS_STATE_STOPPED);
  flitzis_engine_cancel_scheduled (engine);

  for (guint i = 0; i < N_SLOTS; i++)
    g_assert_true (flitzis_engine_unload_sample (engine, i, NULL));

  /* a trigger that waits to be as late as all others is not one that can be cancelled */
  flitzis_engine_set_paused (engine, FALSE);
  bytes = flitzis_engine_render (engine, is_live ? MAX_DELAY_FRAMES : 32, NULL);
  g_assert_nonnull (bytes);
  g_bytes_unref (bytes);

  n_triggered = flitzis_engine_get_n_triggered (engine);
  n_started_here = flitzis_engine_get_n_started (engine);
  n_rejected = flitzis_engine_get_n_rejected (engine);
  n_stolen = flitzis_engine_get_n_stolen (engine);

  /* a trigger without an id found an empty slot, which does not count, or no server, which does */
  g_assert_cmpuint (n_triggered, >=, self->n_ids);
  g_assert_cmpuint (n_triggered, <=, self->n_ids + (is_live ? self->n_zeros : 0));
  g_assert_cmpuint (n_stolen, <=, n_started_here);
  g_assert_cmpuint (flitzis_engine_get_n_playing (engine), ==, 0);

  deadline = g_get_monotonic_time () + PATIENCE_US;

  while (self->n_ended + flitzis_engine_get_n_dropped (engine) < self->n_ids)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);

      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }

  n_dropped = flitzis_engine_get_n_dropped (engine);
  g_assert_cmpuint (self->n_ended, <=, self->n_ids);

  if (!self->hears_beats || n_dropped == 0)
    g_assert_cmpuint (self->n_ended + n_dropped, ==, self->n_ids);

  if (n_dropped == 0)
    {
      /* what neither started nor was rejected was cancelled, or stopped or unloaded before */
      guint n_never_started = n_triggered - n_started_here - n_rejected;

      g_assert_cmpuint (self->n_ended_as[FLITZIS_END_REASON_CANCELLED], <=, n_never_started);
      g_assert_cmpuint (n_never_started, <=,
                        self->n_ended_as[FLITZIS_END_REASON_CANCELLED] +
                            self->n_ended_as[FLITZIS_END_REASON_STOPPED] +
                            self->n_ended_as[FLITZIS_END_REASON_UNLOADED]);
      g_assert_cmpuint (self->n_ended_as[FLITZIS_END_REASON_STOLEN], ==, n_stolen);
      g_assert_cmpuint (self->n_ended_as[FLITZIS_END_REASON_REJECTED], ==,
                        n_rejected - (n_triggered - self->n_ids));

      for (guint i = 0; i < MAX_IDS; i++)
        g_assert_cmpint (self->is_ended[i], ==, self->is_issued[i]);
    }

  for (guint i = 0; i < N_SLOTS; i++)
    {
      FlitzisSlot *slot = flitzis_engine_get_slot (engine, i);

      g_assert_false (flitzis_slot_get_playing (slot));
      g_assert_false (flitzis_slot_get_loading (slot));
      g_assert_null (flitzis_slot_dup_sample (slot));
    }

  n_checked++;
  g_object_unref (engine);
}

/* The verbs. */

static guint
choose (Worker *worker, guint n)
{
  return (guint) g_rand_int_range (worker->rand, 0, (int) n);
}

/* Takes the error; fails where it is not one of those that the call may give. */
static void
allow (GError *error, guint allowed)
{
  guint code = CANCELLED;

  if (error == NULL)
    return;

  if (error->domain == FLITZIS_ENGINE_ERROR)
    code = (guint) error->code;
  else
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  if ((allowed & ALLOW (code)) == 0)
    g_error ("An error that was not expected: %s", error->message);

  n_errors[code]++;
  g_error_free (error);
}

static void
note_id (Worker *worker, Stage *stage, guint64 id)
{
  guint64 *last = &worker->last_ids[worker->index];

  if (worker->last_stages[worker->index] != stage)
    *last = 0;

  worker->last_stages[worker->index] = stage;
  g_assert_cmpuint (id, >, *last);
  *last = id;
  stage->n_ids++;
  stage->newest_id = id;

  if (id < MAX_IDS)
    g_assert_false (atomic_exchange (&stage->is_issued[id], true));
}

/* The id that a trigger gave, or its error. */
static void
note_played (Worker *worker, Stage *stage, guint64 id, GError *error)
{
  if (id != 0)
    note_id (worker, stage, id);
  else if (error == NULL)
    stage->n_zeros++;

  allow (error, ALLOW (FLITZIS_ENGINE_ERROR_BUSY) | ALLOW (FLITZIS_ENGINE_ERROR_UNSUPPORTED));
}

static void
play (Worker *worker, Stage *stage)
{
  GError *error = NULL;
  guint64 id = flitzis_engine_play_sample (stage->engine, choose (worker, N_SLOTS),
                                           g_rand_double (worker->rand), &error);

  note_played (worker, stage, id, error);
}

/* A frame that has passed, is about to come, or comes when the engine has gone. */
static guint64
choose_frame (Worker *worker, Stage *stage)
{
  guint64 frame = flitzis_engine_get_position (stage->engine);

  frame += choose (worker, 20) > 0 ? choose (worker, 8000) : 1 << 30;

  return frame - MIN (frame, 1000);
}

static void
play_at (Worker *worker, Stage *stage)
{
  GError *error = NULL;
  guint64 frame = choose_frame (worker, stage);
  guint64 id = flitzis_engine_play_sample_at (stage->engine, choose (worker, N_SLOTS),
                                              g_rand_double (worker->rand), frame, &error);

  note_played (worker, stage, id, error);
}

static void
play_at_beat (Worker *worker, Stage *stage)
{
  FlitzisClock *clock = flitzis_engine_get_clock (stage->engine);
  GError       *error = NULL;
  double        beat = flitzis_clock_frame_to_beat (clock, choose_frame (worker, stage));
  guint64       id = flitzis_engine_play_sample_at_beat (stage->engine, choose (worker, N_SLOTS),
                                                         g_rand_double (worker->rand), beat,
                                                         &error);

  note_played (worker, stage, id, error);
}

static void
play_trigger (Worker *worker, Stage *stage)
{
  GError         *error = NULL;
  FlitzisTrigger *trigger = flitzis_trigger_new ();
  guint64         id;

  trigger->slot = choose (worker, N_SLOTS);
  trigger->velocity = g_rand_double (worker->rand);
  trigger->gain = g_rand_double_range (worker->rand, 0.0, 16.0);
  trigger->pan = g_rand_double_range (worker->rand, -1.0, 1.0);
  trigger->rate = g_rand_double_range (worker->rand, 0.25, 4.0);
  trigger->fade_in = g_rand_double_range (worker->rand, -0.1, 0.1);
  trigger->loops = choose (worker, 3);
  trigger->layer = (int) choose (worker, 4) - 1;
  trigger->frame = choose (worker, 2) * choose_frame (worker, stage);
  trigger->stop_frame = choose (worker, 2) * (trigger->frame + 1 + choose (worker, 8000));
  id = flitzis_engine_play (stage->engine, trigger, &error);
  note_played (worker, stage, id, error);
  flitzis_trigger_free (trigger);
}

/* Also after voices that wait themselves, or have ended long ago. */
static void
play_after (Worker *worker, Stage *stage)
{
  GError         *error = NULL;
  FlitzisTrigger *trigger = flitzis_trigger_new ();
  guint64         id;

  trigger->slot = choose (worker, N_SLOTS);
  trigger->rate = g_rand_double_range (worker->rand, 0.25, 4.0);
  trigger->loops = choose (worker, 3);
  id = flitzis_engine_play_after (stage->engine, stage->newest_id - choose (worker, 8), trigger,
                                  &error);
  note_played (worker, stage, id, error);
  flitzis_trigger_free (trigger);
}

static void
play_wrongly (Worker *worker, Stage *stage)
{
  GError *error = NULL;

  g_assert_cmpuint (flitzis_engine_play_sample (stage->engine, N_SLOTS, 1.0, &error), ==, 0);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_SLOT);
  allow (g_steal_pointer (&error), ALLOW (FLITZIS_ENGINE_ERROR_INVALID_SLOT));
  g_assert_cmpuint (flitzis_engine_play_sample (stage->engine, 0, (double) NAN, &error), ==, 0);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE);
  allow (error, ALLOW (FLITZIS_ENGINE_ERROR_INVALID_VALUE));
}

static void
stop_sample (Worker *worker, Stage *stage)
{
  g_assert_true (flitzis_engine_stop_sample (stage->engine, choose (worker, N_SLOTS), NULL));
}

static void
stop_sample_at (Worker *worker, Stage *stage)
{
  GError *error = NULL;

  flitzis_engine_stop_sample_at (stage->engine, choose (worker, N_SLOTS),
                                 choose_frame (worker, stage), &error);
  allow (error, ALLOW (FLITZIS_ENGINE_ERROR_BUSY));
}

static void
wake (Worker *worker, Stage *stage)
{
  flitzis_engine_wake (stage->engine);
}

static void
cancel_scheduled (Worker *worker, Stage *stage)
{
  flitzis_engine_cancel_scheduled (stage->engine);
}

static void
stop_all_samples (Worker *worker, Stage *stage)
{
  flitzis_engine_stop_all_samples (stage->engine);
}

/* One that sounds, waits, or has ended; 0 and less, wrapped around, were never one. */
static guint64
choose_voice (Worker *worker, Stage *stage)
{
  return stage->newest_id - choose (worker, 8);
}

static void
stop_voice (Worker *worker, Stage *stage)
{
  guint64 voice = choose_voice (worker, stage);

  if (choose (worker, 2))
    flitzis_engine_stop_voice (stage->engine, voice);
  else
    g_assert_true (flitzis_engine_stop_voice_with_fade (
        stage->engine, voice, g_rand_double_range (worker->rand, 0.0, 0.1), NULL));
}

static void
change_voice (Worker *worker, Stage *stage)
{
  FlitzisEngine *engine = stage->engine;
  GError        *error = NULL;
  guint64        voice = choose_voice (worker, stage);

  switch (choose (worker, 6))
    {
    case 0:
      flitzis_engine_seek_voice (engine, voice, choose (worker, 100000), &error);
      allow (error, ALLOW (FLITZIS_ENGINE_ERROR_BUSY));
      break;
    case 1:
      g_assert_true (flitzis_engine_set_voice_gain (
          engine, voice, g_rand_double_range (worker->rand, 0.0, 16.0), NULL));
      break;
    case 2:
      g_assert_true (flitzis_engine_set_voice_pan (
          engine, voice, g_rand_double_range (worker->rand, -1.0, 1.0), NULL));
      break;
    case 3:
      g_assert_true (flitzis_engine_set_voice_rate (
          engine, voice, g_rand_double_range (worker->rand, 0.25, 4.0), NULL));
      break;
    case 4:
      flitzis_engine_pause_voice (engine, voice);
      break;
    default:
      flitzis_engine_resume_voice (engine, voice);
    }
}

static void
tween (Worker *worker, Stage *stage)
{
  g_autoptr (FlitzisTween) whole = flitzis_tween_new ();
  g_autoptr (FlitzisTween) tween = flitzis_tween_copy (whole);
  FlitzisParameter parameter = choose (worker, FLITZIS_PARAMETER_RATE + 1);
  FlitzisEngine   *engine = stage->engine;
  double           value = g_rand_double_range (worker->rand, 0.25, 1.0);
  guint            slot = choose (worker, N_SLOTS);
  GError          *error = NULL;

  tween->curve = choose (worker, FLITZIS_CURVE_EQUAL_POWER + 1);
  tween->frame = choose (worker, 2) * choose_frame (worker, stage);

  if (parameter == FLITZIS_PARAMETER_PAN && tween->curve == FLITZIS_CURVE_DECIBEL)
    tween->curve = FLITZIS_CURVE_LINEAR;

  if (choose (worker, 2))
    tween->duration = g_rand_double_range (worker->rand, 0.0, 0.2);
  else
    tween->beats = g_rand_double_range (worker->rand, 0.0, 0.5);

  switch (choose (worker, 4))
    {
    case 0:
      flitzis_engine_tween_engine (engine, value, tween, &error);
      break;
    case 1:
      flitzis_engine_tween_slot (engine, slot, parameter, value, tween, &error);
      break;
    case 2:
      flitzis_slot_tween (flitzis_engine_get_slot (engine, slot), parameter, value, tween, &error);
      break;
    default:
      flitzis_engine_tween_voice (engine, choose_voice (worker, stage), parameter, value, tween,
                                  &error);
    }

  allow (error, ALLOW (FLITZIS_ENGINE_ERROR_BUSY));
}

/* Not later than the last frame of a block that is being rendered. */
static void
ask_voice (Worker *worker, Stage *stage)
{
  guint64 voice = choose_voice (worker, stage);
  gint64  start = flitzis_engine_get_voice_start_frame (stage->engine, voice);

  g_assert_cmpint (flitzis_engine_get_voice_position (stage->engine, voice), >=, -1);
  g_assert_cmpint (start, >=, -1);
  g_assert_cmpint (start, <=,
                   (gint64) flitzis_engine_get_position (stage->engine) + MAX_BLOCK_FRAMES);
}

static void
set_sample (Worker *worker, Stage *stage)
{
  GError *error = NULL;

  flitzis_engine_set_sample (stage->engine, choose (worker, N_SLOTS),
                             samples[choose (worker, N_SAMPLES)], &error);
  allow (error, ALLOW (FLITZIS_ENGINE_ERROR_TOO_LARGE));
}

static void
unload_sample (Worker *worker, Stage *stage)
{
  g_assert_true (flitzis_engine_unload_sample (stage->engine, choose (worker, N_SLOTS), NULL));
}

/* More of them than are cleared: now and then a slot has as many as it can. */
static void
change_layers (Worker *worker, Stage *stage)
{
  GError *error = NULL;
  guint   slot = choose (worker, N_SLOTS);
  double  low = g_rand_double_range (worker->rand, 0.0, 0.9);
  double  high = g_rand_double_range (worker->rand, low + 0.1, 1.0);

  if (choose (worker, 20) == 0)
    g_assert_true (flitzis_engine_clear_layers (stage->engine, slot, NULL));
  else
    flitzis_engine_add_layer (stage->engine, slot, samples[choose (worker, N_SAMPLES)], low, high,
                              &error);

  allow (error, ALLOW (FLITZIS_ENGINE_ERROR_TOO_LARGE));
}

#define LOAD_ERRORS                                             \
  (ALLOW (CANCELLED) | ALLOW (FLITZIS_ENGINE_ERROR_TOO_LARGE) | \
   ALLOW (FLITZIS_ENGINE_ERROR_CORRUPT) | ALLOW (FLITZIS_ENGINE_ERROR_UNSUPPORTED))

static void
load (Worker *worker, Stage *stage)
{
  GError *error = NULL;
  guint   slot = choose (worker, N_SLOTS);
  guint   allowed = LOAD_ERRORS;
  GFile  *file;

  switch (choose (worker, 6))
    {
    case 0:
      flitzis_engine_load_sample (stage->engine, slot, paths[choose (worker, 3)], &error);
      break;
    case 1:
      file = g_file_new_for_path (paths[choose (worker, 3)]);
      flitzis_engine_load_file (stage->engine, slot, file, stage->cancellable, &error);
      g_object_unref (file);
      break;
    case 2:
      flitzis_engine_load_bytes (stage->engine, slot, good_bytes, stage->cancellable, &error);
      break;
    case 3:
      slot = flitzis_engine_add_sample (stage->engine, paths[choose (worker, 3)], &error);
      g_assert_true (error != NULL ? slot == G_MAXUINT : slot < N_SLOTS);
      allowed |= ALLOW (FLITZIS_ENGINE_ERROR_BUSY);
      break;
    case 4:
      flitzis_engine_load_layer (stage->engine, slot, paths[choose (worker, 3)], 0.0, 1.0, &error);
      break;
    default:
      flitzis_engine_load_bytes (stage->engine, slot, bad_bytes, stage->cancellable, &error);
      g_assert_nonnull (error);
    }

  allow (error, allowed);
}

static void
load_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;
  guint   allowed = LOAD_ERRORS;

  if (data == flitzis_engine_load_sample_async)
    flitzis_engine_load_sample_finish (FLITZIS_ENGINE (object), result, &error);
  else if (data == flitzis_engine_load_file_async)
    flitzis_engine_load_file_finish (FLITZIS_ENGINE (object), result, &error);
  else if (data == flitzis_engine_load_layer_async)
    flitzis_engine_load_layer_finish (FLITZIS_ENGINE (object), result, &error);
  else if (data == flitzis_engine_load_bytes_async)
    flitzis_engine_load_bytes_finish (FLITZIS_ENGINE (object), result, &error);
  else
    {
      flitzis_engine_add_sample_finish (FLITZIS_ENGINE (object), result, &error);
      allowed |= ALLOW (FLITZIS_ENGINE_ERROR_BUSY);
    }

  allow (error, allowed);
  n_answered++;
}

static void
load_async (Worker *worker, Stage *stage)
{
  guint         slot = choose (worker, N_SLOTS);
  const char   *path = paths[choose (worker, 3)];
  GCancellable *cancellable = choose (worker, 2) ? stage->cancellable : NULL;
  GFile        *file;

  n_asked++;

  switch (choose (worker, 5))
    {
    case 0:
      flitzis_engine_load_sample_async (stage->engine, slot, path, cancellable, load_cb,
                                        flitzis_engine_load_sample_async);
      break;
    case 1:
      file = g_file_new_for_path (path);
      flitzis_engine_load_file_async (stage->engine, slot, file, cancellable, load_cb,
                                      flitzis_engine_load_file_async);
      g_object_unref (file);
      break;
    case 2:
      flitzis_engine_add_sample_async (stage->engine, path, cancellable, load_cb,
                                       flitzis_engine_add_sample_async);
      break;
    case 3:
      flitzis_engine_load_layer_async (stage->engine, slot, path, 0.5, 1.0, cancellable, load_cb,
                                       flitzis_engine_load_layer_async);
      break;
    default:
      flitzis_engine_load_bytes_async (stage->engine, slot, good_bytes, cancellable, load_cb,
                                       flitzis_engine_load_bytes_async);
    }
}

static void
load_and_forget (Worker *worker, Stage *stage)
{
  flitzis_engine_load_bytes_async (stage->engine, choose (worker, N_SLOTS), good_bytes,
                                   choose (worker, 2) ? stage->cancellable : NULL, NULL, NULL);
}

static void
cancel (Worker *worker, Stage *stage)
{
  g_cancellable_cancel (stage->cancellable);
}

static void
start (Worker *worker, Stage *stage)
{
  GError *error = NULL;

  n_started += flitzis_engine_start (stage->engine, &error);
  allow (error, ALLOW (FLITZIS_ENGINE_ERROR_OUTPUT));
}

static void
start_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  n_started += flitzis_engine_start_finish (FLITZIS_ENGINE (object), result, &error);
  allow (error, ALLOW (CANCELLED) | ALLOW (FLITZIS_ENGINE_ERROR_OUTPUT));
  n_answered++;
}

static void
start_async (Worker *worker, Stage *stage)
{
  n_asked++;
  flitzis_engine_start_async (stage->engine, stage->cancellable, start_cb, NULL);
}

static void
stop (Worker *worker, Stage *stage)
{
  flitzis_engine_stop (stage->engine);
}

static void
render (Worker *worker, Stage *stage)
{
  GError *error = NULL;
  guint   n_frames = 1 + choose (worker, 2000);
  GBytes *bytes = flitzis_engine_render (stage->engine, n_frames, &error);

  if (bytes != NULL)
    {
      gsize        size;
      const float *frames = g_bytes_get_data (bytes, &size);

      g_assert_cmpuint (size, ==, n_frames * 2 * sizeof (float));

      for (guint i = 0; i < 2 * n_frames; i++)
        g_assert_true (isfinite (frames[i]));

      g_bytes_unref (bytes);
    }

  allow (error, ALLOW (FLITZIS_ENGINE_ERROR_BUSY));
}

#define RENDER_ERRORS (ALLOW (CANCELLED) | ALLOW (FLITZIS_ENGINE_ERROR_BUSY))

static const char *
choose_file (Worker *worker)
{
  guint format = choose (worker, N_FORMATS);

  n_files[format]++;

  return written[format];
}

static void
render_to_file (Worker *worker, Stage *stage)
{
  GError *error = NULL;

  flitzis_engine_render_to_file (stage->engine, choose_file (worker),
                                 1 + choose (worker, 5000), &error);
  allow (error, RENDER_ERRORS);
}

static void
progress_cb (goffset n_done, goffset n_frames, gpointer data)
{
  goffset *n_done_before = data;

  g_assert_cmpint (n_done, >=, *n_done_before);
  g_assert_cmpint (n_done, <=, n_frames);
  *n_done_before = n_done;
}

static void
progress_gone_cb (gpointer data)
{
  g_free (data);
  n_progresses_gone++;
}

static void
rendered_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  flitzis_engine_render_to_file_finish (FLITZIS_ENGINE (object), result, &error);
  allow (error, RENDER_ERRORS);
  n_answered++;
  stage_leave (data);
}

/* A file that is being written is a user, as a verb that is being called is: the engine is not
 * checked before it is there. */
static void
render_to_file_async (Worker *worker, Stage *stage)
{
  n_asked++;
  n_progresses++;
  flitzis_engine_render_to_file_async (
      stage->engine, choose_file (worker), 1 + choose (worker, 20000), stage->cancellable,
      progress_cb, g_new0 (goffset, 1), progress_gone_cb, rendered_cb, stage_take_again (stage));
}

static void
exported_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  flitzis_engine_export_finish (FLITZIS_ENGINE (object), result, &error);
  allow (error, RENDER_ERRORS);
  n_answered++;
  stage_leave (data);
}

static void
sample_exported_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  flitzis_sample_export_finish (FLITZIS_SAMPLE (object), result, &error);
  allow (error, RENDER_ERRORS);
  n_answered++;
  stage_leave (data);
}

static void export(Worker *worker, Stage *stage)
{
  g_autoptr (GFile) file = g_file_new_for_path (choose_file (worker));
  g_autoptr (FlitzisExport) options = flitzis_export_new ();
  FlitzisSample *sample = samples[choose (worker, N_SAMPLES)];
  GError        *error = NULL;

  flitzis_export_set_normalize (options, choose (worker, 3));
  flitzis_export_set_limiter (options, choose (worker, 2));
  flitzis_export_set_title (options, "A title");

  if (choose (worker, 2) == 0)
    flitzis_engine_export (stage->engine, file, 1 + choose (worker, 5000), options, NULL, &error);
  else
    flitzis_sample_export (sample, file, options, stage->cancellable, &error);

  allow (error, RENDER_ERRORS);
}

static void
export_async (Worker *worker, Stage *stage)
{
  g_autoptr (GFile) file = g_file_new_for_path (choose_file (worker));
  g_autoptr (FlitzisExport) options = flitzis_export_new ();
  FlitzisSample *sample = samples[choose (worker, N_SAMPLES)];

  flitzis_export_set_normalize (options, choose (worker, 3));
  n_asked++;

  if (choose (worker, 2) == 0)
    {
      n_progresses++;
      flitzis_engine_export_async (stage->engine, file, 1 + choose (worker, 20000), options,
                                   stage->cancellable, progress_cb, g_new0 (goffset, 1),
                                   progress_gone_cb, exported_cb, stage_take_again (stage));
    }
  else
    {
      flitzis_sample_export_async (sample, file, options, stage->cancellable, sample_exported_cb,
                                   stage_take_again (stage));
    }
}

static void
choose_uint64 (Worker *worker, const char *property, GValue *value)
{
  if (g_str_equal (property, "memory-limit"))
    /* too little for anything now and then */
    g_value_set_uint64 (value, choose (worker, 8) > 0 ? 1 << 30 : 100);
  else
    g_value_set_uint64 (value, choose (worker, 2) * choose (worker, 1000)); /* frames */
}

static void
choose_uint (Worker *worker, GParamSpec *spec, GValue *value)
{
  const GParamSpecUInt *range = G_PARAM_SPEC_UINT (spec);

  if (g_str_equal (spec->name, "latency-frames"))
    g_value_set_uint (value, choose (worker, 3) * 1024);
  else
    g_value_set_uint (value, range->minimum + choose (worker, 4));
}

static void
choose_double (Worker *worker, GParamSpec *spec, GValue *value)
{
  const GParamSpecDouble *range = G_PARAM_SPEC_DOUBLE (spec);
  double                  maximum = range->maximum == 60.0 ? 0.1 : range->maximum; /* seconds */

  g_value_set_double (value, g_rand_double_range (worker->rand, range->minimum, maximum));
}

/* No sink is called like that: an engine that has such a target stands still. */
static void
choose_string (Worker *worker, const char *property, GValue *value)
{
  static const char *names[] = { "one", "two" };
  gboolean           is_rare = g_str_equal (property, "target");

  if (choose (worker, is_rare ? 20 : 2) == 0)
    g_value_set_static_string (value, names[choose (worker, 2)]);
}

static void
choose_value (Worker *worker, GParamSpec *spec, GValue *value)
{
  guint n_values;

  g_value_init (value, spec->value_type);

  switch (G_TYPE_FUNDAMENTAL (spec->value_type))
    {
    case G_TYPE_BOOLEAN:
      /* what is paused does nothing else */
      g_value_set_boolean (value, choose (worker, g_str_equal (spec->name, "paused") ? 8 : 2) == 0);
      break;
    case G_TYPE_ENUM:
      n_values = G_PARAM_SPEC_ENUM (spec)->enum_class->n_values;
      g_value_set_enum (value, (int) choose (worker, n_values));
      break;
    case G_TYPE_INT:
      g_value_set_int (value, (int) choose (worker, 5) - 2);
      break;
    case G_TYPE_UINT:
      choose_uint (worker, spec, value);
      break;
    case G_TYPE_UINT64:
      choose_uint64 (worker, spec->name, value);
      break;
    case G_TYPE_DOUBLE:
      choose_double (worker, spec, value);
      break;
    default:
      choose_string (worker, spec->name, value);
    }
}

static void
set_property (Worker *worker, Stage *stage)
{
  FlitzisEngine *engine = stage->engine;
  guint          i = choose (worker, settings->len);
  GParamSpec    *spec = settings->pdata[i];
  gpointer       object = engine;
  GValue         value = G_VALUE_INIT;

  if (spec->owner_type == FLITZIS_TYPE_CLOCK)
    object = flitzis_engine_get_clock (engine);
  else if (spec->owner_type == FLITZIS_TYPE_SLOT)
    object = flitzis_engine_get_slot (engine, choose (worker, N_SLOTS));

  choose_value (worker, spec, &value);
  g_object_set_property (object, spec->name, &value);
  g_value_unset (&value);
  n_set[i]++;
}

/* A restart has it run: where it only stood and ran by chance, beats would be rare. */
static void
use_clock (Worker *worker, Stage *stage)
{
  FlitzisEngine *engine = stage->engine;
  FlitzisClock  *clock = flitzis_engine_get_clock (engine);
  double         beat = g_rand_double_range (worker->rand, -10.0, 1000.0);
  guint64        frame = choose_frame (worker, stage);

  if (choose (worker, 4) == 0)
    flitzis_clock_restart (clock, frame);

  flitzis_clock_beat_to_frame (clock, beat);
  g_assert_true (isfinite (flitzis_clock_frame_to_beat (clock, frame)));
  g_assert_cmpint (flitzis_engine_frame_to_time (engine, frame), >=, -1);
  flitzis_engine_time_to_frame (engine, g_get_monotonic_time () * 1000);
}

static void
get_all (Worker *worker, Stage *stage)
{
  FlitzisSlot   *slot = flitzis_engine_get_slot (stage->engine, choose (worker, N_SLOTS));
  FlitzisSample *sample = NULL;
  guint          n_playing, n_rejected;
  guint64        position, n_triggered, n_started_here;
  double         gain, progress, level, left, right;
  gboolean       loading, playing;
  gint64         latency, delay;
  FlitzisState   state;
  char          *client_name;

  g_object_get (stage->engine,
                "client-name", &client_name,
                "position", &position,
                "state", &state,
                "n-playing", &n_playing,
                "latency", &latency,
                "trigger-delay", &delay,
                "level-left", &left,
                "level-right", &right,
                NULL);
  g_assert_cmpuint (n_playing, <=, N_VOICES);
  g_assert_cmpint (state, <=, FLITZIS_STATE_RECONNECTING);
  g_assert_cmpint (latency, >=, -1);
  g_assert_cmpint (delay, >=, -1);
  g_assert_true (isfinite (left) && left >= 0.0 && isfinite (right) && right >= 0.0);
  g_assert_cmpuint (flitzis_engine_get_position (stage->engine), >=, position);
  g_free (client_name);

  /* what has happened was counted before: the sum is read last */
  n_started_here = flitzis_engine_get_n_started (stage->engine);
  n_rejected = flitzis_engine_get_n_rejected (stage->engine);
  n_triggered = flitzis_engine_get_n_triggered (stage->engine);
  g_assert_cmpuint (n_started_here + n_rejected, <=, n_triggered);

  g_object_get (slot,
                "sample", &sample,
                "gain", &gain,
                "load-progress", &progress,
                "loading", &loading,
                "playing", &playing,
                "level", &level,
                NULL);
  g_assert_true (gain >= 0.0 && gain <= 16.0);
  g_assert_true (isfinite (level) && level >= 0.0);
  g_assert_true (progress >= -1.0 && progress <= 1.0);

  if (sample != NULL)
    g_assert_cmpuint (flitzis_sample_get_n_frames (sample), >, 0);

  g_clear_object (&sample);
}

static void
notify_cb (GObject *object, GParamSpec *pspec, gpointer data)
{
}

static void
listen_for_a_while (Worker *worker, Stage *stage)
{
  gulong       of_engine = g_signal_connect (stage->engine, "notify", G_CALLBACK (notify_cb), NULL);
  FlitzisSlot *slot = flitzis_engine_get_slot (stage->engine, choose (worker, N_SLOTS));
  gulong       of_slot = g_signal_connect (slot, "notify::playing", G_CALLBACK (notify_cb), NULL);

  flitzis_engine_set_gain (stage->engine, g_rand_double (worker->rand));
  g_signal_handler_disconnect (slot, of_slot);
  g_signal_handler_disconnect (stage->engine, of_engine);
}

/* Of a sample that others may draw at the same time, and that may be dropped meanwhile. */
static void
draw (Worker *worker, Stage *stage)
{
  FlitzisSlot   *slot = flitzis_engine_get_slot (stage->engine, choose (worker, N_SLOTS));
  FlitzisSample *sample = flitzis_slot_dup_sample (slot);
  GBytes        *peaks;

  if (sample == NULL)
    return;

  flitzis_sample_prepare_peaks_async (sample, stage->cancellable, NULL, NULL);
  peaks = flitzis_sample_get_peaks (sample, 10);
  g_assert_cmpuint (g_bytes_get_size (peaks), ==, 80);
  g_bytes_unref (peaks);
  g_object_unref (sample);
}

/* The worker of the engine may measure the same sample, for a slot with a target loudness. */
static void
measure (Worker *worker, Stage *stage)
{
  FlitzisSlot     *slot = flitzis_engine_get_slot (stage->engine, choose (worker, N_SLOTS));
  FlitzisSample   *sample = flitzis_slot_dup_sample (slot);
  FlitzisLoudness *loudness;

  if (sample == NULL)
    return;

  flitzis_sample_measure_loudness_async (sample, stage->cancellable, NULL, NULL);
  loudness = flitzis_sample_measure_loudness (sample, NULL, NULL);
  g_assert_nonnull (loudness);
  g_assert_false (isnan (flitzis_loudness_get_integrated (loudness)));
  g_object_unref (loudness);
  g_object_unref (sample);
}

static void
replace (Worker *worker, Stage *stage)
{
  stage_replace (worker->index);
}

static const Verb verbs[] = {
  { "play", play, 3000 },
  { "play at", play_at, 700 },
  { "play at beat", play_at_beat, 300 },
  { "play trigger", play_trigger, 700 },
  { "play after", play_after, 500 },
  { "wrong play", play_wrongly, 50 },
  { "stop sample", stop_sample, 300 },
  { "stop sample at", stop_sample_at, 150 },
  { "stop all", stop_all_samples, 150 },
  { "cancel scheduled", cancel_scheduled, 50 },
  { "wake", wake, 50 },
  { "stop voice", stop_voice, 700 },
  { "change voice", change_voice, 600 },
  { "tween", tween, 300 },
  { "ask voice", ask_voice, 200 },
  { "set sample", set_sample, 1000 },
  { "unload", unload_sample, 400 },
  { "change layers", change_layers, 800 },
  { "load", load, 20 },
  { "load async", load_async, 30 },
  { "load and forget", load_and_forget, 20 },
  { "cancel", cancel, 2 },
  { "start", start, 5 },
  { "start async", start_async, 2 },
  { "stop", stop, 12 },
  { "render", render, 250 },
  { "render to file", render_to_file, 5 },
  { "render to file async", render_to_file_async, 5 },
  { "export", export, 3 },
  { "export async", export_async, 3 },
  { "set property", set_property, 1500 },
  { "clock", use_clock, 200 },
  { "get", get_all, 600 },
  { "listen", listen_for_a_while, 150 },
  { "draw", draw, 30 },
  { "measure", measure, 30 },
  { "replace", replace, 5 },
};

static _Atomic guint n_called[G_N_ELEMENTS (verbs)];

static gpointer
work (gpointer data)
{
  Worker *worker = data;
  guint   n_weights = 0;

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    n_weights += verbs[i].weight;

  for (guint n = 0; n < worker->n_calls; n++)
    {
      guint  weight = choose (worker, n_weights), i = 0;
      Stage *stage;

      worker->index = choose (worker, N_STAGES);
      stage = stage_take (worker->index);

      while (weight >= verbs[i].weight)
        weight -= verbs[i++].weight;

      verbs[i].call (worker, stage);
      n_called[i]++;
      stage_leave (stage);
    }

  n_working--;

  return NULL;
}

/* A tenth of a second of mono in 16 bits. */
static GBytes *
make_wav (void)
{
  static const guint8 header[44] = {
    'R', 'I', 'F', 'F', 0x24, 0x77, 1, 0, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 16, 0, 0, 0, 1, 0,
    1, 0, 0x80, 0xbb, 0, 0, 0, 0x77, 1, 0, 2, 0, 16, 0, 'd', 'a', 't', 'a', 0, 0x77, 1, 0
  };
  const gsize n_bytes = 96000; /* a second: longer than the head of a stream */
  guint8     *wav = g_malloc (sizeof header + n_bytes);

  memcpy (wav, header, sizeof header);

  for (guint i = 0; i < n_bytes; i++)
    wav[sizeof header + i] = (guint8) (i * i);

  return g_bytes_new_take (wav, sizeof header + n_bytes);
}

/* What a program may set at any time. */
static void
find_settings (GType type)
{
  GObjectClass *object_class = g_type_class_ref (type);
  guint         n_specs;
  GParamSpec  **specs = g_object_class_list_properties (object_class, &n_specs);

  for (guint i = 0; i < n_specs; i++)
    {
      if ((specs[i]->flags & G_PARAM_WRITABLE) && !(specs[i]->flags & G_PARAM_CONSTRUCT_ONLY))
        g_ptr_array_add (settings, specs[i]);
    }

  g_free (specs);
  g_type_class_unref (object_class);
}

static void
set_up (const char *fixtures)
{
  const char *names[] = { "stereo-float.wav", "mono-44100.wav", "stereo.flac" };

  for (guint i = 0; i < N_SAMPLES; i++)
    {
      gsize   size = (50 << (3 * i)) * sizeof (float);
      GBytes *bytes = g_bytes_new_take (g_malloc0 (size), size);

      samples[i] = flitzis_sample_new (bytes, 1, 48000, NULL);
      g_bytes_unref (bytes);
    }

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    paths[i] = g_build_filename (fixtures, names[i], NULL);

  folder = g_dir_make_tmp ("flitzis-XXXXXX", NULL);

  for (guint i = 0; i < N_FORMATS; i++)
    written[i] = g_strdup_printf ("%s/written.%s", folder, endings[i]);

  settings = g_ptr_array_new ();
  find_settings (FLITZIS_TYPE_ENGINE);
  find_settings (FLITZIS_TYPE_CLOCK);
  find_settings (FLITZIS_TYPE_SLOT);
  g_assert_cmpuint (settings->len, <=, G_N_ELEMENTS (n_set));

  good_bytes = make_wav ();
  bad_bytes = g_bytes_new_from_bytes (good_bytes, 0, 5000);
  all_stages = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < N_STAGES; i++)
    stage_replace (i);
}

static gboolean
check_one (void)
{
  Stage *stage;

  g_mutex_lock (&mutex);
  stage = g_queue_pop_head (&to_check);
  g_mutex_unlock (&mutex);

  if (stage != NULL)
    stage_check (stage);

  return stage != NULL;
}

/* All that was built has gone; what else held a sample lets go of it in a thread of its own. */
static void
tear_down (void)
{
  for (guint i = 0; i < N_STAGES; i++)
    stage_leave (stages[i]);

  iterate_until_equal ("answers", &n_answered, n_asked);

  while (check_one ())
    ;

  iterate_until_equal ("engines gone", &n_gone, n_built);
  g_assert_cmpuint (n_progresses_gone, ==, n_progresses);

  for (guint i = 0; i < all_stages->len; i++)
    g_object_unref (((Stage *) all_stages->pdata[i])->cancellable);

  for (guint i = 0; i < N_SAMPLES; i++)
    {
      g_object_weak_ref (G_OBJECT (samples[i]), note_gone, NULL);
      g_object_unref (samples[i]);
    }

  iterate_until_equal ("engines and samples gone", &n_gone, n_built + N_SAMPLES);
  g_ptr_array_unref (all_stages);
  g_bytes_unref (good_bytes);
  g_bytes_unref (bad_bytes);

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    g_free (paths[i]);

  for (guint i = 0; i < N_FORMATS; i++)
    {
      g_unlink (written[i]);
      g_free (written[i]);
    }

  /* nothing half written lies about */
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

static void
print_counts (guint seed)
{
  guint n_calls = 0, n_properties = 0;

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      n_calls += n_called[i];
      g_print ("%s: %u\n", verbs[i].name, n_called[i]);
    }

  for (guint i = 0; i < N_FORMATS; i++)
    g_print ("files of %s: %u\n", endings[i], n_files[i]);

  for (guint i = 0; i < settings->len; i++)
    {
      n_properties += n_set[i] > 0;
      g_print ("%s: %u%s", ((GParamSpec *) settings->pdata[i])->name, n_set[i],
               i + 1 < settings->len ? ", " : "\n");
    }

  g_ptr_array_unref (settings);
  g_print ("%u properties set, %u beats\n", n_properties, n_beats);
  g_print ("busy: %u, too large: %u, corrupt: %u, cancelled: %u, no output: %u\n",
           n_errors[FLITZIS_ENGINE_ERROR_BUSY], n_errors[FLITZIS_ENGINE_ERROR_TOO_LARGE],
           n_errors[FLITZIS_ENGINE_ERROR_CORRUPT], n_errors[CANCELLED],
           n_errors[FLITZIS_ENGINE_ERROR_OUTPUT]);
  g_print ("%u calls from %u threads, seed %u: %u engines built, %u started, %u checked\n",
           n_calls, N_THREADS, seed, n_built, n_started, n_checked);
}

int
main (int argc, char **argv)
{
  guint    seed = argc > 3 ? (guint) atoi (argv[3]) : 1;
  Worker   workers[N_THREADS] = { 0 };
  GThread *threads[N_THREADS];

  if (argc < 3 || g_getenv ("FLITZIS_FIXTURES") == NULL)
    {
      g_printerr ("Usage: FLITZIS_FIXTURES=FOLDER %s N_CALLS live|alone [SEED]\n", argv[0]);
      return 2;
    }

  is_live = g_str_equal (argv[2], "live");

  if (!is_live)
    g_setenv ("PIPEWIRE_REMOTE", "nobody", TRUE);

  /* as a main loop that runs would */
  g_assert_true (g_main_context_acquire (NULL));
  set_up (g_getenv ("FLITZIS_FIXTURES"));
  n_working = N_THREADS;

  for (guint i = 0; i < N_THREADS; i++)
    {
      workers[i].rand = g_rand_new_with_seed (seed * N_THREADS + i);
      workers[i].n_calls = ((guint) atoi (argv[1]) + i) / N_THREADS;
      threads[i] = g_thread_new ("worker", work, &workers[i]);
    }

  while (n_working > 0)
    {
      if (!check_one () && !g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
    }

  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      g_rand_free (workers[i].rand);
    }

  tear_down ();
  print_counts (seed);
  g_assert_cmpuint (n_checked, >, 0);
  g_assert_cmpint (is_live, ==, n_started > 0);
  g_main_context_release (NULL);

  return 0;
}
