/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "load/feeder.h"

#include "decode/stream-reader.h"
#include "flitzis-sample-private.h"
#include "rt/atomics.h"
#include "rt/range.h"

#include <string.h>

/* The most frames that are written before the voice sees them. */
#define MAX_WRITTEN 4096

/* A loop that is shorter than this is kept in memory: going back in the file takes too long. */
#define KEPT_FRAMES(sample_rate) ((gsize) (sample_rate))

/* If the slot's loop changes and ends before the frame that is read then, the sound fades over into
 * the new loop in 5 ms. */
#define FADE_FRAMES(sample_rate) ((sample_rate) / 200)

/* Frames of the sample that are in memory. */
typedef struct
{
  float  *values;
  guint64 start;
  gsize   n_frames;
} Kept;

typedef struct
{
  FlitzisFeed         *feed;
  FlitzisStreamReader *reader; /* NULL until it is needed */
  FlitzisSlotSettings *settings;
  guint                n_channels;
  guint                sample_rate;

  guint64 frame;     /* of the sample, the next one to be written */
  guint64 place;     /* of this frame in the ring */
  guint64 reader_at; /* the frame that the reader gives next */
  guint64 n_frames;  /* the length of the sample, or FLITZIS_END_UNKNOWN */
  guint   n_returns; /* how often it has gone back in a loop */

  Kept loop; /* a short loop, as far as it has been read */

  float *faded; /* the frames that fade out after a jump */
  gsize  n_faded;
  gsize  n_mixed; /* of these frames */
} Feeder;

/* A loop within the part that is played. */
typedef struct
{
  guint   n_left; /* how many times the voice is still to go back; 0: it does not loop */
  guint64 start, end;
} Loop;

static guint64
get_end (const Feeder *self)
{
  guint64 end = self->feed->request.end;

  return end > 0 ? MIN (end, self->n_frames) : self->n_frames;
}

static Loop
get_loop (Feeder *self)
{
  const FlitzisRingRequest *request = &self->feed->request;
  FlitzisRange              part = { request->start, get_end (self) };
  FlitzisRange              loop = flitzis_range_make (flitzis_get (self->settings->loop_start),
                                                       flitzis_get (self->settings->loop_end),
                                                       self->n_frames);

  loop = flitzis_range_clip (loop, part);

  return (Loop){
    .n_left = flitzis_settings_count_loops (self->settings, request->n_passes, self->n_returns),
    .start = loop.start,
    .end = loop.end,
  };
}

/* Copies the next frames if they are in memory, at most `n_frames`. Returns how many it copied. */
static gsize
copy_kept (Feeder *self, const Kept *kept, float *out, gsize n_frames)
{
  guint64 first = self->frame - kept->start;

  if (self->frame < kept->start || first >= kept->n_frames)
    return 0;

  n_frames = MIN (n_frames, kept->n_frames - first);
  memcpy (out, kept->values + first * self->n_channels,
          n_frames * self->n_channels * sizeof (float));

  return n_frames;
}

static Kept
get_head (Feeder *self)
{
  gsize n_bytes;
  Kept  head = { .values = (float *) g_bytes_get_data (
                     flitzis_sample_peek_held (self->feed->sample), &n_bytes) };

  head.n_frames = n_bytes / (self->n_channels * sizeof (float));

  return head;
}

/* Keeps the frames that were read if they continue the loop. */
static void
keep (Feeder *self, const Loop *loop, const float *frames, gsize n_frames)
{
  Kept *kept = &self->loop;
  gsize n_max = KEPT_FRAMES (self->sample_rate);

  if (loop->n_left == 0 || loop->end - loop->start > n_max)
    return;

  if (kept->values == NULL)
    kept->values = g_new (float, n_max * self->n_channels);

  if (kept->start != loop->start)
    {
      kept->start = loop->start;
      kept->n_frames = 0;
    }

  if (self->frame != kept->start + kept->n_frames)
    return;

  n_frames = MIN (n_frames, n_max - kept->n_frames);
  memcpy (kept->values + kept->n_frames * self->n_channels, frames,
          n_frames * self->n_channels * sizeof (float));
  kept->n_frames += n_frames;
}

