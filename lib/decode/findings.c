/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Which of the elements complains first, and whether decodebin lets it through, is chance. So what
 * has failed is told by what was found in the file until then, which comes before any complaint.
 */

#include "config.h"

#include "decode/findings.h"

#include "flitzis-error.h"

#include <gst/pbutils/pbutils.h>
#include <string.h>

/* Only caps that are fixed have a description. */
static void
set_once (gpointer *target, GstCaps *caps)
{
  char *description = gst_caps_is_fixed (caps) ? gst_pb_utils_get_decoder_description (caps) : NULL;

  if (!g_atomic_pointer_compare_and_exchange (target, NULL, description))
    g_free (description);
}

/* Whether others are within it. What is decoded already need not be fixed; it holds nothing. */
static gboolean
is_wrapping (GstCaps *caps)
{
  return gst_caps_is_fixed (caps) &&
         gst_pb_utils_get_caps_description_flags (caps) &
             (GST_PBUTILS_CAPS_DESCRIPTION_FLAG_CONTAINER | GST_PBUTILS_CAPS_DESCRIPTION_FLAG_TAG);
}

static gboolean
is_audio (GstCaps *caps)
{
  return !is_wrapping (caps) &&
         g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps, 0)), "audio/");
}

/* The file itself, and each stream in it. */
static gboolean
autoplug_continue_cb (GstElement *decodebin, GstPad *pad, GstCaps *caps, FlitzisFindings *self)
{
  if (is_audio (caps))
    g_atomic_pointer_set (&self->has_audio, self);
  else if (!is_wrapping (caps))
    set_once (&self->other_decoder, caps);

  return TRUE;
}

static void
unknown_type_cb (GstElement *decodebin, GstPad *pad, GstCaps *caps, FlitzisFindings *self)
{
  set_once (is_audio (caps) ? &self->missing_decoder : &self->other_decoder, caps);
}

static void
deep_element_added_cb (GstBin *bin, GstBin *sub_bin, GstElement *element, FlitzisFindings *self)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  const char *class;

  if (factory == NULL)
    return;

  /* A tag may stand in front of anything. */
  class = gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS);
  if (strstr (class, "Metadata") == NULL &&
      gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DEMUXER |
                                                     GST_ELEMENT_FACTORY_TYPE_PARSER |
                                                     GST_ELEMENT_FACTORY_TYPE_DECODER))
    g_atomic_pointer_set (&self->has_element, self);
}

void
flitzis_findings_watch (FlitzisFindings *self, FlitzisElements *elements)
{
  g_signal_connect (elements->decodebin, "autoplug-continue", G_CALLBACK (autoplug_continue_cb),
                    self);
  g_signal_connect (elements->decodebin, "unknown-type", G_CALLBACK (unknown_type_cb), self);
  g_signal_connect (elements->pipeline, "deep-element-added", G_CALLBACK (deep_element_added_cb),
                    self);
}

static gboolean
is_set (gpointer *flag)
{
  return g_atomic_pointer_get (flag) != NULL;
}

/* Whether the file says what it is: then it is broken, and not something else. */
static gboolean
is_known (FlitzisFindings *self, const FlitzisHeader *header)
{
  return is_set (&self->has_element) || (header->container != FLITZIS_CONTAINER_OTHER &&
                                         header->container != FLITZIS_CONTAINER_MPEG_AUDIO);
}

gboolean
flitzis_findings_refuse (FlitzisFindings *self, const FlitzisHeader *header, GError **error)
{
  const char *decoder = g_atomic_pointer_get (&self->missing_decoder);
  const char *other = g_atomic_pointer_get (&self->other_decoder);

  if (decoder != NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "GStreamer has no %s installed that Flitzis uses", decoder);
  else if (other != NULL && !is_set (&self->has_audio))
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "it holds no audio (it needs a %s)", other);
  else if (header->unknown_format != 0)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "nothing decodes its format of WAV, 0x%04x", header->unknown_format);
  else if (!is_known (self, header))
    g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "it is not audio that can be decoded");
  else
    return FALSE;

  return TRUE;
}

void
flitzis_findings_clear (FlitzisFindings *self)
{
  g_free (self->missing_decoder);
  g_free (self->other_decoder);
}
