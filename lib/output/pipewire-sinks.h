/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

#include <pipewire/pipewire.h>

G_BEGIN_DECLS

/*
 * The sinks of a PipeWire server, as its registry lists them, with the default sink and the sink
 * that a node plays to.
 *
 * All calls are in the loop's thread, or under its lock.
 */
typedef struct _FlitzisPipewireSinks FlitzisPipewireSinks;

/* `changed` is called after each change. The connection must have no node, see pipewire.c. */
FlitzisPipewireSinks *flitzis_pipewire_sinks_new (struct pw_core *core,
                                                  void (*changed) (gpointer data),
                                                  gpointer data);
void                  flitzis_pipewire_sinks_free (FlitzisPipewireSinks *self);

/* Begins to follow the default sink; until then no sink is marked as the default. Only a client
 * that stays may call this: if a client leaves before the session manager has answered, PipeWire
 * reports no later default sink to any client. */
void flitzis_pipewire_sinks_follow_default (FlitzisPipewireSinks *self);

/* Returns a new list of FlitzisSinkInfo. */
GPtrArray *flitzis_pipewire_sinks_list (FlitzisPipewireSinks *self);

/* Returns the name of the sink that this node is linked to; NULL: none. */
const char *flitzis_pipewire_sinks_find_active (FlitzisPipewireSinks *self,
                                                guint32               node_id);

G_END_DECLS
