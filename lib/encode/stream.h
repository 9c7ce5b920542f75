/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "encode/format.h"
#include "encode/target.h"
#include "sample/facts.h"

G_BEGIN_DECLS

/* The properties of a stream. All of them must outlive it, except for `facts`. */
typedef struct
{
  const FlitzisFormat *format;
  const char          *name;    /* of the file, for error messages */
  const char          *values;  /* their layout, as GStreamer names it */
  double               quality; /* of a lossy format: 0 to 1 */
  guint                n_channels;
  guint                sample_rate;
  const FlitzisFacts  *facts;
  guint64              offset; /* of the stream in the file */
} FlitzisStreamInfo;

/*
 * A running pipeline of GStreamer's, which encodes values and writes them to a target. It runs in
 * its own thread, at most a few blocks behind the caller.
 */
typedef struct _FlitzisStream FlitzisStream;

/* The target must outlive the stream. */
FlitzisStream *flitzis_stream_new (const FlitzisStreamInfo *info,
                                   FlitzisTarget           *target,
                                   GError                 **error);
void           flitzis_stream_free (FlitzisStream *self);

/* Takes `values`. Fails if the pipeline has failed, maybe with an earlier block. */
gboolean flitzis_stream_push (FlitzisStream *self,
                              guint8        *values,
                              gsize          n_bytes,
                              gsize          n_frames,
                              GError       **error);

/* The last call before free: returns when all is encoded and written, or fails. */
gboolean flitzis_stream_finish (FlitzisStream *self,
                                GError       **error);

/* Returns the number of packets of an MP3 that is finished, and the first four bytes of one. */
guint64 flitzis_stream_get_packets (const FlitzisStream *self,
                                    const guint8       **head);

G_END_DECLS
