/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Builds the elements that decode a stream, and puts right what they are known to get wrong. */

#include "config.h"

#include "decode/elements.h"

#include "flitzis-error.h"

#include <gst/audio/audio.h>
#include <string.h>

#define MIN_RATE 1000
#define MAX_RATE 768000

/* Buffers decoded ahead: enough that decoder and collector never wait long for one another. */
#define MAX_QUEUED_BUFFERS 16

/* Wider than any rounding of times to nanoseconds, narrower than half a frame at any rate. */
#define SEGMENT_NUDGE_NS 500

#define OPUS_RATE 48000

/* Set on a pad that a buffer has passed. */
#define SEEN_KEY "flitzis-seen"

/* The probe that holds a pad. */
#define HELD_KEY "flitzis-held"

/* What decodebin's autoplug-select may answer; its header is not installed. */
enum
{
  AUTOPLUG_TRY = 0,
  AUTOPLUG_SKIP = 2
};

/* Ends the decoding from a streaming thread: the collector sees it at its next look. */
static void
take_stream_error (FlitzisElements *self, GError *error)
{
  g_mutex_lock (&self->lock);
  self->is_refused = TRUE;
  if (self->stream_error == NULL)
    self->stream_error = error;
  else
    g_error_free (error);
  g_mutex_unlock (&self->lock);
}

static GError *
new_rate_error (guint32 rate)
{
  return g_error_new (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                      "its rate of %u Hz is not within %d to %d Hz", rate, MIN_RATE, MAX_RATE);
}

/* What must be right before any frame is converted: GStreamer takes what a file says at its word.
 */
static GError *
check_caps (const GstCaps *caps, guint n_unpositioned_channels)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  guint64             mask = 0;
  int                 rate = 0, n_channels = 0;

  gst_structure_get_int (structure, "rate", &rate);
  gst_structure_get_int (structure, "channels", &n_channels);
  gst_structure_get (structure, "channel-mask", GST_TYPE_BITMASK, &mask, NULL);

  if (rate < MIN_RATE || rate > MAX_RATE)
    return new_rate_error (rate);

  if (n_channels < 1)
    return g_error_new (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                        "it has no channels");

  if (n_channels > 2 && (mask == 0 || n_unpositioned_channels > 0))
    return g_error_new (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                        "it has %d channels and does not say where each one is heard",
                        n_channels);

  return NULL;
}

/*
 * A demuxer that fetches its data runs as soon as decodebin starts it. Where it is quicker than
 * decodebin is at getting ready for it, its frames go nowhere, and so does its error: it stops and
 * nobody knows. So it has to wait with its first look until what it was plugged for is over.
 */
static GstPadProbeReturn
hold_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return GST_PAD_PROBE_OK;
}

static void
hold (FlitzisElements *self, GstPad *sink_pad)
{
  gulong probe = gst_pad_add_probe (sink_pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_PULL,
                                    hold_cb, NULL, NULL);

  g_object_set_data (G_OBJECT (sink_pad), HELD_KEY, GSIZE_TO_POINTER (probe));
  g_mutex_lock (&self->lock);
  self->held_pads = g_list_prepend (self->held_pads, gst_object_ref (sink_pad));
  g_mutex_unlock (&self->lock);
}

static void
release_held (FlitzisElements *self)
{
  GList *pads;

  g_mutex_lock (&self->lock);
  pads = g_steal_pointer (&self->held_pads);
  g_mutex_unlock (&self->lock);

  for (GList *pad = pads; pad != NULL; pad = pad->next)
    gst_pad_remove_probe (pad->data,
                          GPOINTER_TO_SIZE (g_object_get_data (pad->data, HELD_KEY)));
  g_list_free_full (pads, gst_object_unref);
}

/* When all others have dealt with the signal: a type is known now, or a stream. */
static void
release_after (FlitzisElements *self, gpointer object, const char *signal)
{
  g_signal_connect_data (object, signal, G_CALLBACK (release_held), self, NULL,
                         G_CONNECT_AFTER | G_CONNECT_SWAPPED);
}

