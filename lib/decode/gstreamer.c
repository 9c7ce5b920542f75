/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/gstreamer.h"

#include "flitzis-error.h"

#include <gst/pbutils/pbutils.h>

static gpointer
init_gstreamer (gpointer data)
{
  g_autoptr (GError) error = NULL;
  const char *separator = "";
  const char *why = "";

  if (gst_init_check (NULL, NULL, &error))
    {
      gst_pb_utils_init ();
      return NULL;
    }

  if (error != NULL)
    {
      separator = ": ";
      why = error->message;
    }

  return g_error_new (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                      "GStreamer cannot be started%s%s", separator, why);
}

gboolean
flitzis_gstreamer_init (GError **error)
{
  static GOnce  once = G_ONCE_INIT;
  const GError *failure = g_once (&once, init_gstreamer, NULL);

  if (failure != NULL)
    g_propagate_error (error, g_error_copy (failure));

  return failure == NULL;
}
