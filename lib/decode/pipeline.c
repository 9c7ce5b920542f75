/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Runs a pipeline: takes its frames, reads its bus, and words what went wrong. */

#include "config.h"

#include "decode/pipeline.h"

#include "decode/elements.h"
#include "decode/findings.h"
#include "decode/resample.h"
#include "decode/values.h"
#include "flitzis-error.h"
#include "flitzis-sample-private.h"

#include <gst/app/app.h>
#include <gst/audio/audio.h>
#include <gst/pbutils/pbutils.h>
#include <string.h>

/* What is missing of an Ogg file, at the least: no packet has fewer frames. */
#define MIN_MISSING_FRAMES 16

/* How long a cancel or an error may go unseen while no frame arrives. */
#define LOOK_US (20 * 1000)

/* The most that is set aside because a file says so. */
#define MAX_RESERVED_BYTES (256 * 1024 * 1024)

/* What a load may hold beyond the bytes that its sample will have, without counting them. */
#define MAX_UNCOUNTED_BYTES (4 * 1024 * 1024)

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

  /* the decoder's thread, and the caller's when it looks, under the lock */
  GMutex            lock;
  GCond             cond;    /* it is over */
  FlitzisDecodeJob *job;     /* NULL: the caller has gone */
  gboolean          is_over; /* with `error` or without */
  GError           *error;
  FlitzisFrames     frames;
  guint64           n_frames; /* of the file */
  guint64           n_mended;
  gint64            last_frame_us;
  GstCaps          *caps;
  GstAudioInfo      info;
  FlitzisResampler *resampler; /* NULL: the frames stay as they are */
  FlitzisFrames     part;      /* not yet converted */
  guint64           n_skipped; /* in front, still to be left out of what is converted */
  guint64           n_wanted;  /* still to be converted behind these */
  guint64           n_fed;
  gsize             n_expected_bytes;
  GstClockTime      duration;
  GstClockTime      start;
} Pipeline;

static gpointer
init_gstreamer (gpointer data)
{
  g_autoptr (GError) error = NULL;
  const char *separator = "";
  const char *why = "";

  if (gst_init_check (NULL, NULL, &error))
    {
      gst_pb_utils_init ();
      return NULL;
    }

  if (error != NULL)
    {
      separator = ": ";
      why = error->message;
    }

  return g_error_new (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                      "GStreamer cannot be started%s%s", separator, why);
}

gboolean
flitzis_pipeline_init (GError **error)
{
  static GOnce  once = G_ONCE_INIT;
  const GError *failure = g_once (&once, init_gstreamer, NULL);

  if (failure != NULL)
    g_propagate_error (error, g_error_copy (failure));

  return failure == NULL;
}

static double
get_seconds (Pipeline *self)
{
  return self->n_frames > 0 ? (double) self->n_frames / self->info.rate : 0.0;
}

static void
set_corrupt (Pipeline *self, const char *why, GError **error)
{
  if (self->n_frames == 0)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "before its first frame: %s", why);
  else
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "after %" G_GUINT64_FORMAT " frames (%.3f s): %s", self->n_frames,
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
  if (self->n_frames > 0 || !flitzis_findings_refuse (&self->findings, &self->header, error))
    set_corrupt (self, why, error);
}

/* FALSE when the decoding has failed. */
static gboolean
read_bus (Pipeline *self, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->elements.pipeline);
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
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

/* What `n_frames` of the file's rate are to be counted as. */
static gsize
count_bytes (Pipeline *self, guint64 n_frames)
{
  guint   rate = self->job->sample_rate;
  guint64 frame_size = self->info.channels * sizeof (float);
  guint64 n_out = flitzis_resample_length (n_frames, self->info.rate, rate);
  guint64 n_most = G_MAXSIZE / 2 / frame_size;
  guint64 n_held_bytes = MIN (n_frames, n_most) * frame_size;
  guint64 n_bytes = MIN (n_out, n_most) * frame_size;

  /* What a higher rate holds until it is resampled counts too, but for little. */
  if (self->resampler == NULL && n_held_bytes > n_bytes + MAX_UNCOUNTED_BYTES)
    n_bytes = n_held_bytes - MAX_UNCOUNTED_BYTES;

  return n_bytes;
}

