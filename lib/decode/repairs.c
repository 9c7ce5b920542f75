/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Changes the data between elements if one of them is known to mishandle it. Each repair names the
 * element and the newest version that is known to need it. */

#include "config.h"

#include "decode/repairs.h"

#include "flitzis-error.h"

#include <string.h>

/* Wider than any rounding of times to nanoseconds, narrower than half a frame at any rate. */
#define SEGMENT_NUDGE_NS 500

#define OPUS_RATE 48000

/* Set on a pad that a buffer has passed. */
#define SEEN_KEY "flitzis-seen"

/* Set on a pad that was flushed by a seek. */
#define FLUSHED_KEY "flitzis-flushed"

/* Returns whether only our counts decide where the sound begins and ends. Decoders must then cut
 * off nothing. */
static gboolean
is_trimmed_by_header (const FlitzisDiagnosis *self)
{
  return self->header->container == FLITZIS_CONTAINER_MPEG_AUDIO || self->header->n_delay > 0 ||
         self->header->has_padding;
}

/*
 * oggdemux, qtdemux and matroskademux, 1.22: they round the borders of a segment down to
 * nanoseconds, and the decoders that clip at these (vorbisdec, opusdec) round down again, so that
 * one frame too many is left at either end. Moving a border inwards by less than half a frame makes
 * it exact. FLAC knows its own end, and sound that the header trims must not be clipped at all.
 *
 * giostreamsrc in front of a decoder, without a parser: its segment is in bytes, which not every
 * decoder takes.
 */
static GstEvent *
nudge_segment (GstPad *pad, GstEvent *event, gboolean is_open)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstSegment segment;
  GstEvent  *nudged;

  gst_event_copy_segment (event, &segment);
  if (segment.format != GST_FORMAT_TIME)
    gst_segment_init (&segment, GST_FORMAT_TIME);

  if (caps != NULL && gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/x-flac"))
    is_open = TRUE;

  /* after a seek, the reader counts and cuts; decoders cut at rounded times */
  if (g_object_get_data (G_OBJECT (pad), FLUSHED_KEY) != NULL)
    segment.start = segment.time = 0;

  if (is_open)
    {
      segment.stop = GST_CLOCK_TIME_NONE;
    }
  else
    {
      if (segment.start > 0)
        segment.start += SEGMENT_NUDGE_NS;
      if (segment.stop != GST_CLOCK_TIME_NONE && segment.stop > segment.start + SEGMENT_NUDGE_NS)
        segment.stop -= SEGMENT_NUDGE_NS;
    }

  nudged = gst_event_new_segment (&segment);
  gst_event_set_seqnum (nudged, gst_event_get_seqnum (event));
  gst_event_unref (event);

  return nudged;
}

/*
 * opusdec, 1.22: it uses the rate in the header as that of the stream. But Opus is always coded at
 * 48 kHz, and the header has the rate of the source. The delay is then rounded, and the onset is
 * not exact. So opusdec gets a header with 48 kHz.
 */
static GstBuffer *
restore_opus_head (GstBuffer *buffer)
{
  guint32 rate = GUINT32_TO_LE (OPUS_RATE);

  if (gst_buffer_get_size (buffer) < 19 || gst_buffer_memcmp (buffer, 0, "OpusHead", 8) != 0)
    return buffer;

  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_fill (buffer, 12, &rate, sizeof rate);

  return buffer;
}

