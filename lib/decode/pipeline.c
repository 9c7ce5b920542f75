/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Builds the pipelines: a source, known elements or those that decodebin finds, and an appsink. */

#include "config.h"

#include "decode/pipeline.h"

#include "decode/autoplug.h"
#include "decode/repairs.h"
#include "flitzis-error.h"

#define LAYOUT "layout = interleaved, channels = [1, 2]"

/* Known decoders may deliver any format; decodebin's output and downmixes become floats. */
static GstStaticCaps any_caps = GST_STATIC_CAPS ("audio/x-raw, " LAYOUT);
static GstStaticCaps float_caps =
    GST_STATIC_CAPS ("audio/x-raw, format = " GST_AUDIO_NE (F32) ", " LAYOUT);

/* The bytes read at a time, unless a decoder without a parser needs another number. */
#define READ_BYTES 65536

#define MAX_ELEMENTS 3

/* The elements that decodebin would choose. Its search takes longer than decoding a short sound.
 * libav's decoders deliver planar audio, which audioconvert interleaves. */
static const char *const chains[][MAX_ELEMENTS + 1] = {
  [FLITZIS_CODEC_PCM] = { "rawaudioparse" },
  [FLITZIS_CODEC_ALAW] = { "rawaudioparse", "alawdec" },
  [FLITZIS_CODEC_MULAW] = { "rawaudioparse", "mulawdec" },
  [FLITZIS_CODEC_IMA4] = { "capsfilter", "avdec_adpcm_ima_qt", "audioconvert" },
  [FLITZIS_CODEC_HEADERLESS_FLAC] = { "capsfilter", "avdec_flac", "audioconvert" },
  [FLITZIS_CODEC_HEADERLESS_ALAC] = { "capsfilter", "avdec_alac", "audioconvert" },
  [FLITZIS_CODEC_FLAC] = { "flacparse", "flacdec" },
  [FLITZIS_CODEC_VORBIS] = { "oggdemux", "vorbisdec" },
  [FLITZIS_CODEC_OPUS] = { "oggdemux", "avdec_opus", "audioconvert" },
  [FLITZIS_CODEC_MP3] = { "mpegaudioparse", "mpg123audiodec" },
};

typedef struct
{
  GstElement       *pipeline;
  FlitzisDiagnosis *diagnosis;
} Builder;

static GstElement *
add (Builder *self, const char *factory_name, GError **error)
{
  GstElement *element = gst_element_factory_make (factory_name, NULL);

  if (element == NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "GStreamer's element “%s” is not installed", factory_name);
  else
    gst_bin_add (GST_BIN (self->pipeline), element);

  return element;
}

static void
pad_added_cb (GstElement *demuxer, GstPad *pad, GstElement *next)
{
  g_autoptr (GstPad) next_pad = gst_element_get_static_pad (next, "sink");

  if (!gst_pad_is_linked (next_pad))
    gst_pad_link (pad, next_pad);
}

static void
link_elements (GstElement *element, GstElement *next)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  if (pad == NULL)
    g_signal_connect_object (element, "pad-added", G_CALLBACK (pad_added_cb), next, 0);
  else
    gst_element_link_pads_full (element, "src", next, "sink", GST_PAD_LINK_CHECK_NOTHING);
}

static void
set_positions (GstElement *element, const FlitzisPcm *pcm)
{
  GstAudioChannelPosition positions[64];
  g_auto (GValue) array = G_VALUE_INIT;

  gst_audio_channel_positions_from_mask ((int) pcm->n_channels, pcm->channel_mask, positions);
  gst_value_array_init (&array, pcm->n_channels);
  for (guint i = 0; i < pcm->n_channels; i++)
    {
      GValue value = G_VALUE_INIT;

      g_value_init (&value, GST_TYPE_AUDIO_CHANNEL_POSITION);
      g_value_set_enum (&value, positions[i]);
      gst_value_array_append_and_take_value (&array, &value);
    }
  g_object_set_property (G_OBJECT (element), "channel-positions", &array);
}

static void
describe_raw (GstElement *element, const FlitzisHeader *header)
{
  const FlitzisPcm *pcm = &header->pcm;

  g_object_set (element, "sample-rate", pcm->rate, "num-channels", pcm->n_channels, NULL);
  if (header->codec == FLITZIS_CODEC_PCM)
    g_object_set (element, "pcm-format", pcm->format, NULL);
  else
    gst_util_set_object_arg (G_OBJECT (element), "format",
                             header->codec == FLITZIS_CODEC_ALAW ? "alaw" : "mulaw");
  if (pcm->n_channels > 2)
    set_positions (element, pcm);
}

static GstCaps *
make_headerless_caps (const FlitzisHeader *header)
{
  static const char *const names[] = {
    [FLITZIS_CODEC_IMA4] = "audio/x-adpcm",
    [FLITZIS_CODEC_HEADERLESS_FLAC] = "audio/x-flac",
    [FLITZIS_CODEC_HEADERLESS_ALAC] = "audio/x-alac",
  };
  GstCaps *caps = gst_caps_new_simple (names[header->codec],
                                       "rate", G_TYPE_INT, header->pcm.rate,
                                       "channels", G_TYPE_INT, header->pcm.n_channels,
                                       NULL);

  if (header->codec == FLITZIS_CODEC_IMA4)
    {
      gst_caps_set_simple (caps, "layout", G_TYPE_STRING, "quicktime",
                           "block_align", G_TYPE_INT,
                           FLITZIS_IMA4_BLOCK_BYTES * header->pcm.n_channels, NULL);
    }
  else
    {
      g_autoptr (GstBuffer) data =
          gst_buffer_new_memdup (header->codec_data, header->n_codec_data);

      gst_caps_set_simple (caps, "framed", G_TYPE_BOOLEAN, TRUE, "codec_data", GST_TYPE_BUFFER,
                           data, NULL);
    }

  return caps;
}