static void
pad_added_cb (GstElement *decodebin, GstPad *pad, FlitzisElements *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autoptr (GstPad) convert_pad = gst_element_get_static_pad (self->convert, "sink");
  GError *error;

  if (caps == NULL || !gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/x-raw"))
    return;

  /* The first audio stream is the one; the next part of a chained stream comes when it has ended.
   */
  if (gst_pad_is_linked (convert_pad))
    return;

  g_mutex_lock (&self->lock);
  self->has_audio = TRUE;
  g_mutex_unlock (&self->lock);

  error = check_caps (caps, self->header->n_unpositioned_channels);
  if (error == NULL && GST_PAD_LINK_FAILED (gst_pad_link (pad, convert_pad)))
    error = g_error_new (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "its channels cannot be mixed down");

  if (error != NULL)
    take_stream_error (self, error);
}

/*
 * Only these take part. A list and not a filter, since what else there is depends on the machine,
 * and a filter would give a file to whatever plugin claims it: to libav's demuxers, which can spin
 * for ever on broken files, to libsndfile's element, which can hang, to players of tunes without an
 * end, to those of playlists, which fetch what these name, to synthesizers of MIDI, which load
 * sound fonts of any size. Each format is one that the tests load; where systems differ in the
 * element for it, all are named. No video is decoded for its sound.
 */
static const char *const allowed_elements[] = {
  /* WAV with its codecs, AIFF, AU */
  "adpcmdec",
  "aiffparse",
  "alawdec",
  "auparse",
  "avdec_adpcm_ima_wav",
  "avdec_adpcm_ms",
  "avdec_gsm_ms",
  "gsmdec",
  "mulawdec",
  "wavparse",

  /* FLAC and WavPack; the one in Rust is claxondec */
  "avdec_flac",
  "claxondec",
  "flacdec",
  "flacparse",
  "wavpackdec",
  "wavpackparse",

  /* Ogg: Vorbis, Opus and Speex; lewtondec is in Rust, ivorbisdec for small systems */
  "avdec_opus",
  "ivorbisdec",
  "lewtondec",
  "oggdemux",
  "opusdec",
  "speexdec",
  "vorbisdec",

  /* MPEG audio with its tags, MP4 with AAC and ALAC; not every system has libav's */
  "aacparse",
  "apedemux",
  "avdec_aac",
  "avdec_alac",
  "avdec_mp2float",
  "avdec_mp3",
  "avdec_mp3float",
  "faad",
  "fdkaacdec",
  "id3demux",
  "mpegaudioparse",
  "mpg123audiodec",
  "qtdemux",

  /* AC-3, also of films */
  "a52dec",
  "ac3parse",
  "avdec_ac3",
  "avdec_eac3",

  /* The sound of videos */
  "avidemux",
  "flvdemux",
  "matroskademux",
  "tsdemux",
};

static int
autoplug_select_cb (GstElement        *decodebin,
                    GstPad            *pad,
                    GstCaps           *caps,
                    GstElementFactory *factory,
                    FlitzisElements   *self)
{
  const char *name = gst_plugin_feature_get_name (GST_PLUGIN_FEATURE (factory));

  for (guint i = 0; i < G_N_ELEMENTS (allowed_elements); i++)
    if (g_str_equal (name, allowed_elements[i]))
      return AUTOPLUG_TRY;

  return AUTOPLUG_SKIP;
}

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
  guint32 rate;

  if (gst_buffer_extract (buffer, 0, head, sizeof head) < sizeof head ||
      memcmp (head, "\1vorbis", 7) != 0)
    return TRUE;

  rate = GST_READ_UINT32_LE (head + 12);
  if (rate >= MIN_RATE && rate <= MAX_RATE)
    return TRUE;

  take_stream_error (self, new_rate_error (rate));

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

      if (!check_buffer (self, pad, buffer))
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

static void
deep_element_added_cb (GstBin *bin, GstBin *sub_bin, GstElement *element, FlitzisElements *self)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstPad) source_pad = NULL;

  if (factory == NULL)
    return;

  pad = gst_element_get_static_pad (element, "sink");
  if (pad == NULL)
    return;

  if (gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DEMUXER |
                                                     GST_ELEMENT_FACTORY_TYPE_PARSER))
    {
      hold (self, pad);
      source_pad = gst_element_get_static_pad (element, "src");
      if (source_pad != NULL)
        release_after (self, source_pad, "notify::caps");
      else
        release_after (self, element, "pad-added");
    }

  if (gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_PARSER |
                                                     GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, parser_probe_cb, self, NULL);
  else if (gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER |
                                                          GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER,
                       decoder_probe_cb, self, NULL);
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

