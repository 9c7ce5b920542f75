/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Puts right, in what flows between elements, what these are known to get wrong. */

#include "config.h"

#include "decode/repairs.h"

#include "decode/flac.h"
#include "flitzis-error.h"

#include <gst/audio/audio.h>
#include <string.h>

/* Wider than any rounding of times to nanoseconds, narrower than half a frame at any rate. */
#define SEGMENT_NUDGE_NS 500

#define OPUS_RATE 48000

/* Set on a pad that a buffer has passed. */
#define SEEN_KEY "flitzis-seen"

/*
 * Decoders cut their first and last frames at the borders of the segment, which demuxers state in
 * nanoseconds rounded down, and round down again: one frame too many is left at either end. A
 * border moved inwards by less than half a frame makes it exact. FLAC knows its own end.
 */
static GstEvent *
nudge_segment (GstPad *pad, GstEvent *event, gboolean is_open)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstSegment segment;
  GstEvent  *nudged;

  gst_event_copy_segment (event, &segment);
  if (segment.format != GST_FORMAT_TIME)
    return event;

  if (caps != NULL && gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/x-flac"))
    is_open = TRUE;

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
 * Opus is coded at 48 kHz; what its header calls the rate is only what the source had. A decoder
 * that goes by it rounds the delay, and the onset is off: so the header is given that says 48 kHz.
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

/* What Matroska states as the delay need not be what the header of Opus states, though the demuxer
 * puts the one in place of the other. */
static GstBuffer *
restore_opus_buffer (FlitzisElements *self, GstBuffer *buffer)
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

/* Newer parsers read the header of MP3 too, and decoders would trim by it a first time. */
static GstBuffer *
drop_clipping (GstBuffer *buffer)
{
  if (gst_buffer_get_audio_clipping_meta (buffer) == NULL)
    return buffer;

  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_remove_meta (buffer, &gst_buffer_get_audio_clipping_meta (buffer)->meta);

  return buffer;
}

/* vorbisdec divides by the rate that this header states, whatever the caps say. */
static gboolean
check_vorbis_head (FlitzisElements *self, GstBuffer *buffer)
{
  guint8  head[16];
  GError *error;

  if (gst_buffer_extract (buffer, 0, head, sizeof head) < sizeof head ||
      memcmp (head, "\1vorbis", 7) != 0)
    return TRUE;

  error = flitzis_elements_check_rate (GST_READ_UINT32_LE (head + 12));
  if (error == NULL)
    return TRUE;

  flitzis_elements_refuse (self, error);

  return FALSE;
}

/*
 * Where pages of Ogg are missing, the demuxer goes on behind them and says so in a flag, which not
 * every parser passes on: so this looks at what comes to parsers as well.
 */
static gboolean
check_gap (FlitzisElements *self, GstPad *pad, GstBuffer *buffer)
{
  gboolean is_first = g_object_get_data (G_OBJECT (pad), SEEN_KEY) == NULL;

  if (self->header->container != FLITZIS_CONTAINER_OGG)
    return TRUE;

  /* headers have no time */
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    g_object_set_data (G_OBJECT (pad), SEEN_KEY, self);
  if (is_first || !GST_BUFFER_IS_DISCONT (buffer))
    return TRUE;

  g_mutex_lock (&self->lock);
  self->has_gap = TRUE;
  g_mutex_unlock (&self->lock);

  return FALSE;
}

/* Where the parser does not do it. The decoder would only be silent for as long. Of frames that
 * come together, the sum of the whole is 0 as that of each is. */
static gboolean
check_flac_frame (FlitzisElements *self, GstBuffer *buffer)
{
  gboolean   is_broken;
  GstMapInfo map;

  if (self->direct == NULL || self->header->codec != FLITZIS_CODEC_FLAC ||
      !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return TRUE;

  is_broken = flitzis_flac_is_broken_frame (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  if (is_broken)
    flitzis_elements_refuse (self, g_error_new_literal (FLITZIS_ENGINE_ERROR,
                                                        FLITZIS_ENGINE_ERROR_CORRUPT,
                                                        "a frame has a wrong checksum"));

  return !is_broken;
}

/* FALSE from the first buffer on that the decoder must not see. */
static gboolean
check_buffer (FlitzisElements *self, GstPad *pad, GstBuffer *buffer)
{
  gboolean is_over;

  g_mutex_lock (&self->lock);
  is_over = self->is_refused || self->has_gap;
  g_mutex_unlock (&self->lock);

  return !is_over && check_vorbis_head (self, buffer) && check_gap (self, pad, buffer);
}

static GstPadProbeReturn
parser_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return check_buffer (user_data, pad, GST_PAD_PROBE_INFO_BUFFER (info)) ? GST_PAD_PROBE_OK
                                                                         : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
decoder_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  FlitzisElements *self = user_data;
  gboolean         trimmed_later = self->header->container == FLITZIS_CONTAINER_MPEG_AUDIO;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    {
      GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

      if (!check_buffer (self, pad, buffer) || !check_flac_frame (self, buffer))
        return GST_PAD_PROBE_DROP;

      info->data = trimmed_later ? drop_clipping (buffer) : restore_opus_buffer (self, buffer);
    }
  else
    {
      GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);

      if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
        info->data = nudge_segment (pad, event, trimmed_later);
      else if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
        info->data = restore_opus_caps (event);
    }

  return GST_PAD_PROBE_OK;
}

/*
 * qtdemux stops at the movie's length without counting the delay that its edit list cuts off in
 * front, so that the last packet is lost. With a longer movie the edit list alone says what is
 * heard.
 */
static GstPadProbeReturn
source_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  FlitzisElements     *self = user_data;
  const FlitzisHeader *header = self->header;
  guint64              longer = header->movie_duration + header->movie_delay;
  GstBuffer           *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  guint32              field_32 = GUINT32_TO_BE ((guint32) longer);
  guint64              field_64 = GUINT64_TO_BE (longer);
  gboolean             is_short = header->movie_duration_size == 4;

  if (buffer == NULL || GST_BUFFER_OFFSET (buffer) > header->movie_duration_offset ||
      header->movie_duration_offset + header->movie_duration_size >
          GST_BUFFER_OFFSET (buffer) + gst_buffer_get_size (buffer))
    return GST_PAD_PROBE_OK;

  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_fill (buffer, header->movie_duration_offset - GST_BUFFER_OFFSET (buffer),
                   is_short ? (gconstpointer) &field_32 : &field_64,
                   header->movie_duration_size);
  info->data = buffer;

  return GST_PAD_PROBE_OK;
}

