/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "control/control.h"
#include "rt/atomics.h"
#include "rt/mixer.h"
#include "rt/owner.h"
#include "rt/xruns.h"
#include "load/ticket.h"
#include "flitzis-error.h"

#include <gio/gio.h>
#include <string.h>

/* Control with a callback that the tests play the part of. */

#define N_SLOTS 4
#define N_VOICES 8
#define N_EVENTS 16

typedef struct
{
  GObject         *owner;
  FlitzisNotifier *notifier;
  FlitzisControl  *control;
  FlitzisMixer    *mixer;
  GBytes          *bytes;
  FlitzisSample   *sample;
  GArray          *ended;
  GArray          *beats;
} Fixture;

static void
callback (Fixture *fixture, guint n_frames)
{
  g_autofree float *out = g_new (float, 2 * n_frames);

  g_assert_true (flitzis_mixer_try_own (fixture->mixer, FLITZIS_OWNER_CALLBACK));
  flitzis_mixer_render (fixture->mixer, out, n_frames);
  flitzis_mixer_disown (fixture->mixer);
}

/* A voice may end, and somebody begin to listen, as soon as it was asked. */
static gboolean
wants_ended (gpointer owner)
{
  gboolean is_wanted = g_object_get_data (owner, "ended") != NULL;
  Fixture *fixture = g_object_steal_data (owner, "begins-to-listen");

  if (fixture != NULL)
    {
      g_object_set_data (owner, "ended", fixture->ended);
      callback (fixture, 2000);
    }

  return is_wanted;
}

static void
tell_ended (gpointer owner, const FlitzisEnded *ended)
{
  g_array_append_val (g_object_get_data (owner, "ended"), *ended);
}

static gboolean
wants_beats (gpointer owner)
{
  return g_object_get_data (owner, "beats") != NULL;
}

static gboolean
wants_steps (gpointer owner)
{
  return FALSE;
}

static void
tell_beat (gpointer owner, const FlitzisBeat *beat)
{
  g_array_append_val (g_object_get_data (owner, "beats"), *beat);
}

static void
tell_changed (gpointer owner, guint object, const char *property)
{
  guint *n_told = g_object_get_data (owner, property);

  if (n_told != NULL)
    (*n_told)++;
}

static const FlitzisNotifierFuncs funcs = {
  .wants_ended = wants_ended,
  .wants_beats = wants_beats,
  .wants_steps = wants_steps,
  .ended = tell_ended,
  .beat = tell_beat,
  .changed = tell_changed,
};

static FlitzisSample *
make_sample (guint n_frames, GBytes **bytes)
{
  g_autoptr (GBytes) frames = g_bytes_new_take (g_new0 (float, n_frames),
                                                n_frames * sizeof (float));
  FlitzisSample *sample = flitzis_sample_new (frames, 1, 48000, NULL);

  if (bytes != NULL)
    *bytes = g_bytes_ref (frames);

  return sample;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->owner = g_object_new (G_TYPE_OBJECT, NULL);
  fixture->notifier = flitzis_notifier_new (fixture->owner, &funcs,
                                            FLITZIS_NOTIFIER_SLOT (N_SLOTS));
  fixture->control = flitzis_control_new (&(FlitzisMixerSize){ N_SLOTS, N_VOICES, N_EVENTS, 48000 },
                                          fixture->notifier);
  fixture->mixer = flitzis_control_get_output_mixer (fixture->control);
  fixture->sample = make_sample (1000, &fixture->bytes);
  fixture->ended = g_array_new (FALSE, FALSE, sizeof (FlitzisEnded));
  fixture->beats = g_array_new (FALSE, FALSE, sizeof (FlitzisBeat));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  flitzis_control_set_streaming (fixture->control, FALSE);
  flitzis_notifier_close (fixture->notifier);
  flitzis_control_close (fixture->control);
  g_clear_pointer (&fixture->control, flitzis_control_unref);
  flitzis_notifier_unref (fixture->notifier);
  g_assert_finalize_object (fixture->owner);
  g_assert_finalize_object (fixture->sample);
  g_bytes_unref (fixture->bytes);
  g_array_unref (fixture->ended);
  g_array_unref (fixture->beats);
}

static guint64
try_play (Fixture *fixture, guint slot, GError **error)
{
  return flitzis_control_play (fixture->control, slot, 1.0, NULL, NULL, NULL, error);
}

static guint64
play (Fixture *fixture, guint slot)
{
  GError *error = NULL;
  guint64 voice = try_play (fixture, slot, &error);

  g_assert_no_error (error);

  return voice;
}

static void
set_sample (Fixture *fixture, guint slot, FlitzisSample *sample)
{
  GError *error = NULL;

  flitzis_control_set_sample (fixture->control, slot, sample, &error);
  g_assert_no_error (error);
}

/* What the mixer reads is what the GBytes holds: no copy is made for the audio side. */
static void
test_no_copy (Fixture *fixture, gconstpointer data)
{
  set_sample (fixture, 2, fixture->sample);

  g_assert_true (fixture->mixer->pool.slots[2].layers[0].handle->frames ==
                 g_bytes_get_data (fixture->bytes, NULL));
  g_assert_cmpuint (fixture->mixer->pool.slots[2].layers[0].handle->n_frames, ==, 1000);
}

/* While nothing streams, commands are carried out at once and samples are freed at once. */
static void
test_nothing_piles_up (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5000; i++)
    {
      FlitzisSample *sample = make_sample (100, NULL);

      set_sample (fixture, 0, sample);
      play (fixture, 0);
      set_sample (fixture, 0, NULL);
      g_assert_finalize_object (sample);
    }

  g_assert_cmpuint (flitzis_queue_get_n_waiting (&fixture->mixer->commands), ==, 0);
  g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, 0);
}

