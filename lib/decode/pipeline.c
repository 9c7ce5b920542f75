/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Has a stream decoded: takes the frames, keeps watch, and words what went wrong. */

#include "config.h"

#include "decode/pipeline.h"

#include "decode/direct.h"
#include "decode/findings.h"
#include "decode/intake.h"
#include "decode/watch.h"
#include "flitzis-error.h"

#include <gio/gfiledescriptorbased.h>
#include <string.h>

/* What is missing of an Ogg file, at the least: no packet has fewer frames. */
#define MIN_MISSING_FRAMES 16

/* How long a cancel or an error may go unseen while no frame arrives. */
#define LOOK_US (20 * 1000)

/* GStreamer's own words for it say less, and which of them come is chance. */
#define NO_SENSE "no decoder can make sense of it"
#define MISSING "a part of it is missing"
#define STOPPED "the decoder has stopped without saying so"

typedef struct
{
  /* The decoder's threads may touch these for as long as they run. */
  FlitzisElements elements;
  FlitzisHeader   header;
  FlitzisFindings findings;
  GstPad         *pad;

  /* Held by the caller, and by the thread that drives the elements, if there is one. */
  int ref_count;

  /* the decoder's thread, and the caller's when it looks, under the lock */
  GMutex            lock;
  GCond             cond;    /* it is over */
  FlitzisDecodeJob *job;     /* NULL: the caller has gone */
  gboolean          is_over; /* with `error` or without */
  gboolean          is_driven;
  gboolean          is_stopped; /* from outside */
  gboolean          is_down;    /* no thread of the decoder runs any more */
  GError           *error;
  gint64            last_frame_us;
  GstSegment        segment;
  FlitzisIntake     intake;
  gsize             n_expected_bytes;
  GstClockTime      duration;
  GstClockTime      start;
} Pipeline;

static double
get_seconds (Pipeline *self)
{
  return self->intake.n_frames > 0 ? (double) self->intake.n_frames / self->intake.info.rate : 0.0;
}

static void
set_corrupt (Pipeline *self, const char *why, GError **error)
{
  if (self->intake.n_frames == 0)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "before its first frame: %s", why);
  else
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "after %" G_GUINT64_FORMAT " frames (%.3f s): %s", self->intake.n_frames,
                 get_seconds (self), why);
}

static void
set_no_memory (Pipeline *self, GError **error)
{
  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
               "there is no memory for more than %.3f s", get_seconds (self));
}

/* What has failed without a word of its own that can be trusted. */
static void
set_failed (Pipeline *self, const char *why, GError **error)
{
  if (self->intake.n_frames > 0 || !flitzis_findings_refuse (&self->findings, &self->header, error))
    set_corrupt (self, why, error);
}

/* FALSE when the decoding has failed. */
static gboolean
read_bus (Pipeline *self, GError **error)
{
  GstElement *pipeline = self->elements.pipeline;
  g_autoptr (GstBus) bus = pipeline != NULL ? gst_element_get_bus (pipeline) : NULL;
  g_autoptr (GstMessage) message =
      bus != NULL ? gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) : NULL;
  g_autoptr (GError) reported = NULL;
  GError *stream_error = flitzis_elements_steal_error (&self->elements);

  /* What we refused makes elements fail as well: the cause comes first. */
  if (stream_error != NULL)
    {
      g_propagate_error (error, stream_error);
      return FALSE;
    }

  if (message == NULL)
    return TRUE;

  gst_message_parse_error (message, &reported, NULL);
  if (reported->domain == GST_RESOURCE_ERROR)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, reported->message);
  else
    set_failed (self, NO_SENSE, error);

  return FALSE;
}

/* Asks for all of what will come, where that is known: too much need not be decoded to be seen. */
static gboolean
check_expected (Pipeline *self, GError **error)
{
  guint64 n_frames = self->header.n_expected_frames;

  if (n_frames == 0)
    return TRUE;

  self->n_expected_bytes =
      flitzis_intake_count_bytes (&self->intake, n_frames, self->job->sample_rate);
  if (flitzis_decode_job_advance (self->job, self->n_expected_bytes, 0.0, error))
    return TRUE;

  if (g_error_matches (*error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE))
    g_prefix_error (error, "it has %" G_GUINT64_FORMAT " frames (%.3f s): ", n_frames,
                    (double) n_frames / self->intake.info.rate);

  return FALSE;
}

