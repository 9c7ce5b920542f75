/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* The GStreamer elements that decode a stream, and the loop that takes the frames from them. */

#include "config.h"

#include "decode/pipeline.h"

#include "decode/resample.h"
#include "flitzis-error.h"
#include "flitzis-sample-private.h"

#include <gst/app/app.h>
#include <gst/audio/audio.h>
#include <gst/pbutils/pbutils.h>
#include <string.h>

/* A decoder that gave no frame for so long gives none: some spin or sleep on broken files. */
#define DEADLINE_US (5 * G_USEC_PER_SEC)

/* How long a cancel or an error may go unseen while no frame arrives. */
#define PULL_TIMEOUT (20 * GST_MSECOND)

/* Buffers decoded ahead: enough that decoder and collector never wait long for one another. */
#define MAX_QUEUED_BUFFERS 16

#define MIN_RATE 1000
#define MAX_RATE 768000

/* The most that is set aside because a file says so. */
#define MAX_RESERVED_BYTES (256 * 1024 * 1024)

/* Wider than any rounding of times to nanoseconds, narrower than half a frame at any rate. */
#define SEGMENT_NUDGE_NS 500

#define OPUS_RATE 48000

/* What decodebin's autoplug-select may answer; its header is not installed. */
enum
{
  AUTOPLUG_TRY = 0,
  AUTOPLUG_SKIP = 2
};

typedef struct
{
  const FlitzisHeader *header;
  FlitzisDecodeJob *job;
  FlitzisFrames *frames;

  /* constant while the pipeline runs */
  GstElement *pipeline;
  GstElement *decodebin;
  GstElement *convert;
  GstElement *sink;

  /* the thread that collects */
  GstCaps *caps;
  GstClockTime duration;
  char *missing_decoder;
  char *missing_other;

  /* the thread of the decoder */
  int opus_header_rate;

  /* any thread, under the lock */
  GMutex lock;
  GError *stream_error;
  gboolean has_audio;
  GstPad *held_pad;
  gulong held_probe;
} Pipeline;

gboolean
flitzis_pipeline_init (GError **error)
{
  static gsize initialised = 0;
  static GError *init_error = NULL;

  if (g_once_init_enter (&initialised))
    {
      if (gst_init_check (NULL, NULL, &init_error))
        gst_pb_utils_init ();
      g_once_init_leave (&initialised, 1);
    }

  if (init_error != NULL)
    {
      g_propagate_error (error, g_error_copy (init_error));
      return FALSE;
    }

  return TRUE;
}

/* Ends the decoding from a streaming thread: the collector sees it at its next look. */
static void
take_stream_error (Pipeline *self, GError *error)
{
  g_mutex_lock (&self->lock);
  if (self->stream_error == NULL)
    self->stream_error = error;
  else
    g_error_free (error);
  g_mutex_unlock (&self->lock);
}

/* What must be right before any frame is converted: GStreamer takes what a file says at its word. */
static GError *
check_caps (const GstCaps *caps, guint n_unpositioned_channels)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  guint64 mask = 0;
  int rate = 0, n_channels = 0;

  gst_structure_get_int (structure, "rate", &rate);
  gst_structure_get_int (structure, "channels", &n_channels);
  gst_structure_get (structure, "channel-mask", GST_TYPE_BITMASK, &mask, NULL);

  if (rate < MIN_RATE || rate > MAX_RATE)
    return g_error_new (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                        "its rate of %d Hz is not within %d to %d Hz", rate, MIN_RATE, MAX_RATE);

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
 * A demuxer of raw audio runs as soon as decodebin starts it. Where it is quicker than decodebin is
 * at giving out its pad, its frames go nowhere and it stops: they must wait until the pad is there.
 */
static GstPadProbeReturn
hold_frames_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  /* Whatever still has to be decoded must flow, or its pad is never given out. */
  if (caps == NULL || !gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/x-raw"))
    return GST_PAD_PROBE_PASS;

  return GST_PAD_PROBE_OK;
}

static void
hold_frames (Pipeline *self, GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  if (pad == NULL)
    return;

  g_mutex_lock (&self->lock);
  if (self->held_pad == NULL && !self->has_audio)
    {
      self->held_probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK
                                                     | GST_PAD_PROBE_TYPE_BUFFER,
                                            hold_frames_cb, NULL, NULL);
      self->held_pad = g_steal_pointer (&pad);
    }
  g_mutex_unlock (&self->lock);
}

