/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "output/backend.h"

G_BEGIN_DECLS

/*
 * Chooses a backend and starts it, within a second. AUTO prefers PipeWire. It takes PulseAudio if
 * there is no PipeWire, or if PipeWire has no sink and a real PulseAudio server answers.
 */
FlitzisBackend *flitzis_outputs_open (FlitzisControl             *control,
                                      FlitzisOutput               output,
                                      const FlitzisBackendConfig *config,
                                      GError                    **error);
void            flitzis_outputs_close (FlitzisBackend *backend);

G_END_DECLS
