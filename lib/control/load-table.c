/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/load-table.h"

/* The interval between reports of a load's progress: each report wakes the owner's thread. */
#define TELLING_US 5000

void
flitzis_load_table_init (FlitzisLoadTable *self, guint n_slots)
{
  self->n_slots = n_slots;
  self->slots = g_new0 (FlitzisLoadTableSlot, n_slots);
}

void
flitzis_load_table_clear (FlitzisLoadTable *self)
{
  g_free (self->slots);
}

void
flitzis_load_table_abandon (FlitzisLoadTable *self)
{
  for (guint i = 0; i < self->n_slots; i++)
    {
      self->slots[i].loading = FALSE;
      self->slots[i].layers_loading = 0;
      self->slots[i].progress = 0.0;
    }
}

/* Returns whether the slot has begun or stopped loading: it loads while any of its layers does. */
static FlitzisLoadChanges
compare_loading (FlitzisLoadTable *self, guint slot, gboolean was_loading)
{
  return flitzis_load_table_is_loading (self, slot) != was_loading ? FLITZIS_LOAD_CHANGED_LOADING
                                                                   : 0;
}

/* Progress alone is reported only at intervals, and only that of the first layer. */
static FlitzisLoadChanges
set_loading (FlitzisLoadTable *self, FlitzisLoadEntry *entry, gboolean loading, double progress)
{
  FlitzisLoadTableSlot *slot = &self->slots[entry->slot];
  FlitzisLoadChanges    changes = 0;
  gboolean              was_loading = flitzis_load_table_is_loading (self, entry->slot);
  gint64                now_us = g_get_monotonic_time ();

  if (entry->layer > 0)
    {
      slot->layers_loading &= ~(1u << entry->layer);
      slot->layers_loading |= loading ? 1u << entry->layer : 0;

      return compare_loading (self, entry->slot, was_loading);
    }

  entry->is_untold = entry->is_untold || slot->progress != progress;

  if (entry->is_untold && (slot->loading != loading || now_us - entry->told_us >= TELLING_US))
    {
      changes |= FLITZIS_LOAD_CHANGED_PROGRESS;
      entry->is_untold = FALSE;
      entry->told_us = now_us;
    }

  slot->progress = progress;
  slot->loading = loading;

  return changes | compare_loading (self, entry->slot, was_loading);
}

static void
count_bytes (FlitzisLoadTable *self, FlitzisLoadEntry *entry, guint64 n_bytes)
{
  self->n_bytes += n_bytes - entry->n_bytes;
  entry->n_bytes = n_bytes;
}

FlitzisLoadChanges
flitzis_load_table_begin (FlitzisLoadTable *self, FlitzisLoadEntry *entry)
{
  FlitzisLoadTableSlot *slot = &self->slots[entry->slot];

  if (entry->layer == 0)
    {
      entry->number = ++slot->ticket;
      slot->is_adding = entry->is_added;
    }
  else
    {
      entry->number = slot->layers_ticket;
    }

  return set_loading (self, entry, TRUE, 0.0);
}

FlitzisLoadChanges
flitzis_load_table_supersede (FlitzisLoadTable *self, guint id)
{
  FlitzisLoadTableSlot *slot = &self->slots[id];
  FlitzisLoadChanges    changes = 0;
  gboolean              was_loading = flitzis_load_table_is_loading (self, id);

  if (slot->progress != 0.0)
    changes |= FLITZIS_LOAD_CHANGED_PROGRESS;

  slot->ticket++;
  slot->loading = FALSE;
  slot->progress = 0.0;

  return changes | compare_loading (self, id, was_loading);
}

FlitzisLoadChanges
flitzis_load_table_supersede_layers (FlitzisLoadTable *self, guint id)
{
  FlitzisLoadTableSlot *slot = &self->slots[id];
  FlitzisLoadChanges    changes = 0;
  gboolean              was_loading = flitzis_load_table_is_loading (self, id);

  slot->layers_ticket++;
  slot->layers_loading = 0;

  if (slot->loading && slot->is_adding)
    changes = flitzis_load_table_supersede (self, id);

  return changes | compare_loading (self, id, was_loading);
}

gboolean
flitzis_load_table_is_valid (const FlitzisLoadTable *self, const FlitzisLoadEntry *entry)
{
  const FlitzisLoadTableSlot *slot = &self->slots[entry->slot];

  return entry->number == (entry->layer == 0 ? slot->ticket : slot->layers_ticket);
}

FlitzisLoadChanges
flitzis_load_table_advance (FlitzisLoadTable *self,
                            FlitzisLoadEntry *entry,
                            guint64           n_bytes,
                            double            progress)
{
  count_bytes (self, entry, n_bytes);

  /* the interval counts from the beginning: a small file is loaded before there is a report */
  if (progress == 0.0)
    entry->told_us = g_get_monotonic_time ();

  return set_loading (self, entry, TRUE, progress);
}

void
flitzis_load_table_give_bytes_back (FlitzisLoadTable *self, FlitzisLoadEntry *entry)
{
  count_bytes (self, entry, 0);
}

FlitzisLoadChanges
flitzis_load_table_finish (FlitzisLoadTable *self, FlitzisLoadEntry *entry)
{
  return set_loading (self, entry, FALSE, 1.0);
}

FlitzisLoadChanges
flitzis_load_table_end (FlitzisLoadTable *self, FlitzisLoadEntry *entry)
{
  count_bytes (self, entry, 0);

  if (!flitzis_load_table_is_valid (self, entry) ||
      (flitzis_load_table_get_layers (self, entry->slot) >> entry->layer & 1) == 0)
    return 0;

  return set_loading (self, entry, FALSE, 0.0);
}
