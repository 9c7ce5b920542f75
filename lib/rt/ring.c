/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "ring.h"

/*
 * A word has the generation in its highest bits, then the flags, then the place. Places of 40 bits
 * last for weeks at any rate. Generations of 20 bits may wrap around: a feeder is never that late.
 */
#define PLACE_BITS 40
#define PLACE_MASK ((UINT64_C (1) << PLACE_BITS) - 1)
#define IS_COMPLETE (UINT64_C (1) << PLACE_BITS)
#define IS_CUT (UINT64_C (1) << (PLACE_BITS + 1))
#define HAS_FAILED (UINT64_C (1) << (PLACE_BITS + 2))
#define GENERATION_SHIFT 44
#define GENERATION_MASK ((UINT64_C (1) << (64 - GENERATION_SHIFT)) - 1)

static uint64_t
pack (uint64_t generation, uint64_t place) FLITZIS_REALTIME
{
  return generation << GENERATION_SHIFT | place;
}

void
flitzis_ring_begin (FlitzisRing *ring, const FlitzisRingRequest *request) FLITZIS_REALTIME
{
  ring->generation = (ring->generation + 1) & GENERATION_MASK;
  ring->asked = *request;
  ring->asked.generation = ring->generation;
  atomic_store_explicit (&ring->wanted, pack (ring->generation, request->place),
                         memory_order_release);
  flitzis_seqlock_write (&ring->request, &ring->asked, sizeof ring->asked);
}

void
flitzis_ring_end (FlitzisRing *ring) FLITZIS_REALTIME
{
  ring->generation = (ring->generation + 1) & GENERATION_MASK;
  atomic_store_explicit (&ring->wanted, pack (ring->generation, 0), memory_order_release);
}

FlitzisRingContent
flitzis_ring_look (FlitzisRing *ring) FLITZIS_REALTIME
{
  uint64_t written = atomic_load_explicit (&ring->written, memory_order_acquire);

  if (written >> GENERATION_SHIFT != ring->generation)
    return (FlitzisRingContent){ .end = ring->asked.place };

  return (FlitzisRingContent){
    .end = written & PLACE_MASK,
    .is_complete = (written & IS_COMPLETE) != 0,
    .is_cut = (written & IS_CUT) != 0,
    .has_failed = (written & HAS_FAILED) != 0,
  };
}

/* The release makes sure that all frames before the place are read before the feeder overwrites
 * them. While the voice still plays the head, the ring must keep all frames after the head. */
void
flitzis_ring_release (FlitzisRing *ring, uint64_t place) FLITZIS_REALTIME
{
  if (place < ring->asked.place)
    place = ring->asked.place;

  atomic_store_explicit (&ring->wanted, pack (ring->generation, place), memory_order_release);
}

bool
flitzis_ring_is_wanted (FlitzisRing *ring, uint64_t generation, uint64_t *place)
{
  uint64_t wanted = atomic_load_explicit (&ring->wanted, memory_order_acquire);

  *place = wanted & PLACE_MASK;

  return wanted >> GENERATION_SHIFT == generation;
}

void
flitzis_ring_publish (FlitzisRing              *ring,
                      uint64_t                  generation,
                      const FlitzisRingContent *content)
{
  uint64_t flags = (content->is_complete ? IS_COMPLETE : 0) | (content->is_cut ? IS_CUT : 0) |
                   (content->has_failed ? HAS_FAILED : 0);

  atomic_store_explicit (&ring->written, pack (generation, content->end) | flags,
                         memory_order_release);
}
