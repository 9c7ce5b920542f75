/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "settings.h"

void
flitzis_settings_init (FlitzisSettings     *settings,
                       FlitzisSlotSettings *slots,
                       uint32_t             n_slots,
                       _Atomic uint64_t    *stopped_voices,
                       uint32_t             n_cells)
{
  atomic_init (&settings->gain, 1.0);
  atomic_init (&settings->stop_below, 0);
  settings->slots = slots;
  settings->stopped_voices = stopped_voices;
  settings->cell_mask = n_cells - 1;

  for (uint32_t i = 0; i < n_slots; i++)
    {
      atomic_init (&slots[i].gain, 1.0);
      atomic_init (&slots[i].stop_below, 0);
    }

  for (uint32_t i = 0; i < n_cells; i++)
    atomic_init (&stopped_voices[i], 0);
}

void
flitzis_settings_stop_all (FlitzisSettings *settings, uint64_t below)
{
  atomic_store_explicit (&settings->stop_below, below, memory_order_relaxed);
}

void
flitzis_settings_stop_slot (FlitzisSettings *settings, uint32_t slot, uint64_t below)
{
  atomic_store_explicit (&settings->slots[slot].stop_below, below, memory_order_relaxed);
}

void
flitzis_settings_stop_voice (FlitzisSettings *settings, uint64_t voice)
{
  atomic_store_explicit (&settings->stopped_voices[voice & settings->cell_mask], voice,
                         memory_order_relaxed);
}

float
flitzis_settings_get_gain (FlitzisSettings *settings,
                           uint32_t         slot,
                           double           velocity) FLITZIS_REALTIME
{
  double slot_gain = atomic_load_explicit (&settings->slots[slot].gain, memory_order_relaxed);
  double engine_gain = atomic_load_explicit (&settings->gain, memory_order_relaxed);

  return (float) (slot_gain * velocity * engine_gain);
}

bool
flitzis_settings_is_stopped (FlitzisSettings *settings,
                             uint32_t         slot,
                             uint64_t         voice) FLITZIS_REALTIME
{
  _Atomic uint64_t *cell = &settings->stopped_voices[voice & settings->cell_mask];

  return voice < atomic_load_explicit (&settings->stop_below, memory_order_relaxed) ||
         voice < atomic_load_explicit (&settings->slots[slot].stop_below, memory_order_relaxed) ||
         voice == atomic_load_explicit (cell, memory_order_relaxed);
}
