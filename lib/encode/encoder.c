/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * A GStreamer pipeline: an appsrc takes the frames, an encoder encodes them, and a sink of our own
 * writes the file. It runs in its own thread, at most a few blocks behind the caller.
 */

#include "config.h"

#include "encode/encoder.h"

#include "decode/gstreamer.h"
#include "encode/sink.h"
#include "encode/target.h"
#include "flitzis-error.h"

#include <gio/gio.h>
#include <gst/app/app.h>
#include <math.h>
#include <string.h>

#define N_CHANNELS 2
#define BYTES_PER_VALUE 4

/* The amount of sound that may wait for the encoder. */
#define MAX_QUEUED_BYTES (64 * 1024)

/* The time that the encoder may take for it: a disk can stall, but not this long. */
#define MAX_WAIT (60 * GST_SECOND)

/* A WAV file has its size after the first 8 bytes in 32 bits: the frames, and less than 1024
 * bytes. */
#define MAX_WAV_FRAMES ((G_MAXUINT32 - 1024) / (N_CHANNELS * BYTES_PER_VALUE))
#define MAX_FLAC_FRAMES ((G_GUINT64_CONSTANT (1) << 36) - 1)

typedef struct
{
  const char *ending;
  const char *element;
  const char *media_type;
  const char *format; /* of the values that the element takes */
  guint32 (*pack) (float value);
  guint64 max_frames;
} Format;

struct _FlitzisEncoder
{
  /* constant */
  const Format *format;
  char         *name; /* to be shown */
  guint         sample_rate;

  /* constant once the pipeline runs, which owns `source` and `encoder` */
  FlitzisTarget *target;
  GstElement    *pipeline;
  GstBus        *bus;
  GstAppSrc     *source;
  GstElement    *encoder;

  /* the caller's thread */
  guint64  n_frames;   /* written so far */
  gboolean is_running; /* the stream has not ended */
};

static guint32
pack_float (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);

  return GUINT32_TO_LE (bits);
}

static guint32
pack_24_bits (float value)
{
  gint32 rounded = (gint32) lrintf (CLAMP (value, -1.0f, 1.0f) * 8388608.0f);

  return GUINT32_TO_LE ((guint32) MIN (rounded, 8388607));
}

static const Format formats[] = {
  { ".wav", "wavenc", "audio/x-wav", "F32LE", pack_float, MAX_WAV_FRAMES },
  { ".flac", "flacenc", "audio/x-flac", "S24_32LE", pack_24_bits, MAX_FLAC_FRAMES },
};

static const Format *
find_format (const char *path, const char *name, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_has_suffix (lower, formats[i].ending))
      return &formats[i];

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "Could not write “%s”: its name must end in .wav or .flac", name);

  return NULL;
}

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
wait_for_end (FlitzisEncoder *self)
{
  self->is_running = FALSE;

  return gst_bus_timed_pop_filtered (self->bus, MAX_WAIT, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
}

/* Takes the message, which may be NULL, and sets the error that it reports. */
static gboolean
fail (FlitzisEncoder *self, GstMessage *message, GError **error)
{
  g_autoptr (GstMessage) owned = message;
  g_autoptr (GError) reported = NULL;

  if (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &reported, NULL);

  if (reported != NULL && reported->domain == G_IO_ERROR)
    g_propagate_error (error, g_steal_pointer (&reported));
  else
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "Could not write “%s”: GStreamer's %s fails at %u Hz: %s", self->name,
                 self->format->element, self->sample_rate,
                 reported != NULL ? reported->message : "it does not say why");

  return FALSE;
}

/* If the file has only one block, flacenc sends a segment before its caps, and GStreamer warns. So
 * this sends the caps for it, as soon as flacenc gets the caps of the frames. */
static GstPadProbeReturn
send_caps_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  FlitzisEncoder *self = user_data;
  g_autoptr (GstPad) made_pad = NULL;
  g_autoptr (GstCaps) made_caps = NULL;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  made_pad = gst_element_get_static_pad (self->encoder, "src");
  made_caps = gst_caps_new_empty_simple (self->format->media_type);
  gst_pad_set_caps (made_pad, made_caps);

  return GST_PAD_PROBE_REMOVE;
}

