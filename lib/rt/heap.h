/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A binary heap of items with keys, the least first, and of one key the one with the lowest number
 * (Cormen et al., Introduction to Algorithms, chapter 6). It says where each item is, so any can be
 * taken out.
 */

typedef struct
{
  __int128 key;
  uint64_t number;
  uint32_t item;
} FlitzisHeapEntry;

typedef struct
{
  FlitzisHeapEntry *entries; /* room for all that is ever in it */
  uint32_t          n_entries;
  uint32_t         *places; /* of each item: where its entry is; heaps may share them */
} FlitzisHeap;

void flitzis_heap_add (FlitzisHeap            *heap,
                       const FlitzisHeapEntry *entry) FLITZIS_REALTIME;
void flitzis_heap_remove (FlitzisHeap *heap,
                          uint32_t     place) FLITZIS_REALTIME;

/* After keys were changed in place. */
void flitzis_heap_sort (FlitzisHeap *heap) FLITZIS_REALTIME;
