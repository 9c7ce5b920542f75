/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control.h"

#include "control/control-private.h"
#include "flitzis-error.h"
#include "rt/atomics.h"
#include "rt/mixer.h"
#include "rt/owner.h"

#include <gio/gio.h>
#include <string.h>

#define N_AT_ONCE 8 /* reports read under one lock, which blocks triggers */

G_STATIC_ASSERT ((int) FLITZIS_END_FINISHED == FLITZIS_END_REASON_FINISHED);
G_STATIC_ASSERT ((int) FLITZIS_END_STOPPED == FLITZIS_END_REASON_STOPPED);
G_STATIC_ASSERT ((int) FLITZIS_END_STOLEN == FLITZIS_END_REASON_STOLEN);
G_STATIC_ASSERT ((int) FLITZIS_END_CHOKED == FLITZIS_END_REASON_CHOKED);
G_STATIC_ASSERT ((int) FLITZIS_END_CANCELLED == FLITZIS_END_REASON_CANCELLED);
G_STATIC_ASSERT ((int) FLITZIS_END_UNLOADED == FLITZIS_END_REASON_UNLOADED);
G_STATIC_ASSERT ((int) FLITZIS_END_FAILED == FLITZIS_END_REASON_FAILED);
G_STATIC_ASSERT ((int) FLITZIS_END_REJECTED == FLITZIS_END_REASON_REJECTED);

static void
prepare_fork (gpointer data)
{
  FlitzisControl *self = data;

  g_mutex_lock (&self->mutex);
  flitzis_notifier_lock (self->notifier);
}

/* In the child, outstanding voices and samples never come back. */
static void
become_child (gpointer data)
{
  FlitzisControl *self = data;

  self->state = FLITZIS_STATE_STOPPED;
  flitzis_sink_table_set_sinks (&self->sinks, NULL);
  self->wake = NULL;
  self->is_driven = FALSE;
  self->is_asleep = FALSE;
  flitzis_notifier_abandon (self->notifier);
  flitzis_mixer_reset (self->mixer);
  flitzis_load_table_abandon (&self->loads);
  memset (self->requests_seen, 0, self->mixer->n_streams * sizeof *self->requests_seen);
  memset (self->are_fed, 0, self->mixer->n_streams * sizeof *self->are_fed);
  flitzis_voice_accounts_abandon (&self->voices);
}

static void
resume_after_fork (gpointer data)
{
  FlitzisControl *self = data;

  flitzis_notifier_unlock (self->notifier);
  g_mutex_unlock (&self->mutex);
}

FlitzisControl *
flitzis_control_new (const FlitzisMixerSize *size, FlitzisNotifier *notifier)
{
  FlitzisControl *self = g_new0 (FlitzisControl, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->measured);
  g_cond_init (&self->fed);
  g_cond_init (&self->room);
  self->measuring = g_cancellable_new ();
  self->notifier = flitzis_notifier_ref (notifier);
  self->idle_timeout = FLITZIS_DEFAULT_IDLE_TIMEOUT;
  self->mixer = flitzis_mixer_new (size);

  if (self->mixer == NULL)
    g_error ("No memory for an engine of %u slots and %u voices", size->n_slots, size->n_voices);

  self->requests_seen = g_new0 (guint32, size->n_streams);
  self->are_fed = g_new0 (gboolean, size->n_streams);
  self->slot_feeds = g_new0 (FlitzisSlotFeed, size->n_slots);
  flitzis_voice_accounts_init (&self->voices, self->mixer);
  flitzis_waiting_events_init (&self->events, self->mixer);
  flitzis_sample_table_init (&self->samples, self->mixer, FLITZIS_DEFAULT_MEMORY_LIMIT);
  flitzis_load_table_init (&self->loads, self->mixer->n_slots);
  flitzis_level_table_init (&self->levels, self->mixer);
  flitzis_tween_table_init (&self->tweens, self->mixer);
  flitzis_tempo_init (&self->tempo, self->mixer);
  flitzis_timeline_init (&self->timeline, self->mixer);
  self->fork_watch = (FlitzisForkWatch){
    .prepare = prepare_fork,
    .become_child = become_child,
    .resume = resume_after_fork,
    .data = self,
  };
  flitzis_fork_watch (&self->fork_watch);

  return self;
}