static void
release_frames (Pipeline *self)
{
  g_autoptr (GstPad) pad = NULL;
  gulong probe;

  g_mutex_lock (&self->lock);
  pad = g_steal_pointer (&self->held_pad);
  probe = self->held_probe;
  g_mutex_unlock (&self->lock);

  if (pad != NULL)
    gst_pad_remove_probe (pad, probe);
}

static void
pad_added_cb (GstElement *decodebin, GstPad *pad, Pipeline *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autoptr (GstPad) convert_pad = gst_element_get_static_pad (self->convert, "sink");
  GError *error;

  if (caps == NULL || !gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/x-raw"))
    return;

  /* The first audio stream is the one; the next part of a chained stream comes when it has ended. */
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

  release_frames (self);
}

/*
 * Demuxers, parsers and audio decoders, nothing else: no video is decoded for its sound, and no
 * playlist makes us fetch what it names. Not libav's demuxers, which can spin for ever on broken
 * files, nor libsndfile's element, which can hang and fills up its last block with silence.
 */
static int
autoplug_select_cb (GstElement        *decodebin,
                    GstPad            *pad,
                    GstCaps           *caps,
                    GstElementFactory *factory,
                    Pipeline          *self)
{
  const char *class = gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS);
  const char *name = gst_plugin_feature_get_name (GST_PLUGIN_FEATURE (factory));

  if (g_str_has_prefix (name, "avdemux_") || g_str_equal (name, "sfdec")
      || strstr (class, "Adaptive") != NULL || strstr (class, "Network") != NULL)
    return AUTOPLUG_SKIP;

  if (strstr (class, "Demux") != NULL || strstr (class, "Parser") != NULL
      || (strstr (class, "Decoder") != NULL && strstr (class, "Audio") != NULL))
    return AUTOPLUG_TRY;

  return AUTOPLUG_SKIP;
}

/*
 * Decoders cut their first and last frames at the borders of the segment, which demuxers state in
 * nanoseconds rounded down, and round down again: one frame too many is left at either end. A border
 * moved inwards by less than half a frame makes it exact.
 */
static GstEvent *
nudge_segment (GstEvent *event, gboolean is_open)
{
  GstSegment segment;
  GstEvent *nudged;

  gst_event_copy_segment (event, &segment);
  if (segment.format != GST_FORMAT_TIME)
    return event;

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
 * Opus is coded at 48 kHz; what its header calls the rate is only what the source had. A decoder that
 * goes by it rounds the delay, and the onset is off: so the header is given that says 48 kHz.
 */
static GstBuffer *
restore_opus_head (GstBuffer *buffer)
{
  guint8 rate[4];

  if (gst_buffer_get_size (buffer) < 19 || gst_buffer_memcmp (buffer, 0, "OpusHead", 8) != 0)
    return buffer;

  GST_WRITE_UINT32_LE (rate, OPUS_RATE);
  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_fill (buffer, 12, rate, sizeof rate);

  return buffer;
}

static GstEvent *
restore_opus_caps (Pipeline *self, GstEvent *event)
{
  g_autoptr (GstCaps) changed = NULL;
  const GValue *headers;
  GValue restored = G_VALUE_INIT;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (!gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/x-opus"))
    return event;

  gst_structure_get_int (gst_caps_get_structure (caps, 0), "rate", &self->opus_header_rate);
  changed = gst_caps_copy (caps);
  gst_caps_set_simple (changed, "rate", G_TYPE_INT, OPUS_RATE, NULL);

  headers = gst_structure_get_value (gst_caps_get_structure (caps, 0), "streamheader");
  if (headers != NULL && GST_VALUE_HOLDS_ARRAY (headers))
    {
      gst_value_array_init (&restored, gst_value_array_get_size (headers));
      for (guint i = 0; i < gst_value_array_get_size (headers); i++)
        {
          GstBuffer *header = gst_value_get_buffer (gst_value_array_get_value (headers, i));
          GValue value = G_VALUE_INIT;

          g_value_init (&value, GST_TYPE_BUFFER);
          gst_value_take_buffer (&value, restore_opus_head (gst_buffer_copy_deep (header)));
          gst_value_array_append_and_take_value (&restored, &value);
        }
      gst_structure_take_value (gst_caps_get_structure (changed, 0), "streamheader", &restored);
    }

  gst_event_unref (event);

  return gst_event_new_caps (changed);
}

/* Matroska's demuxer counts the delay in frames of the rate that the header has, but the padding
 * in frames of 48 kHz. */
static GstBuffer *
restore_opus_buffer (Pipeline *self, GstBuffer *buffer)
{
  GstAudioClippingMeta *clipping;

  buffer = restore_opus_head (buffer);
  clipping = gst_buffer_get_audio_clipping_meta (buffer);
  if (self->header->container != FLITZIS_CONTAINER_MATROSKA || clipping == NULL
      || clipping->format != GST_FORMAT_DEFAULT
      || self->opus_header_rate < 1 || self->opus_header_rate == OPUS_RATE)
    return buffer;

  buffer = gst_buffer_make_writable (buffer);
  clipping = gst_buffer_get_audio_clipping_meta (buffer);
  clipping->start =
      gst_util_uint64_scale_round (clipping->start, OPUS_RATE, self->opus_header_rate);

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

static GstPadProbeReturn
decoder_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Pipeline *self = user_data;
  gboolean trimmed_later = self->header->container == FLITZIS_CONTAINER_MPEG_AUDIO;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    {
      GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

      info->data = trimmed_later ? drop_clipping (buffer) : restore_opus_buffer (self, buffer);
    }
  else
    {
      GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);

      if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
        info->data = nudge_segment (event, trimmed_later);
      else if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
        info->data = restore_opus_caps (self, event);
    }

  return GST_PAD_PROBE_OK;
}

static void
deep_element_added_cb (GstBin *bin, GstBin *sub_bin, GstElement *element, Pipeline *self)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) pad = NULL;

  if (factory == NULL)
    return;

  if (gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DEMUXER))
    hold_frames (self, element);

  if (!gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER
                                                      | GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO))
    return;

  pad = gst_element_get_static_pad (element, "sink");
  if (pad != NULL)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER,
                       decoder_probe_cb, self, NULL);
}

