/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "mixer.h"

/* Who has the mixer, and the clock that the blocks of the callback follow. */

bool
flitzis_mixer_try_own (FlitzisMixer *mixer, FlitzisOwner owner) FLITZIS_REALTIME
{
  uint32_t none = FLITZIS_OWNER_NONE;

  return atomic_compare_exchange_strong_explicit (&mixer->owner, &none, owner,
                                                  memory_order_acquire, memory_order_relaxed);
}

void
flitzis_mixer_disown (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  atomic_store_explicit (&mixer->owner, FLITZIS_OWNER_NONE, memory_order_release);
}

bool
flitzis_mixer_is_in_block (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  /* Written back as it is: so a block that is not seen here has this before it. */
  return atomic_fetch_or_explicit (&mixer->owner, 0, memory_order_acq_rel) ==
         FLITZIS_OWNER_CALLBACK;
}

bool
flitzis_mixer_is_streaming (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  return atomic_load_explicit (&mixer->streaming, memory_order_relaxed);
}

void
flitzis_mixer_set_streaming (FlitzisMixer *mixer, bool streaming) FLITZIS_REALTIME
{
  atomic_store_explicit (&mixer->streaming, streaming, memory_order_relaxed);
  atomic_fetch_add_explicit (&mixer->run, 1, memory_order_relaxed);
}

/* Two drivers, or two runs of one stream, have nothing to do with each other. */
void
flitzis_mixer_follow_clock (FlitzisMixer *mixer, const FlitzisCycle *cycle) FLITZIS_REALTIME
{
  uint32_t         run = atomic_load_explicit (&mixer->run, memory_order_relaxed);
  FlitzisBlockTime block_time = {
    .position = atomic_load_explicit (&mixer->position, memory_order_relaxed),
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

/* The gap that a late block may leave in the clock is the same xrun: the clock is unknown then. */
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
