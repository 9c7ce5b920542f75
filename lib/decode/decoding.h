/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/diagnosis.h"
#include "decode/frame-builder.h"

#include <gst/app/gstappsink.h>

G_BEGIN_DECLS

/* The longest that a cancel goes unnoticed while no frame arrives, and the longest wait for a
 * cancelled pipeline to stop. */
#define FLITZIS_LOOK_US (20 * 1000)

#define FLITZIS_DECODING_NO_SENSE "no decoder can make sense of it"
#define FLITZIS_DECODING_MISSING "a part of it is missing"
#define FLITZIS_DECODING_STOPPED "the decoder has stopped without saying so"

/* A pipeline that decodes a file, and the frames that it has given. Reference-counted: a thread
 * that stops the pipeline may outlast the caller. */
typedef struct
{
  int ref_count;

  /* GStreamer's threads may touch these for as long as they run. */
  FlitzisHeader    header;
  FlitzisDiagnosis diagnosis;
  GstElement      *pipeline; /* NULL until it is open */
  GstAppSink      *sink;

  /* one thread at a time */
  guint               rate; /* that the frames are converted to, Hz */
  FlitzisFrameBuilder builder;
  GstCaps            *caps;    /* of the last frames */
  GstClockTime        start;   /* running time of the next frame */
  guint64             n_first; /* the frame of the decoder at that time */

  /* any thread, under the lock */
  GMutex   lock;
  GCond    cond; /* signals that the pipeline is stopped */
  gboolean is_stopped;
} FlitzisDecoding;

FlitzisDecoding *flitzis_decoding_new (const FlitzisHeader *header,
                                       guint                rate);
void             flitzis_decoding_unref (FlitzisDecoding *self);

/* Builds the pipeline, which is not started. It decodes the part of `stream` that the header
 * names. */
gboolean flitzis_decoding_open (FlitzisDecoding *self,
                                GInputStream    *stream,
                                gboolean         use_codec,
                                GError         **error);

/* Takes over the format of a sample. A stream may not change it after the first frames. */
gboolean flitzis_decoding_adopt (FlitzisDecoding *self,
                                 GstSample       *sample,
                                 GError         **error);

/* Takes the frames of a sample whose format was adopted. */
gboolean flitzis_decoding_take (FlitzisDecoding *self,
                                GstSample       *sample,
                                GError         **error);

/* Begins anew after a seek: `n_decoded` is the number of the decoder's next frame. */
void flitzis_decoding_restart (FlitzisDecoding *self,
                               guint64          n_decoded);

/* Takes the last frames, after the pipeline has ended. */
gboolean flitzis_decoding_finish (FlitzisDecoding *self,
                                  GError         **error);

/* Returns FALSE, with the error that has ended the decoding, if one has. A cause has priority over
 * its effects: `cause` (taken, may be NULL) over `message` (may be NULL). */
gboolean flitzis_decoding_check (FlitzisDecoding *self,
                                 GError          *cause,
                                 GstMessage      *message,
                                 GError         **error);

/* Sets the error for a failure that GStreamer's own message does not explain reliably. */
void flitzis_decoding_set_failed (FlitzisDecoding *self,
                                  const char      *why,
                                  GError         **error);

/* Sets the error for frames that find no memory. */
void flitzis_decoding_set_no_memory (FlitzisDecoding *self,
                                     GError         **error);

/*
 * Stopping joins the pipeline's threads, and one of them may be stuck in a decoder. So another
 * thread does it. Returns FALSE if that takes longer than `time_us`; that thread then goes on
 * alone, and the stream must not be touched again.
 */
gboolean flitzis_decoding_stop_within (FlitzisDecoding *self,
                                       gint64           time_us);

/* Returns whether all frames that the file states have come. `failure` (taken) has ended the
 * decoding, or is NULL at the end of the stream. Sets the error otherwise. */
gboolean flitzis_decoding_judge (const FlitzisFrameBuilder *builder,
                                 const FlitzisHeader       *header,
                                 GError                    *failure,
                                 GError                   **error);

/* Sets the error for a file that is cut after `n_frames`. Returns FALSE. */
gboolean flitzis_decoding_set_cut (const FlitzisFrameBuilder *builder,
                                   guint64                    n_frames,
                                   GError                   **error);

/* Returns whether decodebin can decode the file, too. It cannot recognise frames that have no
 * header of their own. */
gboolean flitzis_decoding_can_search (const FlitzisHeader *header);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisDecoding, flitzis_decoding_unref)

G_END_DECLS