/* Takes over the format of the first frames; a stream may not change it later. */
static gboolean
adopt_caps (Pipeline *self, GstCaps *caps, GError **error)
{
  gboolean     is_first = self->intake.info.finfo == NULL;
  gboolean     trimmed_later;
  guint64      n_frames = self->header.n_expected_frames;
  gint64       duration;
  GstAudioInfo info;

  if (!gst_audio_info_from_caps (&info, caps))
    {
      set_corrupt (self, "the decoder does not say what its frames are", error);
      return FALSE;
    }

  if (!is_first && (self->intake.info.rate != info.rate ||
                    self->intake.info.channels != info.channels))
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "it changes from %d Hz, %d channels to %d Hz, %d channels after %.3f s",
                   self->intake.info.rate, self->intake.info.channels, info.rate, info.channels,
                   get_seconds (self));
      return FALSE;
    }

  if (!is_first)
    {
      self->intake.info = info;
      return TRUE;
    }

  trimmed_later = self->elements.direct == NULL &&
                  (self->header.container == FLITZIS_CONTAINER_MPEG_AUDIO ||
                   self->header.container == FLITZIS_CONTAINER_MP4);
  if (!flitzis_intake_begin (&self->intake, &info, &self->header, trimmed_later,
                             self->job->sample_rate))
    {
      set_no_memory (self, error);
      return FALSE;
    }

  if (n_frames > 0)
    {
      self->duration = gst_util_uint64_scale (n_frames, GST_SECOND, info.rate);
      flitzis_intake_reserve (&self->intake, n_frames);
    }
  /* One frame more than the length says: times are rounded. */
  else if (gst_pad_peer_query_duration (self->pad, GST_FORMAT_TIME, &duration) && duration > 0)
    {
      self->duration = duration;
      flitzis_intake_reserve (&self->intake,
                              gst_util_uint64_scale (duration, info.rate, GST_SECOND) + 1);
    }

  return check_expected (self, error);
}

static gboolean
report (Pipeline *self, GError **error)
{
  gsize  n_bytes = flitzis_intake_count_bytes (&self->intake, self->intake.n_frames,
                                               self->job->sample_rate);
  double progress = -1.0;

  if (self->duration != GST_CLOCK_TIME_NONE)
    progress = CLAMP (get_seconds (self) * GST_SECOND / self->duration, 0.0, 1.0);

  return flitzis_decode_job_advance (self->job, MAX (n_bytes, self->n_expected_bytes), progress,
                                     error);
}

/*
 * Whether there should be more frames in front of these. Decoders pass over what they cannot
 * decode, but what comes next has the time that its page states.
 */
static gboolean
is_behind (Pipeline *self, const GstBuffer *buffer)
{
  GstClockTime time;

  if (!self->header.has_positions)
    return FALSE;

  time = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (time == GST_CLOCK_TIME_NONE)
    return FALSE;

  if (self->intake.n_frames == 0)
    self->start = time;

  return self->start != GST_CLOCK_TIME_NONE &&
         time > self->start + gst_util_uint64_scale (self->intake.n_frames + MIN_MISSING_FRAMES,
                                                     GST_SECOND, self->intake.info.rate);
}

static gboolean
collect (Pipeline *self, GstBuffer *buffer, GError **error)
{
  gboolean   has_room;
  GstMapInfo map;

  if (is_behind (self, buffer))
    {
      set_corrupt (self, MISSING, error);
      return FALSE;
    }

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      set_corrupt (self, "the decoder gave a buffer that cannot be read", error);
      return FALSE;
    }

  has_room = flitzis_intake_append (&self->intake, map.data, map.size);
  self->last_frame_us = g_get_monotonic_time ();
  gst_buffer_unmap (buffer, &map);
  if (!has_room)
    {
      set_no_memory (self, error);
      return FALSE;
    }

  return report (self, error);
}

static void
end (Pipeline *self)
{
  self->is_over = TRUE;
  g_cond_broadcast (&self->cond);
}

/* Whether the caller is still there and takes more: under the lock. */
static gboolean
is_wanted (Pipeline *self)
{
  return self->job != NULL && !self->is_over;
}

/* On the decoder's thread, which then need not wake another for each packet. Demuxers that are told
 * of the end say so to all behind them, which those that are driven are known by to be over. */
static GstFlowReturn
chain_cb (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  Pipeline     *self = gst_pad_get_element_private (pad);
  GstFlowReturn flow = GST_FLOW_OK;

  g_mutex_lock (&self->lock);
  if (is_wanted (self) && !collect (self, buffer, &self->error))
    end (self);
  if (!is_wanted (self))
    flow = self->elements.direct != NULL ? GST_FLOW_EOS : GST_FLOW_FLUSHING;
  g_mutex_unlock (&self->lock);
  gst_buffer_unref (buffer);

  return flow;
}