static GstElement *
make_source (FlitzisEncoder *self)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "audio/x-raw", "format", G_TYPE_STRING, self->format->format, "layout", G_TYPE_STRING,
      "interleaved", "rate", G_TYPE_INT, (int) self->sample_rate, "channels", G_TYPE_INT,
      N_CHANNELS, "channel-mask", GST_TYPE_BITMASK, (guint64) 3, NULL);

  return g_object_new (GST_TYPE_APP_SRC, "caps", caps, "format", GST_FORMAT_TIME, "block", TRUE,
                       "max-bytes", (guint64) MAX_QUEUED_BYTES, NULL);
}

static gboolean
build (FlitzisEncoder *self, GError **error)
{
  g_autoptr (GstPad) pad = NULL;
  GstElement *source;
  GstElement *sink;

  if (!flitzis_gstreamer_init (error))
    {
      g_prefix_error (error, "Could not write “%s”: ", self->name);
      return FALSE;
    }

  self->encoder = gst_element_factory_make (self->format->element, NULL);

  if (self->encoder == NULL)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "Could not write “%s”: GStreamer has no %s installed", self->name,
                   self->format->element);
      return FALSE;
    }

  source = make_source (self);
  sink = flitzis_target_sink_new (self->target);
  self->source = GST_APP_SRC (source);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  self->bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (self->bus, stop_waiting_cb, source, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), source, self->encoder, sink, NULL);

  pad = gst_element_get_static_pad (self->encoder, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, send_caps_cb, self, NULL);

  if (gst_element_link_many (source, self->encoder, sink, NULL) &&
      gst_element_set_state (self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
    {
      self->is_running = TRUE;
      return TRUE;
    }

  return fail (self, gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR), error);
}

FlitzisEncoder *
flitzis_encoder_new (const char *path, guint sample_rate, guint64 n_frames, GError **error)
{
  g_autoptr (FlitzisEncoder) self = g_new0 (FlitzisEncoder, 1);

  self->name = g_filename_display_basename (path);
  self->sample_rate = sample_rate;
  self->format = find_format (path, self->name, error);

  if (self->format == NULL)
    return NULL;

  if (n_frames > self->format->max_frames)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "Could not write “%s”: a %s file holds %" G_GUINT64_FORMAT
                   " frames, not %" G_GUINT64_FORMAT,
                   self->name, self->format->ending, self->format->max_frames, n_frames);
      return NULL;
    }

  self->target = flitzis_target_open (path, error);

  if (self->target == NULL || !build (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
flitzis_encoder_free (FlitzisEncoder *self)
{
  /* wavenc of 1.22 loses a buffer if it is stopped while it writes its header */
  if (self->is_running)
    {
      g_autoptr (GstMessage) message = NULL;

      gst_app_src_end_of_stream (self->source);
      message = wait_for_end (self);
    }

  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);

  g_clear_pointer (&self->bus, gst_object_unref);
  g_clear_pointer (&self->pipeline, gst_object_unref);
  g_clear_pointer (&self->target, flitzis_target_free);
  g_free (self->name);
  g_free (self);
}

gboolean
flitzis_encoder_write (FlitzisEncoder *self, const float *frames, guint n_frames, GError **error)
{
  gsize      n_values = (gsize) n_frames * N_CHANNELS;
  guint32   *packed = g_new (guint32, n_values);
  GstBuffer *buffer;

  for (gsize i = 0; i < n_values; i++)
    packed[i] = self->format->pack (frames[i]);

  buffer = gst_buffer_new_wrapped (packed, n_values * sizeof *packed);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (self->n_frames, GST_SECOND, self->sample_rate);
  self->n_frames += n_frames;
  GST_BUFFER_DURATION (buffer) =
      gst_util_uint64_scale (self->n_frames, GST_SECOND, self->sample_rate) -
      GST_BUFFER_PTS (buffer);

  return gst_app_src_push_buffer (self->source, buffer) == GST_FLOW_OK ||
         fail (self, wait_for_end (self), error);
}

gboolean
flitzis_encoder_finish (FlitzisEncoder *self, GError **error)
{
  g_autoptr (GstMessage) message = NULL;

  gst_app_src_end_of_stream (self->source);
  message = wait_for_end (self);

  if (message == NULL || GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS)
    return fail (self, g_steal_pointer (&message), error);

  return flitzis_target_commit (self->target, error);
}