/* A full queue is BUSY to a trigger and changes nothing; stops and publishes get through. */
static void
test_full_queue (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  FlitzisSample *samples[N_SLOTS] = { NULL };
  guint64        n_triggered;

  set_sample (fixture, 0, fixture->sample);
  flitzis_control_set_streaming (fixture->control, TRUE);

  for (guint i = 0; i < FLITZIS_N_COMMANDS; i++)
    g_assert_cmpuint (play (fixture, 0), !=, 0);

  n_triggered = flitzis_control_get_n_triggered (fixture->control);
  g_assert_cmpuint (try_play (fixture, 0, &error), ==, 0);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY);
  g_assert_cmpuint (flitzis_control_get_n_triggered (fixture->control), ==, n_triggered);

  /* the newest publish of each slot waits; those it replaces are freed without ever being sent */
  for (guint round = 0; round < 3; round++)
    {
      for (guint slot = 0; slot < N_SLOTS; slot++)
        {
          FlitzisSample *previous = samples[slot];

          samples[slot] = make_sample (500, NULL);
          set_sample (fixture, slot, samples[slot]);

          if (previous != NULL)
            g_assert_finalize_object (previous);
        }
    }

  flitzis_control_stop_all (fixture->control);
  callback (fixture, 64);
  g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, 0);
  g_assert_cmpuint (fixture->mixer->pool.n_started, ==, 0);

  g_assert_true (flitzis_control_collect (fixture->control));
  callback (fixture, 64);
  g_assert_false (flitzis_control_collect (fixture->control));

  for (guint slot = 0; slot < N_SLOTS; slot++)
    {
      g_autoptr (FlitzisSample) now = flitzis_control_dup_sample (fixture->control, slot);

      g_assert_true (now == samples[slot]);
      g_assert_cmpuint (fixture->mixer->pool.slots[slot].layers[0].handle->n_frames, ==, 500);
    }

  g_assert_cmpuint (play (fixture, 3), !=, 0);
  callback (fixture, 64);
  g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, 1);

  for (guint slot = 0; slot < N_SLOTS; slot++)
    {
      set_sample (fixture, slot, NULL);
      callback (fixture, 64);
      flitzis_control_collect (fixture->control);
      g_assert_finalize_object (samples[slot]);
    }
}

static void
fill_queue (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  while (try_play (fixture, 0, &error) != 0)
    ;

  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY);
  g_assert_cmpuint (flitzis_queue_get_n_waiting (&fixture->mixer->commands), ==,
                    FLITZIS_N_COMMANDS);
}

static gboolean
sounds (Fixture *fixture, guint64 voice)
{
  return flitzis_pool_find_voice (&fixture->mixer->pool, voice) != NULL;
}

static void
run_until_settled (Fixture *fixture)
{
  while (flitzis_control_collect (fixture->control) ||
         flitzis_queue_get_n_waiting (&fixture->mixer->commands) > 0)
    callback (fixture, 1000);
}

/* All layers of all slots may wait for room in the queue; those that are taken out meanwhile are
 * freed without ever being sent. */
static void
test_full_queue_layers (Fixture *fixture, gconstpointer data)
{
  FlitzisSample *samples[N_SLOTS][FLITZIS_N_LAYERS] = { { NULL } };

  set_sample (fixture, 0, fixture->sample);
  flitzis_control_set_streaming (fixture->control, TRUE);
  fill_queue (fixture);

  for (guint round = 0; round < 2; round++)
    {
      for (guint slot = 1; slot < N_SLOTS; slot++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_true (flitzis_control_clear_layers (fixture->control, slot, NULL));

          for (guint i = 0; i < FLITZIS_N_LAYERS; i++)
            {
              if (samples[slot][i] != NULL)
                g_assert_finalize_object (samples[slot][i]);

              samples[slot][i] = make_sample (100 + i, NULL);
              g_assert_true (flitzis_control_add_layer (fixture->control, slot, samples[slot][i],
                                                        0.0, 1.0, NULL));
            }

          g_assert_false (flitzis_control_add_layer (fixture->control, slot, fixture->sample, 0.0,
                                                     1.0, &error));
          g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
        }
    }

  run_until_settled (fixture);

  for (guint slot = 1; slot < N_SLOTS; slot++)
    {
      const FlitzisPoolSlot *of_pool = &fixture->mixer->pool.slots[slot];

      g_assert_cmpuint (of_pool->held, ==, (1u << FLITZIS_N_LAYERS) - 1);

      for (guint i = 0; i < FLITZIS_N_LAYERS; i++)
        g_assert_cmpuint (of_pool->layers[i].handle->n_frames, ==, 100 + i);

      set_sample (fixture, slot, NULL);
      run_until_settled (fixture);
      g_assert_cmpuint (of_pool->held, ==, 0);

      for (guint i = 0; i < FLITZIS_N_LAYERS; i++)
        g_assert_finalize_object (samples[slot][i]);
    }
}

/* Each kind of stop reaches what was triggered before it, also what waits in the queue that is
 * full; nothing else, and nothing that is triggered when there is room again. */
static void
test_full_queue_stops (Fixture *fixture, gconstpointer data)
{
  guint64 last;

  set_sample (fixture, 0, fixture->sample);
  set_sample (fixture, 1, fixture->sample);
  flitzis_control_set_steal (fixture->control, FLITZIS_STEAL_REJECT);
  flitzis_control_set_streaming (fixture->control, TRUE);

  for (guint round = 0; round < 3; round++)
    {
      guint64 other = play (fixture, 1), stopped;

      callback (fixture, 8);
      fill_queue (fixture);
      flitzis_control_stop_slot (fixture->control, 0);
      callback (fixture, 8);
      g_assert_true (sounds (fixture, other));
      g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, 1);

      stopped = play (fixture, 0);
      callback (fixture, 8);
      g_assert_true (sounds (fixture, stopped));
      fill_queue (fixture);
      flitzis_control_stop_voice (fixture->control, stopped);
      callback (fixture, 8);
      g_assert_true (sounds (fixture, other));
      g_assert_false (sounds (fixture, stopped));
      g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, N_VOICES);

      fill_queue (fixture);
      flitzis_control_stop_all (fixture->control);
      callback (fixture, 8);
      g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, 0);
      g_assert_false (flitzis_control_collect (fixture->control));
    }

  last = play (fixture, 0);
  callback (fixture, 8);
  g_assert_true (sounds (fixture, last));
}

/* Settings are not in the queue: the next block has them, however full it is. */
static void
test_full_queue_settings (Fixture *fixture, gconstpointer data)
{
  FlitzisSettings *settings = &fixture->mixer->settings;
  guint64          voice;

  set_sample (fixture, 0, fixture->sample);
  flitzis_control_set_steal (fixture->control, FLITZIS_STEAL_REJECT);
  flitzis_control_set_streaming (fixture->control, TRUE);
  voice = play (fixture, 0);
  callback (fixture, 8);
  fill_queue (fixture);
  settings->gain = 0.5;
  settings->slots[0].gain = 0.5;
  flitzis_settings_tell (settings);
  callback (fixture, 8);
  g_assert_true (sounds (fixture, voice));
  g_assert_cmpfloat (fixture->mixer->pool.playing.oldest->left.to, ==, 0.25f);
}

