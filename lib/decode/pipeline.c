/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Runs a pipeline: takes its frames, reads its bus, and words what went wrong. */

#include "config.h"

#include "decode/pipeline.h"

#include "decode/elements.h"
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

  /* the decoder's thread, and the caller's when it looks, under the lock */
  GMutex            lock;
  GCond             cond;    /* it is over */
  FlitzisDecodeJob *job;     /* NULL: the caller has gone */
  gboolean          is_over; /* with `error` or without */
  GError           *error;
  FlitzisFrames     frames;
  guint64           n_mended;
  gint64            last_frame_us;
  GstCaps          *caps;
  GstAudioInfo      info;
  gsize             n_expected_bytes;
  GstClockTime      duration;
  GstClockTime      start;

  /* any thread, once each: what was found in the file */
  gpointer has_element;
  gpointer has_audio;
  gpointer missing_decoder; /* its description */
  gpointer other_decoder;   /* of what is no audio */
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
  return self->frames.rate > 0
             ? (double) flitzis_frames_count (&self->frames) / self->frames.rate
             : 0.0;
}

static void
set_corrupt (Pipeline *self, const char *why, GError **error)
{
  if (self->frames.n_values == 0)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "before its first frame: %s", why);
  else
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "after %" G_GSIZE_FORMAT " frames (%.3f s): %s",
                 flitzis_frames_count (&self->frames), get_seconds (self), why);
}

static gboolean
is_set (gpointer *flag)
{
  return g_atomic_pointer_get (flag) != NULL;
}

/* Whether the file says what it is: then it is broken, and not something else. */
static gboolean
is_known (Pipeline *self)
{
  return is_set (&self->has_element) || (self->header.container != FLITZIS_CONTAINER_OTHER &&
                                         self->header.container != FLITZIS_CONTAINER_MPEG_AUDIO);
}

/*
 * Which of the elements complains first, and whether decodebin lets it through, is chance. So what
 * has failed is told by what was found in the file until then, which comes before any complaint.
 */
static void
set_failed (Pipeline *self, const char *why, GError **error)
{
  const char *decoder = g_atomic_pointer_get (&self->missing_decoder);
  const char *other = g_atomic_pointer_get (&self->other_decoder);

  if (self->frames.n_values > 0)
    set_corrupt (self, why, error);
  else if (decoder != NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "GStreamer has no %s installed that Flitzis uses", decoder);
  else if (other != NULL && !is_set (&self->has_audio))
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "it holds no audio (it needs a %s)", other);
  else if (self->header.unknown_format != 0)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "nothing decodes its format of WAV, 0x%04x", self->header.unknown_format);
  else if (is_known (self))
    set_corrupt (self, why, error);
  else
    g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "it is not audio that can be decoded");
}

/* Only caps that are fixed have a description. */
static void
set_once (gpointer *target, GstCaps *caps)
{
  char *description = gst_caps_is_fixed (caps) ? gst_pb_utils_get_decoder_description (caps) : NULL;

  if (!g_atomic_pointer_compare_and_exchange (target, NULL, description))
    g_free (description);
}

/* Whether others are within it. What is decoded already need not be fixed; it holds nothing. */
static gboolean
is_wrapping (GstCaps *caps)
{
  return gst_caps_is_fixed (caps) &&
         gst_pb_utils_get_caps_description_flags (caps) &
             (GST_PBUTILS_CAPS_DESCRIPTION_FLAG_CONTAINER | GST_PBUTILS_CAPS_DESCRIPTION_FLAG_TAG);
}

static gboolean
is_audio (GstCaps *caps)
{
  return !is_wrapping (caps) &&
         g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps, 0)), "audio/");
}

/* The file itself, and each stream in it. */
static gboolean
autoplug_continue_cb (GstElement *decodebin, GstPad *pad, GstCaps *caps, Pipeline *self)
{
  if (is_audio (caps))
    g_atomic_pointer_set (&self->has_audio, self);
  else if (!is_wrapping (caps))
    set_once (&self->other_decoder, caps);

  return TRUE;
}

static void
unknown_type_cb (GstElement *decodebin, GstPad *pad, GstCaps *caps, Pipeline *self)
{
  set_once (is_audio (caps) ? &self->missing_decoder : &self->other_decoder, caps);
}

static void
deep_element_added_cb (GstBin *bin, GstBin *sub_bin, GstElement *element, Pipeline *self)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  const char *class;

  if (factory == NULL)
    return;

  /* A tag may stand in front of anything. */
  class = gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS);
  if (strstr (class, "Metadata") == NULL &&
      gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DEMUXER |
                                                     GST_ELEMENT_FACTORY_TYPE_PARSER |
                                                     GST_ELEMENT_FACTORY_TYPE_DECODER))
    g_atomic_pointer_set (&self->has_element, self);
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
  const FlitzisFrames *frames = &self->frames;
  guint                rate = self->job->sample_rate;
  guint64              frame_size = frames->n_channels * sizeof (float);
  guint64              n_out = flitzis_resample_length (n_frames, frames->rate, rate);
  guint64              n_most = G_MAXSIZE / 2 / frame_size;
  guint64              n_held_bytes = MIN (n_frames, n_most) * frame_size;
  guint64              n_bytes = MIN (n_out, n_most) * frame_size;

  /* What a higher rate holds until it is resampled counts too, but for little. */
  if (n_held_bytes > n_bytes + MAX_UNCOUNTED_BYTES)
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
                    (double) n_frames / self->frames.rate);

  return FALSE;
}

