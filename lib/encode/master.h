/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The last steps before frames are encoded: a gain, and the limiter of the engine, which looks
 * ahead without making the sound late here.
 */
typedef struct _FlitzisMaster FlitzisMaster;

FlitzisMaster *flitzis_master_new (guint    n_channels,
                                   guint    sample_rate,
                                   float    gain,
                                   gboolean is_limited);
void           flitzis_master_free (FlitzisMaster *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisMaster, flitzis_master_free)

/* How many frames of silence must follow the last frame, so that all come out. */
guint flitzis_master_get_n_ahead (const FlitzisMaster *self);

/* Works in place. Returns the first of the frames that come out, and their number in `n_frames`. */
float *flitzis_master_process (FlitzisMaster *self,
                               float         *frames,
                               guint         *n_frames);

G_END_DECLS
