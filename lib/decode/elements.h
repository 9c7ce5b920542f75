/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/header.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* How the elements come together. */
typedef enum
{
  FLITZIS_ROUTE_SEARCH, /* decodebin looks for them */
  FLITZIS_ROUTE_PUSH,   /* the same, with the file pushed to them */
  FLITZIS_ROUTE_DIRECT, /* those that are known for the codec */
} FlitzisRoute;

/* What decodes a stream to raw audio, mono or stereo, at the stream's own rate. */
typedef struct
{
  /* constant while they run */
  const FlitzisHeader   *header;
  struct _FlitzisDirect *direct; /* NULL: they are looked for, by the rest */
  GstElement            *pipeline;
  GstElement            *decodebin;
  GstElement            *convert;

  /* any thread, under the lock */
  GMutex   lock;
  GError  *stream_error;
  gboolean has_audio;
  gboolean is_refused;
  gboolean has_gap;
  GList   *held_pads;
} FlitzisElements;

/* `header` must stay. `sink_pad` is where the audio goes: active, without a parent. Whatever it
 * returns, the elements must be cleared; they must not be moved. */
gboolean flitzis_elements_build (FlitzisElements     *self,
                                 GInputStream        *stream,
                                 const FlitzisHeader *header,
                                 FlitzisRoute         route,
                                 GstPad              *sink_pad,
                                 GError             **error);

/* An element that nobody owns yet, or NULL where there is none of that name. */
GstElement *flitzis_elements_make (const char *factory_name,
                                   GError    **error);

/* Ends the decoding, from a streaming thread: it is seen when no frame has come for a while. Takes
 * the error. */
void flitzis_elements_refuse (FlitzisElements *self,
                              GError          *error);

/* An error for a rate that GStreamer had better not see, or NULL. */
GError *flitzis_elements_check_rate (guint32 rate);

/* Why we refused the stream: the elements fail as well then, but do not know why. */
GError *flitzis_elements_steal_error (FlitzisElements *self);

gboolean flitzis_elements_have_audio (FlitzisElements *self);

/* Whether data is missing: the frames then end in front of the gap. */
gboolean flitzis_elements_have_gap (FlitzisElements *self);

/* Stops all that runs; from any thread but those of the elements. */
void flitzis_elements_stop (FlitzisElements *self);

/* Frees what has been stopped. */
void flitzis_elements_clear (FlitzisElements *self);

G_END_DECLS
