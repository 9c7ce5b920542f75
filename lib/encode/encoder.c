/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * A GStreamer pipeline: an appsrc takes the frames, an encoder encodes them, and a sink of our own
 * writes the file. It runs in its own thread, at most a few blocks behind the caller. The loop and
 * what else the encoder does not write of the facts is added when the stream has ended.
 */

#include "config.h"

#include "encode/encoder.h"

#include "decode/gstreamer.h"
#include "decode/resampler.h"
#include "encode/quantizer.h"
#include "encode/sink.h"
#include "encode/statements.h"
#include "encode/target.h"
#include "flitzis-error.h"

#include <gio/gio.h>
#include <gst/app/app.h>
#include <string.h>

/* The amount of sound that may wait for the encoder. */
#define MAX_QUEUED_BYTES (64 * 1024)

/* The time that the encoder may take for it: a disk can stall, but not this long. */
#define MAX_WAIT (60 * GST_SECOND)

/* WAV and AIFF have the size of all that follows the first 8 bytes in 32 bits: the frames, the texts,
 * and less than 1024 other bytes. */
#define MAX_CHUNKED_BYTES (G_MAXUINT32 - 1024)
#define MAX_FLAC_FRAMES ((G_GUINT64_CONSTANT (1) << 36) - 1)

/* What takes only some rates is given this one instead of another. */
#define COMMON_RATE 48000

#define OPUS_MIN_BIT_RATE 16000 /* of a channel */
#define OPUS_MAX_BIT_RATE 128000
/* opusenc of 1.22 loses the end of a stream that fits into one packet: less is filled up with
 * silence. */
#define OPUS_MIN_FRAMES 961

#define MP3_WORST_QUALITY 9.999 /* the best is 0 */

typedef enum
{
  WAVE,
  AIFF,
  FLAC,
  OGG,
  OPUS,
  MP3
} Kind;

typedef struct
{
  const char     *ending;
  Kind            kind;
  const char     *encoder;
  const char     *muxer;   /* or NULL */
  const char     *package; /* of Debian, with both */
  FlitzisBitDepth bit_depth;
} Format;

struct _FlitzisEncoder
{
  /* constant */
  const Format *format;
  char         *name;        /* to be shown */
  guint         sample_rate; /* of the file */
  guint         n_channels;
  guint64       n_frames; /* of the file */
  FlitzisFacts  facts;    /* in frames of the file; its texts are the caller's */
  GByteArray   *front;    /* the tag of MP3, or NULL */
  guint         n_front;  /* bytes in front of the stream */

  /* constant once the pipeline runs, which owns `source` and `encoder` */
  FlitzisTarget *target;
  GstElement    *pipeline;
  GstBus        *bus;
  GstAppSrc     *source;
  GstElement    *encoder;

  /* the caller's thread */
  FlitzisResampler *resampler; /* NULL if the rate is the caller's */
  FlitzisFrames     resampled;
  FlitzisQuantizer  quantizer;
  guint64           n_given;    /* frames of the caller */
  guint64           n_written;  /* frames of the file */
  gboolean          is_running; /* the stream has not ended */

  /* the streaming thread, then the caller's once the stream has ended */
  guint64 n_packets; /* of MP3 */
  guint8  packet[4]; /* how the first one begins */
};

/* The bit depth is the only one that the encoder takes, or the best of several. */
static const Format formats[] = {
  { ".wav", WAVE, "wavenc", NULL, "good", FLITZIS_BIT_DEPTH_FLOAT32 },
  { ".aiff", AIFF, "aiffmux", NULL, "bad", FLITZIS_BIT_DEPTH_INT24 },
  { ".aif", AIFF, "aiffmux", NULL, "bad", FLITZIS_BIT_DEPTH_INT24 },
  { ".flac", FLAC, "flacenc", NULL, "good", FLITZIS_BIT_DEPTH_INT24 },
  { ".ogg", OGG, "vorbisenc", "oggmux", "base", FLITZIS_BIT_DEPTH_FLOAT32 },
  { ".oga", OGG, "vorbisenc", "oggmux", "base", FLITZIS_BIT_DEPTH_FLOAT32 },
  { ".opus", OPUS, "opusenc", "oggmux", "base", FLITZIS_BIT_DEPTH_INT16 },
  { ".mp3", MP3, "lamemp3enc", "mpegaudioparse", "good", FLITZIS_BIT_DEPTH_INT16 },
};