/*
 * qtdemux stops at the movie's length without counting the delay that its edit list cuts off in
 * front, so that the last packet is lost. With a longer movie the edit list alone says what is heard.
 */
static GstPadProbeReturn
source_probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Pipeline *self = user_data;
  const FlitzisHeader *header = self->header;
  guint64 longer = header->movie_duration + header->movie_delay;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  guint8 field[8];

  if (buffer == NULL || GST_BUFFER_OFFSET (buffer) > header->movie_duration_offset
      || header->movie_duration_offset + header->movie_duration_size
             > GST_BUFFER_OFFSET (buffer) + gst_buffer_get_size (buffer))
    return GST_PAD_PROBE_OK;

  if (header->movie_duration_size == 4)
    GST_WRITE_UINT32_BE (field, (guint32) longer);
  else
    GST_WRITE_UINT64_BE (field, longer);

  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_fill (buffer, header->movie_duration_offset - GST_BUFFER_OFFSET (buffer), field,
                   header->movie_duration_size);
  info->data = buffer;

  return GST_PAD_PROBE_OK;
}

/* A movie without a delay, or of unknown or nonsensical length, is left alone. */
static gboolean
prolongs_movie (const FlitzisHeader *header)
{
  guint64 limit = header->movie_duration_size == 4 ? G_MAXUINT32 : G_MAXINT64;

  return header->movie_duration > 0 && header->movie_delay > 0 && header->movie_delay < limit
         && header->movie_duration < limit - header->movie_delay;
}

static GstElement *
add_element (Pipeline *self, const char *factory_name, GError **error)
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

static gboolean
build (Pipeline *self, GInputStream *stream, gboolean push_mode, GError **error)
{
  g_autoptr (GstCaps) raw_caps = gst_caps_new_empty_simple ("audio/x-raw");
  g_autoptr (GstCaps) sink_caps =
      gst_caps_new_simple ("audio/x-raw",
                           "format", G_TYPE_STRING, GST_AUDIO_NE (F32),
                           "layout", G_TYPE_STRING, "interleaved",
                           "channels", GST_TYPE_INT_RANGE, 1, 2,
                           NULL);
  GstElement *source, *queue = NULL;

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
      queue = add_element (self, "queue", error);
      if (queue == NULL)
        return FALSE;
    }

  g_object_set (source, "stream", stream, NULL);
  g_object_set (self->decodebin, "caps", raw_caps, "expose-all-streams", FALSE, NULL);
  g_object_set (self->sink, "caps", sink_caps, "sync", FALSE, "enable-last-sample", FALSE,
                "max-buffers", MAX_QUEUED_BUFFERS, NULL);

  g_signal_connect (self->decodebin, "pad-added", G_CALLBACK (pad_added_cb), self);
  g_signal_connect (self->decodebin, "autoplug-select", G_CALLBACK (autoplug_select_cb), self);
  g_signal_connect (self->pipeline, "deep-element-added", G_CALLBACK (deep_element_added_cb), self);

  if (prolongs_movie (self->header))
    {
      g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, source_probe_cb, self, NULL);
    }

  gst_element_link (self->convert, self->sink);
  if (queue != NULL)
    gst_element_link_many (source, queue, self->decodebin, NULL);
  else
    gst_element_link (source, self->decodebin);

  return TRUE;
}

