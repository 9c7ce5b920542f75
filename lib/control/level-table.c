/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/level-table.h"

void
flitzis_level_table_init (FlitzisLevelTable *self, FlitzisMixer *mixer)
{
  self->mixer = mixer;
  self->slots = g_new0 (float, mixer->n_slots);
}

void
flitzis_level_table_clear (FlitzisLevelTable *self)
{
  g_free (self->slots);
}

gboolean
flitzis_level_table_begin_reading (FlitzisLevelTable *self)
{
  FlitzisLevels *levels = &self->mixer->pool.levels;
  guint32        n_told = atomic_load_explicit (&levels->n_told, memory_order_acquire);

  if (self->n_read == n_told)
    return FALSE;

  self->n_read = n_told;
  self->is_dropping = FALSE;
  self->is_sounding = FALSE;

  return TRUE;
}

void
flitzis_level_table_begin_dropping (FlitzisLevelTable *self)
{
  self->is_dropping = TRUE;
  self->is_sounding = FALSE;
}

static gboolean
update (FlitzisLevelTable *self, float *told, float level)
{
  gboolean is_new;

  if (self->is_dropping)
    level = 0.0f;

  is_new = *told != level;
  *told = level;

  if (level > 0.0f)
    self->is_sounding = TRUE;

  return is_new;
}

gboolean
flitzis_level_table_update_slot (FlitzisLevelTable *self, guint slot)
{
  return update (self, &self->slots[slot],
                 flitzis_get (self->mixer->pool.levels.slot_levels[slot]));
}

gboolean
flitzis_level_table_update_left (FlitzisLevelTable *self)
{
  return update (self, &self->left, flitzis_get (self->mixer->pool.levels.left_level));
}

gboolean
flitzis_level_table_update_right (FlitzisLevelTable *self)
{
  return update (self, &self->right, flitzis_get (self->mixer->pool.levels.right_level));
}