/* Under the lock. FALSE where what comes next cannot be taken. */
static gboolean
take_event (Pipeline *self, GstEvent *event)
{
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event))
    {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      if (is_wanted (self) && !adopt_caps (self, caps, &self->error))
        end (self);
      return is_wanted (self);

    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      return TRUE;

    case GST_EVENT_EOS:
      if (self->elements.direct == NULL)
        end (self);
      return TRUE;

    default:
      return TRUE;
    }
}

static gboolean
event_cb (GstPad *pad, GstObject *parent, GstEvent *event)
{
  Pipeline *self = gst_pad_get_element_private (pad);
  gboolean  is_taken;

  g_mutex_lock (&self->lock);
  is_taken = take_event (self, event);
  g_mutex_unlock (&self->lock);
  gst_event_unref (event);

  return is_taken;
}

/* Whether it is to be waited for any longer: under the lock, while no frame arrives. */
static gboolean
look (Pipeline *self, FlitzisDecodeJob *job, GError **error)
{
  if (!flitzis_decode_job_check (job, error))
    return FALSE;

  if (g_get_monotonic_time () - self->last_frame_us < LOOK_US)
    return TRUE;

  if (!read_bus (self, error))
    return FALSE;

  if (g_get_monotonic_time () - self->last_frame_us <= job->deadline_us)
    return TRUE;

  set_failed (self, self->intake.n_frames > 0 ? STOPPED : NO_SENSE, error);

  return FALSE;
}

/* Until the stream has ended; FALSE when something else has ended it. */
static gboolean
wait_for_end (Pipeline *self, FlitzisDecodeJob *job, GError **error)
{
  gboolean is_good = TRUE;

  g_mutex_lock (&self->lock);
  while (is_good && !self->is_over)
    {
      gboolean is_told = g_cond_wait_until (&self->cond, &self->lock,
                                            g_get_monotonic_time () + LOOK_US);

      /* The time may have run out while another had the lock and came to an end. */
      if (!is_told && !self->is_over)
        is_good = look (self, job, error);
    }

  if (is_good && self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      is_good = FALSE;
    }
  is_good = is_good && read_bus (self, error);
  g_mutex_unlock (&self->lock);

  return is_good;
}

/* When all frames have come. */
static gboolean
finish (Pipeline *self, GError **error)
{
  if (flitzis_intake_finish (&self->intake))
    return TRUE;

  set_no_memory (self, error);

  return FALSE;
}

static void
pipeline_unref (Pipeline *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  /* unlinked while the elements are there: the message of it may hold them */
  flitzis_elements_stop (&self->elements);
  gst_object_unref (self->pad);
  flitzis_elements_clear (&self->elements);
  flitzis_intake_clear (&self->intake);
  g_clear_error (&self->error);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  flitzis_findings_clear (&self->findings);
  g_free (self);
}

static void
drive (Pipeline *self)
{
  /* who is woken need not wait for the lock again */
  flitzis_direct_run (self->elements.direct);
  g_mutex_lock (&self->lock);
  self->is_over = TRUE;
  g_mutex_unlock (&self->lock);
  g_cond_broadcast (&self->cond);
}

/* The caller has what it wants as soon as it is over, and need not wait until all is put away. */
static void
drive_worker (gpointer data, gpointer user_data)
{
  Pipeline *self = data;

  drive (self);
  flitzis_elements_stop (&self->elements);
  g_mutex_lock (&self->lock);
  self->is_driven = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  pipeline_unref (self);
}

/* Each of these is waited for by a load, which can leave it behind where it never comes back. */
static GThreadPool *
get_drivers (void)
{
  static gsize drivers = 0;

  if (g_once_init_enter (&drivers))
    g_once_init_leave (&drivers, (gsize) g_thread_pool_new (drive_worker, NULL, -1, FALSE, NULL));

  return (GThreadPool *) drivers;
}

static gpointer
stop_worker (gpointer data)
{
  Pipeline *self = data;

  flitzis_elements_stop (&self->elements);
  pipeline_unref (self);

  return NULL;
}

/* What waits for something comes back when it is stopped; what spins does not. */
static void
stop_from_outside (Pipeline *self)
{
  GThread *thread;

  self->is_stopped = TRUE;
  g_atomic_int_inc (&self->ref_count);
  thread = g_thread_try_new ("flitzis-stop", stop_worker, self, NULL);
  if (thread != NULL)
    g_thread_unref (thread);
  else
    g_atomic_int_dec_and_test (&self->ref_count);
}

