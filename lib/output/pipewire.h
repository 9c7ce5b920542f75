/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "output/backend.h"

G_BEGIN_DECLS

/*
 * The backend for PipeWire. A stream's callback in PipeWire's data thread drives the mixer, and a
 * thread loop of its own drives control. It connects again when a lost server comes back.
 */

/* Returns when the server has listed its sinks. */
FlitzisBackend *flitzis_pipewire_connect (FlitzisControl             *control,
                                          const FlitzisBackendConfig *config,
                                          gint64                      deadline_us,
                                          GError                    **error);

/* Any thread: returns whether there is a sink that can be heard. */
gboolean flitzis_pipewire_has_sink (FlitzisBackend *backend);

G_END_DECLS
