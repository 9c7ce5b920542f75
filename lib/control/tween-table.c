/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/tween-table.h"

#include "rt/atomics.h"

void
flitzis_tween_table_init (FlitzisTweenTable *self, FlitzisMixer *mixer)
{
  self->mixer = mixer;
}

gboolean
flitzis_tween_table_has_outstanding (FlitzisTweenTable *self)
{
  return self->n_sent != flitzis_get (self->mixer->pool.tweens.n_done);
}

static _Atomic double *
get_setting (FlitzisSlotSettings *slot, FlitzisMixerParameter parameter)
{
  _Atomic double *settings[] = { &slot->gain, &slot->pan, &slot->rate };

  return settings[parameter];
}

/* Setters report their changes themselves. */
static gboolean
update (FlitzisTweenTable *self, _Atomic double *setting, FlitzisMoved *moved)
{
  gboolean is_moved = flitzis_get (moved->n_sets_moved) == flitzis_get (moved->n_sets);
  double   value = flitzis_settings_get_moved (setting, moved);
  gboolean is_new = is_moved && value != moved->told;

  if (is_new && flitzis_get (moved->is_moving) && !self->is_interval)
    return FALSE;

  moved->told = value;

  return is_new;
}

gboolean
flitzis_tween_table_update_engine (FlitzisTweenTable *self)
{
  FlitzisSettings *settings = &self->mixer->settings;

  return update (self, &settings->gain, &settings->moved);
}

gboolean
flitzis_tween_table_update_slot (FlitzisTweenTable    *self,
                                 guint                 slot,
                                 FlitzisMixerParameter parameter)
{
  FlitzisSlotSettings *settings = &self->mixer->settings.slots[slot];

  return update (self, get_setting (settings, parameter), &settings->moved[parameter]);
}

/* While no tween is outstanding, nobody reads the values, so the first tween reads them all. */
void
flitzis_tween_table_count (FlitzisTweenTable *self)
{
  if (!flitzis_tween_table_has_outstanding (self))
    {
      self->is_interval = TRUE;
      flitzis_tween_table_update_engine (self);

      for (guint i = 0; i < self->mixer->n_slots; i++)
        for (guint k = 0; k < FLITZIS_N_PARAMETERS; k++)
          flitzis_tween_table_update_slot (self, i, k);
    }

  self->n_sent++;
}

gboolean
flitzis_tween_table_begin_reading (FlitzisTweenTable *self, gboolean is_interval)
{
  FlitzisTweens *tweens = &self->mixer->pool.tweens;
  guint32        n_ends = atomic_load_explicit (&tweens->n_ends, memory_order_acquire);
  gboolean       has_ends = n_ends != self->n_ends_read;

  self->n_ends_read = n_ends;
  self->is_interval = is_interval;

  return has_ends || (is_interval && flitzis_tween_table_has_outstanding (self));
}