FlitzisControl *
flitzis_control_ref (FlitzisControl *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
flitzis_control_unref (FlitzisControl *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  flitzis_fork_unwatch (&self->fork_watch);

  for (guint i = 0; i < self->mixer->n_slots; i++)
    g_clear_error (&self->slot_feeds[i].error);

  g_free (self->slot_feeds);
  g_free (self->requests_seen);
  g_free (self->are_fed);
  flitzis_mixer_free (self->mixer);
  flitzis_notifier_unref (self->notifier);
  flitzis_voice_accounts_clear (&self->voices);
  flitzis_sample_table_clear (&self->samples);
  flitzis_load_table_clear (&self->loads);
  flitzis_level_table_clear (&self->levels);
  flitzis_sink_table_clear (&self->sinks);
  g_queue_clear_full (&self->to_measure, g_object_unref);
  g_clear_object (&self->measuring);
  g_cond_clear (&self->measured);
  g_cond_clear (&self->fed);
  g_cond_clear (&self->room);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
flitzis_control_lock (FlitzisControl *self)
{
  g_mutex_lock (&self->mutex);
}

/* A paused engine is quiet, although its voices do not end. */
gboolean
flitzis_control_check_quiet (FlitzisControl *self)
{
  if (self->idle_timeout == 0.0 || self->is_roused ||
      flitzis_queue_get_n_waiting (&self->mixer->commands) > 0)
    return FALSE;

  return flitzis_get (self->mixer->settings.is_paused) ||
         (self->voices.n_voices == 0 && !flitzis_tempo_is_running (&self->tempo) &&
          flitzis_waiting_events_get_n_waiting (&self->events) == 0);
}

static gboolean
has_outstanding (FlitzisControl *self)
{
  if (self->is_asleep)
    return !flitzis_control_check_quiet (self);

  return self->voices.n_voices > 0 || flitzis_sample_table_has_outstanding (&self->samples) ||
         self->levels.is_sounding || flitzis_tempo_has_beats (&self->tempo) ||
         flitzis_timeline_is_latency_old (&self->timeline) ||
         flitzis_tween_table_has_outstanding (&self->tweens);
}

/* Drops the last references to samples, which may run code of the program. */
static void
release_worker (gpointer data, gpointer user_data)
{
  g_ptr_array_unref (data);
}

static GThreadPool *
get_release_pool (void)
{
  static gsize pool = 0;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) g_thread_pool_new (release_worker, NULL, 1, FALSE, NULL));

  return (GThreadPool *) pool;
}

void
flitzis_control_unlock (FlitzisControl *self)
{
  GPtrArray *released = flitzis_sample_table_take_released (&self->samples);
  gboolean   is_driven = self->is_driven;

  if (self->wake != NULL && !self->is_collecting && has_outstanding (self))
    {
      self->is_collecting = TRUE;
      self->wake (self->wake_data);
    }

  g_mutex_unlock (&self->mutex);

  /* while an output drives, this may be its thread, or one that waits for it; neither may run code
   * of the program */
  if (released != NULL)
    {
      g_ptr_array_set_free_func (released, g_object_unref);

      if (is_driven)
        g_thread_pool_push (get_release_pool (), released, NULL);
      else
        g_ptr_array_unref (released);
    }
}

static void
end_voice (FlitzisControl *self, guint64 voice, FlitzisEndReason reason, gboolean is_wanted)
{
  FlitzisEnded ended = { .voice = voice, .reason = reason };

  if (flitzis_voice_accounts_remove (&self->voices, voice, &ended.slot))
    flitzis_control_push_slot_changed (self, ended.slot, "playing");

  if (is_wanted)
    flitzis_notifier_push_ended (self->notifier, &ended);
}

