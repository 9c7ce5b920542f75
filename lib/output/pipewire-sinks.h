/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

#include <pipewire/pipewire.h>

G_BEGIN_DECLS

/*
 * The sinks of a PipeWire server, as its registry lists them: which there are, which is the default
 * one, and which of them a node plays to.
 *
 * All in the loop's thread, or under its lock.
 */
typedef struct _FlitzisPipewireSinks FlitzisPipewireSinks;

/* `changed` is called after each change. */
FlitzisPipewireSinks *flitzis_pipewire_sinks_new (struct pw_core *core,
                                                  void (*changed) (gpointer data),
                                                  gpointer data);
void                  flitzis_pipewire_sinks_free (FlitzisPipewireSinks *self);

/* Asks for the default sink from here on; until then none is marked. A client that leaves before
 * the session manager has answered keeps PipeWire from telling anybody of another default sink, so
 * this is for whoever stays. */
void flitzis_pipewire_sinks_follow_default (FlitzisPipewireSinks *self);

/* A new list of FlitzisSinkInfo. */
GPtrArray *flitzis_pipewire_sinks_list (FlitzisPipewireSinks *self);

/* The name of the sink that this node is linked to; NULL: none. */
const char *flitzis_pipewire_sinks_find_active (FlitzisPipewireSinks *self,
                                                guint32               node_id);

G_END_DECLS