static const Format *
find_format (const char *path, const char *name, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);
  g_autoptr (GString) endings = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      if (g_str_has_suffix (lower, formats[i].ending))
        return &formats[i];

      g_string_append_printf (endings, "%s%s",
                              i == 0                           ? ""
                              : i + 1 < G_N_ELEMENTS (formats) ? ", "
                                                               : " or ",
                              formats[i].ending);
    }

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "Could not write “%s”: its name must end in %s", name, endings->str);

  return NULL;
}

static gboolean
is_lossless (const Format *format)
{
  return format->kind == WAVE || format->kind == AIFF || format->kind == FLAC;
}

static gboolean
choose_values (FlitzisEncoder *self, const FlitzisEncoding *encoding, GError **error)
{
  FlitzisBitDepth depth = self->format->bit_depth;

  if (is_lossless (self->format) && encoding->bit_depth != FLITZIS_BIT_DEPTH_AUTO)
    {
      if (encoding->bit_depth == FLITZIS_BIT_DEPTH_FLOAT32 && self->format->kind != WAVE)
        {
          g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                       "Could not write “%s”: a %s file holds 16 or 24 bits, no floats",
                       self->name, self->format->ending);
          return FALSE;
        }

      depth = encoding->bit_depth;
    }

  self->quantizer = (FlitzisQuantizer){
    .bit_depth = depth,
    .is_big = self->format->kind == AIFF,
    .is_clipped = self->format->kind != WAVE,
    .is_dithered = encoding->dither,
  };

  return TRUE;
}

static guint
choose_rate (Kind kind, guint rate)
{
  static const guint mp3_rates[] = { 8000, 11025, 12000, 16000, 22050,
                                     24000, 32000, 44100, 48000 };

  if (kind == OPUS)
    return COMMON_RATE;

  for (guint i = 0; kind == MP3 && i < G_N_ELEMENTS (mp3_rates); i++)
    if (mp3_rates[i] == rate)
      return rate;

  return kind == MP3 ? COMMON_RATE : rate;
}

/* The loop in frames of the file. */
static gboolean
take_facts (FlitzisEncoder     *self,
            const FlitzisFacts *facts,
            guint               rate,
            guint64             n_frames,
            GError            **error)
{
  self->facts = *facts;

  if (!facts->has_loop)
    return TRUE;

  if (facts->loop_start >= facts->loop_end || facts->loop_end > n_frames)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "Could not write “%s”: there is no loop from frame %" G_GUINT64_FORMAT
                   " to %" G_GUINT64_FORMAT " in %" G_GUINT64_FORMAT " frames",
                   self->name, facts->loop_start, facts->loop_end, n_frames);
      return FALSE;
    }

  self->facts.loop_start =
      gst_util_uint64_scale_round (facts->loop_start, self->sample_rate, rate);
  self->facts.loop_end = gst_util_uint64_scale_round (facts->loop_end, self->sample_rate, rate);
  self->facts.loop_end = MAX (self->facts.loop_end, self->facts.loop_start + 1);

  return TRUE;
}

static gsize
count_bytes (const char *text)
{
  return text != NULL ? strlen (text) : 0;
}

static gboolean
check_length (FlitzisEncoder *self, GError **error)
{
  gsize   n_frame_bytes = flitzis_quantizer_get_size (&self->quantizer) * self->n_channels;
  guint64 max_frames = G_MAXUINT64;

  if (self->format->kind == FLAC)
    max_frames = MAX_FLAC_FRAMES;
  else if (self->format->kind == WAVE || self->format->kind == AIFF)
    /* a text may be there twice */
    max_frames = (MAX_CHUNKED_BYTES - 2 * (MIN (count_bytes (self->facts.title), 1 << 20) +
                                           MIN (count_bytes (self->facts.artist), 1 << 20))) /
                 n_frame_bytes;

  if (self->n_frames <= max_frames)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
               "Could not write “%s”: a %s file holds %" G_GUINT64_FORMAT
               " frames, not %" G_GUINT64_FORMAT,
               self->name, self->format->ending, max_frames, self->n_frames);

  return FALSE;
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
                 self->format->encoder, self->sample_rate,
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
  made_caps = gst_caps_new_empty_simple ("audio/x-flac");
  gst_pad_set_caps (made_pad, made_caps);

  return GST_PAD_PROBE_REMOVE;
}

