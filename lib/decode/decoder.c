/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Runs a pipeline on the caller's thread, which waits at its bus, and writes the error messages. */

#include "config.h"

#include "decode/decoder.h"

#include "decode/pipeline.h"
#include "decode/substream.h"
#include "decode/tags.h"
#include "flitzis-error.h"

#include <string.h>

/* The smallest gap in an Ogg file: no packet has fewer frames. */
#define MIN_MISSING_FRAMES 16

/* The longest that a cancel goes unnoticed while no frame arrives, and the longest wait for a
 * cancelled pipeline to stop. */
#define LOOK_US (20 * 1000)

/* GStreamer's own message says less, and it depends on timing which one comes. */
#define NO_SENSE "no decoder can make sense of it"
#define MISSING "a part of it is missing"
#define STOPPED "the decoder has stopped without saying so"

/* Held by the caller, and by the thread that stops the pipeline. */
typedef struct
{
  int ref_count;

  /* GStreamer's threads may touch these for as long as they run. */
  FlitzisHeader    header;
  FlitzisDiagnosis diagnosis;
  GstElement      *pipeline;
  GstAppSink      *sink;

  /* the streaming thread, and the caller's, under the lock */
  GMutex                lock;
  FlitzisDecodeRequest *request; /* NULL: frames are no longer wanted */
  GError               *error;   /* the reason */
  gint64                last_frame_us;
  FlitzisFrameBuilder   builder;
  GstCaps              *caps; /* of the last frames */
  gsize                 n_expected_bytes;
  GstClockTime          duration;
  GstClockTime          start;

  gboolean is_stopped;
  GCond    cond; /* signals that the pipeline is stopped */
} Decoder;

static double
get_seconds (Decoder *self)
{
  guint64 n_frames = self->builder.n_sound;

  return n_frames > 0 ? (double) n_frames / self->builder.info.rate : 0.0;
}

static void
set_corrupt (Decoder *self, const char *why, GError **error)
{
  if (self->builder.n_sound == 0)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "before its first frame: %s", why);
  else
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "after %" G_GUINT64_FORMAT " frames (%.3f s): %s", self->builder.n_sound,
                 get_seconds (self), why);
}

static void
set_no_memory (Decoder *self, GError **error)
{
  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
               "there is no memory for more than %.3f s", get_seconds (self));
}

/* Sets the error for a failure that GStreamer's own message does not explain reliably. */
static void
set_failed (Decoder *self, const char *why, GError **error)
{
  if (self->builder.n_decoded > 0 || !flitzis_diagnosis_explain (&self->diagnosis, error))
    set_corrupt (self, why, error);
}

/* Asks for the whole length at once, if it is known: a file that is too large fails before it is
 * decoded. */
static gboolean
check_expected (Decoder *self, GError **error)
{
  guint64 n_frames = self->header.n_decoded_frames;

  if (n_frames == 0)
    return TRUE;

  self->n_expected_bytes = flitzis_frame_builder_count_bytes (&self->builder, n_frames);
  if (flitzis_decode_request_advance (self->request, self->n_expected_bytes, 0.0, error))
    return TRUE;

  if (g_error_matches (*error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE))
    g_prefix_error (error, "it has %" G_GUINT64_FORMAT " frames (%.3f s): ", n_frames,
                    (double) n_frames / self->builder.info.rate);

  return FALSE;
}

static gboolean
begin (Decoder *self, const GstAudioInfo *info, GError **error)
{
  guint64 n_frames = self->header.n_decoded_frames;
  gint64  duration;

  if (!flitzis_frame_builder_begin (&self->builder, info, &self->header,
                                    self->request->sample_rate))
    {
      set_no_memory (self, error);
      return FALSE;
    }

  if (n_frames > 0)
    {
      self->duration = gst_util_uint64_scale (n_frames, GST_SECOND, info->rate);
      flitzis_frame_builder_reserve (&self->builder, n_frames);
    }
  /* one frame more than the length, because times are rounded */
  else if (gst_element_query_duration (GST_ELEMENT (self->sink), GST_FORMAT_TIME, &duration) &&
           duration > 0)
    {
      self->duration = duration;
      flitzis_frame_builder_reserve (&self->builder,
                                     gst_util_uint64_scale (duration, info->rate, GST_SECOND) + 1);
    }

  return check_expected (self, error);
}