static GstEvent *
restore_opus_caps (GstEvent *event)
{
  g_autoptr (GstCaps) changed = NULL;
  const GValue *headers;
  GValue        restored = G_VALUE_INIT;
  GstCaps      *caps;

  gst_event_parse_caps (event, &caps);
  if (!gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/x-opus"))
    return event;

  changed = gst_caps_copy (caps);
  gst_caps_set_simple (changed, "rate", G_TYPE_INT, OPUS_RATE, NULL);

  headers = gst_structure_get_value (gst_caps_get_structure (caps, 0), "streamheader");
  if (headers != NULL && GST_VALUE_HOLDS_ARRAY (headers))
    {
      gst_value_array_init (&restored, gst_value_array_get_size (headers));
      for (guint i = 0; i < gst_value_array_get_size (headers); i++)
        {
          GstBuffer *header = gst_value_get_buffer (gst_value_array_get_value (headers, i));
          GValue     value = G_VALUE_INIT;

          g_value_init (&value, GST_TYPE_BUFFER);
          gst_value_take_buffer (&value, restore_opus_head (gst_buffer_copy_deep (header)));
          gst_value_array_append_and_take_value (&restored, &value);
        }
      gst_structure_take_value (gst_caps_get_structure (changed, 0), "streamheader", &restored);
    }

  gst_event_unref (event);

  return gst_event_new_caps (changed);
}

/* matroskademux, 1.22: it uses the delay that Matroska states in place of the delay in Opus's
 * header, although the two may differ. */
static GstBuffer *
restore_opus_buffer (FlitzisDiagnosis *self, GstBuffer *buffer)
{
  GstAudioClippingMeta *clipping;

  buffer = restore_opus_head (buffer);
  clipping = gst_buffer_get_audio_clipping_meta (buffer);
  if (clipping == NULL || clipping->format != GST_FORMAT_DEFAULT || clipping->start == 0 ||
      self->header->n_opus_delay == 0)
    return buffer;

  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_get_audio_clipping_meta (buffer)->start = self->header->n_opus_delay;

  return buffer;
}

/* mpegaudioparse and oggdemux, 1.22: they attach the delay and the padding to the packets. A
 * decoder would cut off that many frames, and we, who go by the header, as many once more. */
static GstBuffer *
drop_clipping (GstBuffer *buffer)
{
  if (gst_buffer_get_audio_clipping_meta (buffer) == NULL)
    return buffer;

  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_remove_meta (buffer, &gst_buffer_get_audio_clipping_meta (buffer)->meta);

  return buffer;
}

/* vorbisdec, 1.22: it divides by the rate in this header, not by that of the caps. */
static gboolean
check_vorbis_head (FlitzisDiagnosis *self, GstBuffer *buffer)
{
  guint8  head[16];
  GError *error;

  if (gst_buffer_extract (buffer, 0, head, sizeof head) < sizeof head ||
      memcmp (head, "\1vorbis", 7) != 0)
    return TRUE;

  error = flitzis_diagnosis_check_rate (GST_READ_UINT32_LE (head + 12));
  if (error == NULL)
    return TRUE;

  flitzis_diagnosis_refuse (self, error);

  return FALSE;
}

/*
 * oggdemux, 1.22: if pages are missing, it goes on after them and only sets a flag, which not every
 * parser passes on. So this checks the buffers that go into parsers, too.
 */
static gboolean
check_gap (FlitzisDiagnosis *self, GstPad *pad, GstBuffer *buffer)
{
  gboolean is_first = g_object_get_data (G_OBJECT (pad), SEEN_KEY) == NULL;

  if (self->header->container != FLITZIS_CONTAINER_OGG)
    return TRUE;

  /* headers have no time */
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    g_object_set_data (G_OBJECT (pad), SEEN_KEY, self);
  if (is_first || !GST_BUFFER_IS_DISCONT (buffer))
    return TRUE;

  flitzis_diagnosis_set_gap (self);

  return FALSE;
}

/* Returns FALSE from the first buffer on that the decoder must not see. */
static gboolean
check_buffer (FlitzisDiagnosis *self, GstPad *pad, GstBuffer *buffer)
{
  return !flitzis_diagnosis_is_over (self) && check_vorbis_head (self, buffer) &&
         check_gap (self, pad, buffer);
}

static GstPadProbeReturn
parser_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return check_buffer (user_data, pad, GST_PAD_PROBE_INFO_BUFFER (info)) ? GST_PAD_PROBE_OK
                                                                         : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
decoder_buffer_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  FlitzisDiagnosis *self = user_data;
  GstBuffer        *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (!check_buffer (self, pad, buffer))
    return GST_PAD_PROBE_DROP;

  info->data = is_trimmed_by_header (self) ? drop_clipping (buffer)
                                           : restore_opus_buffer (self, buffer);

  return GST_PAD_PROBE_OK;
}

/* Data that continue elsewhere after a seek have no gap there. */
static GstPadProbeReturn
flush_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_FLUSH_STOP)
    {
      g_object_set_data (G_OBJECT (pad), SEEN_KEY, NULL);
      g_object_set_data (G_OBJECT (pad), FLUSHED_KEY, user_data);
    }

  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
decoder_event_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  FlitzisDiagnosis *self = user_data;
  GstEvent         *event = GST_PAD_PROBE_INFO_EVENT (info);

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
    info->data = nudge_segment (pad, event, is_trimmed_by_header (self));
  else if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    info->data = restore_opus_caps (event);

  return GST_PAD_PROBE_OK;
}

void
flitzis_repairs_add_probes (FlitzisDiagnosis *diagnosis, GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  if (pad != NULL)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_FLUSH, flush_probe_cb, diagnosis, NULL);

  if (gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_PARSER |
                                                     GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, parser_probe_cb, diagnosis, NULL);
  else if (gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER |
                                                          GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO))
    {
      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, decoder_event_cb, diagnosis,
                         NULL);
      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, decoder_buffer_cb, diagnosis, NULL);
    }

  /* flacdec, 1.22: it gives silence for a frame with a wrong byte. With this property, flacparse
   * drops the frame, and the gap is noticed. */
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "check-frame-checksums") != NULL)
    g_object_set (element, "check-frame-checksums", TRUE, NULL);

  /* opusdec, 1.22: by default it ignores the phase inversion of the encoder's stereo */
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "phase-inversion") != NULL)
    g_object_set (element, "phase-inversion", TRUE, NULL);
}
