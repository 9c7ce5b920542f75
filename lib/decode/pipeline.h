/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/diagnosis.h"

#include <gst/app/gstappsink.h>

G_BEGIN_DECLS

/*
 * A pipeline that decodes `stream` to raw audio, mono or stereo, at the stream's own rate. It ends
 * in `*sink`, which belongs to it.
 *
 * With `use_codec` it has the elements of the header's codec and keeps their formats. Otherwise it
 * has the elements that decodebin finds, and converts to floats. The diagnosis must outlive the
 * pipeline. Returns NULL if an element is missing.
 */
GstElement *flitzis_pipeline_new (GInputStream     *stream,
                                  gboolean          use_codec,
                                  FlitzisDiagnosis *diagnosis,
                                  GstAppSink      **sink,
                                  GError          **error);

/* Starts the pipeline, which then waits whenever its sink holds `n_buffers`. They are pulled from
 * the sink. */
gboolean flitzis_pipeline_start_pulled (GstElement *pipeline,
                                        GstAppSink *sink,
                                        guint       n_buffers);

/* Stops the pipeline and waits for its threads. */
void flitzis_pipeline_stop (GstElement *pipeline,
                            GstAppSink *sink);

G_END_DECLS