static GstPadProbeReturn
count_packet_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  FlitzisEncoder *self = user_data;

  if (self->n_packets++ == 0)
    gst_buffer_extract (GST_PAD_PROBE_INFO_BUFFER (info), 0, self->packet, sizeof self->packet);

  return GST_PAD_PROBE_OK;
}

static GstElement *
make_source (FlitzisEncoder *self)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "audio/x-raw", "format", G_TYPE_STRING, flitzis_quantizer_get_format (&self->quantizer),
      "layout", G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, (int) self->sample_rate,
      "channels", G_TYPE_INT, (int) self->n_channels, NULL);

  if (self->n_channels == 2)
    gst_caps_set_simple (caps, "channel-mask", GST_TYPE_BITMASK, (guint64) 3, NULL);

  return g_object_new (GST_TYPE_APP_SRC, "caps", caps, "format", GST_FORMAT_TIME, "block", TRUE,
                       "max-bytes", (guint64) MAX_QUEUED_BYTES, NULL);
}

static GstElement *
make_element (FlitzisEncoder *self, const char *factory, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "Could not write “%s”: GStreamer has no %s installed; Debian's package "
                 "gstreamer1.0-plugins-%s has it",
                 self->name, factory, self->format->package);

  return element;
}

static void
set_quality (FlitzisEncoder *self, double quality)
{
  double bit_rate = OPUS_MIN_BIT_RATE + quality * (OPUS_MAX_BIT_RATE - OPUS_MIN_BIT_RATE);

  if (self->format->kind == OGG)
    g_object_set (self->encoder, "quality", (float) quality, NULL);
  else if (self->format->kind == OPUS)
    g_object_set (self->encoder, "bitrate", (int) (bit_rate * self->n_channels), "bitrate-type", 1,
                  NULL);
  else if (self->format->kind == MP3)
    g_object_set (self->encoder, "quality", (float) (MP3_WORST_QUALITY * (1.0 - quality)), NULL);
}

/* Title and artist, and as comments the rest, if the encoder writes such. wavenc of 1.22 writes
 * tags, too, but leaves out the padding after an odd number of bytes. */
static void
set_tags (FlitzisEncoder *self)
{
  g_autoptr (GstTagList) tags = gst_tag_list_new_empty ();
  g_auto (GStrv) comments = flitzis_statements_make_comments (&self->facts);

  if (self->format->kind == WAVE || !GST_IS_TAG_SETTER (self->encoder))
    return;

  if (self->facts.title != NULL)
    gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, GST_TAG_TITLE, self->facts.title, NULL);
  if (self->facts.artist != NULL)
    gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, GST_TAG_ARTIST, self->facts.artist, NULL);
  for (char **comment = comments; *comment != NULL; comment++)
    gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_EXTENDED_COMMENT, *comment, NULL);

  if (!gst_tag_list_is_empty (tags))
    gst_tag_setter_merge_tags (GST_TAG_SETTER (self->encoder), tags, GST_TAG_MERGE_REPLACE);
}

static gboolean
link_encoder (FlitzisEncoder *self, GstElement *muxer, GstElement *sink)
{
  if (!gst_element_link (GST_ELEMENT (self->source), self->encoder))
    return FALSE;

  if (muxer == NULL)
    return gst_element_link (self->encoder, sink);

  return gst_element_link_many (self->encoder, muxer, sink, NULL);
}

static void
add_probes (FlitzisEncoder *self, GstElement *muxer)
{
  g_autoptr (GstPad) pad = NULL;

  if (self->format->kind == FLAC)
    {
      pad = gst_element_get_static_pad (self->encoder, "sink");
      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, send_caps_cb, self, NULL);
    }
  else if (self->format->kind == MP3)
    {
      pad = gst_element_get_static_pad (muxer, "src");
      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_packet_cb, self, NULL);
    }
}

