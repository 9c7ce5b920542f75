/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

G_BEGIN_DECLS

/*
 * An output that is a PipeWire stream. It connects when it is made, connects again by itself when
 * the server comes back, and disconnects when it is freed. It drives the mixer from the stream's
 * callback, and control from a thread loop of its own.
 */
typedef struct _FlitzisPipewire FlitzisPipewire;

typedef struct
{
  const char *client_name;    /* node.name */
  const char *media_role;     /* NULL: none */
  const char *target;         /* node name or serial; NULL: the default sink */
  guint       latency_frames; /* the quantum to ask for; 0: none */
} FlitzisPipewireConfig;

/* Returns when the server has accepted the node, within a second. */
FlitzisPipewire *flitzis_pipewire_new (FlitzisControl              *control,
                                       const FlitzisPipewireConfig *config,
                                       GError                     **error);
void             flitzis_pipewire_free (FlitzisPipewire *self);

G_END_DECLS