static gboolean
open_reader (Feeder *self, GError **error)
{
  gint64 n_frames;

  self->reader = flitzis_stream_reader_new (flitzis_sample_peek_source (self->feed->sample), NULL,
                                            error);

  if (self->reader == NULL)
    return FALSE;

  n_frames = flitzis_stream_reader_get_length (self->reader);

  if (n_frames >= 0)
    self->n_frames = n_frames;

  return TRUE;
}

/* Reads up to `n_frames` from self->frame on, without moving self->frame. Returns how many there
 * were: 0 at the end of the sample, and -1 on an error. */
static gssize
read_frames (Feeder *self, const Loop *loop, float *out, gsize n_frames, GError **error)
{
  Kept   head = get_head (self);
  gssize n = (gssize) copy_kept (self, &head, out, n_frames);

  if (n > 0)
    keep (self, loop, out, n);
  else
    n = (gssize) copy_kept (self, &self->loop, out, n_frames);

  if (n > 0)
    return n;

  if (self->reader == NULL && !open_reader (self, error))
    return -1;

  if (self->reader_at != self->frame &&
      !flitzis_stream_reader_seek (self->reader, self->frame, error))
    return -1;

  n = flitzis_stream_reader_read (self->reader, out, n_frames, error);

  if (n < 0)
    return -1;

  keep (self, loop, out, n);
  self->reader_at = self->frame + n;

  /* fewer frames come at the end, or before an error, which the next read returns */
  if ((gsize) n < n_frames &&
      flitzis_stream_reader_read (self->reader, out + n * self->n_channels, 1, NULL) == 0)
    self->n_frames = self->reader_at;

  return n;
}

/* Reads the frames that fade out when the voice leaves this place. */
static gboolean
read_faded (Feeder *self, const Loop *loop, GError **error)
{
  guint64 frame = self->frame;
  gsize   n_fade = FADE_FRAMES (self->sample_rate);
  gssize  n = 1;

  if (self->faded == NULL)
    self->faded = g_new (float, n_fade * self->n_channels);

  for (self->n_faded = self->n_mixed = 0; self->n_faded < n_fade && n > 0; self->n_faded += n)
    {
      n = read_frames (self, loop, self->faded + self->n_faded * self->n_channels,
                       n_fade - self->n_faded, error);

      if (n < 0)
        return FALSE;

      self->frame += n;
    }

  self->frame = frame;

  return TRUE;
}

static void
mix_faded (Feeder *self, float *out, gsize n_frames)
{
  for (gsize i = 0; i < n_frames && self->n_mixed < self->n_faded; i++, self->n_mixed++)
    {
      float x = (float) (self->n_mixed + 1) / (float) (self->n_faded + 1);

      for (guint c = 0; c < self->n_channels; c++)
        out[i * self->n_channels + c] =
            x * out[i * self->n_channels + c] +
            (1.0f - x) * self->faded[self->n_mixed * self->n_channels + c];
    }
}

/* Goes back to the start of the loop at its end. A frame after the end jumps into the loop. */
static gboolean
go_around (Feeder *self, const Loop *loop, GError **error)
{
  guint64 length = loop->end - loop->start;
  guint64 n;

  if (loop->n_left == 0 || self->frame < loop->end)
    return TRUE;

  if (self->frame > loop->end &&
      !(self->feed->request.is_first && self->place == self->feed->request.place) &&
      !read_faded (self, loop, error))
    return FALSE;

  n = MIN ((self->frame - loop->start) / length, loop->n_left);
  self->frame -= n * length;
  self->n_returns += (guint) MIN (n, G_MAXUINT - self->n_returns);

  return TRUE;
}

