/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "dsp/kernels.h"
#include "realtime.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The number of reports of the levels in a second. */
#define FLITZIS_LEVELS_PER_SECOND 30

typedef struct
{
  float    peak; /* so far, linear */
  bool     is_listed;
  uint32_t next; /* in the list of slots that sound */
} FlitzisMeter;

/*
 * The peaks of the slots and of the output, reported once in each interval. Only slots that have
 * sounded in this interval or the one before cost time.
 */
typedef struct
{
  /* constant */
  uint32_t n_interval_frames;

  /* the mixer's owner */
  uint32_t      n_frames_left; /* of this interval */
  FlitzisMeter *slots;
  uint32_t      first; /* of the list, a slot + 1; 0: none */
  float         left, right;

  /* the owner writes, any thread reads */
  _Atomic float   *slot_levels;
  _Atomic float    left_level, right_level;
  _Atomic uint32_t n_told; /* intervals */
} FlitzisLevels;

/* setup */
void flitzis_levels_init (FlitzisLevels *levels,
                          uint32_t       sample_rate,
                          FlitzisMeter  *slots,
                          _Atomic float *slot_levels);

static inline void
flitzis_levels_add_slot (FlitzisLevels *levels, uint32_t index, float peak) FLITZIS_REALTIME
{
  FlitzisMeter *slot = &levels->slots[index];

  if (peak > slot->peak)
    slot->peak = peak;

  if (slot->is_listed)
    return;

  slot->is_listed = true;
  slot->next = levels->first;
  levels->first = index + 1;
}

/* Called when frames stop coming, so nothing sounds any more. */
void flitzis_levels_drop (FlitzisLevels *levels) FLITZIS_REALTIME;

/* Adds the next stereo frames of the output, at most to the end of the interval. */
void flitzis_levels_add_output (FlitzisLevels        *levels,
                                const FlitzisKernels *kernels,
                                const float          *frames,
                                uint32_t              n_frames) FLITZIS_REALTIME;
