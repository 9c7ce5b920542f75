/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "encode/target.h"

#include <gst/base/base.h>

G_BEGIN_DECLS

/*
 * The last element of a pipeline: it writes to a target, and goes back if an encoder wants to write
 * a part again. It posts an error of the file system on the bus unchanged, in the domain
 * G_IO_ERROR.
 */
#define FLITZIS_TYPE_TARGET_SINK (flitzis_target_sink_get_type ())
G_DECLARE_FINAL_TYPE (FlitzisTargetSink, flitzis_target_sink, FLITZIS, TARGET_SINK, GstBaseSink)

/* The stream begins `offset` bytes into the file: what comes before it is written by others. The
 * target must outlive the element. The reference is floating, as for every new element. */
GstElement *flitzis_target_sink_new (FlitzisTarget *target,
                                     guint64        offset);

G_END_DECLS
