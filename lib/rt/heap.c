/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "heap.h"

static bool
is_before (const FlitzisHeap *heap, uint32_t a, uint32_t b) FLITZIS_REALTIME
{
  return heap->is_before (heap->data, a, b);
}

void
flitzis_heap_put (FlitzisHeap *heap, uint32_t place, uint32_t item) FLITZIS_REALTIME
{
  heap->items[place] = (uint16_t) item;
  heap->places[item] = (uint16_t) place;
}

/* Puts an item at a place, or above it. */
static void
rise (FlitzisHeap *heap, uint32_t place, uint32_t item) FLITZIS_REALTIME
{
  while (place > 0 && is_before (heap, item, heap->items[(place - 1) / 2]))
    {
      flitzis_heap_put (heap, place, heap->items[(place - 1) / 2]);
      place = (place - 1) / 2;
    }

  flitzis_heap_put (heap, place, item);
}

/* Puts an item at a place, or below it. */
static void
sink (FlitzisHeap *heap, uint32_t place, uint32_t item) FLITZIS_REALTIME
{
  uint32_t n = heap->n_items;

  for (uint32_t child = 2 * place + 1; child < n; child = 2 * place + 1)
    {
      if (child + 1 < n && is_before (heap, heap->items[child + 1], heap->items[child]))
        child++;

      if (!is_before (heap, heap->items[child], item))
        break;

      flitzis_heap_put (heap, place, heap->items[child]);
      place = child;
    }

  flitzis_heap_put (heap, place, item);
}

void
flitzis_heap_add (FlitzisHeap *heap, uint32_t item) FLITZIS_REALTIME
{
  rise (heap, heap->n_items++, item);
}

void
flitzis_heap_remove (FlitzisHeap *heap, uint32_t item) FLITZIS_REALTIME
{
  uint32_t place = heap->places[item], last = heap->items[--heap->n_items];

  if (place == heap->n_items)
    return;

  if (place > 0 && is_before (heap, last, heap->items[(place - 1) / 2]))
    rise (heap, place, last);
  else
    sink (heap, place, last);
}

void
flitzis_heap_sort (FlitzisHeap *heap) FLITZIS_REALTIME
{
  for (uint32_t i = heap->n_items / 2; i > 0; i--)
    sink (heap, i - 1, heap->items[i - 1]);
}