static GstElement *
add_element (FlitzisElements *self, const char *factory_name, GError **error)
{
  GstElement *element = gst_element_factory_make (factory_name, NULL);

  if (element == NULL)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "GStreamer's element “%s” is not installed", factory_name);
      return NULL;
    }

  gst_bin_add (GST_BIN (self->pipeline), element);

  return element;
}

gboolean
flitzis_elements_build (FlitzisElements     *self,
                        GInputStream        *stream,
                        const FlitzisHeader *header,
                        gboolean             push_mode,
                        GError             **error)
{
  g_autoptr (GstCaps) raw_caps = gst_caps_new_empty_simple ("audio/x-raw");
  g_autoptr (GstCaps) sink_caps =
      gst_caps_new_simple ("audio/x-raw",
                           "format", G_TYPE_STRING, GST_AUDIO_NE (F32),
                           "layout", G_TYPE_STRING, "interleaved",
                           "channels", GST_TYPE_INT_RANGE, 1, 2,
                           NULL);
  g_autoptr (GstElement) typefind = NULL;
  GstElement *source, *valve = NULL;

  g_mutex_init (&self->lock);
  self->header = header;
  self->pipeline = gst_pipeline_new (NULL);
  source = add_element (self, "giostreamsrc", error);
  if (source == NULL)
    return FALSE;

  self->decodebin = add_element (self, "decodebin", error);
  if (self->decodebin == NULL)
    return FALSE;

  self->convert = add_element (self, "audioconvert", error);
  if (self->convert == NULL)
    return FALSE;

  self->sink = add_element (self, "appsink", error);
  if (self->sink == NULL)
    return FALSE;

  if (push_mode)
    {
      /* It has no way to fetch, so that the source must push. A queue would do as well, but it
       * loses the end of the stream when the demuxer has read enough before the source is there. */
      valve = add_element (self, "valve", error);
      if (valve == NULL)
        return FALSE;
    }

  g_object_set (source, "stream", stream, NULL);
  g_object_set (self->decodebin, "caps", raw_caps, "expose-all-streams", FALSE, NULL);
  g_object_set (self->sink, "caps", sink_caps, "sync", FALSE, "enable-last-sample", FALSE,
                "max-buffers", MAX_QUEUED_BUFFERS, NULL);

  typefind = gst_bin_get_by_name (GST_BIN (self->decodebin), "typefind");
  release_after (self, typefind, "have-type");
  g_signal_connect (self->decodebin, "pad-added", G_CALLBACK (pad_added_cb), self);
  g_signal_connect (self->decodebin, "autoplug-select", G_CALLBACK (autoplug_select_cb), self);
  g_signal_connect (self->pipeline, "deep-element-added", G_CALLBACK (deep_element_added_cb), self);

  if (prolongs_movie (self->header))
    {
      g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, source_probe_cb, self, NULL);
    }

  gst_element_link (self->convert, self->sink);
  if (valve != NULL)
    gst_element_link_many (source, valve, self->decodebin, NULL);
  else
    gst_element_link (source, self->decodebin);

  return TRUE;
}

GError *
flitzis_elements_steal_error (FlitzisElements *self)
{
  GError *error;

  g_mutex_lock (&self->lock);
  error = g_steal_pointer (&self->stream_error);
  g_mutex_unlock (&self->lock);

  return error;
}

gboolean
flitzis_elements_have_audio (FlitzisElements *self)
{
  gboolean has_audio;

  g_mutex_lock (&self->lock);
  has_audio = self->has_audio;
  g_mutex_unlock (&self->lock);

  return has_audio;
}

gboolean
flitzis_elements_have_gap (FlitzisElements *self)
{
  gboolean has_gap;

  g_mutex_lock (&self->lock);
  has_gap = self->has_gap;
  g_mutex_unlock (&self->lock);

  return has_gap;
}

void
flitzis_elements_clear (FlitzisElements *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->pipeline);
  g_list_free_full (g_steal_pointer (&self->held_pads), gst_object_unref);
  g_clear_error (&self->stream_error);
  g_mutex_clear (&self->lock);
}
