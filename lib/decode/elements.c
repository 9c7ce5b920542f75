/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Builds the elements that decode a stream. */

#include "config.h"

#include "decode/elements.h"

#include "decode/direct.h"
#include "decode/repairs.h"
#include "flitzis-error.h"

#define MIN_RATE 1000
#define MAX_RATE 768000

/* The probe that holds a pad. */
#define HELD_KEY "flitzis-held"

/* What decodebin's autoplug-select may answer; its header is not installed. */
enum
{
  AUTOPLUG_TRY = 0,
  AUTOPLUG_SKIP = 2
};

void
flitzis_elements_refuse (FlitzisElements *self, GError *error)
{
  g_mutex_lock (&self->lock);
  self->is_refused = TRUE;
  if (self->stream_error == NULL)
    self->stream_error = error;
  else
    g_error_free (error);
  g_mutex_unlock (&self->lock);
}

GError *
flitzis_elements_check_rate (guint32 rate)
{
  if (rate >= MIN_RATE && rate <= MAX_RATE)
    return NULL;

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
  GError             *error;

  gst_structure_get_int (structure, "rate", &rate);
  gst_structure_get_int (structure, "channels", &n_channels);
  gst_structure_get (structure, "channel-mask", GST_TYPE_BITMASK, &mask, NULL);

  error = flitzis_elements_check_rate (rate);
  if (error != NULL)
    return error;

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
    flitzis_elements_refuse (self, error);
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

  flitzis_repairs_watch (self, element);
}

GstElement *
flitzis_elements_make (const char *factory_name, GError **error)
{
  GstElement *element = gst_element_factory_make (factory_name, NULL);

  if (element == NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "GStreamer's element “%s” is not installed", factory_name);

  return element;
}

static GstElement *
add_element (FlitzisElements *self, const char *factory_name, GError **error)
{
  GstElement *element = flitzis_elements_make (factory_name, error);

  if (element != NULL)
    gst_bin_add (GST_BIN (self->pipeline), element);

  return element;
}

static gboolean
build_search (FlitzisElements *self,
              GInputStream    *stream,
              GstPad          *sink_pad,
              gboolean         push_mode,
              GError         **error)
{
  g_autoptr (GstCaps) raw_caps = gst_caps_new_empty_simple ("audio/x-raw");
  g_autoptr (GstElement) typefind = NULL;
  g_autoptr (GstPad) last_pad = NULL;
  GstElement *source, *decodebin, *valve = NULL;

  self->pipeline = gst_pipeline_new (NULL);
  source = add_element (self, "giostreamsrc", error);
  if (source == NULL)
    return FALSE;

  decodebin = add_element (self, "decodebin", error);
  if (decodebin == NULL)
    return FALSE;

  self->decodebin = decodebin;
  self->convert = add_element (self, "audioconvert", error);
  if (self->convert == NULL)
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
  g_object_set (decodebin, "caps", raw_caps, "expose-all-streams", FALSE, NULL);

  typefind = gst_bin_get_by_name (GST_BIN (decodebin), "typefind");
  release_after (self, typefind, "have-type");
  g_signal_connect (decodebin, "pad-added", G_CALLBACK (pad_added_cb), self);
  g_signal_connect (decodebin, "autoplug-select", G_CALLBACK (autoplug_select_cb), self);
  g_signal_connect (self->pipeline, "deep-element-added", G_CALLBACK (deep_element_added_cb), self);
  flitzis_repairs_watch_source (self, source);

  last_pad = gst_element_get_static_pad (self->convert, "src");
  gst_pad_link (last_pad, sink_pad);
  if (valve != NULL)
    gst_element_link_many (source, valve, decodebin, NULL);
  else
    gst_element_link_many (source, decodebin, NULL);

  return TRUE;
}

gboolean
flitzis_elements_build (FlitzisElements     *self,
                        GInputStream        *stream,
                        const FlitzisHeader *header,
                        FlitzisRoute         route,
                        GstPad              *sink_pad,
                        GError             **error)
{
  g_mutex_init (&self->lock);
  self->header = header;

  if (route != FLITZIS_ROUTE_DIRECT)
    return build_search (self, stream, sink_pad, route == FLITZIS_ROUTE_PUSH, error);

  self->has_audio = TRUE;
  self->direct = flitzis_direct_new (self, stream, sink_pad, error);

  return self->direct != NULL;
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
flitzis_elements_stop (FlitzisElements *self)
{
  if (self->direct != NULL)
    flitzis_direct_stop (self->direct);
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
}

void
flitzis_elements_clear (FlitzisElements *self)
{
  g_clear_pointer (&self->direct, flitzis_direct_free);
  gst_clear_object (&self->pipeline);
  g_list_free_full (g_steal_pointer (&self->held_pads), gst_object_unref);
  g_clear_error (&self->stream_error);
  g_mutex_clear (&self->lock);
}
