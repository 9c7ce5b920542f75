/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Lets decodebin look for the elements that decode a file, and limits its choice. */

#include "config.h"

#include "decode/autoplug.h"

#include "decode/repairs.h"
#include "flitzis-error.h"

/* The probe that holds a pad. */
#define HELD_KEY "flitzis-held"

/* The answers to decodebin's autoplug-select, whose header is not installed. */
enum
{
  AUTOPLUG_TRY = 0,
  AUTOPLUG_SKIP = 2
};

/* Lives as long as decodebin. */
typedef struct
{
  FlitzisDiagnosis *diagnosis;
  GstElement       *next;

  GMutex lock;
  GList *held_pads;
} Autoplug;

static void
autoplug_free (gpointer data)
{
  Autoplug *self = data;

  g_list_free_full (self->held_pads, gst_object_unref);
  gst_object_unref (self->next);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/*
 * decodebin may use only these elements. Without this list, any installed plugin could claim a
 * file: libav's demuxers can spin for ever on broken files, libsndfile's element can hang, players
 * of tracker modules may never end, playlist elements fetch the URIs in a playlist, and MIDI
 * synthesizers load sound fonts of any size. The tests load every format here. If systems differ in
 * the element for a format, all of them are listed. Video decoders are not.
 */
static const char *const allowed_elements[] = {
  /* WAV with codecs that are no PCM */
  "adpcmdec",
  "alawdec",
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

/* If both are installed, the first one is left out. */
static const char *const preferences[][2] = {
  /* exact after seeks, with the same bits as when the codec is known to be MP3 */
  { "avdec_mp3", "mpg123audiodec" },
  { "avdec_mp3float", "mpg123audiodec" },
};

static gboolean
is_installed (const char *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

static gboolean
is_allowed (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (preferences); i++)
    if (g_str_equal (name, preferences[i][0]) && is_installed (preferences[i][1]))
      return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (allowed_elements); i++)
    if (g_str_equal (name, allowed_elements[i]))
      return TRUE;

  return FALSE;
}

static int
autoplug_select_cb (GstElement        *decodebin,
                    GstPad            *pad,
                    GstCaps           *caps,
                    GstElementFactory *factory,
                    Autoplug          *self)
{
  return is_allowed (gst_plugin_feature_get_name (GST_PLUGIN_FEATURE (factory))) ? AUTOPLUG_TRY
                                                                                 : AUTOPLUG_SKIP;
}

/* The file itself, and each stream in it. */
static gboolean
autoplug_continue_cb (GstElement *decodebin, GstPad *pad, GstCaps *caps, Autoplug *self)
{
  flitzis_diagnosis_add_caps (self->diagnosis, caps, FALSE);

  return TRUE;
}

static void
unknown_type_cb (GstElement *decodebin, GstPad *pad, GstCaps *caps, Autoplug *self)
{
  flitzis_diagnosis_add_caps (self->diagnosis, caps, TRUE);
}

/*
 * decodebin, 1.22 and later: a demuxer in pull mode runs as soon as decodebin activates it. If it
 * runs before decodebin has connected to its signals, its buffers and its error message are lost,
 * and the pipeline hangs. So a blocking probe holds its first pull until the signal for which
 * decodebin plugged it has been handled.
 */
static GstPadProbeReturn
hold_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return GST_PAD_PROBE_OK;
}

static void
hold (Autoplug *self, GstPad *sink_pad)
{
  gulong probe = gst_pad_add_probe (sink_pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_PULL,
                                    hold_cb, NULL, NULL);

  g_object_set_data (G_OBJECT (sink_pad), HELD_KEY, GSIZE_TO_POINTER (probe));
  g_mutex_lock (&self->lock);
  self->held_pads = g_list_prepend (self->held_pads, gst_object_ref (sink_pad));
  g_mutex_unlock (&self->lock);
}

static void
release_held (Autoplug *self)
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

/* Runs after all other handlers of the signal: a type or a stream is known now. */
static void
release_after (Autoplug *self, gpointer object, const char *signal)
{
  g_signal_connect_data (object, signal, G_CALLBACK (release_held), self, NULL,
                         G_CONNECT_AFTER | G_CONNECT_SWAPPED);
}

static void
deep_element_added_cb (GstBin *bin, GstBin *sub_bin, GstElement *element, Autoplug *self)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");
  g_autoptr (GstPad) source_pad = NULL;

  if (factory == NULL || pad == NULL)
    return;

  flitzis_diagnosis_add_element (self->diagnosis, element);

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

  flitzis_repairs_add_probes (self->diagnosis, element);
}

/* Checks the format before any frame is converted, since GStreamer believes what a file states. */
static GError *
check_caps (const GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  guint64             mask = 0;
  int                 rate = 0, n_channels = 0;

  gst_structure_get_int (structure, "rate", &rate);
  gst_structure_get_int (structure, "channels", &n_channels);

  if (n_channels < 1)
    return g_error_new (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                        "it has no channels");

  gst_structure_get (structure, "channel-mask", GST_TYPE_BITMASK, &mask, NULL);
  if (mask == 0 && n_channels > 2)
    return g_error_new (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                        "it has %d channels and does not say where each one is heard",
                        n_channels);

  return flitzis_diagnosis_check_rate (rate);
}

static void
pad_added_cb (GstElement *decodebin, GstPad *pad, Autoplug *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autoptr (GstPad) next_pad = gst_element_get_static_pad (self->next, "sink");
  GError *error;

  if (caps == NULL || !gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/x-raw"))
    return;

  /* only the first audio stream is decoded; the next part of a chained stream comes at its end */
  if (gst_pad_is_linked (next_pad))
    return;

  flitzis_diagnosis_set_stream (self->diagnosis);

  error = check_caps (caps);
  if (error == NULL && GST_PAD_LINK_FAILED (gst_pad_link (pad, next_pad)))
    error = g_error_new (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "its channels cannot be mixed down");

  if (error != NULL)
    flitzis_diagnosis_refuse (self->diagnosis, error);
}

GstElement *
flitzis_autoplug_add (GstBin *bin, GstElement *next, FlitzisDiagnosis *diagnosis, GError **error)
{
  GstElement *decodebin = gst_element_factory_make ("decodebin", NULL);
  g_autoptr (GstCaps) raw_caps = gst_caps_new_empty_simple ("audio/x-raw");
  g_autoptr (GstElement) typefind = NULL;
  Autoplug *self;

  if (decodebin == NULL)
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                           "GStreamer's element “decodebin” is not installed");
      return NULL;
    }

  self = g_new0 (Autoplug, 1);
  self->diagnosis = diagnosis;
  self->next = gst_object_ref (next);
  g_mutex_init (&self->lock);

  g_object_set_data_full (G_OBJECT (decodebin), "flitzis-autoplug", self, autoplug_free);
  g_object_set (decodebin, "caps", raw_caps, "expose-all-streams", FALSE, NULL);
  g_signal_connect (decodebin, "autoplug-select", G_CALLBACK (autoplug_select_cb), self);
  g_signal_connect (decodebin, "autoplug-continue", G_CALLBACK (autoplug_continue_cb), self);
  g_signal_connect (decodebin, "unknown-type", G_CALLBACK (unknown_type_cb), self);
  g_signal_connect (decodebin, "pad-added", G_CALLBACK (pad_added_cb), self);
  g_signal_connect (decodebin, "deep-element-added", G_CALLBACK (deep_element_added_cb), self);

  typefind = gst_bin_get_by_name (GST_BIN (decodebin), "typefind");
  release_after (self, typefind, "have-type");

  gst_bin_add (bin, decodebin);

  return decodebin;
}
