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
      self->slots[i].progress = 0.0;
    }
}

/* Progress alone is reported only at intervals. */
static FlitzisLoadChanges
set_loading (FlitzisLoadTable *self, FlitzisLoadEntry *entry, gboolean loading, double progress)
{
  FlitzisLoadTableSlot *slot = &self->slots[entry->slot];
  FlitzisLoadChanges    changes = 0;
  gint64                now_us = g_get_monotonic_time ();

  entry->is_untold = entry->is_untold || slot->progress != progress;

  if (entry->is_untold && (slot->loading != loading || now_us - entry->told_us >= TELLING_US))
    {
      changes |= FLITZIS_LOAD_CHANGED_PROGRESS;
      entry->is_untold = FALSE;
      entry->told_us = now_us;
    }

  if (slot->loading != loading)
    changes |= FLITZIS_LOAD_CHANGED_LOADING;

  slot->progress = progress;
  slot->loading = loading;

  return changes;
}

static void
count_bytes (FlitzisLoadTable *self, FlitzisLoadEntry *entry, guint64 n_bytes)
{
  self->n_bytes += n_bytes - entry->n_bytes;
  entry->n_bytes = n_bytes;
}

FlitzisLoadChanges
flitzis_load_table_begin (FlitzisLoadTable *self, FlitzisLoadEntry *entry, guint slot)
{
  *entry = (FlitzisLoadEntry){ .slot = slot, .number = ++self->slots[slot].ticket };

  return set_loading (self, entry, TRUE, 0.0);
}

FlitzisLoadChanges
flitzis_load_table_supersede (FlitzisLoadTable *self, guint id)
{
  FlitzisLoadTableSlot *slot = &self->slots[id];
  FlitzisLoadChanges    changes = 0;

  if (slot->loading)
    changes |= FLITZIS_LOAD_CHANGED_LOADING;

  if (slot->progress != 0.0)
    changes |= FLITZIS_LOAD_CHANGED_PROGRESS;

  slot->ticket++;
  slot->loading = FALSE;
  slot->progress = 0.0;

  return changes;
}

gboolean
flitzis_load_table_is_valid (const FlitzisLoadTable *self, const FlitzisLoadEntry *entry)
{
  return self->slots[entry->slot].ticket == entry->number;
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

  if (!flitzis_load_table_is_valid (self, entry) || !self->slots[entry->slot].loading)
    return 0;

  return set_loading (self, entry, FALSE, 0.0);
}
