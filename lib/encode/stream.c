/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * An appsrc takes the values, an encoder encodes them, and a sink of our own writes them to the
 * target.
 */

#include "config.h"

#include "encode/stream.h"

#include "encode/sink.h"
#include "encode/statements.h"
#include "flitzis-error.h"

#include <gio/gio.h>
#include <gst/app/app.h>

/* The amount of sound that may wait for the encoder. */
#define MAX_QUEUED_BYTES (64 * 1024)

/* The time that the encoder may take for it: a disk can stall, but not this long. */
#define MAX_WAIT (60 * GST_SECOND)

/* In bits per second, of one channel. */
#define OPUS_MIN_BIT_RATE 16000
#define OPUS_MAX_BIT_RATE 128000
#define OPUS_VARIABLE 1

#define MP3_WORST_QUALITY 9.999 /* the best is 0 */

struct _FlitzisStream
{
  /* constant */
  FlitzisStreamInfo info; /* without facts */

  /* constant once the pipeline runs, which owns `source` and `encoder` */
  GstElement *pipeline;
  GstBus     *bus;
  GstAppSrc  *source;
  GstElement *encoder;

  /* the caller's thread */
  guint64  n_pushed;   /* frames */
  gboolean is_running; /* the stream has not ended */

  /* the streaming thread, then the caller's once the stream has ended */
  guint64 n_packets; /* of MP3 */
  guint8  head[4];   /* of the first packet */
};

/* A pipeline that has failed or ended takes nothing more from its source, and a push would wait
 * there for room forever. It returns when the source gets an end of stream. */
static GstBusSyncReply
stop_waiting_cb (GstBus *bus, GstMessage *message, gpointer source)
{
  if (GST_MESSAGE_TYPE (message) & (GST_MESSAGE_ERROR | GST_MESSAGE_EOS))
    gst_app_src_end_of_stream (source);

  return GST_BUS_PASS;
}

/* Returns the message that ended the stream, or NULL if none came in time. */
static GstMessage *
wait_for_end (FlitzisStream *self)
{
  self->is_running = FALSE;

  return gst_bus_timed_pop_filtered (self->bus, MAX_WAIT, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
}

/* Takes the message, which may be NULL, and sets the error that it reports. */
static gboolean
fail (FlitzisStream *self, GstMessage *message, GError **error)
{
  g_autoptr (GstMessage) owned = message;
  g_autoptr (GError) reported = NULL;

  if (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &reported, NULL);

  if (reported != NULL && reported->domain == G_IO_ERROR)
    g_propagate_error (error, g_steal_pointer (&reported));
  else
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "Could not write “%s”: GStreamer's %s fails at %u Hz: %s", self->info.name,
                 self->info.format->encoder, self->info.sample_rate,
                 reported != NULL ? reported->message : "it does not say why");

  return FALSE;
}

/* If the file has only one block, flacenc sends a segment before its caps, and GStreamer warns. So
 * this sends the caps for it, as soon as flacenc gets the caps of the frames. */
static GstPadProbeReturn
send_caps_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  FlitzisStream *self = user_data;
  g_autoptr (GstPad) made_pad = NULL;
  g_autoptr (GstCaps) made_caps = NULL;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  made_pad = gst_element_get_static_pad (self->encoder, "src");
  made_caps = gst_caps_new_empty_simple ("audio/x-flac");
  gst_pad_set_caps (made_pad, made_caps);

  return GST_PAD_PROBE_REMOVE;
}

static GstPadProbeReturn
count_packet_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  FlitzisStream *self = user_data;

  if (self->n_packets++ == 0)
    gst_buffer_extract (GST_PAD_PROBE_INFO_BUFFER (info), 0, self->head, sizeof self->head);

  return GST_PAD_PROBE_OK;
}

static void
add_probe (FlitzisStream *self, GstElement *muxer)
{
  g_autoptr (GstPad) pad = NULL;

  if (self->info.format->kind == FLITZIS_FORMAT_FLAC)
    {
      pad = gst_element_get_static_pad (self->encoder, "sink");
      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, send_caps_cb, self, NULL);
    }
  else if (self->info.format->kind == FLITZIS_FORMAT_MP3)
    {
      pad = gst_element_get_static_pad (muxer, "src");
      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_packet_cb, self, NULL);
    }
}

/* Adds an element to the pipeline, which owns it. */
static GstElement *
add_element (FlitzisStream *self, const char *factory, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element != NULL)
    gst_bin_add (GST_BIN (self->pipeline), element);
  else
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "Could not write “%s”: GStreamer has no %s installed; Debian's package "
                 "gstreamer1.0-plugins-%s has it",
                 self->info.name, factory, self->info.format->package);

  return element;
}

static GstElement *
add_source (FlitzisStream *self)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "audio/x-raw", "format", G_TYPE_STRING, self->info.values, "layout", G_TYPE_STRING,
      "interleaved", "rate", G_TYPE_INT, (int) self->info.sample_rate, "channels", G_TYPE_INT,
      (int) self->info.n_channels, NULL);
  GstElement *source;

  if (self->info.n_channels == 2)
    gst_caps_set_simple (caps, "channel-mask", GST_TYPE_BITMASK, (guint64) 3, NULL);

  source = g_object_new (GST_TYPE_APP_SRC, "caps", caps, "format", GST_FORMAT_TIME, "block", TRUE,
                         "max-bytes", (guint64) MAX_QUEUED_BYTES, NULL);
  gst_bin_add (GST_BIN (self->pipeline), source);

  return source;
}