/* Takes over the format of the first frames; a stream may not change it later. */
static gboolean
adopt_caps (Decoder *self, GstCaps *caps, GError **error)
{
  GstAudioInfo *known = &self->builder.info;
  GstAudioInfo  info;

  if (!gst_audio_info_from_caps (&info, caps))
    {
      set_corrupt (self, "the decoder does not say what its frames are", error);
      return FALSE;
    }

  if (known->finfo == NULL)
    return begin (self, &info, error);

  if (known->rate != info.rate || known->channels != info.channels)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "it changes from %d Hz, %d channels to %d Hz, %d channels after %.3f s",
                   known->rate, known->channels, info.rate, info.channels, get_seconds (self));
      return FALSE;
    }

  *known = info;

  return TRUE;
}

static gboolean
report (Decoder *self, GError **error)
{
  gsize  n_bytes = flitzis_frame_builder_count_bytes (&self->builder, self->builder.n_decoded);
  double progress = -1.0;

  if (self->duration != GST_CLOCK_TIME_NONE)
    progress = (double) gst_util_uint64_scale (self->builder.n_decoded, GST_SECOND,
                                               self->builder.info.rate) /
               self->duration;

  return flitzis_decode_request_advance (self->request, MAX (n_bytes, self->n_expected_bytes),
                                         MIN (progress, 1.0), error);
}

/*
 * Whether frames are missing before this buffer. Decoders skip packets that they cannot decode, but
 * the next buffer keeps the timestamp of its Ogg page.
 */
static gboolean
is_behind (Decoder *self, const GstSegment *segment, const GstBuffer *buffer)
{
  guint64      n_decoded = self->builder.n_decoded;
  GstClockTime time;

  if (!self->header.has_positions)
    return FALSE;

  time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (time == GST_CLOCK_TIME_NONE)
    return FALSE;

  if (n_decoded == 0)
    self->start = time;

  return self->start != GST_CLOCK_TIME_NONE &&
         time > self->start + gst_util_uint64_scale (n_decoded + MIN_MISSING_FRAMES, GST_SECOND,
                                                     self->builder.info.rate);
}

static gboolean
collect (Decoder *self, GstSample *sample, GError **error)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstCaps   *caps = gst_sample_get_caps (sample);
  gboolean   has_room;
  GstMapInfo map;

  if (caps != self->caps && !adopt_caps (self, caps, error))
    return FALSE;

  gst_caps_replace (&self->caps, caps);
  if (is_behind (self, gst_sample_get_segment (sample), buffer))
    {
      set_corrupt (self, MISSING, error);
      return FALSE;
    }

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      set_corrupt (self, "the decoder gave a buffer that cannot be read", error);
      return FALSE;
    }

  has_room = flitzis_frame_builder_add (&self->builder, map.data, map.size);
  self->last_frame_us = g_get_monotonic_time ();
  gst_buffer_unmap (buffer, &map);
  if (!has_room)
    {
      set_no_memory (self, error);
      return FALSE;
    }

  return report (self, error);
}

/* Runs on the streaming thread, so that no other thread has to be woken for each buffer. Pulling on
 * another thread would need appsink's queue: without a limit it grows, and with one, a full queue
 * holds the sink's lock, so that the pipeline cannot start. */
static GstFlowReturn
new_sample_cb (GstAppSink *sink, gpointer user_data)
{
  Decoder   *self = user_data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  gboolean   is_wanted;

  if (sample == NULL)
    return GST_FLOW_FLUSHING;

  g_mutex_lock (&self->lock);
  if (self->request != NULL && !collect (self, sample, &self->error))
    self->request = NULL;
  is_wanted = self->request != NULL;
  g_mutex_unlock (&self->lock);
  gst_sample_unref (sample);

  return is_wanted ? GST_FLOW_OK : GST_FLOW_ERROR;
}