/* FALSE where it is to be given up: nobody wants it any more, or it would not even stop. */
static gboolean
look_after (Pipeline *self, FlitzisDecodeJob *job, GError **error)
{
  gint64 silence_us = g_get_monotonic_time () - self->last_frame_us;

  if (!flitzis_decode_job_check (job, error))
    return FALSE;

  if (silence_us > job->deadline_us && !self->is_stopped)
    {
      stop_from_outside (self);
    }
  else if (silence_us > 2 * job->deadline_us)
    {
      set_corrupt (self, STOPPED, error);
      g_prefix_error (error, "Could not decode %s: ", job->what);
      return FALSE;
    }

  return TRUE;
}

/* Beside the thread that decodes: who has the lock gets on. */
static void
look_cb (gpointer data, gpointer user_data)
{
  Pipeline         *self = data;
  FlitzisDecodeJob *job;
  GError           *error = NULL;

  if (!g_mutex_trylock (&self->lock))
    return;

  job = self->job;
  if (job != NULL && !look_after (self, job, &error))
    {
      self->job = NULL;
      job->give_up (job->user_data, error);
    }
  g_mutex_unlock (&self->lock);
}

/* What need not be waited for to be read, as far as that can be known. */
static gboolean
is_at_hand (GInputStream *stream)
{
  return G_IS_FILE_DESCRIPTOR_BASED (stream) || G_IS_MEMORY_INPUT_STREAM (stream);
}

static gboolean
start (Pipeline *self, GInputStream *stream, GError **error)
{
  if (self->elements.direct != NULL && self->job->give_up != NULL && is_at_hand (stream))
    {
      flitzis_watch_add (look_cb, self);
      drive (self);
      flitzis_watch_remove (self);

      /* What came until then may look like all of it. */
      if (self->is_stopped)
        set_failed (self, STOPPED, error);
      return !self->is_stopped;
    }

  if (self->elements.direct != NULL)
    {
      self->is_driven = TRUE;
      g_atomic_int_inc (&self->ref_count);
      g_thread_pool_push (get_drivers (), self, NULL);
      return TRUE;
    }

  flitzis_findings_watch (&self->findings, &self->elements);
  if (gst_element_set_state (self->elements.pipeline, GST_STATE_PLAYING) !=
      GST_STATE_CHANGE_FAILURE)
    return TRUE;

  if (read_bus (self, error))
    set_failed (self, "the decoder cannot be started", error);

  return FALSE;
}

static gboolean
run (Pipeline *self, GInputStream *stream, FlitzisDecodeJob *job, GError **error)
{
  if (!start (self, stream, error) || !wait_for_end (self, job, error))
    return FALSE;

  if (!flitzis_elements_have_audio (&self->elements))
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                           "it has no audio stream");
      return FALSE;
    }

  if (flitzis_elements_have_gap (&self->elements))
    {
      set_corrupt (self, MISSING, error);
      return FALSE;
    }

  return TRUE;
}

static gpointer
tear_down_worker (gpointer data)
{
  Pipeline *self = data;

  flitzis_elements_stop (&self->elements);
  g_mutex_lock (&self->lock);
  while (self->is_driven)
    g_cond_wait (&self->cond, &self->lock);
  self->is_down = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  pipeline_unref (self);

  return NULL;
}

/*
 * Stopping waits for the decoder's threads, of which one may never come back from a decoder: after
 * the time given, a thread that nobody waits for goes on with that. FALSE if so.
 */
static gboolean
pipeline_free_within (Pipeline *self, gint64 time_us)
{
  gint64   end_us = g_get_monotonic_time () + time_us;
  GThread *thread;
  gboolean is_down;

  g_atomic_int_inc (&self->ref_count);
  thread = g_thread_try_new ("flitzis-stop", tear_down_worker, self, NULL);
  if (thread == NULL)
    tear_down_worker (self);
  else
    g_thread_unref (thread);

  g_mutex_lock (&self->lock);
  while (!self->is_down && g_cond_wait_until (&self->cond, &self->lock, end_us))
    ;
  is_down = self->is_down;
  g_mutex_unlock (&self->lock);
  pipeline_unref (self);

  return is_down;
}

#define LAYOUT "layout = interleaved, channels = [1, 2]"
#define FLOATS "audio/x-raw, format = " GST_AUDIO_NE (F32) ", " LAYOUT
#define RATES "rate = [1000, 768000]"
#define SINK(caps) GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, \
                                            GST_STATIC_CAPS (caps))

