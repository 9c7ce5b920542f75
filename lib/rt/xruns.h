/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"
#include "mixer-state.h"

#include <stdint.h>

/* What the driver of the graph says of its cycle. */
typedef struct
{
  uint32_t driver_id;
  uint64_t position; /* of the driver's own count, in its own frames, as the duration */
  uint64_t duration;
  uint64_t nsec;      /* CLOCK_MONOTONIC at the start of the cycle */
  double   rate;      /* the driver's own, Hz */
  double   true_rate; /* what it really has been lately, Hz */
} FlitzisCycle;

/* The callback: a cycle of the driver begins. Counts an xrun where it has left cycles out. */
void flitzis_mixer_follow_clock (FlitzisMixer       *mixer,
                                 const FlitzisCycle *cycle) FLITZIS_REALTIME;

/* The callback: the block of that cycle is handed over, while the clock of a driver stands here.
 * Counts an xrun where that is in a later cycle. */
void flitzis_mixer_check_deadline (FlitzisMixer *mixer,
                                   uint32_t      driver_id,
                                   uint64_t      position) FLITZIS_REALTIME;