static double
get_seconds (Pipeline *self)
{
  return self->frames->rate > 0
             ? (double) flitzis_frames_count (self->frames) / self->frames->rate
             : 0.0;
}

static void
set_corrupt (Pipeline *self, const char *why, GError **error)
{
  if (self->frames->n_values == 0)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "before its first frame: %s", why);
  else
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "after %" G_GSIZE_FORMAT " frames (%.3f s): %s",
                 flitzis_frames_count (self->frames), get_seconds (self), why);
}

static void
set_unsupported (Pipeline *self, const char *why, GError **error)
{
  if (self->missing_decoder != NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "GStreamer has no %s installed", self->missing_decoder);
  else if (self->missing_other != NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "it holds no audio (it needs a %s)", self->missing_other);
  else
    g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED, why);
}

/* Whether what is missing is for the sound: that of a picture is missing because we left it out. */
static gboolean
is_for_audio (GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  const GValue *detail = gst_structure_get_value (structure, "detail");
  const GstCaps *caps;

  if (detail == NULL || !GST_VALUE_HOLDS_CAPS (detail))
    return FALSE;

  caps = gst_value_get_caps (detail);

  return caps != NULL && gst_caps_get_size (caps) > 0
         && g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps, 0)), "audio/");
}

static void
note_missing (Pipeline *self, GstMessage *message)
{
  char **description = is_for_audio (message) ? &self->missing_decoder : &self->missing_other;

  if (*description == NULL)
    *description = gst_missing_plugin_message_get_description (message);
}

static void
translate_error (Pipeline *self, GstMessage *message, GError **error)
{
  g_autoptr (GError) reported = NULL;

  gst_message_parse_error (message, &reported, NULL);

  if (g_error_matches (reported, GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND)
      || g_error_matches (reported, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE)
      || g_error_matches (reported, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND)
      || g_error_matches (reported, GST_STREAM_ERROR, GST_STREAM_ERROR_NOT_IMPLEMENTED)
      || g_error_matches (reported, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN))
    set_unsupported (self, "it is not audio that can be decoded", error);
  else if (self->missing_decoder != NULL && self->frames->n_values == 0)
    set_unsupported (self, reported->message, error);
  else if (reported->domain == GST_RESOURCE_ERROR)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, reported->message);
  else
    set_corrupt (self, reported->message, error);
}

/* FALSE when the decoding has failed. */
static gboolean
read_bus (Pipeline *self, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  GError *stream_error;

  while (TRUE)
    {
      g_autoptr (GstMessage) message =
          gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);

      /* What we refused makes elements fail as well: the cause comes first. */
      g_mutex_lock (&self->lock);
      stream_error = g_steal_pointer (&self->stream_error);
      g_mutex_unlock (&self->lock);

      if (stream_error != NULL)
        {
          g_propagate_error (error, stream_error);
          return FALSE;
        }

      if (message == NULL)
        return TRUE;

      if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
        {
          translate_error (self, message, error);
          return FALSE;
        }

      if (gst_is_missing_plugin_message (message))
        note_missing (self, message);
    }
}

/* Takes over the format of the first frames; a stream may not change it later. */
static gboolean
adopt_caps (Pipeline *self, GstCaps *caps, GError **error)
{
  FlitzisFrames *frames = self->frames;
  gint64 duration;
  GstAudioInfo info;

  gst_audio_info_init (&info);
  if (caps == NULL || !gst_audio_info_from_caps (&info, caps))
    {
      set_corrupt (self, "the decoder does not say what its frames are", error);
      return FALSE;
    }

  if (self->caps != NULL
      && (frames->rate != (guint) info.rate || frames->n_channels != (guint) info.channels))
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "it changes from %u Hz, %u channels to %d Hz, %d channels after %.3f s",
                   frames->rate, frames->n_channels, info.rate, info.channels,
                   get_seconds (self));
      return FALSE;
    }

  gst_caps_replace (&self->caps, caps);
  frames->rate = info.rate;
  frames->n_channels = info.channels;

  /* One frame more than the length says: times are rounded. */
  if (gst_element_query_duration (self->decodebin, GST_FORMAT_TIME, &duration) && duration > 0)
    {
      guint64 n_frames = gst_util_uint64_scale (duration, info.rate, GST_SECOND) + 1;
      guint64 n_max = MAX_RESERVED_BYTES / (info.channels * sizeof (float));

      self->duration = duration;
      flitzis_frames_reserve (frames, MIN (n_frames, n_max));
    }

  return TRUE;
}