static gboolean
build (FlitzisEncoder *self, double quality, GError **error)
{
  GstElement *muxer = NULL;
  GstElement *source;
  GstElement *sink;

  self->encoder = make_element (self, self->format->encoder, error);
  if (self->encoder != NULL && self->format->muxer != NULL)
    muxer = make_element (self, self->format->muxer, error);

  if (self->encoder == NULL || (self->format->muxer != NULL && muxer == NULL))
    {
      if (self->encoder != NULL)
        gst_object_unref (self->encoder);
      return FALSE;
    }

  source = make_source (self);
  sink = flitzis_target_sink_new (self->target, self->n_front);
  self->source = GST_APP_SRC (source);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  self->bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (self->bus, stop_waiting_cb, source, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), source, self->encoder, sink, muxer, NULL);

  set_quality (self, quality);
  set_tags (self);
  add_probes (self, muxer);

  if (link_encoder (self, muxer, sink) &&
      gst_element_set_state (self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
    {
      self->is_running = TRUE;
      return TRUE;
    }

  return fail (self, gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR), error);
}

static gboolean
fail_for_memory (FlitzisEncoder *self, GError **error)
{
  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
               "Could not write “%s”: there is no memory to convert the rate", self->name);

  return FALSE;
}

static gboolean
prepare (FlitzisEncoder        *self,
         const FlitzisEncoding *encoding,
         guint                  rate,
         guint64                n_frames,
         GError               **error)
{
  self->sample_rate = choose_rate (self->format->kind, rate);
  self->n_frames =
      self->sample_rate == rate
          ? n_frames
          : MAX (flitzis_resample_length (n_frames, rate, self->sample_rate), 1);

  if (!choose_values (self, encoding, error) ||
      !take_facts (self, &encoding->facts, rate, n_frames, error) || !check_length (self, error))
    return FALSE;

  if (self->sample_rate != rate)
    {
      self->resampler = flitzis_resampler_new (self->n_channels, rate, self->sample_rate);
      self->resampled.n_channels = self->n_channels;
      if (self->resampler == NULL)
        return fail_for_memory (self, error);
    }

  if (self->format->kind == MP3)
    {
      self->front = flitzis_statements_make_id3 (&self->facts);
      self->n_front = self->front->len + flitzis_statements_get_mp3_info_size (self->sample_rate);
    }

  return TRUE;
}

FlitzisEncoder *
flitzis_encoder_new (const char            *path,
                     const FlitzisEncoding *encoding,
                     guint                  n_channels,
                     guint                  sample_rate,
                     guint64                n_frames,
                     GError               **error)
{
  g_autoptr (FlitzisEncoder) self = g_new0 (FlitzisEncoder, 1);

  self->name = g_filename_display_basename (path);
  self->n_channels = n_channels;
  self->format = find_format (path, self->name, error);

  if (self->format == NULL)
    return NULL;

  if (!flitzis_gstreamer_init (error))
    {
      g_prefix_error (error, "Could not write “%s”: ", self->name);
      return NULL;
    }

  if (!prepare (self, encoding, sample_rate, n_frames, error))
    return NULL;

  self->target = flitzis_target_open (path, error);

  if (self->target == NULL || !build (self, encoding->quality, error))
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
  g_clear_pointer (&self->resampler, flitzis_resampler_free);
  flitzis_frames_clear (&self->resampled);
  g_clear_pointer (&self->front, g_byte_array_unref);
  g_free (self->name);
  g_free (self);
}

/* Frames of the file's rate. */
static gboolean
push (FlitzisEncoder *self, const float *frames, gsize n_frames, GError **error)
{
  gsize      n_values = n_frames * self->n_channels;
  gsize      size = n_values * flitzis_quantizer_get_size (&self->quantizer);
  guint8    *packed = g_malloc (size);
  GstBuffer *buffer;

  flitzis_quantizer_pack (&self->quantizer, frames, n_values, packed);

  buffer = gst_buffer_new_wrapped (packed, size);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (self->n_written, GST_SECOND, self->sample_rate);
  self->n_written += n_frames;
  GST_BUFFER_DURATION (buffer) =
      gst_util_uint64_scale (self->n_written, GST_SECOND, self->sample_rate) -
      GST_BUFFER_PTS (buffer);

  return gst_app_src_push_buffer (self->source, buffer) == GST_FLOW_OK ||
         fail (self, wait_for_end (self), error);
}

