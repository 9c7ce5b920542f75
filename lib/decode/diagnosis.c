/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * It depends on timing which element reports an error first, and whether decodebin passes it on. So
 * a failure is explained by the findings about the file, not by these errors.
 */

#include "config.h"

#include "decode/diagnosis.h"

#include "flitzis-error.h"

#include <gst/pbutils/pbutils.h>
#include <string.h>

void
flitzis_diagnosis_init (FlitzisDiagnosis *self, const FlitzisHeader *header)
{
  *self = (FlitzisDiagnosis){ .header = header };
  g_mutex_init (&self->lock);
}

void
flitzis_diagnosis_clear (FlitzisDiagnosis *self)
{
  g_clear_error (&self->error);
  g_free (self->missing_decoder);
  g_free (self->other_decoder);
  g_mutex_clear (&self->lock);
}

void
flitzis_diagnosis_refuse (FlitzisDiagnosis *self, GError *error)
{
  g_mutex_lock (&self->lock);
  if (self->is_refused)
    g_error_free (error);
  else
    self->error = error;
  self->is_refused = TRUE;
  g_mutex_unlock (&self->lock);
}

GError *
flitzis_diagnosis_steal_error (FlitzisDiagnosis *self)
{
  GError *error;

  g_mutex_lock (&self->lock);
  error = g_steal_pointer (&self->error);
  g_mutex_unlock (&self->lock);

  return error;
}

static void
set_flag (FlitzisDiagnosis *self, gboolean *flag)
{
  g_mutex_lock (&self->lock);
  *flag = TRUE;
  g_mutex_unlock (&self->lock);
}

static gboolean
get_flag (FlitzisDiagnosis *self, const gboolean *flag)
{
  gboolean is_set;

  g_mutex_lock (&self->lock);
  is_set = *flag;
  g_mutex_unlock (&self->lock);

  return is_set;
}

void
flitzis_diagnosis_set_gap (FlitzisDiagnosis *self)
{
  set_flag (self, &self->has_gap);
}

gboolean
flitzis_diagnosis_has_gap (FlitzisDiagnosis *self)
{
  return get_flag (self, &self->has_gap);
}

void
flitzis_diagnosis_set_stream (FlitzisDiagnosis *self)
{
  set_flag (self, &self->has_stream);
}

gboolean
flitzis_diagnosis_has_stream (FlitzisDiagnosis *self)
{
  return get_flag (self, &self->has_stream);
}

gboolean
flitzis_diagnosis_is_over (FlitzisDiagnosis *self)
{
  return get_flag (self, &self->is_refused) || get_flag (self, &self->has_gap);
}

/* Returns whether the stream contains other streams. Raw audio contains none, even if not fixed. */
static gboolean
is_wrapping (GstCaps *caps)
{
  return gst_caps_is_fixed (caps) &&
         gst_pb_utils_get_caps_description_flags (caps) &
             (GST_PBUTILS_CAPS_DESCRIPTION_FLAG_CONTAINER | GST_PBUTILS_CAPS_DESCRIPTION_FLAG_TAG);
}

/* Only caps that are fixed have a description. */
static void
set_description (FlitzisDiagnosis *self, char **target, GstCaps *caps)
{
  char *description = gst_caps_is_fixed (caps) ? gst_pb_utils_get_decoder_description (caps) : NULL;

  g_mutex_lock (&self->lock);
  if (*target == NULL)
    *target = g_steal_pointer (&description);
  g_mutex_unlock (&self->lock);
  g_free (description);
}

void
flitzis_diagnosis_add_caps (FlitzisDiagnosis *self, GstCaps *caps, gboolean is_missing)
{
  gboolean wraps = is_wrapping (caps);
  gboolean is_audio =
      !wraps &&
      g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps, 0)), "audio/");

  if (is_audio && is_missing)
    set_description (self, &self->missing_decoder, caps);
  else if (is_audio)
    set_flag (self, &self->has_audio);
  else if (is_missing || !wraps)
    set_description (self, &self->other_decoder, caps);
}

void
flitzis_diagnosis_add_element (FlitzisDiagnosis *self, GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  const char *class = gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS);

  /* any format may begin with a tag */
  if (strstr (class, "Metadata") == NULL &&
      gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DEMUXER |
                                                     GST_ELEMENT_FACTORY_TYPE_PARSER |
                                                     GST_ELEMENT_FACTORY_TYPE_DECODER))
    set_flag (self, &self->has_element);
}

/* Returns whether the file states its format: it is then broken, not unsupported. */
static gboolean
is_recognised (const FlitzisDiagnosis *self)
{
  return self->has_element || (self->header->container != FLITZIS_CONTAINER_OTHER &&
                               self->header->container != FLITZIS_CONTAINER_MPEG_AUDIO);
}

gboolean
flitzis_diagnosis_explain (FlitzisDiagnosis *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->missing_decoder != NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "GStreamer has no %s installed that Flitzis uses", self->missing_decoder);
  else if (self->other_decoder != NULL && !self->has_audio)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "it holds no audio (it needs a %s)", self->other_decoder);
  else if (!is_recognised (self))
    g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "it is not audio that can be decoded");
  else
    return FALSE;

  return TRUE;
}

GError *
flitzis_diagnosis_check_rate (guint32 rate)
{
  if (rate >= FLITZIS_MIN_RATE && rate <= FLITZIS_MAX_RATE)
    return NULL;

  return g_error_new (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                      "its rate of %u Hz is not within %d to %d Hz", rate, FLITZIS_MIN_RATE,
                      FLITZIS_MAX_RATE);
}