/* Takes over the format of the first frames; a stream may not change it later. */
static gboolean
adopt_caps (Pipeline *self, GstCaps *caps, GError **error)
{
  FlitzisFrames *frames = &self->frames;
  gboolean       is_first = self->caps == NULL;
  gint64         duration;
  GstAudioInfo   info;

  gst_audio_info_init (&info);
  if (caps == NULL || !gst_audio_info_from_caps (&info, caps))
    {
      set_corrupt (self, "the decoder does not say what its frames are", error);
      return FALSE;
    }

  if (!is_first &&
      (frames->rate != (guint) info.rate || frames->n_channels != (guint) info.channels))
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "it changes from %u Hz, %u channels to %d Hz, %d channels after %.3f s",
                   frames->rate, frames->n_channels, info.rate, info.channels,
                   get_seconds (self));
      return FALSE;
    }

  gst_caps_replace (&self->caps, caps);
  self->info = info;
  frames->rate = info.rate;
  frames->n_channels = info.channels;

  /* One frame more than the length says: times are rounded. */
  if (gst_element_query_duration (self->elements.sink, GST_FORMAT_TIME, &duration) &&
      duration > 0)
    {
      guint64 n_frames = gst_util_uint64_scale (duration, info.rate, GST_SECOND) + 1;
      guint64 n_max = MAX_RESERVED_BYTES / (info.channels * sizeof (float));

      self->duration = duration;
      flitzis_frames_reserve (frames, MIN (n_frames, n_max));
    }

  return is_first ? check_expected (self, error) : TRUE;
}

static gboolean
report (Pipeline *self, GError **error)
{
  gsize  n_bytes = count_bytes (self, flitzis_frames_count (&self->frames));
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
  const FlitzisFrames *frames = &self->frames;
  const GstSegment    *segment = gst_sample_get_segment (sample);
  const GstBuffer     *buffer = gst_sample_get_buffer (sample);
  GstClockTime         time;

  time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!self->header.has_positions || time == GST_CLOCK_TIME_NONE)
    return FALSE;

  if (frames->n_values == 0)
    self->start = time;

  return self->start != GST_CLOCK_TIME_NONE &&
         time > self->start + gst_util_uint64_scale (flitzis_frames_count (frames) +
                                                         MIN_MISSING_FRAMES,
                                                     GST_SECOND, frames->rate);
}

/* Takes over the values; FALSE where memory is short. */
static gboolean
append (Pipeline *self, const GstMapInfo *map)
{
  gsize  n_values = map->size / (GST_AUDIO_INFO_WIDTH (&self->info) / 8);
  float *values;

  /* some decoders begin with an empty buffer */
  if (n_values == 0)
    return TRUE;

  if (!flitzis_frames_extend (&self->frames, n_values, &values))
    return FALSE;

  flitzis_values_to_float (self->info.finfo, map->data, values, n_values);
  if (GST_AUDIO_INFO_IS_FLOAT (&self->info))
    self->n_mended += flitzis_sample_mend (values, n_values);
  self->last_frame_us = g_get_monotonic_time ();

  return TRUE;
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
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "there is no memory for more than %.3f s", get_seconds (self));
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

  set_failed (self, self->frames.n_values > 0 ? STOPPED : NO_SENSE, error);

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

static void
watch_search (Pipeline *self)
{
  g_signal_connect (self->elements.decodebin, "autoplug-continue",
                    G_CALLBACK (autoplug_continue_cb), self);
  g_signal_connect (self->elements.decodebin, "unknown-type", G_CALLBACK (unknown_type_cb), self);
  g_signal_connect (self->elements.pipeline, "deep-element-added",
                    G_CALLBACK (deep_element_added_cb), self);
}

static gboolean
run (Pipeline *self, FlitzisDecodeJob *job, GError **error)
{
  GstAppSinkCallbacks callbacks = { .new_sample = new_sample_cb, .eos = eos_cb };

  gst_app_sink_set_callbacks (GST_APP_SINK (self->elements.sink), &callbacks, self, NULL);
  if (self->elements.decodebin != NULL)
    watch_search (self);

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
  flitzis_frames_clear (&self->frames);
  g_clear_error (&self->error);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self->missing_decoder);
  g_free (self->other_decoder);
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
            run (self, job, error);

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
                                  flitzis_frames_count (frames) == header->n_expected_frames);
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
