/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "heap.h"

static bool
is_before (const FlitzisHeapEntry *a, const FlitzisHeapEntry *b) FLITZIS_REALTIME
{
  return a->key != b->key ? a->key < b->key : a->number < b->number;
}

static void
put (FlitzisHeap *heap, uint32_t place, const FlitzisHeapEntry *entry) FLITZIS_REALTIME
{
  heap->entries[place] = *entry;
  heap->places[entry->item] = place;
}

/* Puts an entry at a place, or above it. */
static void
rise (FlitzisHeap *heap, uint32_t place, FlitzisHeapEntry entry) FLITZIS_REALTIME
{
  while (place > 0 && is_before (&entry, &heap->entries[(place - 1) / 2]))
    {
      put (heap, place, &heap->entries[(place - 1) / 2]);
      place = (place - 1) / 2;
    }

  put (heap, place, &entry);
}

/* Puts an entry at a place, or below it. */
static void
sink (FlitzisHeap *heap, uint32_t place, FlitzisHeapEntry entry) FLITZIS_REALTIME
{
  uint32_t n = heap->n_entries;

  for (uint32_t child = 2 * place + 1; child < n; child = 2 * place + 1)
    {
      if (child + 1 < n && is_before (&heap->entries[child + 1], &heap->entries[child]))
        child++;

      if (!is_before (&heap->entries[child], &entry))
        break;

      put (heap, place, &heap->entries[child]);
      place = child;
    }

  put (heap, place, &entry);
}

void
flitzis_heap_add (FlitzisHeap *heap, const FlitzisHeapEntry *entry) FLITZIS_REALTIME
{
  rise (heap, heap->n_entries++, *entry);
}

void
flitzis_heap_remove (FlitzisHeap *heap, uint32_t place) FLITZIS_REALTIME
{
  FlitzisHeapEntry last = heap->entries[--heap->n_entries];

  if (place == heap->n_entries)
    return;

  if (place > 0 && is_before (&last, &heap->entries[(place - 1) / 2]))
    rise (heap, place, last);
  else
    sink (heap, place, last);
}

void
flitzis_heap_sort (FlitzisHeap *heap) FLITZIS_REALTIME
{
  for (uint32_t i = heap->n_entries / 2; i > 0; i--)
    sink (heap, i - 1, heap->entries[i - 1]);
}
