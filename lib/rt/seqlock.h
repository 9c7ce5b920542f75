/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define FLITZIS_SEQLOCK_WORDS 8
#define FLITZIS_SEQLOCK_FITS(type) \
  (sizeof (type) <= 8 * FLITZIS_SEQLOCK_WORDS && sizeof (type) % 8 == 0)

/*
 * The latest record of one writer. A reader gets the whole record or nothing (Boehm, Can seqlocks
 * get along with programming language memory models?, 2012). Neither side waits: a reader that
 * comes while the writer writes gets nothing. The size of a record is a multiple of 8 bytes, and at
 * most 8 x FLITZIS_SEQLOCK_WORDS.
 */
typedef struct
{
  _Atomic uint32_t sequence; /* odd while it is being written */
  _Atomic uint64_t words[FLITZIS_SEQLOCK_WORDS];
} FlitzisSeqlock;

/* the writer */
void flitzis_seqlock_write (FlitzisSeqlock *self,
                            const void     *record,
                            uint32_t        size) FLITZIS_REALTIME;

/* a reader */
bool flitzis_seqlock_try_read (FlitzisSeqlock *self,
                               void           *record,
                               uint32_t        size) FLITZIS_REALTIME;

/* Returns a number that changes with each record. */
static inline uint32_t
flitzis_seqlock_get_sequence (FlitzisSeqlock *self) FLITZIS_REALTIME
{
  return atomic_load_explicit (&self->sequence, memory_order_acquire);
}
