/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "rt/layers.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The load table: the newest load of each slot, its progress, and the bytes of all loads in flight.
 * A later load, unload or set_sample of the slot supersedes a load.
 *
 * Loads of layers beyond the first do not supersede each other. They are superseded when the layers
 * are cleared.
 *
 * All calls are under control's mutex.
 */

typedef struct
{
  guint64  ticket;         /* the number of the newest load, unload or set_sample */
  guint64  layers_ticket;  /* counts how often the added layers were cleared */
  guint    layers_loading; /* the layers beyond the first that are loading, one bit each */
  gboolean loading;        /* the first layer is loading */
  gboolean is_adding;      /* the first layer is loading as an added one */
  double   progress;       /* of the first layer: 0..1, -1 unknown */
} FlitzisLoadTableSlot;

typedef struct
{
  guint                 n_slots;
  FlitzisLoadTableSlot *slots;
  guint64               n_bytes;
} FlitzisLoadTable;

/* One load in flight. It belongs to the code that runs the load, but only the table changes it. */
typedef struct
{
  guint                slot;
  guint                layer;
  FlitzisVelocityRange range;
  gboolean             is_added; /* the layer is one that clear_layers removes */
  guint64              number;
  guint64              n_bytes; /* counted in the table */
  gint64               told_us;
  gboolean             is_untold;
} FlitzisLoadEntry;

/* The properties of a slot that have changed and are to be reported. */
typedef enum
{
  FLITZIS_LOAD_CHANGED_LOADING = 1 << 0,
  FLITZIS_LOAD_CHANGED_PROGRESS = 1 << 1
} FlitzisLoadChanges;

void flitzis_load_table_init (FlitzisLoadTable *self,
                              guint             n_slots);
void flitzis_load_table_clear (FlitzisLoadTable *self);

/* In the child of a fork, where nothing loads. */
void flitzis_load_table_abandon (FlitzisLoadTable *self);

static inline gboolean
flitzis_load_table_is_loading (const FlitzisLoadTable *self, guint slot)
{
  return self->slots[slot].loading || self->slots[slot].layers_loading != 0;
}

/* The layers that loads are for, one bit each. */
static inline guint
flitzis_load_table_get_layers (const FlitzisLoadTable *self, guint slot)
{
  return self->slots[slot].layers_loading | (self->slots[slot].loading ? 1 : 0);
}

/* Makes a new load, whose fields down to `is_added` are set, the newest of its slot, or one of a
 * layer beyond the first. */
FlitzisLoadChanges flitzis_load_table_begin (FlitzisLoadTable *self,
                                             FlitzisLoadEntry *entry);

/* Supersedes the newest load of the slot, for an unload or a set_sample. */
FlitzisLoadChanges flitzis_load_table_supersede (FlitzisLoadTable *self,
                                                 guint             slot);

/* Supersedes all loads of layers that are to be added. */
FlitzisLoadChanges flitzis_load_table_supersede_layers (FlitzisLoadTable *self,
                                                        guint             slot);

/* Returns whether the load has not been superseded. */
gboolean flitzis_load_table_is_valid (const FlitzisLoadTable *self,
                                      const FlitzisLoadEntry *entry);

/* Sets the progress of a valid load, and the number of bytes that it has taken in all. */
FlitzisLoadChanges flitzis_load_table_advance (FlitzisLoadTable *self,
                                               FlitzisLoadEntry *entry,
                                               guint64           n_bytes,
                                               double            progress);

/* Stops counting the bytes of the load. */
void flitzis_load_table_give_bytes_back (FlitzisLoadTable *self,
                                         FlitzisLoadEntry *entry);

/* A valid load has published its sample. */
FlitzisLoadChanges flitzis_load_table_finish (FlitzisLoadTable *self,
                                              FlitzisLoadEntry *entry);

/* The load is over, finished or not. */
FlitzisLoadChanges flitzis_load_table_end (FlitzisLoadTable *self,
                                           FlitzisLoadEntry *entry);

G_END_DECLS