static void
set_quality (FlitzisStream *self)
{
  double quality = self->info.quality;
  double bit_rate = OPUS_MIN_BIT_RATE + quality * (OPUS_MAX_BIT_RATE - OPUS_MIN_BIT_RATE);

  if (self->info.format->kind == FLITZIS_FORMAT_OGG)
    g_object_set (self->encoder, "quality", (float) quality, NULL);
  else if (self->info.format->kind == FLITZIS_FORMAT_OPUS)
    g_object_set (self->encoder, "bitrate", (int) (bit_rate * self->info.n_channels),
                  "bitrate-type", OPUS_VARIABLE, NULL);
  else if (self->info.format->kind == FLITZIS_FORMAT_MP3)
    g_object_set (self->encoder, "quality", (float) (MP3_WORST_QUALITY * (1.0 - quality)), NULL);
}

static void
set_comments (FlitzisStream *self, const FlitzisFacts *facts)
{
  g_autoptr (GstTagList) tags = gst_tag_list_new_empty ();
  g_auto (GStrv) comments = flitzis_statements_make_comments (facts, self->info.sample_rate);

  if (facts->title != NULL)
    gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, GST_TAG_TITLE, facts->title, NULL);
  if (facts->artist != NULL)
    gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, GST_TAG_ARTIST, facts->artist, NULL);
  for (char **comment = comments; *comment != NULL; comment++)
    gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_EXTENDED_COMMENT, *comment, NULL);

  if (!gst_tag_list_is_empty (tags))
    gst_tag_setter_merge_tags (GST_TAG_SETTER (self->encoder), tags, GST_TAG_MERGE_REPLACE);
}

static gboolean
has_comments (const FlitzisFormat *format)
{
  return format->kind == FLITZIS_FORMAT_FLAC || format->kind == FLITZIS_FORMAT_OGG ||
         format->kind == FLITZIS_FORMAT_OPUS;
}

static gboolean
build (FlitzisStream *self, FlitzisTarget *target, const FlitzisFacts *facts, GError **error)
{
  const FlitzisFormat *format = self->info.format;
  GstElement          *source, *muxer = NULL, *sink;

  self->encoder = add_element (self, format->encoder, error);
  if (self->encoder == NULL)
    return FALSE;

  if (format->muxer != NULL && (muxer = add_element (self, format->muxer, error)) == NULL)
    return FALSE;

  source = add_source (self);
  self->source = GST_APP_SRC (source);
  gst_bus_set_sync_handler (self->bus, stop_waiting_cb, source, NULL);
  sink = flitzis_target_sink_new (target, self->info.offset);
  gst_bin_add (GST_BIN (self->pipeline), sink);

  set_quality (self);
  if (has_comments (format))
    set_comments (self, facts);
  add_probe (self, muxer);

  if (gst_element_link (source, self->encoder) &&
      (muxer != NULL ? gst_element_link_many (self->encoder, muxer, sink, NULL)
                     : gst_element_link (self->encoder, sink)) &&
      gst_element_set_state (self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
    {
      self->is_running = TRUE;
      return TRUE;
    }

  return fail (self, gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR), error);
}

FlitzisStream *
flitzis_stream_new (const FlitzisStreamInfo *info, FlitzisTarget *target, GError **error)
{
  FlitzisStream *self = g_new0 (FlitzisStream, 1);

  self->info = *info;
  self->info.facts = NULL;
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  self->bus = gst_element_get_bus (self->pipeline);

  if (!build (self, target, info->facts, error))
    g_clear_pointer (&self, flitzis_stream_free);

  return self;
}

void
flitzis_stream_free (FlitzisStream *self)
{
  /* wavenc of 1.22 loses a buffer if it is stopped while it writes its header */
  if (self->is_running)
    {
      g_autoptr (GstMessage) message = NULL;

      gst_app_src_end_of_stream (self->source);
      message = wait_for_end (self);
    }

  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->bus);
  gst_object_unref (self->pipeline);
  g_free (self);
}

gboolean
flitzis_stream_push (
    FlitzisStream *self,
    guint8        *values,
    gsize          n_bytes,
    gsize          n_frames,
    GError       **error)
{
  guint      rate = self->info.sample_rate;
  GstBuffer *buffer = gst_buffer_new_wrapped (values, n_bytes);

  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (self->n_pushed, GST_SECOND, rate);
  self->n_pushed += n_frames;
  GST_BUFFER_DURATION (buffer) =
      gst_util_uint64_scale (self->n_pushed, GST_SECOND, rate) - GST_BUFFER_PTS (buffer);

  return gst_app_src_push_buffer (self->source, buffer) == GST_FLOW_OK ||
         fail (self, wait_for_end (self), error);
}

gboolean
flitzis_stream_finish (FlitzisStream *self, GError **error)
{
  GstMessage *message;

  gst_app_src_end_of_stream (self->source);
  message = wait_for_end (self);

  if (message == NULL || GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS)
    return fail (self, message, error);

  gst_message_unref (message);

  return TRUE;
}

guint64
flitzis_stream_get_packets (const FlitzisStream *self, const guint8 **head)
{
  *head = self->head;

  return self->n_packets;
}