/* The end of the reports to read, and whether to emit them. The end is read first: a handler that
 * is connected after that receives only the voices that end later. */
typedef struct
{
  guint32  end;
  gboolean is_wanted;
} Reports;

static Reports
look_for_reports (FlitzisControl *self)
{
  Reports reports = { .end = flitzis_queue_get_end (&self->mixer->reports) };

  reports.is_wanted = flitzis_notifier_wants_ended (self->notifier);

  return reports;
}

/* Reads at most `n_reports` reports. Returns FALSE if there are no more. */
static gboolean
read_reports (FlitzisControl *self, const Reports *reports, guint n_reports)
{
  FlitzisQueue *queue = &self->mixer->reports;
  guint         n_before = flitzis_queue_get_n_before (queue, reports->end);
  FlitzisReport report;

  for (guint i = 0; i < MIN (n_reports, n_before) && flitzis_queue_pop (queue, &report); i++)
    {
      if (report.kind == FLITZIS_REPORT_RETIRED)
        flitzis_sample_table_retire (&self->samples, report.handle);
      else
        end_voice (self, report.voice, (FlitzisEndReason) report.reason, reports->is_wanted);
    }

  return n_before > n_reports;
}

/* Reports the levels that the table has begun to read or to drop. */
static void
push_levels (FlitzisControl *self)
{
  for (guint i = 0; i < self->mixer->n_slots; i++)
    {
      if (flitzis_level_table_update_slot (&self->levels, i))
        flitzis_control_push_slot_changed (self, i, "level");
    }

  if (flitzis_level_table_update_left (&self->levels))
    flitzis_control_push_changed (self, "level-left");

  if (flitzis_level_table_update_right (&self->levels))
    flitzis_control_push_changed (self, "level-right");
}

/* Reports the properties that tweens have moved. */
static void
push_tweens (FlitzisControl *self)
{
  static const char *const names[FLITZIS_N_PARAMETERS] = { "gain", "pan", "playback-rate" };

  if (flitzis_tween_table_update_engine (&self->tweens))
    flitzis_control_push_changed (self, "gain");

  for (guint i = 0; i < self->mixer->n_slots; i++)
    for (guint k = 0; k < FLITZIS_N_PARAMETERS; k++)
      if (flitzis_tween_table_update_slot (&self->tweens, i, k))
        flitzis_control_push_slot_changed (self, i, names[k]);
}

static void
push_sound (FlitzisControl *self)
{
  guint    n_playing = flitzis_get (self->mixer->pool.n_playing);
  gboolean is_interval = flitzis_level_table_begin_reading (&self->levels);

  if (n_playing != self->n_playing_told)
    flitzis_control_push_changed (self, "n-playing");

  self->n_playing_told = n_playing;

  if (is_interval)
    push_levels (self);

  if (flitzis_tween_table_begin_reading (&self->tweens, is_interval))
    push_tweens (self);
}

/* The handle in the request is in use for as long as the generation lasts. */
static FlitzisFeed *
feed_new (FlitzisControl *self, FlitzisRing *ring, const FlitzisRingRequest *request)
{
  FlitzisFeed *feed = g_new0 (FlitzisFeed, 1);

  feed->control = flitzis_control_ref (self);
  feed->ring = ring;
  feed->request = *request;
  feed->sample = g_object_ref (flitzis_sample_table_get_handled (&self->samples,
                                                                 request->handle));

  return feed;
}

