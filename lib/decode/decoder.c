/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Runs a pipeline on the caller's thread, which waits at its bus, and writes the error messages. */

#include "config.h"

#include "decode/decoder.h"

#include "decode/decoding.h"
#include "decode/pipeline.h"
#include "decode/tags.h"
#include "flitzis-error.h"

#include <string.h>

/* Held by the pipeline's sink: GStreamer's threads may touch it for as long as they run. */
typedef struct
{
  FlitzisDecoding *decoding; /* holds the sink */

  /* the streaming thread, and the caller's, under the lock */
  GMutex                lock;
  FlitzisDecodeRequest *request; /* NULL: frames are no longer wanted */
  GError               *error;   /* the reason */
  gint64                last_frame_us;
  gsize                 n_expected_bytes;
  GstClockTime          duration;
} Decoder;

/* Asks for the whole length at once, if it is known: a file that is too large fails before it is
 * decoded. */
static gboolean
check_expected (Decoder *self, GError **error)
{
  guint64 n_frames = self->decoding->header.n_decoded_frames;

  if (n_frames == 0)
    return TRUE;

  self->n_expected_bytes = flitzis_frame_builder_count_bytes (&self->decoding->builder, n_frames);
  if (flitzis_decode_request_advance (self->request, self->n_expected_bytes, 0.0, error))
    return TRUE;

  if (g_error_matches (*error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE))
    g_prefix_error (error, "it has %" G_GUINT64_FORMAT " frames (%.3f s): ", n_frames,
                    (double) n_frames / self->decoding->builder.info.rate);

  return FALSE;
}

/* Makes room for the length, once the format of the frames is known. */
static gboolean
begin (Decoder *self, GError **error)
{
  FlitzisFrameBuilder *builder = &self->decoding->builder;
  guint64              n_frames = self->decoding->header.n_decoded_frames;
  guint                rate = builder->info.rate;
  gint64               duration;

  if (n_frames > 0)
    {
      self->duration = gst_util_uint64_scale (n_frames, GST_SECOND, rate);
      flitzis_frame_builder_reserve (builder, n_frames);
    }
  /* one frame more than the length, because times are rounded */
  else if (gst_element_query_duration (GST_ELEMENT (self->decoding->sink), GST_FORMAT_TIME,
                                       &duration) &&
           duration > 0)
    {
      self->duration = duration;
      flitzis_frame_builder_reserve (builder,
                                     gst_util_uint64_scale (duration, rate, GST_SECOND) + 1);
    }

  return check_expected (self, error);
}

static gboolean
report (Decoder *self, GError **error)
{
  FlitzisFrameBuilder *builder = &self->decoding->builder;
  gsize                n_bytes = flitzis_frame_builder_count_bytes (builder, builder->n_decoded);
  double               progress = -1.0;

  if (self->duration != GST_CLOCK_TIME_NONE)
    progress = (double) gst_util_uint64_scale (builder->n_decoded, GST_SECOND,
                                               builder->info.rate) /
               self->duration;

  return flitzis_decode_request_advance (self->request, MAX (n_bytes, self->n_expected_bytes),
                                         MIN (progress, 1.0), error);
}

static gboolean
collect (Decoder *self, GstSample *sample, GError **error)
{
  gboolean is_first = self->decoding->builder.info.finfo == NULL;

  if (!flitzis_decoding_adopt (self->decoding, sample, error) ||
      (is_first && !begin (self, error)) ||
      !flitzis_decoding_take (self->decoding, sample, error))
    return FALSE;

  self->last_frame_us = g_get_monotonic_time ();

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

/* Returns FALSE with the error that has ended the decoding. */
static gboolean
check_errors (Decoder *self, GstMessage *message, GError **error)
{
  return flitzis_decoding_check (self->decoding, g_steal_pointer (&self->error), message, error);
}

/* Under the lock. Returns FALSE if the caller should stop waiting. */
static gboolean
look (Decoder *self, FlitzisDecodeRequest *request, GstMessage *message, GError **error)
{
  if (!check_errors (self, message, error) || !flitzis_decode_request_check (request, error))
    return FALSE;

  if (g_get_monotonic_time () - self->last_frame_us <= request->deadline_us)
    return TRUE;

  flitzis_decoding_set_failed (self->decoding,
                               self->decoding->builder.n_decoded > 0 ? FLITZIS_DECODING_STOPPED
                                                                     : FLITZIS_DECODING_NO_SENSE,
                               error);

  return FALSE;
}

/* Waits until the stream has ended. Returns FALSE if an error has ended it. */
static gboolean
wait_for_end (Decoder *self, FlitzisDecodeRequest *request, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->decoding->pipeline);
  gboolean       is_good, is_over = FALSE;
  GstMessageType types = GST_MESSAGE_EOS | GST_MESSAGE_ERROR;

  if (flitzis_tags_are_needed (&self->decoding->header))
    types |= GST_MESSAGE_TAG | GST_MESSAGE_TOC;

  do
    {
      g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
          bus, FLITZIS_LOOK_US * GST_USECOND, types);

      if (message != NULL)
        flitzis_tags_read (self->decoding->header.facts, message);

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
  if (gst_element_set_state (self->decoding->pipeline, GST_STATE_PLAYING) ==
      GST_STATE_CHANGE_FAILURE)
    {
      flitzis_decoding_set_failed (self->decoding, "the decoder cannot be started", error);
      return FALSE;
    }

  return wait_for_end (self, request, error) && flitzis_decoding_finish (self->decoding, error);
}

static Decoder *
decoder_new (FlitzisDecoding *decoding, FlitzisDecodeRequest *request)
{
  Decoder *self = g_new0 (Decoder, 1);

  self->decoding = decoding;
  self->request = request;
  self->duration = GST_CLOCK_TIME_NONE;
  self->last_frame_us = g_get_monotonic_time ();
  g_mutex_init (&self->lock);

  return self;
}

static void
decoder_free (gpointer data)
{
  Decoder *self = data;

  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* A pipeline that failed may be stuck. After a cancel, the caller waits only briefly for it to
 * stop. */
static void
stop (FlitzisDecoding *decoding, FlitzisDecodeRequest *request, const GError *error)
{
  gint64 time_us = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? FLITZIS_LOOK_US
                                                                             : request->deadline_us;

  if (error == NULL)
    flitzis_pipeline_stop (decoding->pipeline, decoding->sink);
  else
    request->is_abandoned = !flitzis_decoding_stop_within (decoding, time_us);
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
  g_autoptr (FlitzisDecoding) decoding = flitzis_decoding_new (header, request->sample_rate);
  g_autoptr (GError) local_error = NULL;
  Decoder *self;
  gboolean is_decoded;

  if (!flitzis_decoding_open (decoding, stream, use_codec, error))
    return FALSE;

  self = decoder_new (decoding, request);
  gst_app_sink_set_callbacks (decoding->sink, &callbacks, self, decoder_free);
  is_decoded = run (self, request, &local_error);

  /* from here on the decoder runs without the caller */
  g_mutex_lock (&self->lock);
  self->request = NULL;
  flitzis_frame_builder_clear (builder);
  *builder = decoding->builder;
  memset (&decoding->builder, 0, sizeof decoding->builder);
  g_mutex_unlock (&self->lock);

  /* Frees the frames first: stopping allocates memory, and GLib aborts if there is none. */
  if (g_error_matches (local_error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE))
    flitzis_frame_builder_clear (builder);

  stop (decoding, request, local_error);
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
  gboolean is_searched = flitzis_decoding_can_search (header);
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
