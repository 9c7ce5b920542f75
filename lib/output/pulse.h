/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "output/backend.h"

G_BEGIN_DECLS

/*
 * The backend for PulseAudio, with libpulse. One thread runs libpulse's main loop. It drives the
 * mixer from the stream's write callback, and control between the blocks. It connects again when a
 * lost server comes back.
 */

/* Returns when the server has listed its sinks. */
FlitzisBackend *flitzis_pulse_connect (FlitzisControl             *control,
                                       const FlitzisBackendConfig *config,
                                       gint64                      deadline_us,
                                       GError                    **error);

/* Returns whether the server is PipeWire's, which PulseAudio programs see as PulseAudio. */
gboolean flitzis_pulse_is_pipewire (FlitzisBackend *backend);

G_END_DECLS
