/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <spa/utils/ringbuffer.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A queue of fixed-size records with one writer and one reader, both wait-free. A push into a full
 * queue changes nothing.
 *
 * The indices of the spa_ringbuffer count records. They run on through 2^32, so the capacity is a
 * power of two.
 */
typedef struct
{
  struct spa_ringbuffer ring;
  uint32_t              capacity;
  uint32_t              record_size;
  unsigned char        *records;
} FlitzisQueue;

/* setup: `records` has room for `capacity` records */
void flitzis_queue_init (FlitzisQueue *queue,
                         void         *records,
                         uint32_t      capacity,
                         uint32_t      record_size);

/* the writer */
bool flitzis_queue_push (FlitzisQueue *queue,
                         const void   *record) FLITZIS_REALTIME;

/* The writer, without a copy: returns the room for the next record, to be filled there and then
 * pushed; NULL if the queue is full. */
void *flitzis_queue_get_room (FlitzisQueue *queue) FLITZIS_REALTIME;
void  flitzis_queue_push_room (FlitzisQueue *queue) FLITZIS_REALTIME;

/* the reader */
uint32_t flitzis_queue_get_n_waiting (FlitzisQueue *queue) FLITZIS_REALTIME;
bool     flitzis_queue_pop (FlitzisQueue *queue,
                            void         *record) FLITZIS_REALTIME;

/* Any thread: returns the end of the records pushed so far. The reader: returns how many records
 * before that end still wait. */
uint32_t flitzis_queue_get_end (FlitzisQueue *queue);
uint32_t flitzis_queue_get_n_before (FlitzisQueue *queue,
                                     uint32_t      end);
