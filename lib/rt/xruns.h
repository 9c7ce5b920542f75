/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"
#include "mixer-state.h"

#include <stdint.h>

/* The driver's report on a cycle of the graph. */
typedef struct
{
  uint32_t driver_id;
  uint64_t position; /* counted by the driver, in its own frames, like the duration */
  uint64_t duration;
  uint64_t nsec;      /* CLOCK_MONOTONIC at the start of the cycle */
  double   rate;      /* the driver's own, Hz */
  double   true_rate; /* as measured lately, Hz */
} FlitzisCycle;

/* The callback: a cycle of the driver begins. Counts an xrun if the driver has skipped cycles. */
void flitzis_mixer_follow_clock (FlitzisMixer       *mixer,
                                 const FlitzisCycle *cycle) FLITZIS_REALTIME;

/* The callback: the block of that cycle is handed over, and the driver's clock is at this position.
 * Counts an xrun if the position is in a later cycle. */
void flitzis_mixer_check_deadline (FlitzisMixer *mixer,
                                   uint32_t      driver_id,
                                   uint64_t      position) FLITZIS_REALTIME;
