/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "encode/sink.h"

struct _FlitzisTargetSink
{
  GstBaseSink parent_instance;

  /* constant */
  FlitzisTarget *target;
  guint64        first; /* where in the file the stream begins */

  /* the streaming thread */
  guint64 offset; /* of the next bytes in the file */
};

G_DEFINE_FINAL_TYPE (FlitzisTargetSink, flitzis_target_sink, GST_TYPE_BASE_SINK)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstFlowReturn
flitzis_target_sink_render (GstBaseSink *sink, GstBuffer *buffer)
{
  FlitzisTargetSink *self = FLITZIS_TARGET_SINK (sink);
  g_autoptr (GError) error = NULL;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      GST_ELEMENT_ERROR (self, RESOURCE, READ, (NULL), (NULL));
      return GST_FLOW_ERROR;
    }

  flitzis_target_write (self->target, map.data, map.size, self->offset, &error);
  self->offset += map.size;
  gst_buffer_unmap (buffer, &map);

  if (error == NULL)
    return GST_FLOW_OK;

  gst_element_post_message (GST_ELEMENT (self),
                            gst_message_new_error (GST_OBJECT (self), error, NULL));

  return GST_FLOW_ERROR;
}

/* At the end, encoders go back to the start of the file, to write its length. */
static gboolean
flitzis_target_sink_event (GstBaseSink *sink, GstEvent *event)
{
  FlitzisTargetSink *self = FLITZIS_TARGET_SINK (sink);
  const GstSegment  *segment;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
    {
      gst_event_parse_segment (event, &segment);
      if (segment->format == GST_FORMAT_BYTES)
        self->offset = self->first + segment->start;
    }

  return GST_BASE_SINK_CLASS (flitzis_target_sink_parent_class)->event (sink, event);
}

/* Encoders ask whether they can go back. */
static gboolean
flitzis_target_sink_query (GstBaseSink *sink, GstQuery *query)
{
  GstFormat format;

  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return GST_BASE_SINK_CLASS (flitzis_target_sink_parent_class)->query (sink, query);

  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  gst_query_set_seeking (query, format, format == GST_FORMAT_BYTES, 0, -1);

  return TRUE;
}

static void
flitzis_target_sink_class_init (FlitzisTargetSinkClass *klass)
{
  GstElementClass  *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  sink_class->render = flitzis_target_sink_render;
  sink_class->event = flitzis_target_sink_event;
  sink_class->query = flitzis_target_sink_query;

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "Target sink", "Sink/File",
                                         "Writes a file that appears when it is whole",
                                         "the Flitzis authors");
}

static void
flitzis_target_sink_init (FlitzisTargetSink *self)
{
}

/* The sink writes as fast as it can, without a clock, and starts without waiting for data. */
GstElement *
flitzis_target_sink_new (FlitzisTarget *target, guint64 offset)
{
  FlitzisTargetSink *self =
      g_object_new (FLITZIS_TYPE_TARGET_SINK, "sync", FALSE, "async", FALSE, NULL);

  self->target = target;
  self->first = self->offset = offset;

  return GST_ELEMENT (self);
}