static gboolean
push_resampled (FlitzisEncoder *self, GError **error)
{
  gsize    n_frames = flitzis_frames_count (&self->resampled);
  gboolean is_pushed = n_frames == 0 || push (self, self->resampled.values, n_frames, error);

  /* the room stays */
  self->resampled.n_values = 0;

  return is_pushed;
}

gboolean
flitzis_encoder_write (FlitzisEncoder *self, const float *frames, guint n_frames, GError **error)
{
  if (n_frames == 0)
    return TRUE;

  self->n_given += n_frames;

  if (self->resampler == NULL)
    return push (self, frames, n_frames, error);

  if (!flitzis_resampler_feed (self->resampler, frames, n_frames, &self->resampled))
    return fail_for_memory (self, error);

  return push_resampled (self, error);
}

/* The chunks that come last, and the size of all, which the head states. */
static gboolean
append_chunks (FlitzisEncoder *self, const GByteArray *chunks, GError **error)
{
  const guint8 padding = 0;
  guint8       head[4];
  guint64      size;

  if (chunks->len == 0)
    return TRUE;

  if (!flitzis_target_get_size (self->target, &size, error))
    return FALSE;

  if (size % 2 > 0 && !flitzis_target_write (self->target, &padding, 1, size++, error))
    return FALSE;

  if (!flitzis_target_write (self->target, chunks->data, chunks->len, size, error))
    return FALSE;

  size += chunks->len - 8;
  if (self->format->kind == AIFF)
    GST_WRITE_UINT32_BE (head, (guint32) size);
  else
    GST_WRITE_UINT32_LE (head, (guint32) size);

  return flitzis_target_write (self->target, head, sizeof head, 4, error);
}

static gboolean
write_mp3_front (FlitzisEncoder *self, GError **error)
{
  g_autoptr (GByteArray) info = NULL;
  guint64 size;

  if (!flitzis_target_get_size (self->target, &size, error))
    return FALSE;

  info = flitzis_statements_make_mp3_info (self->packet, self->sample_rate, self->n_packets,
                                           size - self->n_front, self->n_frames);

  return flitzis_target_write (self->target, self->front->data, self->front->len, 0, error) &&
         flitzis_target_write (self->target, info->data, info->len, self->front->len, error);
}

static gboolean
write_statements (FlitzisEncoder *self, GError **error)
{
  g_autoptr (GByteArray) chunks = NULL;

  if (self->format->kind == MP3)
    return write_mp3_front (self, error);

  if (self->format->kind == WAVE)
    chunks = flitzis_statements_make_wave (&self->facts, self->sample_rate, self->n_frames);
  else if (self->format->kind == AIFF)
    chunks = flitzis_statements_make_aiff (&self->facts);

  return chunks == NULL || append_chunks (self, chunks, error);
}

gboolean
flitzis_encoder_finish (FlitzisEncoder *self, guint64 *n_clipped, GError **error)
{
  g_autoptr (GstMessage) message = NULL;

  if (self->resampler != NULL)
    {
      if (!flitzis_resampler_finish (self->resampler, self->n_given, &self->resampled))
        return fail_for_memory (self, error);
      if (!push_resampled (self, error))
        return FALSE;
    }

  if (self->format->kind == OPUS && self->n_written < OPUS_MIN_FRAMES)
    {
      gsize             n_frames = OPUS_MIN_FRAMES - self->n_written;
      g_autofree float *silence = g_new0 (float, n_frames * self->n_channels);

      if (!push (self, silence, n_frames, error))
        return FALSE;
    }

  gst_app_src_end_of_stream (self->source);
  message = wait_for_end (self);

  if (message == NULL || GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS)
    return fail (self, g_steal_pointer (&message), error);

  *n_clipped = self->quantizer.n_clipped;

  return write_statements (self, error) && flitzis_target_commit (self->target, error);
}
