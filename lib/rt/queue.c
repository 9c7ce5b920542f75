/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "queue.h"

#include <string.h>

static unsigned char *
get_record (FlitzisQueue *queue, uint32_t index) FLITZIS_REALTIME
{
  return queue->records + (size_t) (index & (queue->capacity - 1)) * queue->record_size;
}

void
flitzis_queue_init (FlitzisQueue *queue, void *records, uint32_t capacity, uint32_t record_size)
{
  spa_ringbuffer_init (&queue->ring);
  queue->capacity = capacity;
  queue->record_size = record_size;
  queue->records = records;
}

void *
flitzis_queue_get_room (FlitzisQueue *queue) FLITZIS_REALTIME
{
  uint32_t index;
  int32_t  n_waiting = spa_ringbuffer_get_write_index (&queue->ring, &index);

  return (uint32_t) n_waiting < queue->capacity ? get_record (queue, index) : NULL;
}

void
flitzis_queue_push_room (FlitzisQueue *queue) FLITZIS_REALTIME
{
  uint32_t index;

  spa_ringbuffer_get_write_index (&queue->ring, &index);
  spa_ringbuffer_write_update (&queue->ring, (int32_t) (index + 1));
}

bool
flitzis_queue_push (FlitzisQueue *queue, const void *record) FLITZIS_REALTIME
{
  void *room = flitzis_queue_get_room (queue);

  if (room == NULL)
    return false;

  memcpy (room, record, queue->record_size);
  flitzis_queue_push_room (queue);

  return true;
}

uint32_t
flitzis_queue_get_n_waiting (FlitzisQueue *queue) FLITZIS_REALTIME
{
  uint32_t index;

  return (uint32_t) spa_ringbuffer_get_read_index (&queue->ring, &index);
}

bool
flitzis_queue_pop (FlitzisQueue *queue, void *record) FLITZIS_REALTIME
{
  uint32_t index;

  if (spa_ringbuffer_get_read_index (&queue->ring, &index) <= 0)
    return false;

  memcpy (record, get_record (queue, index), queue->record_size);
  spa_ringbuffer_read_update (&queue->ring, (int32_t) (index + 1));

  return true;
}

uint32_t
flitzis_queue_get_end (FlitzisQueue *queue)
{
  uint32_t index;
  int32_t  n_waiting = spa_ringbuffer_get_read_index (&queue->ring, &index);

  return index + (uint32_t) n_waiting;
}

uint32_t
flitzis_queue_get_n_before (FlitzisQueue *queue, uint32_t end)
{
  uint32_t index;

  spa_ringbuffer_get_read_index (&queue->ring, &index);

  return (int32_t) (end - index) > 0 ? end - index : 0;
}
