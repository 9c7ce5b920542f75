/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A binary heap of numbered items, the first on top (Cormen et al., Introduction to Algorithms,
 * chapter 6). It knows the place of each item, so any item can be taken out.
 */
typedef struct
{
  /* constant: the order, and room for all items */
  bool (*is_before) (const void *data,
                     uint32_t    a,
                     uint32_t    b) FLITZIS_REALTIME;
  const void *data;
  uint16_t   *items;
  uint16_t   *places; /* of each item in `items`; heaps may share them */

  uint32_t n_items;
} FlitzisHeap;

void flitzis_heap_add (FlitzisHeap *heap,
                       uint32_t     item) FLITZIS_REALTIME;
void flitzis_heap_remove (FlitzisHeap *heap,
                          uint32_t     item) FLITZIS_REALTIME;

/* Puts an item at a place, in no order. Call sort afterwards. */
void flitzis_heap_put (FlitzisHeap *heap,
                       uint32_t     place,
                       uint32_t     item) FLITZIS_REALTIME;

/* Call it after the order has changed. */
void flitzis_heap_sort (FlitzisHeap *heap) FLITZIS_REALTIME;
