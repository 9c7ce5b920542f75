/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control-private.h"

/* Says that a level has changed, and whether anything sounds. */
static void
tell (FlitzisControl *self, guint object, const char *property, float *told, float level)
{
  if (*told != level)
    flitzis_notifier_push_changed (self->notifier, object, property);

  *told = level;

  if (level > 0.0f)
    self->is_sounding = TRUE;
}

void
flitzis_control_read_levels (FlitzisControl *self)
{
  FlitzisLevels *levels = &self->mixer->pool.levels;
  guint32        n_told = atomic_load_explicit (&levels->n_told, memory_order_acquire);

  if (self->n_levels_read == n_told)
    return;

  self->n_levels_read = n_told;
  self->is_sounding = FALSE;

  for (guint i = 0; i < self->mixer->n_slots; i++)
    tell (self, FLITZIS_NOTIFIER_SLOT (i), "level", &self->slots[i].level, levels->slot_levels[i]);

  tell (self, FLITZIS_NOTIFIER_ENGINE, "level-left", &self->level_left, levels->left_level);
  tell (self, FLITZIS_NOTIFIER_ENGINE, "level-right", &self->level_right, levels->right_level);
}

void
flitzis_control_drop_levels (FlitzisControl *self)
{
  self->is_sounding = FALSE;

  for (guint i = 0; i < self->mixer->n_slots; i++)
    tell (self, FLITZIS_NOTIFIER_SLOT (i), "level", &self->slots[i].level, 0.0f);

  tell (self, FLITZIS_NOTIFIER_ENGINE, "level-left", &self->level_left, 0.0f);
  tell (self, FLITZIS_NOTIFIER_ENGINE, "level-right", &self->level_right, 0.0f);
}

double
flitzis_control_get_level (FlitzisControl *self, guint slot)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->slots[slot].level;
}

double
flitzis_control_get_level_left (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->level_left;
}

double
flitzis_control_get_level_right (FlitzisControl *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->level_right;
}