/* Starts feeders for the voices that ask for frames. */
static void
start_feeds (FlitzisControl *self)
{
  FlitzisMixer *mixer = self->mixer;

  for (guint i = 0; i < mixer->n_streams; i++)
    {
      FlitzisRing       *ring = &mixer->rings[i];
      guint32            sequence = flitzis_seqlock_get_sequence (&ring->request);
      FlitzisRingRequest request;
      guint64            place;

      if (sequence == self->requests_seen[i] ||
          !flitzis_seqlock_try_read (&ring->request, &request, sizeof request))
        continue;

      self->requests_seen[i] = sequence;

      /* the feeder of the last request leaves now, not when it looks for room */
      g_cond_broadcast (&self->room);

      if (flitzis_ring_is_wanted (ring, request.generation, &place))
        self->start_feed (feed_new (self, ring, &request));
    }
}

void
flitzis_control_read_reports (FlitzisControl *self)
{
  Reports reports = look_for_reports (self);

  read_reports (self, &reports, G_MAXUINT);
  start_feeds (self);
  push_sound (self);
}

/* Beats and steps from before a handler was connected, or from before the clock ran, are not
 * reported. */
void
flitzis_control_push_beats_before (FlitzisControl *self, guint64 end)
{
  gint64      latency_ns = flitzis_timeline_get_whole_latency (&self->timeline);
  gboolean    is_running = flitzis_tempo_is_running (&self->tempo);
  gboolean    beats = is_running && flitzis_notifier_wants_beats (self->notifier);
  gboolean    steps = is_running && flitzis_notifier_wants_steps (self->notifier);
  FlitzisBeat beat = { 0 };

  flitzis_tempo_begin_reporting (&self->tempo, beats, steps, end);

  while (flitzis_tempo_take (&self->tempo, end, &beat.is_step, &beat.beat, &beat.frame))
    {
      gint64 time_ns = flitzis_timeline_estimate_time (&self->timeline, beat.frame);

      beat.time_ns = -1;

      if (time_ns >= 0 && latency_ns >= 0)
        beat.time_ns = time_ns + latency_ns;

      flitzis_notifier_push_beat (self->notifier, &beat);
    }
}

void
flitzis_control_push_beats (FlitzisControl *self)
{
  guint64 position = flitzis_get (self->mixer->position);

  flitzis_control_push_beats_before (self, position);
}

/* Forgets what was found out about the streamed sample of the slot. */
static void
reset_feed (FlitzisControl *self, guint slot)
{
  FlitzisSlotFeed *feed = &self->slot_feeds[slot];

  feed->n_frames = 0;
  flitzis_control_push_slot_changed (self, slot, "n-frames");

  if (feed->error == NULL)
    return;

  g_clear_error (&feed->error);
  flitzis_control_push_slot_changed (self, slot, "stream-error");
}

void
flitzis_control_publish (FlitzisControl      *self,
                         guint                slot,
                         guint                layer,
                         FlitzisSample       *sample,
                         FlitzisVelocityRange range,
                         gboolean             is_added)
{
  if (flitzis_sample_table_publish (&self->samples, slot, layer, sample, range, is_added) &&
      layer == 0)
    {
      flitzis_control_push_slot_changed (self, slot, "sample");
      reset_feed (self, slot);
    }
}

void
flitzis_control_push_load_changes (FlitzisControl *self, guint slot, FlitzisLoadChanges changes)
{
  if (changes & FLITZIS_LOAD_CHANGED_PROGRESS)
    flitzis_control_push_slot_changed (self, slot, "load-progress");

  if (changes & FLITZIS_LOAD_CHANGED_LOADING)
    flitzis_control_push_slot_changed (self, slot, "loading");
}

void
flitzis_control_unload (FlitzisControl *self, guint slot, gboolean only_added)
{
  FlitzisLoadChanges changes = flitzis_load_table_supersede_layers (&self->loads, slot);

  if (!only_added)
    changes |= flitzis_load_table_supersede (&self->loads, slot);

  flitzis_control_push_load_changes (self, slot, changes);

  for (guint i = 0; i < FLITZIS_N_LAYERS; i++)
    if (!only_added || self->samples.slots[slot].layers[i].is_added)
      flitzis_control_publish (self, slot, i, NULL, (FlitzisVelocityRange){ 0 }, FALSE);
}