/* What is known not to change is taken as the decoder has it; as floats, where it can. */
static GstStaticPadTemplate sink_of_search = SINK (FLOATS);
static GstStaticPadTemplate sink_of_direct =
    SINK (FLOATS ", " RATES "; audio/x-raw, " LAYOUT ", " RATES);

static Pipeline *
pipeline_new (const FlitzisHeader *header, FlitzisRoute route, FlitzisDecodeJob *job)
{
  Pipeline *self = g_new0 (Pipeline, 1);

  self->ref_count = 1;
  self->header = *header;
  self->job = job;
  self->duration = GST_CLOCK_TIME_NONE;
  self->start = GST_CLOCK_TIME_NONE;
  self->last_frame_us = g_get_monotonic_time ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);

  self->pad = gst_pad_new_from_static_template (
      route == FLITZIS_ROUTE_DIRECT ? &sink_of_direct : &sink_of_search, NULL);
  gst_object_ref_sink (self->pad);
  gst_pad_set_element_private (self->pad, self);
  gst_pad_set_chain_function (self->pad, chain_cb);
  gst_pad_set_event_function (self->pad, event_cb);
  gst_pad_set_active (self->pad, TRUE);

  return self;
}

/* Whether another attempt could come to something else. */
static gboolean
is_final (const FlitzisDecodeJob *job, const GError *error)
{
  return job->is_abandoned || (error != NULL && error->domain == G_IO_ERROR) ||
         g_error_matches (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
}

static gboolean
run_route (GInputStream        *stream,
           const FlitzisHeader *header,
           FlitzisRoute         route,
           FlitzisDecodeJob    *job,
           FlitzisFrames       *frames,
           GError             **error)
{
  Pipeline *self = pipeline_new (header, route, job);
  g_autoptr (GError) local_error = NULL;
  gboolean decoded, is_given_up;
  gint64   time_us;

  decoded = flitzis_elements_build (&self->elements, stream, &self->header, route, self->pad,
                                    &local_error) &&
            run (self, stream, job, &local_error) && finish (self, &local_error);

  /* Whatever the decoder still does, it does without the caller. */
  g_mutex_lock (&self->lock);
  is_given_up = self->job == NULL;
  self->job = NULL;
  flitzis_frames_clear (frames);
  *frames = self->intake.frames;
  job->n_mended = self->intake.n_mended;
  memset (&self->intake.frames, 0, sizeof self->intake.frames);
  g_mutex_unlock (&self->lock);

  if (decoded && !is_given_up)
    {
      pipeline_unref (self);
      return TRUE;
    }

  /* To stop takes memory, too, and who gets none of it aborts. */
  if (g_error_matches (local_error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE))
    flitzis_frames_clear (frames);

  /* What has failed may be stuck. Who does not want it any more does not wait for that. */
  job->is_abandoned = is_given_up;
  time_us = g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? LOOK_US
                                                                            : job->deadline_us;
  job->is_abandoned |= !pipeline_free_within (self, time_us);
  if (local_error == NULL)
    g_set_error_literal (&local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "given up");
  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* Whether there are as many frames as the file states, where it states that. */
static gboolean
is_whole (const FlitzisFrames *frames, const FlitzisHeader *header)
{
  return frames->n_values > 0 && (header->n_expected_frames == 0 ||
                                  flitzis_frames_count_source (frames) ==
                                      header->n_expected_frames);
}

/*
 * By the short way first, where the file says what it holds. Only what comes out right is taken
 * from it: what is wrong with a file, and whether anything is, is found out by the long way.
 */
gboolean
flitzis_pipeline_run (GInputStream        *stream,
                      const FlitzisHeader *header,
                      gboolean             push_mode,
                      FlitzisDecodeJob    *job,
                      FlitzisFrames       *frames,
                      GError             **error)
{
  g_autoptr (GError) local_error = NULL;

  if (header->codec != FLITZIS_CODEC_OTHER && !header->is_cut && !push_mode)
    {
      if (run_route (stream, header, FLITZIS_ROUTE_DIRECT, job, frames, &local_error) &&
          is_whole (frames, header))
        return TRUE;

      if (is_final (job, local_error))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }

      flitzis_frames_clear (frames);
      if (!g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, job->cancellable, error))
        return FALSE;
    }

  return run_route (stream, header, push_mode ? FLITZIS_ROUTE_PUSH : FLITZIS_ROUTE_SEARCH, job,
                    frames, error);
}
