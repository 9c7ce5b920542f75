/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The latest value of every setting. Control stores, the mixer loads at the start of a block; the
 * last value wins, and nothing can be full.
 *
 * A stop that found the command queue full is a setting, too: a mark that says by their ids which
 * voices it means. Ids ascend, so "every voice below this id" needs no room, and no stop fails. A
 * mark overtakes the commands that wait.
 */

typedef struct
{
  _Atomic double   gain;       /* linear, 0..16 */
  _Atomic uint64_t stop_below; /* voices of this slot with a lower id stop */
} FlitzisSlotSettings;

typedef struct
{
  _Atomic double       gain;       /* linear, 0..16 */
  _Atomic uint64_t     stop_below; /* all voices with a lower id stop */
  FlitzisSlotSettings *slots;

  /* one cell for each voice that can be outstanding; a voice's own is at its id & cell_mask */
  _Atomic uint64_t *stopped_voices;
  uint64_t          cell_mask;
} FlitzisSettings;

/* setup */
void flitzis_settings_init (FlitzisSettings     *settings,
                            FlitzisSlotSettings *slots,
                            uint32_t             n_slots,
                            _Atomic uint64_t    *stopped_voices,
                            uint32_t             n_cells);

/* control */
void flitzis_settings_stop_all (FlitzisSettings *settings,
                                uint64_t         below);
void flitzis_settings_stop_slot (FlitzisSettings *settings,
                                 uint32_t         slot,
                                 uint64_t         below);
void flitzis_settings_stop_voice (FlitzisSettings *settings,
                                  uint64_t         voice);

/* the mixer */
float flitzis_settings_get_gain (FlitzisSettings *settings,
                                 uint32_t         slot,
                                 double           velocity) FLITZIS_REALTIME;
bool  flitzis_settings_is_stopped (FlitzisSettings *settings,
                                   uint32_t         slot,
                                   uint64_t         voice) FLITZIS_REALTIME;