/* While no stream is streaming, no callback reads the commands, so this function applies them. */
void
flitzis_control_settle (FlitzisControl *self)
{
  FlitzisMixer *mixer = self->mixer;

  flitzis_sample_table_send_pending (&self->samples);

  if (flitzis_mixer_is_streaming (mixer) || !flitzis_mixer_try_own (mixer, FLITZIS_OWNER_CONTROL))
    return;

  do
    {
      flitzis_mixer_apply (mixer);
      flitzis_control_read_reports (self);
      flitzis_sample_table_send_pending (&self->samples);
    }
  while (flitzis_queue_get_n_waiting (&mixer->commands) > 0);

  flitzis_mixer_disown (mixer);
  g_cond_broadcast (&self->room);
}

void
flitzis_control_close (FlitzisControl *self)
{
  g_cancellable_cancel (self->measuring);

  flitzis_control_lock (self);
  self->is_closed = TRUE;

  for (guint i = 0; i < self->mixer->n_slots; i++)
    flitzis_control_unload (self, i, FALSE);

  flitzis_control_settle (self);
  g_cond_broadcast (&self->room);
  flitzis_control_unlock (self);
}

gboolean
flitzis_control_check_slot (FlitzisControl *self, guint slot, GError **error)
{
  if (!flitzis_fork_check (error))
    return FALSE;

  if (slot < self->mixer->n_slots)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_SLOT,
               self->mixer->n_slots == 1 ? "There is no slot %u: there is %u slot, number 0"
                                         : "There is no slot %u: there are %u slots, from 0 on",
               slot, self->mixer->n_slots);

  return FALSE;
}

FlitzisMixer *
flitzis_control_get_output_mixer (FlitzisControl *self)
{
  return self->mixer;
}

void
flitzis_control_set_driven (FlitzisControl *self, gboolean is_driven)
{
  flitzis_control_lock (self);
  self->is_driven = is_driven;
  flitzis_control_unlock (self);
}

void
flitzis_control_set_wake (FlitzisControl *self, void (*wake) (gpointer data), gpointer data)
{
  flitzis_control_lock (self);
  self->wake = wake;
  self->wake_data = data;
  self->is_collecting = FALSE;
  flitzis_control_unlock (self);
}

void
flitzis_control_set_state (FlitzisControl *self, FlitzisState state)
{
  flitzis_control_lock (self);

  if (self->state == state)
    {
      flitzis_control_unlock (self);
      return;
    }

  flitzis_control_push_changed (self, "state");
  self->state = state;

  if (flitzis_timeline_fix_trigger_delay (&self->timeline))
    flitzis_control_push_changed (self, "trigger-delay");

  flitzis_control_unlock (self);
}

void
flitzis_control_set_streaming (FlitzisControl *self, gboolean streaming)
{
  flitzis_control_lock (self);
  flitzis_mixer_set_streaming (self->mixer, streaming);
  g_cond_broadcast (&self->room);

  if (!streaming)
    {
      /* work that has come while the stream was being paused wakes the output again */
      self->is_collecting = FALSE;
      flitzis_level_table_begin_dropping (&self->levels);
      push_levels (self);
    }

  flitzis_control_settle (self);
  flitzis_control_unlock (self);
}

/* Other threads never wait long for the mutex: it is unlocked after every few reports. The slowest
 * step, asking whether a handler is connected, comes before the lock. */
gboolean
flitzis_control_collect (FlitzisControl *self)
{
  Reports  reports = look_for_reports (self);
  gboolean more;

  flitzis_control_lock (self);
  flitzis_control_settle (self);

  while (read_reports (self, &reports, N_AT_ONCE))
    {
      flitzis_control_unlock (self);
      flitzis_control_lock (self);
    }

  start_feeds (self);
  push_sound (self);
  flitzis_control_push_beats (self);
  more = self->is_collecting = has_outstanding (self);
  flitzis_control_unlock (self);

  return more;
}