/* Returns FALSE with the error that has ended the decoding. A cause has priority over its
 * effects. */
static gboolean
check_errors (Decoder *self, GstMessage *message, GError **error)
{
  g_autoptr (GError) reported = NULL;
  GError *cause = flitzis_diagnosis_steal_error (&self->diagnosis);

  if (cause == NULL)
    cause = g_steal_pointer (&self->error);

  if (cause != NULL)
    {
      g_propagate_error (error, cause);
      return FALSE;
    }

  if (message == NULL || GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return TRUE;

  gst_message_parse_error (message, &reported, NULL);
  if (reported->domain == GST_RESOURCE_ERROR)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, reported->message);
  else
    set_failed (self, NO_SENSE, error);

  return FALSE;
}

/* Under the lock. Returns FALSE if the caller should stop waiting. */
static gboolean
look (Decoder *self, FlitzisDecodeRequest *request, GstMessage *message, GError **error)
{
  if (!check_errors (self, message, error) || !flitzis_decode_request_check (request, error))
    return FALSE;

  if (g_get_monotonic_time () - self->last_frame_us <= request->deadline_us)
    return TRUE;

  set_failed (self, self->builder.n_decoded > 0 ? STOPPED : NO_SENSE, error);

  return FALSE;
}

/* Waits until the stream has ended. Returns FALSE if an error has ended it. */
static gboolean
wait_for_end (Decoder *self, FlitzisDecodeRequest *request, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  gboolean       is_good, is_over = FALSE;
  GstMessageType types = GST_MESSAGE_EOS | GST_MESSAGE_ERROR;

  if (flitzis_tags_are_needed (&self->header))
    types |= GST_MESSAGE_TAG | GST_MESSAGE_TOC;

  do
    {
      g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
          bus, LOOK_US * GST_USECOND, types);

      if (message != NULL)
        flitzis_tags_read (self->header.facts, message);

      is_over = message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
      g_mutex_lock (&self->lock);
      is_good = is_over ? check_errors (self, NULL, error) : look (self, request, message, error);
      g_mutex_unlock (&self->lock);
    }
  while (is_good && !is_over);

  return is_good;
}

static gboolean
run (Decoder *self, FlitzisDecodeRequest *request, GError **error)
{
  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    {
      set_failed (self, "the decoder cannot be started", error);
      return FALSE;
    }

  if (!wait_for_end (self, request, error))
    return FALSE;

  if (!flitzis_diagnosis_has_stream (&self->diagnosis))
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                           "it has no audio stream");
      return FALSE;
    }

  if (flitzis_diagnosis_has_gap (&self->diagnosis))
    {
      set_corrupt (self, MISSING, error);
      return FALSE;
    }

  if (!flitzis_frame_builder_finish (&self->builder))
    {
      set_no_memory (self, error);
      return FALSE;
    }

  return TRUE;
}

static Decoder *
decoder_new (const FlitzisHeader *header, FlitzisDecodeRequest *request)
{
  Decoder *self = g_new0 (Decoder, 1);

  self->ref_count = 1;
  self->header = *header;
  self->request = request;
  self->duration = GST_CLOCK_TIME_NONE;
  self->start = GST_CLOCK_TIME_NONE;
  self->last_frame_us = g_get_monotonic_time ();
  flitzis_diagnosis_init (&self->diagnosis, &self->header);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);

  return self;
}

