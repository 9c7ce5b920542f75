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
 * `use_codec`: with the elements of the header's codec, in the formats that they give; else with
 * those that decodebin finds, and as floats. The diagnosis must stay for as long as the pipeline
 * does. NULL if an element is missing.
 */
GstElement *flitzis_pipeline_new (GInputStream     *stream,
                                  gboolean          use_codec,
                                  FlitzisDiagnosis *diagnosis,
                                  GstAppSink      **sink,
                                  GError          **error);

/* Stops what runs of it and waits for its threads. */
void flitzis_pipeline_stop (GstElement *pipeline,
                            GstAppSink *sink);

G_END_DECLS
