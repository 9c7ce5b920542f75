/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The last steps before frames are encoded: a gain, and the engine's limiter. The limiter looks
 * ahead, which delays the sound in an engine; here, the delay is cut off.
 */
typedef struct _FlitzisMaster FlitzisMaster;

FlitzisMaster *flitzis_master_new (guint    n_channels,
                                   guint    sample_rate,
                                   float    gain,
                                   gboolean is_limited);
void           flitzis_master_free (FlitzisMaster *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisMaster, flitzis_master_free)

/* Returns the number of frames of silence that must follow the last frame, so that all frames come
 * out. */
guint flitzis_master_get_n_ahead (const FlitzisMaster *self);

/* Works in place. Returns the first frame that comes out, and sets `n_frames` to the number of
 * these frames. */
float *flitzis_master_process (FlitzisMaster *self,
                               float         *frames,
                               guint         *n_frames);

G_END_DECLS
