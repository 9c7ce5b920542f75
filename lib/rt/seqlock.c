/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "seqlock.h"

#include <string.h>

/* Each word is released and acquired on its own: a reader of a new word also sees the new
 * sequence. */

void
flitzis_seqlock_write (FlitzisSeqlock *self, const void *record, uint32_t size) FLITZIS_REALTIME
{
  uint32_t sequence = atomic_load_explicit (&self->sequence, memory_order_relaxed);
  uint64_t words[FLITZIS_SEQLOCK_WORDS];

  memcpy (words, record, size);
  atomic_store_explicit (&self->sequence, sequence + 1, memory_order_relaxed);

  for (uint32_t i = 0; i < size / sizeof *words; i++)
    atomic_store_explicit (&self->words[i], words[i], memory_order_release);

  atomic_store_explicit (&self->sequence, sequence + 2, memory_order_release);
}

bool
flitzis_seqlock_try_read (FlitzisSeqlock *self, void *record, uint32_t size) FLITZIS_REALTIME
{
  uint32_t sequence = atomic_load_explicit (&self->sequence, memory_order_acquire);
  uint64_t words[FLITZIS_SEQLOCK_WORDS];

  for (uint32_t i = 0; i < size / sizeof *words; i++)
    words[i] = atomic_load_explicit (&self->words[i], memory_order_acquire);

  if (sequence % 2 != 0 ||
      atomic_load_explicit (&self->sequence, memory_order_relaxed) != sequence)
    return false;

  memcpy (record, words, size);

  return true;
}