/* Triggers whose ends nobody has read yet are bounded: reports never overflow. */
static void
test_reports_bounded (Fixture *fixture, gconstpointer data)
{
  guint64 n_played = 0;

  g_object_set_data (fixture->owner, "ended", fixture->ended);
  set_sample (fixture, 0, fixture->sample);
  flitzis_control_set_streaming (fixture->control, TRUE);

  for (guint block = 0; block < 20; block++)
    {
      for (guint i = 0; i < FLITZIS_N_COMMANDS; i++)
        n_played += try_play (fixture, 0, NULL) != 0;

      callback (fixture, 64);
      g_assert_cmpuint (flitzis_queue_get_n_waiting (&fixture->mixer->reports), <=,
                        fixture->mixer->reports.capacity);
    }

  g_assert_cmpuint (n_played, ==, 20 * FLITZIS_N_COMMANDS);
  flitzis_control_stop_all (fixture->control);
  callback (fixture, 64);
  g_assert_false (flitzis_control_collect (fixture->control));

  while (g_main_context_iteration (NULL, FALSE))
    ;

  /* more ended than may wait: the newest were kept, the others counted */
  g_assert_cmpuint (fixture->ended->len, ==, FLITZIS_MAX_NEWS);
  g_assert_cmpuint (flitzis_notifier_get_n_dropped (fixture->notifier), ==,
                    n_played - FLITZIS_MAX_NEWS);
  g_object_set_data (fixture->owner, "ended", NULL);
}

/* Who listens before a voice ends is told of it, though the collector has just asked. */
static void
test_listener_comes (Fixture *fixture, gconstpointer data)
{
  set_sample (fixture, 0, fixture->sample);
  flitzis_control_set_streaming (fixture->control, TRUE);
  play (fixture, 0);
  g_object_set_data (fixture->owner, "begins-to-listen", fixture);
  g_assert_true (flitzis_control_collect (fixture->control));
  g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, 0);
  g_assert_false (flitzis_control_collect (fixture->control));
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (fixture->ended->len, ==, 1);
  g_object_set_data (fixture->owner, "ended", NULL);
}

/* An id is never used again, though the cells it stands in are. */
static void
test_ids_ascend (Fixture *fixture, gconstpointer data)
{
  guint64 first, previous;

  g_object_set_data (fixture->owner, "ended", fixture->ended);
  set_sample (fixture, 0, fixture->sample);
  previous = first = play (fixture, 0);
  g_assert_cmpuint (first, ==, 1);

  for (guint i = 0; i < 3 * fixture->mixer->max_voices; i++)
    {
      guint64 voice = play (fixture, 0);

      g_assert_cmpuint (voice, >, previous);
      flitzis_control_stop_voice (fixture->control, voice);
      previous = voice;
    }

  /* the first one has been there through it all */
  g_assert_cmpuint (fixture->mixer->pool.playing.oldest->id, ==, first);
  g_assert_cmpuint (fixture->mixer->pool.playing.newest->id, ==, first);
  flitzis_control_stop_voice (fixture->control, first);
  g_assert_null (fixture->mixer->pool.playing.oldest);
  g_object_set_data (fixture->owner, "ended", NULL);
}

/* The callback's misses: the mixer belongs to somebody else, and nothing is lost. */
static void
test_offline_keeps_callback_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  float out[2 * 32];

  g_assert_true (flitzis_mixer_try_own (fixture->mixer, FLITZIS_OWNER_OFFLINE));
  set_sample (fixture, 0, fixture->sample);
  play (fixture, 0);
  g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, 0);
  g_assert_false (flitzis_control_render (fixture->control, out, 32, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY);
  flitzis_mixer_disown (fixture->mixer);

  g_assert_true (flitzis_control_render (fixture->control, out, 32, NULL));
  g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, 1);
}

static FlitzisTicket *
take_slot (Fixture *fixture, guint slot)
{
  return flitzis_ticket_new (fixture->control, &slot, NULL, NULL);
}

