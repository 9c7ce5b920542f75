/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "xruns.h"

#include "atomics.h"

/* The clocks of two drivers, or of two runs of a stream, are unrelated. */
void
flitzis_mixer_follow_clock (FlitzisMixer *mixer, const FlitzisCycle *cycle) FLITZIS_REALTIME
{
  uint32_t         run = flitzis_get (mixer->run);
  FlitzisBlockTime block_time = {
    .position = flitzis_get (mixer->position),
    .nsec = cycle->nsec,
    .rate = mixer->sample_rate * cycle->true_rate / cycle->rate,
    .quantum_ns = (uint64_t) ((double) cycle->duration * 1e9 / cycle->rate),
    .run = run,
  };

  if (run == mixer->clock_run && cycle->driver_id == mixer->driver_id &&
      mixer->next_clock != 0 && cycle->position > mixer->next_clock)
    atomic_fetch_add_explicit (&mixer->n_xruns, 1, memory_order_relaxed);

  mixer->clock_run = run;
  mixer->driver_id = cycle->driver_id;
  mixer->next_clock = cycle->position + cycle->duration;
  flitzis_seqlock_write (&mixer->block_time, &block_time, sizeof block_time);
}

/* A late block may leave a gap in the clock. It is the same xrun, so the next clock counts as
 * unknown. */
void
flitzis_mixer_check_deadline (FlitzisMixer *mixer,
                              uint32_t      driver_id,
                              uint64_t      position) FLITZIS_REALTIME
{
  if (driver_id != mixer->driver_id || mixer->next_clock == 0 || position < mixer->next_clock)
    return;

  atomic_fetch_add_explicit (&mixer->n_xruns, 1, memory_order_relaxed);
  mixer->next_clock = 0;
}