/* Writes the next frames, at most `n_frames`. Sets `is_over` at the end of the part. */
static gboolean
write_frames (Feeder *self, gsize n_frames, gboolean *is_over, GError **error)
{
  FlitzisRing      *ring = self->feed->ring;
  float            *out = flitzis_ring_get_values (ring, self->place, self->n_channels);
  FlitzisRingFrame *frames = flitzis_ring_get_frame (ring, self->place);
  Loop              loop = get_loop (self);
  guint64           stop;
  gssize            n;

  if (!go_around (self, &loop, error))
    return FALSE;

  stop = loop.n_left > 0 && self->frame < loop.end ? loop.end : get_end (self);
  *is_over = self->frame >= stop;

  if (*is_over)
    return TRUE;

  n_frames = MIN (n_frames, flitzis_ring_count_in_row (ring, self->place));
  n_frames = MIN (n_frames, stop - self->frame);
  n = read_frames (self, &loop, out, n_frames, error);

  if (n < 0)
    return FALSE;

  mix_faded (self, out, n);

  for (gssize i = 0; i < n; i++)
    frames[i] = (FlitzisRingFrame){ (guint32) (self->frame + i), self->n_returns };

  self->frame += n;
  self->place += n;

  return TRUE;
}

/* Finds out whether the part ends before the sample does. */
static gboolean
check_cut (Feeder *self, gboolean *is_cut, GError **error)
{
  static const Loop none = { 0 };
  float             values[2];
  gssize            n = 1;

  if (self->n_frames == FLITZIS_END_UNKNOWN)
    n = read_frames (self, &none, values, 1, error);

  *is_cut = self->frame < self->n_frames;

  return n >= 0;
}

static void
note (Feeder *self, const GError *error)
{
  flitzis_control_note_feed (self->feed,
                             self->n_frames != FLITZIS_END_UNKNOWN ? self->n_frames : 0, error);
}

static gboolean
run (Feeder *self, FlitzisRingContent *content, GError **error)
{
  gboolean is_over = FALSE, is_cut = FALSE;
  guint    n_room;

  while (!is_over && flitzis_control_wait_for_room (self->feed, self->place, &n_room))
    {
      if (!write_frames (self, MIN (n_room, MAX_WRITTEN), &is_over, error) ||
          (is_over && !check_cut (self, &is_cut, error)))
        return FALSE;

      content->end = self->place;
      content->is_complete = is_over;
      content->is_cut = is_cut;
      if (is_over)
        note (self, NULL);
      flitzis_control_publish_feed (self->feed, content);
    }

  return TRUE;
}

static void
feeder_worker (gpointer data, gpointer user_data)
{
  g_autoptr (FlitzisFeed) feed = data;
  const FlitzisRingRequest *request = &feed->request;
  FlitzisRingContent        content = { .end = request->place };
  g_autoptr (GError) error = NULL;
  Feeder self = {
    .feed = feed,
    .settings = &flitzis_control_get_settings (feed->control)->slots[request->slot],
    .n_channels = flitzis_sample_get_n_channels (feed->sample),
    .sample_rate = flitzis_sample_get_sample_rate (feed->sample),
    .frame = request->frame,
    .place = request->place,
    .n_returns = request->n_returns,
    .n_frames = flitzis_sample_get_n_frames (feed->sample),
  };

  if (self.n_frames == 0)
    self.n_frames = FLITZIS_END_UNKNOWN;

  if (!flitzis_control_begin_feed (feed))
    return;

  if (!run (&self, &content, &error))
    {
      content.is_complete = content.is_cut = content.has_failed = true;
      note (&self, error);
      flitzis_control_publish_feed (feed, &content);
    }

  flitzis_control_end_feed (feed);
  g_clear_pointer (&self.reader, flitzis_stream_reader_free);
  g_free (self.loop.values);
  g_free (self.faded);
}

/* Each voice has a thread, since a disk or a network may make it wait. */
static GThreadPool *
get_pool (void)
{
  static gsize pool = 0;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) g_thread_pool_new (feeder_worker, NULL, -1, FALSE, NULL));

  return (GThreadPool *) pool;
}

void
flitzis_feeder_start (FlitzisFeed *feed)
{
  g_thread_pool_push (get_pool (), feed, NULL);
}
