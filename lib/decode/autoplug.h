/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/diagnosis.h"

G_BEGIN_DECLS

/*
 * Adds a decodebin to the bin. It uses only elements that Flitzis knows, and links the first audio
 * stream to `next`. The diagnosis must outlive the bin. Returns NULL if GStreamer has no decodebin.
 */
GstElement *flitzis_autoplug_add (GstBin           *bin,
                                  GstElement       *next,
                                  FlitzisDiagnosis *diagnosis,
                                  GError          **error);

G_END_DECLS