static gboolean
report (Pipeline *self, GError **error)
{
  FlitzisDecodeJob *job = self->job;
  const FlitzisFrames *frames = self->frames;
  guint64 n_out = flitzis_resample_length (flitzis_frames_count (frames), frames->rate,
                                           job->sample_rate);
  double progress = -1.0;

  if (job->func == NULL)
    return TRUE;

  if (self->duration != GST_CLOCK_TIME_NONE)
    progress = CLAMP (get_seconds (self) * GST_SECOND / self->duration, 0.0, 1.0);

  if (job->func (n_out * frames->n_channels * sizeof (float), progress, job->user_data, error))
    return TRUE;

  job->ended_by_func = TRUE;

  return FALSE;
}

static gboolean
collect (Pipeline *self, GstSample *sample, GError **error)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstCaps *caps = gst_sample_get_caps (sample);
  FlitzisFrames *frames = self->frames;
  gsize n_before = frames->n_values;
  gboolean has_room;
  GstMapInfo map;

  if (caps != self->caps && !adopt_caps (self, caps, error))
    return FALSE;

  if (buffer == NULL || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      set_corrupt (self, "the decoder gave a buffer that cannot be read", error);
      return FALSE;
    }

  has_room = flitzis_frames_append (frames, (const float *) map.data, map.size / sizeof (float));
  gst_buffer_unmap (buffer, &map);
  if (!has_room)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "there is no memory for more than %.3f s", get_seconds (self));
      return FALSE;
    }

  self->job->n_mended +=
      flitzis_sample_mend (frames->values + n_before, frames->n_values - n_before);

  return report (self, error);
}

/* Until the stream has ended; FALSE when something else has ended it. */
static gboolean
collect_all (Pipeline *self, GError **error)
{
  gint64 last_frame_us = g_get_monotonic_time ();

  while (TRUE)
    {
      g_autoptr (GstSample) sample = NULL;

      if (g_cancellable_set_error_if_cancelled (self->job->cancellable, error))
        return FALSE;

      sample = gst_app_sink_try_pull_sample (GST_APP_SINK (self->sink), PULL_TIMEOUT);
      if (sample != NULL)
        {
          if (!collect (self, sample, error))
            return FALSE;

          last_frame_us = g_get_monotonic_time ();
          continue;
        }

      if (!read_bus (self, error))
        return FALSE;

      if (gst_app_sink_is_eos (GST_APP_SINK (self->sink)))
        return TRUE;

      if (g_get_monotonic_time () - last_frame_us > DEADLINE_US)
        {
          set_corrupt (self, "the decoder has stopped without saying so", error);
          return FALSE;
        }
    }
}

static gboolean
decode (Pipeline *self, GInputStream *stream, gboolean push_mode, GError **error)
{
  if (!build (self, stream, push_mode, error))
    return FALSE;

  /* The bus says why. */
  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE
      && read_bus (self, error))
    {
      set_corrupt (self, "the decoder cannot be started", error);
      return FALSE;
    }

  if (error != NULL && *error != NULL)
    return FALSE;

  if (!collect_all (self, error))
    return FALSE;

  if (!self->has_audio)
    {
      set_unsupported (self, "it has no audio stream", error);
      return FALSE;
    }

  return TRUE;
}

gboolean
flitzis_pipeline_run (GInputStream         *stream,
                      const FlitzisHeader  *header,
                      gboolean              push_mode,
                      FlitzisDecodeJob     *job,
                      FlitzisFrames        *frames,
                      GError              **error)
{
  Pipeline self = {
    .header = header,
    .job = job,
    .frames = frames,
    .duration = GST_CLOCK_TIME_NONE,
  };
  g_autoptr (GError) local_error = NULL;

  g_mutex_init (&self.lock);

  decode (&self, stream, push_mode, &local_error);

  gst_element_set_state (self.pipeline, GST_STATE_NULL);
  gst_object_unref (self.pipeline);
  gst_caps_replace (&self.caps, NULL);
  gst_clear_object (&self.held_pad);
  g_clear_error (&self.stream_error);
  g_free (self.missing_decoder);
  g_free (self.missing_other);
  g_mutex_clear (&self.lock);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return TRUE;
}