static gboolean
is_headerless (FlitzisCodec codec)
{
  return codec >= FLITZIS_CODEC_PCM && codec <= FLITZIS_CODEC_HEADERLESS_ALAC;
}

/* Sets the format, which the bytes do not state, on the first element: rawaudioparse or a
 * capsfilter. */
static void
describe (GstElement *element, const FlitzisHeader *header)
{
  g_autoptr (GstCaps) caps = NULL;

  if (header->codec < FLITZIS_CODEC_IMA4)
    {
      describe_raw (element, header);
    }
  else
    {
      caps = make_headerless_caps (header);
      g_object_set (element, "caps", caps, NULL);
    }
}

/* Of the known codecs, only those of headerless frames can have more than two channels. */
static gboolean
is_mixed_down (const FlitzisHeader *header)
{
  return header->pcm.n_channels > 2;
}

static gboolean
build_known (Builder *self, GstElement *source, GstElement *sink, GError **error)
{
  const FlitzisHeader *header = self->diagnosis->header;
  const char *const   *name = chains[header->codec];
  GstElement          *last = source, *element;

  flitzis_diagnosis_set_stream (self->diagnosis);

  for (; *name != NULL; name++)
    {
      element = add (self, *name, error);
      if (element == NULL)
        return FALSE;

      if (last == source && is_headerless (header->codec))
        describe (element, header);
      flitzis_repairs_add_probes (self->diagnosis, element);
      link_elements (last, element);
      last = element;
    }

  if (is_mixed_down (header))
    {
      element = add (self, "audioconvert", error);
      if (element == NULL)
        return FALSE;

      link_elements (last, element);
      last = element;
    }
  link_elements (last, sink);

  return TRUE;
}

static gboolean
build_search (Builder *self, GstElement *source, GstElement *sink, GError **error)
{
  GstElement *convert = add (self, "audioconvert", error);
  GstElement *decodebin;

  if (convert == NULL)
    return FALSE;

  decodebin = flitzis_autoplug_add (GST_BIN (self->pipeline), convert, self->diagnosis, error);

  return decodebin != NULL && gst_element_link (source, decodebin) &&
         gst_element_link (convert, sink);
}

GstElement *
flitzis_pipeline_new (GInputStream     *stream,
                      gboolean          use_codec,
                      FlitzisDiagnosis *diagnosis,
                      GstAppSink      **sink,
                      GError          **error)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  gboolean is_converted = !use_codec || is_mixed_down (diagnosis->header);
  g_autoptr (GstCaps) caps = gst_static_caps_get (is_converted ? &float_caps : &any_caps);
  Builder     self = { pipeline, diagnosis };
  guint       n_block_bytes = diagnosis->header->n_block_bytes;
  GstElement *source = add (&self, "giostreamsrc", error);
  GstElement *last = source != NULL ? add (&self, "appsink", error) : NULL;

  if (last == NULL)
    return NULL;

  *sink = GST_APP_SINK (last);
  g_object_set (source, "stream", stream, "blocksize",
                n_block_bytes > 0 ? n_block_bytes : READ_BYTES, NULL);
  g_object_set (last, "caps", caps, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE,
                NULL);

  if (!(use_codec ? build_known : build_search) (&self, source, last, error))
    return NULL;

  return g_steal_pointer (&pipeline);
}

/* A sink that is full holds the lock that it needs to start. So it is started before any buffer
 * comes, and the pipeline leaves it alone. */
gboolean
flitzis_pipeline_start_pulled (GstElement *pipeline, GstAppSink *sink, guint n_buffers)
{
  gst_app_sink_set_max_buffers (sink, n_buffers);
  gst_element_set_locked_state (GST_ELEMENT (sink), TRUE);

  return gst_element_set_state (GST_ELEMENT (sink), GST_STATE_PLAYING) !=
             GST_STATE_CHANGE_FAILURE &&
         gst_element_set_state (pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

static void
lock_element (const GValue *element, gpointer user_data)
{
  gst_element_set_locked_state (g_value_get_object (element), TRUE);
}

static void
stop_element (const GValue *element, gpointer user_data)
{
  gst_element_set_state (g_value_get_object (element), GST_STATE_NULL);
}

/*
 * Stops the elements one by one. The sink is the first, so that no element waits for it. If a bin
 * of 1.22 stops its elements, it sorts them by their links, and leaves some running if decodebin
 * links or unlinks a stream at the same time ("loop detected in the graph"). The bin may also still
 * be starting its elements, so their states are locked against that.
 */
void
flitzis_pipeline_stop (GstElement *pipeline, GstAppSink *sink)
{
  GstIterator *elements = gst_bin_iterate_elements (GST_BIN (pipeline));

  gst_iterator_foreach (elements, lock_element, NULL);
  gst_iterator_resync (elements);
  gst_element_set_state (GST_ELEMENT (sink), GST_STATE_NULL);
  gst_iterator_foreach (elements, stop_element, NULL);
  gst_iterator_free (elements);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}