/* Asks for all of what will come, where that is known: too much need not be decoded to be seen. */
static gboolean
check_expected (Pipeline *self, GError **error)
{
  guint64 n_frames = self->header.n_expected_frames;

  if (n_frames == 0)
    return TRUE;

  self->n_expected_bytes = count_bytes (self, n_frames);
  if (flitzis_decode_job_advance (self->job, self->n_expected_bytes, 0.0, error))
    return TRUE;

  if (g_error_matches (*error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE))
    g_prefix_error (error, "it has %" G_GUINT64_FORMAT " frames (%.3f s): ", n_frames,
                    (double) n_frames / self->info.rate);

  return FALSE;
}

/*
 * Frames are converted as they come, and are then never held at both rates, unless it depends on
 * their number how many of them are cut off in front.
 */
static gboolean
start_converting (Pipeline *self, GError **error)
{
  const FlitzisHeader *header = &self->header;
  guint64              n_stated = header->n_packets * header->n_packet_frames;
  guint                rate = self->job->sample_rate;

  if ((guint) self->info.rate == rate ||
      (self->elements.decodebin != NULL && (header->container == FLITZIS_CONTAINER_MPEG_AUDIO ||
                                            header->container == FLITZIS_CONTAINER_MP4)))
    return TRUE;

  self->n_wanted = G_MAXUINT64;
  if (header->codec == FLITZIS_CODEC_MP3)
    {
      self->n_skipped = header->n_delay;
      self->n_wanted = header->n_frames > 0
                           ? header->n_frames
                           : n_stated - MIN (n_stated, header->n_delay + header->n_padding);
    }

  self->part.n_channels = self->info.channels;
  self->frames.rate = rate;
  self->frames.source_rate = self->info.rate;
  self->resampler = flitzis_resampler_new (self->info.channels, self->info.rate, rate);
  if (self->resampler == NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                 "there is no memory to convert it to %u Hz", rate);

  return self->resampler != NULL;
}

/* What is not there when it is needed is asked for again, and refused then. */
static void
reserve (Pipeline *self, guint64 n_frames)
{
  guint64 n_max = MAX_RESERVED_BYTES / (self->info.channels * sizeof (float));

  if (self->resampler != NULL)
    n_frames = flitzis_resampler_get_room (self->resampler, n_frames);

  flitzis_frames_reserve (&self->frames, MIN (n_frames, n_max));
}

/* Takes over the format of the first frames; a stream may not change it later. */
static gboolean
adopt_caps (Pipeline *self, GstCaps *caps, GError **error)
{
  gboolean     is_first = self->caps == NULL;
  gint64       duration;
  GstAudioInfo info;

  gst_audio_info_init (&info);
  if (caps == NULL || !gst_audio_info_from_caps (&info, caps))
    {
      set_corrupt (self, "the decoder does not say what its frames are", error);
      return FALSE;
    }

  if (!is_first && (self->info.rate != info.rate || self->info.channels != info.channels))
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "it changes from %d Hz, %d channels to %d Hz, %d channels after %.3f s",
                   self->info.rate, self->info.channels, info.rate, info.channels,
                   get_seconds (self));
      return FALSE;
    }

  gst_caps_replace (&self->caps, caps);
  self->info = info;
  if (!is_first)
    return TRUE;

  self->frames.rate = info.rate;
  self->frames.n_channels = info.channels;
  if (!start_converting (self, error))
    return FALSE;

  /* One frame more than the length says: times are rounded. */
  if (gst_element_query_duration (self->elements.sink, GST_FORMAT_TIME, &duration) &&
      duration > 0)
    {
      self->duration = duration;
      reserve (self, gst_util_uint64_scale (duration, info.rate, GST_SECOND) + 1);
    }

  return check_expected (self, error);
}

