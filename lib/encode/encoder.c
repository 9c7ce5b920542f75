/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * An encoder of GStreamer's between two pads of ours. Frames are pushed into it and what it makes
 * of them is written to the file before the push returns: there is no thread, no queue and no
 * waiting, and an error of the file system keeps its cause.
 */

#include "config.h"

#include "encode/encoder.h"

#include "encode/target.h"
#include "flitzis-error.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

#define N_CHANNELS 2
#define BYTES_PER_VALUE 4

/* A WAV file counts in 32 bits what is behind its first 8 bytes: the frames and less than 1024. */
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

  FlitzisTarget *target;
  GstElement    *element;
  GstBus        *bus;
  GstPad        *source; /* ours, in front of the element */
  GstPad        *sink;   /* ours, behind it */
  guint64        n_frames;
  guint64        offset; /* where in the file the next bytes go */
  GError        *error;  /* the first of the file's */
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

/* The element's thread is the caller's, so this needs no lock. */
static GstFlowReturn
flitzis_encoder_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  FlitzisEncoder *self = gst_pad_get_element_private (pad);
  GstMapInfo      map;

  if (self->error == NULL && gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      if (flitzis_target_write (self->target, map.data, map.size, self->offset, &self->error))
        self->offset += map.size;
      gst_buffer_unmap (buffer, &map);
    }

  gst_buffer_unref (buffer);

  return self->error == NULL ? GST_FLOW_OK : GST_FLOW_ERROR;
}

/* Encoders go back to the start of the file at the end, to say there how much it holds. */
static gboolean
flitzis_encoder_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  FlitzisEncoder   *self = gst_pad_get_element_private (pad);
  const GstSegment *segment;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
    {
      gst_event_parse_segment (event, &segment);
      if (segment->format == GST_FORMAT_BYTES)
        self->offset = segment->start;
    }

  gst_event_unref (event);

  return TRUE;
}

static gboolean
flitzis_encoder_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstFormat format;

  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return gst_pad_query_default (pad, parent, query);

  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  gst_query_set_seeking (query, format, format == GST_FORMAT_BYTES, 0, -1);

  return TRUE;
}

/* Sets an error where the element has failed, and FALSE is what it says. */
static gboolean
check (FlitzisEncoder *self, gboolean is_fine, GError **error)
{
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) reported = NULL;

  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return FALSE;
    }

  if (is_fine && message == NULL)
    return TRUE;

  if (message != NULL)
    gst_message_parse_error (message, &reported, NULL);

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
               "Could not write “%s”: GStreamer's %s fails at %u Hz: %s", self->name,
               self->format->element, self->sample_rate,
               reported != NULL ? reported->message : "it does not say why");

  return FALSE;
}

static gboolean
build (FlitzisEncoder *self, GError **error)
{
  g_autoptr (GstPad) first = NULL;
  g_autoptr (GstPad) last = NULL;

  if (!gst_init_check (NULL, NULL, error))
    return FALSE;

  self->element = gst_element_factory_make (self->format->element, NULL);

  if (self->element == NULL)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "Could not write “%s”: GStreamer has no %s installed", self->name,
                   self->format->element);
      return FALSE;
    }

  gst_object_ref_sink (self->element);
  self->bus = gst_bus_new ();
  gst_element_set_bus (self->element, self->bus);

  self->source = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  self->sink = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK));
  gst_pad_set_element_private (self->sink, self);
  gst_pad_set_chain_function (self->sink, flitzis_encoder_chain);
  gst_pad_set_event_function (self->sink, flitzis_encoder_event);
  gst_pad_set_query_function (self->sink, flitzis_encoder_query);

  first = gst_element_get_static_pad (self->element, "sink");
  last = gst_element_get_static_pad (self->element, "src");

  return check (self,
                gst_pad_link (self->source, first) == GST_PAD_LINK_OK &&
                    gst_pad_link (last, self->sink) == GST_PAD_LINK_OK &&
                    gst_pad_set_active (self->sink, TRUE) &&
                    gst_element_set_state (self->element, GST_STATE_PLAYING) ==
                        GST_STATE_CHANGE_SUCCESS &&
                    gst_pad_set_active (self->source, TRUE),
                error);
}

static gboolean
begin (FlitzisEncoder *self, GError **error)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "audio/x-raw", "format", G_TYPE_STRING, self->format->format, "layout", G_TYPE_STRING,
      "interleaved", "rate", G_TYPE_INT, (int) self->sample_rate, "channels", G_TYPE_INT,
      N_CHANNELS, "channel-mask", GST_TYPE_BITMASK, (guint64) 3, NULL);
  g_autoptr (GstCaps) made_caps = gst_caps_new_empty_simple (self->format->media_type);
  g_autoptr (GstPad) last = gst_element_get_static_pad (self->element, "src");
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);

  /* flacenc goes back to the start before it has said what it makes, if that is one block: then
   * GStreamer warns, unless it was said for it */
  return check (self,
                gst_pad_push_event (self->source, gst_event_new_stream_start ("flitzis")) &&
                    gst_pad_push_event (self->source, gst_event_new_caps (caps)) &&
                    gst_pad_push_event (last, gst_event_new_caps (made_caps)) &&
                    gst_pad_push_event (self->source, gst_event_new_segment (&segment)),
                error);
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

  if (!build (self, error))
    return NULL;

  self->target = flitzis_target_open (path, error);

  if (self->target == NULL || !begin (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
flitzis_encoder_free (FlitzisEncoder *self)
{
  if (self->element != NULL)
    {
      gst_element_set_state (self->element, GST_STATE_NULL);
      gst_element_set_bus (self->element, NULL);
    }

  g_clear_pointer (&self->element, gst_object_unref);
  g_clear_pointer (&self->source, gst_object_unref);
  g_clear_pointer (&self->sink, gst_object_unref);
  g_clear_pointer (&self->bus, gst_object_unref);
  g_clear_pointer (&self->target, flitzis_target_free);
  g_clear_error (&self->error);
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

  return check (self, gst_pad_push (self->source, buffer) == GST_FLOW_OK, error);
}

gboolean
flitzis_encoder_finish (FlitzisEncoder *self, GError **error)
{
  return check (self, gst_pad_push_event (self->source, gst_event_new_eos ()), error) &&
         flitzis_target_commit (self->target, error);
}