static void
decoder_unref (Decoder *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  gst_clear_object (&self->pipeline);
  flitzis_frame_builder_clear (&self->builder);
  gst_clear_caps (&self->caps);
  flitzis_diagnosis_clear (&self->diagnosis);
  g_clear_error (&self->error);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gpointer
stop_worker (gpointer data)
{
  Decoder *self = data;

  flitzis_pipeline_stop (self->pipeline, self->sink);
  g_mutex_lock (&self->lock);
  self->is_stopped = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  decoder_unref (self);

  return NULL;
}

/*
 * Stopping joins the pipeline's threads, and one of them may be stuck in a decoder. So another
 * thread does it. FALSE if that takes longer than `time_us`; that thread then goes on alone.
 */
static gboolean
stop_within (Decoder *self, gint64 time_us)
{
  gint64   end_us = g_get_monotonic_time () + time_us;
  GThread *thread;
  gboolean is_stopped;

  g_atomic_int_inc (&self->ref_count);
  thread = g_thread_try_new ("flitzis-stop", stop_worker, self, NULL);
  if (thread == NULL)
    stop_worker (self);
  else
    g_thread_unref (thread);

  g_mutex_lock (&self->lock);
  while (!self->is_stopped && g_cond_wait_until (&self->cond, &self->lock, end_us))
    ;
  is_stopped = self->is_stopped;
  g_mutex_unlock (&self->lock);

  return is_stopped;
}

/* A pipeline that failed may be stuck. After a cancel, the caller waits only briefly for it to
 * stop. */
static void
stop (Decoder *self, FlitzisDecodeRequest *request, const GError *error)
{
  gint64 time_us = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? LOOK_US
                                                                             : request->deadline_us;

  if (self->pipeline == NULL)
    return;

  if (error == NULL)
    flitzis_pipeline_stop (self->pipeline, self->sink);
  else
    request->is_abandoned = !stop_within (self, time_us);
}

static gboolean
attempt (GInputStream         *stream,
         const FlitzisHeader  *header,
         gboolean              use_codec,
         FlitzisDecodeRequest *request,
         FlitzisFrameBuilder  *builder,
         GError              **error)
{
  static GstAppSinkCallbacks callbacks = { .new_sample = new_sample_cb };
  Decoder                   *self = decoder_new (header, request);
  g_autoptr (GInputStream) part = flitzis_substream_new (stream, &self->diagnosis);
  g_autoptr (GError) local_error = NULL;
  gboolean is_decoded;

  self->pipeline =
      flitzis_pipeline_new (part, use_codec, &self->diagnosis, &self->sink, &local_error);
  if (self->pipeline != NULL)
    gst_app_sink_set_callbacks (self->sink, &callbacks, self, NULL);
  is_decoded = self->pipeline != NULL && run (self, request, &local_error);

  /* from here on the decoder runs without the caller */
  g_mutex_lock (&self->lock);
  self->request = NULL;
  flitzis_frame_builder_clear (builder);
  *builder = self->builder;
  memset (&self->builder, 0, sizeof self->builder);
  g_mutex_unlock (&self->lock);

  /* Frees the frames first: stopping allocates memory, and GLib aborts if there is none. */
  if (g_error_matches (local_error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE))
    flitzis_frame_builder_clear (builder);

  stop (self, request, local_error);
  decoder_unref (self);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return is_decoded;
}

/* Returns whether another attempt could have another result. */
static gboolean
is_final (const FlitzisDecodeRequest *request, const GError *error)
{
  return request->is_abandoned || (error != NULL && error->domain == G_IO_ERROR) ||
         g_error_matches (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
}

/* decodebin cannot recognise frames that have no header of their own. */
static gboolean
can_be_searched (const FlitzisHeader *header)
{
  return header->codec < FLITZIS_CODEC_PCM || header->codec > FLITZIS_CODEC_HEADERLESS_ALAC;
}

/*
 * Accepts the frames of the known elements only if they are complete. If they are not, decodebin
 * decodes the file again and finds out whether the file is damaged.
 */
gboolean
flitzis_decoder_run (GInputStream         *stream,
                     const FlitzisHeader  *header,
                     FlitzisDecodeRequest *request,
                     FlitzisFrameBuilder  *builder,
                     GError              **error)
{
  gboolean is_searched = can_be_searched (header);
  g_autoptr (GError) local_error = NULL;

  if (header->codec == FLITZIS_CODEC_OTHER || (header->is_cut && is_searched))
    return attempt (stream, header, FALSE, request, builder, error);

  if (attempt (stream, header, TRUE, request, builder, &local_error) &&
      (!is_searched || header->n_decoded_frames == 0 ||
       builder->n_decoded == header->n_decoded_frames))
    return TRUE;

  if (!is_searched || is_final (request, local_error))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return attempt (stream, header, FALSE, request, builder, error);
}