static gboolean
report (Pipeline *self, GError **error)
{
  gsize  n_bytes = count_bytes (self, self->n_frames);
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
is_behind (Pipeline *self, GstSample *sample)
{
  const GstSegment *segment = gst_sample_get_segment (sample);
  const GstBuffer  *buffer = gst_sample_get_buffer (sample);
  GstClockTime      time;

  time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!self->header.has_positions || time == GST_CLOCK_TIME_NONE)
    return FALSE;

  if (self->n_frames == 0)
    self->start = time;

  return self->start != GST_CLOCK_TIME_NONE &&
         time > self->start + gst_util_uint64_scale (self->n_frames + MIN_MISSING_FRAMES,
                                                     GST_SECOND, self->info.rate);
}

/* Leaves out what an encoder has put in front and behind. */
static gboolean
feed (Pipeline *self, const float *values, guint64 n_frames)
{
  guint64 n_out = MIN (n_frames, self->n_skipped);
  guint64 n_in = MIN (n_frames - n_out, self->n_wanted);

  self->n_skipped -= n_out;
  self->n_wanted -= n_in;
  self->n_fed += n_in;

  return flitzis_resampler_feed (self->resampler, values + n_out * self->info.channels, n_in,
                                 &self->frames);
}

/* Takes over the values; FALSE where memory is short. */
static gboolean
append (Pipeline *self, const GstMapInfo *map)
{
  FlitzisFrames *target = self->resampler != NULL ? &self->part : &self->frames;
  gsize          n_values = map->size / (GST_AUDIO_INFO_WIDTH (&self->info) / 8);
  gsize          n_frames = n_values / self->info.channels;
  float         *values;

  /* some decoders begin with an empty buffer */
  if (n_frames == 0)
    return TRUE;

  self->part.n_values = 0;
  if (!flitzis_frames_extend (target, n_values, &values))
    return FALSE;

  flitzis_values_to_float (self->info.finfo, map->data, values, n_values);
  if (GST_AUDIO_INFO_IS_FLOAT (&self->info))
    self->n_mended += flitzis_sample_mend (values, n_values);
  self->n_frames += n_frames;
  self->last_frame_us = g_get_monotonic_time ();

  return self->resampler == NULL || feed (self, values, n_frames);
}

/* When all have come. */
static gboolean
finish_converting (Pipeline *self, GError **error)
{
  self->frames.n_source_frames = self->n_frames;
  if (self->resampler == NULL || self->n_fed == 0 ||
      flitzis_resampler_finish (self->resampler, self->n_fed, &self->frames))
    return TRUE;

  set_no_memory (self, error);

  return FALSE;
}

static gboolean
collect (Pipeline *self, GstSample *sample, GError **error)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstCaps   *caps = gst_sample_get_caps (sample);
  gboolean   has_room;
  GstMapInfo map;

  if (caps != self->caps && !adopt_caps (self, caps, error))
    return FALSE;

  if (is_behind (self, sample))
    {
      set_corrupt (self, MISSING, error);
      return FALSE;
    }

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      set_corrupt (self, "the decoder gave a buffer that cannot be read", error);
      return FALSE;
    }

  has_room = append (self, &map);
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
  g_cond_signal (&self->cond);
}

/* On the decoder's thread, which then need not wake another for each packet. */
static GstFlowReturn
new_sample_cb (GstAppSink *sink, gpointer user_data)
{
  Pipeline *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstFlowReturn flow;

  g_mutex_lock (&self->lock);
  if (sample != NULL && self->job != NULL && !self->is_over &&
      !collect (self, sample, &self->error))
    end (self);
  flow = self->job == NULL || self->is_over ? GST_FLOW_FLUSHING : GST_FLOW_OK;
  g_mutex_unlock (&self->lock);

  return flow;
}

static void
eos_cb (GstAppSink *sink, gpointer user_data)
{
  Pipeline *self = user_data;

  g_mutex_lock (&self->lock);
  end (self);
  g_mutex_unlock (&self->lock);
}

