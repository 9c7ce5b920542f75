/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/header.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* A pipeline that ends in an appsink of 32-bit floats, mono or stereo, at the stream's own rate. */
typedef struct
{
  /* constant while the pipeline runs */
  const FlitzisHeader *header;
  GstElement          *pipeline;
  GstElement          *decodebin;
  GstElement          *convert;
  GstElement          *sink;

  /* any thread, under the lock */
  GMutex   lock;
  GError  *stream_error;
  gboolean has_audio;
  gboolean is_refused;
  gboolean has_gap;
  GList   *held_pads;
} FlitzisElements;

/* `header` must stay. Whatever it returns, the elements must be cleared; they must not be moved. */
gboolean flitzis_elements_build (FlitzisElements     *self,
                                 GInputStream        *stream,
                                 const FlitzisHeader *header,
                                 gboolean             push_mode,
                                 GError             **error);

/* Why we refused the stream: the elements fail as well then, but do not know why. */
GError *flitzis_elements_steal_error (FlitzisElements *self);

gboolean flitzis_elements_have_audio (FlitzisElements *self);

/* Whether data is missing: the frames then end in front of the gap. */
gboolean flitzis_elements_have_gap (FlitzisElements *self);

/* Stops all that runs and frees it. */
void flitzis_elements_clear (FlitzisElements *self);

G_END_DECLS