/* A movie without a delay, or of unknown or nonsensical length, is left alone. */
static gboolean
prolongs_movie (const FlitzisHeader *header)
{
  guint64 limit = header->movie_duration_size == 4 ? G_MAXUINT32 : G_MAXINT64;

  return header->movie_duration > 0 && header->movie_delay > 0 && header->movie_delay < limit &&
         header->movie_duration < limit - header->movie_delay;
}

void
flitzis_repairs_watch (FlitzisElements *elements, GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  if (pad == NULL)
    return;

  if (gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_PARSER |
                                                     GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, parser_probe_cb, elements, NULL);
  else if (gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER |
                                                          GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER,
                       decoder_probe_cb, elements, NULL);

  /* A frame with a wrong byte is left out then, and missed at the end. */
  if (elements->direct == NULL &&
      g_object_class_find_property (G_OBJECT_GET_CLASS (element), "check-frame-checksums") != NULL)
    g_object_set (element, "check-frame-checksums", TRUE, NULL);
}

void
flitzis_repairs_watch_source (FlitzisElements *elements, GstElement *source)
{
  g_autoptr (GstPad) pad = NULL;

  if (!prolongs_movie (elements->header))
    return;

  pad = gst_element_get_static_pad (source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, source_probe_cb, elements, NULL);
}