/* Whether it is to be waited for any longer: under the lock, while no frame arrives. */
static gboolean
look (Pipeline *self, FlitzisDecodeJob *job, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (job->cancellable, error))
    return FALSE;

  if (g_get_monotonic_time () - self->last_frame_us < LOOK_US)
    return TRUE;

  if (!read_bus (self, error))
    return FALSE;

  if (g_get_monotonic_time () - self->last_frame_us <= job->deadline_us)
    return TRUE;

  set_failed (self, self->n_frames > 0 ? STOPPED : NO_SENSE, error);

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
      if (!g_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time () + LOOK_US))
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

static gboolean
run (Pipeline *self, FlitzisDecodeJob *job, GError **error)
{
  GstAppSinkCallbacks callbacks = { .new_sample = new_sample_cb, .eos = eos_cb };

  gst_app_sink_set_callbacks (GST_APP_SINK (self->elements.sink), &callbacks, self, NULL);
  if (self->elements.decodebin != NULL)
    flitzis_findings_watch (&self->findings, &self->elements);

  if (gst_element_set_state (self->elements.pipeline, GST_STATE_PLAYING) ==
      GST_STATE_CHANGE_FAILURE)
    {
      if (read_bus (self, error))
        set_failed (self, "the decoder cannot be started", error);
      return FALSE;
    }

  if (!wait_for_end (self, job, error))
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

static void
pipeline_free (Pipeline *self)
{
  flitzis_elements_clear (&self->elements);
  gst_caps_replace (&self->caps, NULL);
  g_clear_pointer (&self->resampler, flitzis_resampler_free);
  flitzis_frames_clear (&self->part);
  flitzis_frames_clear (&self->frames);
  g_clear_error (&self->error);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  flitzis_findings_clear (&self->findings);
  g_free (self);
}

typedef struct
{
  Pipeline    *pipeline;
  GAsyncQueue *done;
} TearDown;

static gpointer
tear_down_worker (gpointer data)
{
  TearDown *tear_down = data;

  pipeline_free (tear_down->pipeline);
  g_async_queue_push (tear_down->done, GINT_TO_POINTER (TRUE));
  g_async_queue_unref (tear_down->done);
  g_free (tear_down);

  return NULL;
}

/*
 * Stopping waits for the decoder's threads, of which one may never come back from a decoder: after
 * the time given, a thread that nobody waits for goes on with that. FALSE if so.
 */
static gboolean
pipeline_free_within (Pipeline *self, gint64 time_us)
{
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  TearDown *tear_down = g_new (TearDown, 1);
  GThread  *thread;

  tear_down->pipeline = self;
  tear_down->done = g_async_queue_ref (done);

  thread = g_thread_try_new ("flitzis-stop", tear_down_worker, tear_down, NULL);
  if (thread == NULL)
    tear_down_worker (tear_down);
  else
    g_thread_unref (thread);

  return g_async_queue_timeout_pop (done, time_us) != NULL;
}

static gboolean
run_route (GInputStream        *stream,
           const FlitzisHeader *header,
           FlitzisRoute         route,
           FlitzisDecodeJob    *job,
           FlitzisFrames       *frames,
           GError             **error)
{
  Pipeline *self = g_new0 (Pipeline, 1);
  gboolean  decoded;

  self->header = *header;
  self->job = job;
  self->duration = GST_CLOCK_TIME_NONE;
  self->start = GST_CLOCK_TIME_NONE;
  self->last_frame_us = g_get_monotonic_time ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);

  decoded = flitzis_elements_build (&self->elements, stream, &self->header, route, error) &&
            run (self, job, error) && finish_converting (self, error);

  /* Whatever the decoder still does, it does without the caller. */
  g_mutex_lock (&self->lock);
  self->job = NULL;
  *frames = self->frames;
  job->n_mended = self->n_mended;
  memset (&self->frames, 0, sizeof self->frames);
  g_mutex_unlock (&self->lock);

  if (decoded)
    pipeline_free (self);
  else /* What has failed may be stuck. */
    job->is_abandoned = !pipeline_free_within (self, job->deadline_us);

  return decoded;
}

/* Whether another attempt could come to something else. */
static gboolean
is_final (const FlitzisDecodeJob *job, const GError *error)
{
  return job->is_abandoned || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
         g_error_matches (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
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
