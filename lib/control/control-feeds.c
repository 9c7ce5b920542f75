/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control.h"

#include "control/control-private.h"
#include "flitzis-sample-private.h"
#include "rt/atomics.h"
#include "rt/owner.h"

/* Starts the feeders of streamed voices, and makes them wait for room in their rings. */

/* A feeder waits until it has this part of the ring to fill, so that it seldom wakes. */
#define N_PARTS 8

/* The callback cannot signal that it has read frames, so a feeder looks after the time that a part
 * of the ring lasts at rate 1. At the highest rate, half of the ring is still full then. */
#define LOOK_US (G_USEC_PER_SEC / 4)

void
flitzis_control_set_feeder (FlitzisControl *self, FlitzisFeedFunc start_feed)
{
  self->start_feed = start_feed;
}

void
flitzis_feed_free (FlitzisFeed *feed)
{
  g_object_unref (feed->sample);
  flitzis_control_unref (feed->control);
  g_free (feed);
}

static gboolean
is_wanted (FlitzisControl *self, FlitzisRing *ring, guint64 generation, guint64 *place)
{
  return !self->is_closed && flitzis_ring_is_wanted (ring, generation, place);
}

gboolean
flitzis_control_begin_feed (FlitzisFeed *feed)
{
  FlitzisControl *self = feed->control;
  guint           i = (guint) (feed->ring - self->mixer->rings);
  gboolean        is_begun;
  guint64         place;

  flitzis_control_lock (self);

  while (self->are_fed[i])
    g_cond_wait (&self->room, &self->mutex);

  is_begun = is_wanted (self, feed->ring, feed->request.generation, &place);
  self->are_fed[i] = is_begun;
  flitzis_control_unlock (self);

  return is_begun;
}

/* While no callback drives the mixer, only calls change what is wanted, and they signal it. */
static void
wait_for_change (FlitzisControl *self)
{
  if (flitzis_mixer_is_streaming (self->mixer))
    g_cond_wait_until (&self->room, &self->mutex, g_get_monotonic_time () + LOOK_US);
  else
    g_cond_wait (&self->room, &self->mutex);
}

gboolean
flitzis_control_wait_for_room (FlitzisFeed *feed, guint64 end, guint *n_frames)
{
  FlitzisControl *self = feed->control;
  FlitzisRing    *ring = feed->ring;
  gboolean        still;
  guint64         place;

  flitzis_control_lock (self);

  while ((still = is_wanted (self, ring, feed->request.generation, &place)))
    {
      *n_frames = ring->n_frames - (guint) (end - place);

      if (*n_frames >= ring->n_frames / N_PARTS)
        break;

      wait_for_change (self);
    }

  flitzis_control_unlock (self);

  return still;
}

void
flitzis_control_publish_feed (FlitzisFeed *feed, const FlitzisRingContent *content)
{
  FlitzisControl *self = feed->control;

  flitzis_ring_publish (feed->ring, feed->request.generation, content);
  flitzis_control_lock (self);
  flitzis_set (self->n_feed_changes, flitzis_get (self->n_feed_changes) + 1);
  g_cond_signal (&self->fed);
  flitzis_control_unlock (self);
}

/* The slot may have another sample by now. */
static gboolean
holds_sample (FlitzisControl *self, guint slot, FlitzisSample *sample)
{
  for (guint i = 0; i < FLITZIS_N_LAYERS; i++)
    if (flitzis_sample_table_get (&self->samples, slot, i) == sample)
      return TRUE;

  return FALSE;
}

static void
note_length (FlitzisControl *self, guint slot, guint64 n_frames)
{
  if (n_frames == 0 || self->slot_feeds[slot].n_frames == n_frames)
    return;

  self->slot_feeds[slot].n_frames = n_frames;
  flitzis_control_push_slot_changed (self, slot, "n-frames");
}

static void
note_error (FlitzisControl *self, guint slot, const GError *error)
{
  if (error == NULL)
    return;

  g_clear_error (&self->slot_feeds[slot].error);
  self->slot_feeds[slot].error = g_error_copy (error);
  flitzis_control_push_slot_changed (self, slot, "stream-error");
}

void
flitzis_control_note_feed (FlitzisFeed *feed, guint64 n_frames, const GError *error)
{
  FlitzisControl *self = feed->control;
  guint           slot = feed->request.slot;

  flitzis_control_lock (self);

  if (flitzis_sample_table_get (&self->samples, slot, 0) == feed->sample)
    note_length (self, slot, n_frames);

  if (holds_sample (self, slot, feed->sample))
    note_error (self, slot, error);

  flitzis_control_unlock (self);
}

void
flitzis_control_end_feed (FlitzisFeed *feed)
{
  FlitzisControl *self = feed->control;

  flitzis_control_lock (self);
  self->are_fed[feed->ring - self->mixer->rings] = FALSE;
  g_cond_broadcast (&self->room);
  flitzis_control_unlock (self);
}

gint64
flitzis_control_get_n_frames (FlitzisControl *self, guint slot)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  FlitzisSample *sample = flitzis_sample_table_get (&self->samples, slot, 0);
  guint64        n_frames = sample != NULL ? flitzis_sample_get_n_frames (sample) : 0;

  if (n_frames == 0)
    n_frames = self->slot_feeds[slot].n_frames;

  return n_frames > 0 ? (gint64) n_frames : -1;
}

GError *
flitzis_control_dup_stream_error (FlitzisControl *self, guint slot)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const GError *error = self->slot_feeds[slot].error;

  return error != NULL ? g_error_copy (error) : NULL;
}

guint64
flitzis_control_get_n_underruns (FlitzisControl *self)
{
  return flitzis_get (self->mixer->pool.n_underruns);
}