static void
test_tickets (Fixture *fixture, gconstpointer data)
{
  FlitzisTicket *old = take_slot (fixture, 1);
  FlitzisTicket *new = take_slot (fixture, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (FlitzisSample) now = NULL;

  g_assert_false (flitzis_ticket_publish (old, fixture->sample, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  flitzis_ticket_free (old);
  g_assert_true (flitzis_control_get_loading (fixture->control, 1));

  g_assert_true (flitzis_ticket_advance (new, 100, 0.5, NULL));
  g_assert_cmpfloat (flitzis_control_get_load_progress (fixture->control, 1), ==, 0.5);
  g_assert_true (flitzis_ticket_publish (new, fixture->sample, NULL));
  flitzis_ticket_free (new);
  g_assert_false (flitzis_control_get_loading (fixture->control, 1));
  g_assert_cmpfloat (flitzis_control_get_load_progress (fixture->control, 1), ==, 1.0);

  now = flitzis_control_dup_sample (fixture->control, 1);
  g_assert_true (now == fixture->sample);
}

/* Takes a ticket of this free slot; without one, all are taken. */
static FlitzisTicket *
take_free_slot (Fixture *fixture, const guint *slot)
{
  g_autoptr (GError) error = NULL;
  FlitzisTicket *ticket = flitzis_ticket_new (fixture->control, NULL, NULL, &error);

  if (slot != NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpuint (flitzis_ticket_get_slot (ticket), ==, *slot);
      g_assert_true (flitzis_control_get_loading (fixture->control, *slot));
      return ticket;
    }

  g_assert_null (ticket);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "4 slots"));

  return NULL;
}

/* The free slot with the lowest number is taken: neither one with a sample nor one that loads. */
static void
test_free_slots (Fixture *fixture, gconstpointer data)
{
  static const guint slots[N_SLOTS] = { 0, 1, 2, 3 };
  FlitzisTicket     *tickets[N_SLOTS] = { NULL };
  FlitzisTicket     *newer;
  g_autoptr (GError) error = NULL;

  set_sample (fixture, 1, fixture->sample);
  tickets[0] = take_slot (fixture, 0);
  tickets[2] = take_free_slot (fixture, &slots[2]);
  tickets[3] = take_free_slot (fixture, &slots[3]);
  take_free_slot (fixture, NULL);

  /* what has loaded nothing leaves its slot free, and what has loaded does not */
  flitzis_ticket_free (tickets[3]);
  tickets[3] = take_free_slot (fixture, &slots[3]);
  g_assert_true (flitzis_ticket_publish (tickets[2], fixture->sample, NULL));
  flitzis_ticket_free (tickets[2]);
  take_free_slot (fixture, NULL);

  /* an unload makes room, also while a load is under way: its end does not free what came after */
  set_sample (fixture, 1, NULL);
  tickets[1] = take_free_slot (fixture, &slots[1]);
  set_sample (fixture, 1, NULL);
  newer = take_free_slot (fixture, &slots[1]);
  g_assert_false (flitzis_ticket_publish (tickets[1], fixture->sample, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  flitzis_ticket_free (tickets[1]);
  take_free_slot (fixture, NULL);

  flitzis_ticket_free (newer);
  flitzis_ticket_free (tickets[0]);
  flitzis_ticket_free (tickets[3]);
}

/* A slot is not free if any of its layers holds a sample or is loading, the first one or not. */
static void
test_slots_with_layers_are_not_free (Fixture *fixture, gconstpointer data)
{
  static const guint                slots[N_SLOTS] = { 0, 1, 2, 3 };
  static const FlitzisVelocityRange range = { 0.0f, 1.0f };
  FlitzisTicket                    *first, *second;

  first = flitzis_ticket_new (fixture->control, &slots[0], &range, NULL);
  second = flitzis_ticket_new (fixture->control, &slots[0], &range, NULL);
  flitzis_ticket_free (first);
  flitzis_ticket_free (take_free_slot (fixture, &slots[1]));

  g_assert_true (flitzis_ticket_publish (second, fixture->sample, NULL));
  flitzis_ticket_free (second);
  g_assert_null (flitzis_control_dup_sample (fixture->control, 0));
  flitzis_ticket_free (take_free_slot (fixture, &slots[1]));

  g_assert_true (flitzis_control_clear_layers (fixture->control, 0, NULL));
  flitzis_ticket_free (take_free_slot (fixture, &slots[0]));
}

#define N_TAKERS 8
#define N_TAKEN 128 /* by each of them */

typedef struct
{
  FlitzisControl *control;
  FlitzisTicket  *tickets[N_TAKEN];
} Taker;

static gpointer
take_worker (gpointer data)
{
  Taker *taker = data;

  for (guint i = 0; i < N_TAKEN; i++)
    taker->tickets[i] = flitzis_ticket_new (taker->control, NULL, NULL, NULL);

  return NULL;
}

static void
take_all_slots (FlitzisControl *control, guint n_slots)
{
  Taker    takers[N_TAKERS];
  GThread *threads[N_TAKERS];

  for (guint i = 0; i < N_TAKERS; i++)
    {
      takers[i].control = control;
      threads[i] = g_thread_new ("taker", take_worker, &takers[i]);
    }

  for (guint i = 0; i < N_TAKERS; i++)
    g_thread_join (threads[i]);

  for (guint i = 0; i < n_slots; i++)
    {
      FlitzisTicket *ticket = takers[i / N_TAKEN].tickets[i % N_TAKEN];

      g_assert_nonnull (ticket);
      g_assert_true (flitzis_ticket_advance (ticket, 0, 0.5, NULL));
    }

  for (guint i = 0; i < n_slots; i++)
    flitzis_ticket_free (takers[i / N_TAKEN].tickets[i % N_TAKEN]);
}

/* Whoever finds a slot free has it alone: a second load of a slot would supersede the first. */
static void
test_free_slots_of_threads (Fixture *fixture, gconstpointer data)
{
  const guint      n_slots = N_TAKERS * N_TAKEN;
  FlitzisNotifier *notifier =
      flitzis_notifier_new (fixture->owner, &funcs, FLITZIS_NOTIFIER_SLOT (n_slots));
  FlitzisControl *control = flitzis_control_new (
      &(FlitzisMixerSize){ n_slots, N_VOICES, N_EVENTS, 48000 }, notifier);

  /* in one round the threads may keep out of each other's way by chance */
  for (guint i = 0; i < 30; i++)
    take_all_slots (control, n_slots);

  flitzis_notifier_close (notifier);
  flitzis_control_close (control);
  flitzis_control_unref (control);
  flitzis_notifier_unref (notifier);
}

static void
tell_all (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* However many packets a file has, its progress is told every 5 ms at most, and at last. */
static void
test_progress (Fixture *fixture, gconstpointer data)
{
  gint64         start_us = g_get_monotonic_time ();
  FlitzisTicket *ticket = take_slot (fixture, 1);
  guint          n_told = 0, n_packets = 0;

  g_object_set_data (fixture->owner, "load-progress", &n_told);
  while (n_told < 5)
    {
      g_assert_true (flitzis_ticket_advance (ticket, 0, 1.0 / (1 + ++n_packets), NULL));
      tell_all ();
    }
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, (n_told - 1) * 5000);

  n_told = 0;
  g_assert_true (flitzis_ticket_advance (ticket, 0, 1.0, NULL));
  g_assert_true (flitzis_ticket_publish (ticket, fixture->sample, NULL));
  tell_all ();
  g_assert_cmpuint (n_told, >=, 1);
  g_assert_cmpfloat (flitzis_control_get_load_progress (fixture->control, 1), ==, 1.0);

  g_object_set_data (fixture->owner, "load-progress", NULL);
  flitzis_ticket_free (ticket);
}

/* A load is told of when it has taken a while, and its wait for a worker is no part of that. Now
 * and then another thread may take that while. */
static void
test_telling (Fixture *fixture, gconstpointer data)
{
  guint n_told = 0, n_early = 0;

  g_object_set_data (fixture->owner, "load-progress", &n_told);
  for (guint i = 0; i < 20; i++)
    {
      FlitzisTicket *ticket = take_slot (fixture, 1);

      g_usleep (6000);
      n_told = 0;
      g_assert_true (flitzis_ticket_advance (ticket, 0, 0.0, NULL));
      g_assert_true (flitzis_ticket_advance (ticket, 100, 0.5, NULL));
      tell_all ();
      n_early += n_told;

      flitzis_ticket_free (ticket);
      tell_all ();
      g_assert_cmpuint (n_told, >, 0);
    }

  g_assert_cmpuint (n_early, <, 15);
  g_object_set_data (fixture->owner, "load-progress", NULL);
}

/* Loads in flight count together, and what they took is given back. */
static void
test_memory (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlitzisTicket) one = take_slot (fixture, 0);
  g_autoptr (FlitzisTicket) two = take_slot (fixture, 1);
  g_autoptr (GError) error = NULL;

  flitzis_control_set_memory_limit (fixture->control, 10000);
  g_assert_true (flitzis_ticket_advance (one, 6000, 0.1, NULL));
  g_assert_true (flitzis_ticket_advance (two, 4000, 0.1, NULL));
  g_assert_false (flitzis_ticket_advance (two, 4001, 0.2, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);

  g_clear_pointer (&one, flitzis_ticket_free);
  g_assert_true (flitzis_ticket_advance (two, 10000, 0.3, NULL));
  g_assert_true (flitzis_ticket_publish (two, fixture->sample, NULL));

  /* 4000 bytes, in two slots: once */
  set_sample (fixture, 0, fixture->sample);
  g_clear_error (&error);
  one = take_slot (fixture, 2);
  g_assert_true (flitzis_ticket_advance (one, 6000, 0.0, NULL));
  g_assert_false (flitzis_ticket_advance (one, 6001, 0.0, &error));
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
}

/* The trigger of slot 0 with these frames; its voice, or 0 with an error. */
static guint64
schedule (Fixture *fixture, guint64 frame, guint64 stop_frame, GError **error)
{
  g_autoptr (FlitzisTrigger) trigger = flitzis_trigger_new ();

  trigger->frame = frame;
  trigger->stop_frame = stop_frame;

  return flitzis_control_play (fixture->control, 0, 1.0, frame > 0 ? &frame : NULL, NULL,
                               trigger, error);
}

/* With a full queue, too: what waits in the schedule and what waits in the queue. */
static void
test_cancel_never_fails (Fixture *fixture, gconstpointer data)
{
  guint n_cancelled = 0;

  g_object_set_data (fixture->owner, "ended", fixture->ended);
  set_sample (fixture, 0, fixture->sample);
  flitzis_control_set_streaming (fixture->control, TRUE);

  for (guint i = 0; i < N_EVENTS; i++)
    {
      if (i == N_EVENTS / 2)
        callback (fixture, 1);

      g_assert_cmpuint (schedule (fixture, 1000000 - i, 0, NULL), !=, 0);
    }

  while (try_play (fixture, 0, NULL) != 0)
    ;

  flitzis_control_cancel_scheduled (fixture->control);
  callback (fixture, 1);
  g_assert_cmpuint (fixture->mixer->schedule.by_frame.n_items, ==, 0);
  flitzis_control_stop_all (fixture->control);
  callback (fixture, 1);
  flitzis_control_collect (fixture->control);
  g_main_context_iteration (NULL, FALSE);

  for (guint i = 0; i < fixture->ended->len; i++)
    n_cancelled += g_array_index (fixture->ended, FlitzisEnded, i).reason ==
                   FLITZIS_END_REASON_CANCELLED;

  g_assert_cmpuint (n_cancelled, ==, N_EVENTS);

  for (guint i = 0; i < N_EVENTS; i++)
    g_assert_cmpuint (schedule (fixture, 1000000, 0, NULL), !=, 0);
}

/* A start and its stop are sent together, or neither. */
static void
test_trigger_is_sent_whole (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  set_sample (fixture, 0, fixture->sample);
  flitzis_control_set_streaming (fixture->control, TRUE);

  for (guint i = 1; i < FLITZIS_N_COMMANDS; i++)
    g_assert_cmpuint (play (fixture, 0), !=, 0);

  g_assert_cmpuint (schedule (fixture, 0, 50, &error), ==, 0);
  g_assert_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY);
  g_assert_cmpuint (flitzis_queue_get_n_waiting (&fixture->mixer->commands), ==,
                    FLITZIS_N_COMMANDS - 1);
  g_assert_cmpuint (schedule (fixture, 50, 0, NULL), !=, 0);
}

/* A voice that has ended is nowhere, though nobody has been told yet. */
static void
test_places (Fixture *fixture, gconstpointer data)
{
  guint64 voice;

  set_sample (fixture, 0, fixture->sample);
  flitzis_control_set_streaming (fixture->control, TRUE);
  voice = play (fixture, 0);
  g_assert_cmpint (flitzis_control_get_voice_position (fixture->control, voice), ==, -1);
  callback (fixture, 999);
  g_assert_cmpint (flitzis_control_get_voice_position (fixture->control, voice), ==, 999);
  g_assert_cmpint (flitzis_control_get_voice_start_frame (fixture->control, voice), ==, 0);
  callback (fixture, 1);
  g_assert_cmpint (flitzis_control_get_voice_position (fixture->control, voice), ==, -1);
  g_assert_cmpint (flitzis_control_get_voice_start_frame (fixture->control, voice), ==, -1);
}

/* While the server is away, nothing is scheduled either. */
static void
test_away (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  set_sample (fixture, 0, fixture->sample);
  flitzis_control_set_state (fixture->control, FLITZIS_STATE_RECONNECTING);
  g_assert_cmpuint (schedule (fixture, 50, 0, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpuint (flitzis_control_get_n_rejected (fixture->control), ==, 1);
  g_assert_cmpuint (fixture->mixer->schedule.by_frame.n_items, ==, 0);
  flitzis_control_set_state (fixture->control, FLITZIS_STATE_STOPPED);
  g_assert_cmpuint (schedule (fixture, 50, 0, &error), !=, 0);
  g_assert_cmpuint (fixture->mixer->schedule.by_frame.n_items, ==, 1);
}

static void
assert_beats (Fixture *fixture, guint n_beats, const guint64 *frames)
{
  flitzis_control_collect (fixture->control);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (fixture->beats->len, ==, n_beats);

  for (guint i = 0; i < n_beats; i++)
    g_assert_cmpuint (g_array_index (fixture->beats, FlitzisBeat, i).frame, ==, frames[i]);
}

/* The rest of a block that is under way while the clock is set. */
static void
begin_block (Fixture *fixture, guint n_frames)
{
  fixture->mixer->end = fixture->mixer->position + n_frames;
}

/* What is set while a block is rendered holds from the end of that on: the beats in it are those of
 * before. */
static void
test_beats_of_a_block (Fixture *fixture, gconstpointer data)
{
  FlitzisControl *control = fixture->control;

  g_object_set_data (fixture->owner, "beats", fixture->beats);
  flitzis_control_set_streaming (control, TRUE);
  flitzis_control_set_beats (control, FLITZIS_BEATS_TEMPO, 960 * 1000000);
  flitzis_control_restart_beats (control, 0);
  callback (fixture, 2000);
  assert_beats (fixture, 1, (guint64[]){ 0 });

  begin_block (fixture, 8000);
  flitzis_control_set_beats (control, FLITZIS_BEATS_TEMPO, 480 * 1000000);
  callback (fixture, 8000);
  assert_beats (fixture, 4, (guint64[]){ 0, 3000, 6000, 9000 });
  callback (fixture, 8000);
  assert_beats (fixture, 5, (guint64[]){ 0, 3000, 6000, 9000, 14000 });

  begin_block (fixture, 4000);
  flitzis_control_restart_beats (control, 19000);
  callback (fixture, 8000);
  assert_beats (fixture, 7, (guint64[]){ 0, 3000, 6000, 9000, 14000, 20000, 25000 });
}

/* A cycle of the driver that begins at this time. */
static void
begin_cycle (Fixture *fixture, guint n_frames, gint64 nsec)
{
  flitzis_mixer_follow_clock (fixture->mixer, &(FlitzisCycle){
                                                  .duration = n_frames,
                                                  .nsec = nsec,
                                                  .rate = 48000,
                                                  .true_rate = 48000,
                                              });
}

/* The same with its block. */
static void
cycle (Fixture *fixture, guint n_frames, gint64 nsec)
{
  begin_cycle (fixture, n_frames, nsec);
  callback (fixture, n_frames);
}

#define MS G_GINT64_CONSTANT (1000000)
#define HOUR_NS (3600 * G_GINT64_CONSTANT (1000000000))

static gint64
get_now (void)
{
  return 1000 * g_get_monotonic_time ();
}

/* A stream that ends and begins anew, earlier than its next block would have been due. */
static void
test_time_over_runs (Fixture *fixture, gconstpointer data)
{
  FlitzisControl *control = fixture->control;
  gint64          begin = get_now () + HOUR_NS;

  flitzis_control_set_streaming (control, TRUE);
  cycle (fixture, 480, begin);
  g_assert_cmpint (flitzis_control_frame_to_time (control, 480), ==, begin + 10 * MS);
  g_assert_cmpint (flitzis_control_frame_to_time (control, 960), ==, begin + 20 * MS);
  g_assert_cmpuint (flitzis_control_time_to_frame (control, begin + 5 * MS), ==, 240);
  g_assert_cmpuint (flitzis_control_time_to_frame (control, begin + 30 * MS), ==, 1440);

  flitzis_control_set_streaming (control, FALSE);
  g_assert_cmpint (flitzis_control_frame_to_time (control, 480), ==, -1);
  g_assert_cmpuint (flitzis_control_time_to_frame (control, begin + 6 * MS), ==, 480);

  flitzis_control_set_streaming (control, TRUE);
  g_assert_cmpint (flitzis_control_frame_to_time (control, 480), ==, -1);
  cycle (fixture, 480, begin + 8 * MS);
  g_assert_cmpint (flitzis_control_frame_to_time (control, 480), ==, begin + 10 * MS);
  g_assert_cmpint (flitzis_control_frame_to_time (control, 500), ==, begin + 10 * MS);
  g_assert_cmpint (flitzis_control_frame_to_time (control, 720), ==, begin + 13 * MS);
  g_assert_cmpuint (flitzis_control_time_to_frame (control, begin + 7 * MS), ==, 480);
  g_assert_cmpuint (flitzis_control_time_to_frame (control, begin + 18 * MS), ==, 960);
}

/* Where frames come later than was told, be it for a gap in the driver's clock or because the
 * engine is paused, what comes before them comes later, too. */
static void
test_time_over_gaps (Fixture *fixture, gconstpointer data)
{
  FlitzisControl *control = fixture->control;
  gint64          begin = get_now () + HOUR_NS;

  flitzis_control_set_streaming (control, TRUE);
  cycle (fixture, 480, begin);
  g_assert_cmpint (flitzis_control_frame_to_time (control, 48000), ==, begin + 1000 * MS);
  g_assert_cmpuint (flitzis_control_time_to_frame (control, begin + 2000 * MS), ==, 96000);

  cycle (fixture, 480, begin + 10000 * MS);
  g_assert_cmpint (flitzis_control_frame_to_time (control, 480), ==, begin + 10000 * MS);
  g_assert_cmpint (flitzis_control_frame_to_time (control, 960), ==, begin + 10010 * MS);
  g_assert_cmpint (flitzis_control_frame_to_time (control, 48000), ==, begin + 10990 * MS);
  g_assert_cmpuint (flitzis_control_time_to_frame (control, begin + 10001 * MS), ==, 528);
}

/* A driver that calls no more is not waited for: what is due now is the next frame, as it was. */
static void
test_time_of_a_driver_that_hangs (Fixture *fixture, gconstpointer data)
{
  FlitzisControl *control = fixture->control;
  gint64          begin = get_now () - 1000 * MS;

  flitzis_control_set_streaming (control, TRUE);
  cycle (fixture, 480, begin);
  g_assert_cmpuint (flitzis_control_time_to_frame (control, begin + 5 * MS), ==, 240);
  g_assert_cmpuint (flitzis_control_time_to_frame (control, begin + 900 * MS), ==, 480);
  flitzis_control_set_streaming (control, FALSE);
  g_assert_cmpuint (flitzis_control_time_to_frame (control, get_now ()), ==, 480);
}

/* Whatever becomes of the stream and its driver. */
static void
test_time_never_runs_backwards (Fixture *fixture, gconstpointer data)
{
  FlitzisControl *control = fixture->control;
  GRand          *rand = g_rand_new_with_seed (5);
  gint64          begin = get_now () + HOUR_NS, now = begin, last_time = 0;
  guint64         last_frame = 0, n_known = 0;

  for (guint i = 0; i < 20000; i++)
    {
      guint   n_frames = (guint) g_rand_int_range (rand, 1, 2049);
      gint64  due = now + n_frames * 1000000000 / 48000;
      guint64 frame;
      gint64  time_ns;

      if (g_rand_int_range (rand, 0, 50) == 0)
        flitzis_control_set_streaming (control, g_rand_boolean (rand));

      cycle (fixture, n_frames, now);

      frame = fixture->mixer->position - (guint) g_rand_int_range (rand, 0, (gint) n_frames);
      time_ns = flitzis_control_frame_to_time (control, frame);

      if (time_ns != -1 && frame >= last_frame)
        {
          g_assert_cmpint (time_ns, >=, last_time);
          last_time = time_ns;
          last_frame = frame;
          n_known++;
        }

      now = g_rand_int_range (rand, 0, 20) > 0 ? due + g_rand_int_range (rand, -3000, 3000)
            : g_rand_boolean (rand)            ? (now + due) / 2
                                               : due + g_rand_int_range (rand, 0, 100000000);
    }

  g_assert_cmpuint (n_known, >, 1000);
  g_rand_free (rand);
}

/* Of more frames than the time line remembers. */
static void
test_time_never_contradicts_itself (Fixture *fixture, gconstpointer data)
{
  FlitzisControl *control = fixture->control;
  GRand          *rand = g_rand_new_with_seed (6);
  gint64          now = get_now () + HOUR_NS;
  guint64         frames[4000];
  gint64          answers[G_N_ELEMENTS (frames)];
  guint           n_bounds = 0;

  flitzis_control_set_streaming (control, TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      guint  n_frames = (guint) g_rand_int_range (rand, 1, 2049);
      gint64 due = now + n_frames * 1000000000 / 48000;
      gint64 bound = 0;

      cycle (fixture, n_frames, now);

      frames[i] = fixture->mixer->position - (guint) g_rand_int_range (rand, 0, 200000);
      frames[i] = fixture->mixer->position < 200000 ? i : frames[i];
      answers[i] = flitzis_control_frame_to_time (control, frames[i]);

      for (guint j = 0; j < i; j++)
        if (frames[j] <= frames[i])
          bound = MAX (bound, answers[j]);

      g_assert_cmpint (answers[i], >=, bound);
      n_bounds += bound == answers[i];

      now = g_rand_int_range (rand, 0, 20) > 0 ? due + g_rand_int_range (rand, -3000, 3000)
                                               : (now + due) / 2;
    }

  g_assert_cmpuint (n_bounds, >, 100);
  g_rand_free (rand);
}

#define ADD(name, function) \
  g_test_add ("/control/" name, Fixture, NULL, set_up, function, tear_down)

/* Each trigger has started, was rejected, or waits. */
static void
assert_counts (Fixture *fixture, guint n_started, guint n_rejected, guint n_waiting)
{
  FlitzisControl *control = fixture->control;

  g_assert_cmpuint (flitzis_control_get_n_started (control), ==, n_started);
  g_assert_cmpuint (flitzis_control_get_n_rejected (control), ==, n_rejected);
  g_assert_cmpuint (flitzis_control_get_n_triggered (control), ==,
                    n_started + n_rejected + n_waiting);
}

/* Has the call of a voice that waits be so much older than the newest one. */
static void
make_older (Fixture *fixture, guint64 voice, gint64 age_ns)
{
  FlitzisMixer *mixer = fixture->mixer;

  flitzis_pool_find_voice (&mixer->pool, voice)->called_ns =
      flitzis_get (mixer->settings.newest_call_ns) - (guint64) age_ns;
}

static void
assert_ended (Fixture *fixture, guint n_ended, guint64 voice, FlitzisEndReason reason)
{
  const FlitzisEnded *last;

  flitzis_control_collect (fixture->control);
  tell_all ();
  g_assert_cmpuint (fixture->ended->len, ==, n_ended);
  last = &g_array_index (fixture->ended, FlitzisEnded, n_ended - 1);
  g_assert_cmpuint (last->voice, ==, voice);
  g_assert_cmpint (last->reason, ==, reason);
}

/* In the first block nothing sounds that was called more than 250 ms before the newest. What has a
 * frame is not old. */
static void
test_old_triggers (Fixture *fixture, gconstpointer data)
{
  guint64 old, young, timed, newest;

  g_object_set_data (fixture->owner, "ended", fixture->ended);
  set_sample (fixture, 0, fixture->sample);
  old = play (fixture, 0);
  young = play (fixture, 0);
  timed = schedule (fixture, 10, 0, NULL);
  newest = play (fixture, 0);
  make_older (fixture, old, 250 * MS + 1);
  make_older (fixture, young, 250 * MS);
  assert_counts (fixture, 0, 0, 4);
  flitzis_control_set_streaming (fixture->control, TRUE);
  assert_counts (fixture, 0, 0, 4);

  callback (fixture, 100);
  g_assert_false (sounds (fixture, old));
  g_assert_true (sounds (fixture, young) && sounds (fixture, timed) && sounds (fixture, newest));
  assert_counts (fixture, 3, 1, 0);
  g_assert_cmpuint (flitzis_control_get_n_playing (fixture->control), ==, 3);
  assert_ended (fixture, 1, old, FLITZIS_END_REASON_REJECTED);

  /* once it sounds it is never too old */
  play (fixture, 0);
  fixture->mixer->settings.newest_call_ns += (guint64) HOUR_NS;
  callback (fixture, 100);
  assert_counts (fixture, 3, 2, 0);
  g_assert_cmpuint (flitzis_control_get_n_playing (fixture->control), ==, 3);
  g_object_set_data (fixture->owner, "ended", NULL);
}

/* What wants a late frame while nothing streams is as young as what has a frame to come. */
static void
test_late_triggers_are_not_old (Fixture *fixture, gconstpointer data)
{
  float   out[2 * 32];
  guint64 voice;

  set_sample (fixture, 0, fixture->sample);
  g_assert_true (flitzis_control_render (fixture->control, out, 32, NULL));
  voice = schedule (fixture, 10, 0, NULL);
  play (fixture, 0);
  fixture->mixer->settings.newest_call_ns += (guint64) HOUR_NS;
  flitzis_control_set_streaming (fixture->control, TRUE);
  callback (fixture, 100);
  g_assert_true (sounds (fixture, voice));
  assert_counts (fixture, 1, 1, 0);
}

/* Offline, time does not matter. */
static void
test_render_knows_no_age (Fixture *fixture, gconstpointer data)
{
  float   out[2 * 32];
  guint64 old;

  set_sample (fixture, 0, fixture->sample);
  old = play (fixture, 0);
  play (fixture, 0);
  make_older (fixture, old, HOUR_NS);
  g_assert_true (flitzis_control_render (fixture->control, out, 32, NULL));
  assert_counts (fixture, 2, 0, 0);
  g_assert_cmpuint (flitzis_control_get_n_playing (fixture->control), ==, 2);
}

/* What an output says of the sinks that it has found. */
static void
set_sinks (Fixture *fixture, const char *name)
{
  g_autoptr (GPtrArray) sinks = g_ptr_array_new_with_free_func (
      (GDestroyNotify) flitzis_sink_info_free);

  if (name != NULL)
    g_ptr_array_add (sinks, flitzis_sink_info_new (name, NULL, NULL, FALSE));

  flitzis_control_set_sinks (fixture->control, sinks);
}

/* While it starts and has no sink, only what waits for a moment of its own is accepted. */
static void
test_no_sink (Fixture *fixture, gconstpointer data)
{
  FlitzisControl *control = fixture->control;
  guint64         first, newest_ns;

  set_sample (fixture, 0, fixture->sample);
  g_assert_false (flitzis_control_get_has_sink (control));
  first = play (fixture, 0);
  make_older (fixture, first, 0);
  flitzis_control_set_state (control, FLITZIS_STATE_STARTING);
  set_sinks (fixture, "auto_null");
  g_assert_false (flitzis_control_get_has_sink (control));

  for (guint i = 0; i < 40; i++)
    {
      g_assert_cmpuint (play (fixture, 0), ==, 0);
      assert_counts (fixture, 0, i + 1, 1);
    }

  g_assert_cmpuint (schedule (fixture, 2000, 0, NULL), !=, 0);
  flitzis_control_restart_beats (control, 0);
  fixture->mixer->settings.slots[0].grid = FLITZIS_GRID_BEAT;
  g_assert_cmpuint (play (fixture, 0), !=, 0);
  fixture->mixer->settings.slots[0].grid = FLITZIS_GRID_NONE;
  assert_counts (fixture, 0, 40, 3);

  /* even those that were rejected make others old */
  newest_ns = flitzis_get (fixture->mixer->settings.newest_call_ns);
  fixture->mixer->settings.newest_call_ns = 1;
  g_assert_cmpuint (play (fixture, 0), ==, 0);
  g_assert_cmpuint (fixture->mixer->settings.newest_call_ns, >=, newest_ns);
  make_older (fixture, first, 251 * MS);

  set_sinks (fixture, "speakers");
  g_assert_true (flitzis_control_get_has_sink (control));
  g_assert_cmpuint (play (fixture, 0), !=, 0);
  assert_counts (fixture, 0, 41, 4);
  flitzis_control_set_streaming (control, TRUE);
  callback (fixture, 100);
  g_assert_false (sounds (fixture, first));
  assert_counts (fixture, 2, 42, 1);
  callback (fixture, 2000);
  assert_counts (fixture, 3, 42, 0);
}

/* While blocks do not come though they should, a trigger for now is rejected. */
static void
test_stall (Fixture *fixture, gconstpointer data)
{
  FlitzisControl *control = fixture->control;
  gint64          now = get_now ();
  guint           n_long = 60 * 48000;

  set_sample (fixture, 0, fixture->sample);
  flitzis_control_set_streaming (control, TRUE);
  cycle (fixture, 64, now - 300 * MS);

  /* until the output has seen a block it only waits for the first ones */
  flitzis_control_set_state (control, FLITZIS_STATE_STARTING);
  g_assert_cmpuint (play (fixture, 0), !=, 0);
  flitzis_control_set_state (control, FLITZIS_STATE_RUNNING);
  assert_counts (fixture, 0, 0, 1);

  g_assert_cmpuint (play (fixture, 0), ==, 0);
  assert_counts (fixture, 0, 1, 1);
  g_assert_cmpuint (schedule (fixture, 1000000, 0, NULL), !=, 0);
  flitzis_control_restart_beats (control, 0);
  fixture->mixer->settings.slots[0].grid = FLITZIS_GRID_BAR;
  g_assert_cmpuint (play (fixture, 0), !=, 0);
  fixture->mixer->settings.slots[0].grid = FLITZIS_GRID_NONE;
  assert_counts (fixture, 0, 1, 3);

  /* what has to be as late as all others would be later */
  flitzis_control_set_trigger_timing (control, FLITZIS_TRIGGER_TIMING_CONSTANT);
  g_assert_cmpuint (play (fixture, 0), ==, 0);
  flitzis_control_set_trigger_timing (control, FLITZIS_TRIGGER_TIMING_SOONEST);
  assert_counts (fixture, 0, 2, 3);

  /* blocks that are longer have more time */
  begin_cycle (fixture, n_long, now - 121 * 1000 * MS);
  g_assert_cmpuint (play (fixture, 0), ==, 0);
  begin_cycle (fixture, n_long, now - 100 * 1000 * MS);
  g_assert_cmpuint (play (fixture, 0), !=, 0);
  assert_counts (fixture, 0, 3, 4);

  begin_cycle (fixture, 64, now + HOUR_NS);
  g_assert_cmpuint (play (fixture, 0), !=, 0);
  assert_counts (fixture, 0, 3, 5);

  /* what does not stream cannot stall: that there is no stream is for the state to say */
  flitzis_control_set_streaming (control, FALSE);
  g_assert_cmpuint (play (fixture, 0), !=, 0);
}

/* What is as late as all others has a frame, and is never old. */
static void
test_constant_timing_is_not_old (Fixture *fixture, gconstpointer data)
{
  FlitzisControl *control = fixture->control;
  guint64         stamped;

  set_sample (fixture, 0, fixture->sample);
  flitzis_control_set_streaming (control, TRUE);
  cycle (fixture, 64, get_now () + HOUR_NS);
  flitzis_control_set_state (control, FLITZIS_STATE_RUNNING);
  flitzis_control_set_trigger_timing (control, FLITZIS_TRIGGER_TIMING_CONSTANT);
  stamped = play (fixture, 0);
  fixture->mixer->settings.newest_call_ns += (guint64) HOUR_NS;
  callback (fixture, 200);
  g_assert_true (sounds (fixture, stamped));
  assert_counts (fixture, 1, 0, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("no-copy", test_no_copy);
  ADD ("nothing-piles-up", test_nothing_piles_up);
  ADD ("full-queue", test_full_queue);
  ADD ("full-queue-layers", test_full_queue_layers);
  ADD ("full-queue-stops", test_full_queue_stops);
  ADD ("full-queue-settings", test_full_queue_settings);
  ADD ("reports-bounded", test_reports_bounded);
  ADD ("listener-comes", test_listener_comes);
  ADD ("ids-ascend", test_ids_ascend);
  ADD ("offline-keeps-callback-out", test_offline_keeps_callback_out);
  ADD ("tickets", test_tickets);
  ADD ("free-slots", test_free_slots);
  ADD ("slots-with-layers-are-not-free", test_slots_with_layers_are_not_free);
  ADD ("free-slots-of-threads", test_free_slots_of_threads);
  ADD ("progress", test_progress);
  ADD ("telling", test_telling);
  ADD ("cancel-never-fails", test_cancel_never_fails);
  ADD ("trigger-is-sent-whole", test_trigger_is_sent_whole);
  ADD ("places", test_places);
  ADD ("away", test_away);
  ADD ("memory", test_memory);
  ADD ("beats-of-a-block", test_beats_of_a_block);
  ADD ("time-over-runs", test_time_over_runs);
  ADD ("time-over-gaps", test_time_over_gaps);
  ADD ("time-of-a-driver-that-hangs", test_time_of_a_driver_that_hangs);
  ADD ("time-never-runs-backwards", test_time_never_runs_backwards);
  ADD ("time-never-contradicts-itself", test_time_never_contradicts_itself);
  ADD ("old-triggers", test_old_triggers);
  ADD ("late-triggers-are-not-old", test_late_triggers_are_not_old);
  ADD ("render-knows-no-age", test_render_knows_no_age);
  ADD ("no-sink", test_no_sink);
  ADD ("stall", test_stall);
  ADD ("constant-timing-is-not-old", test_constant_timing_is_not_old);

  return g_test_run ();
}
