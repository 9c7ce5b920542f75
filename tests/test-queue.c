/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "rt/queue.h"
#include "rt/seqlock.h"

#include <glib.h>

/* Fixed-size records through one writer and one reader. */

#define CAPACITY 8

typedef struct
{
  guint64 number;
  guint32 square;
} Record;

static void
test_all_or_nothing (void)
{
  Record       records[CAPACITY] = { 0 };
  Record       record = { 0 };
  FlitzisQueue queue;

  flitzis_queue_init (&queue, records, CAPACITY, sizeof (Record));
  g_assert_false (flitzis_queue_pop (&queue, &record));

  for (guint i = 0; i < CAPACITY; i++)
    {
      record = (Record){ .number = i, .square = i * i };
      g_assert_true (flitzis_queue_push (&queue, &record));
    }

  record.number = 1000;
  g_assert_false (flitzis_queue_push (&queue, &record));
  g_assert_cmpuint (flitzis_queue_get_n_waiting (&queue), ==, CAPACITY);

  for (guint i = 0; i < CAPACITY; i++)
    {
      g_assert_true (flitzis_queue_pop (&queue, &record));
      g_assert_cmpuint (record.number, ==, i);
      g_assert_cmpuint (record.square, ==, i * i);
    }

  g_assert_false (flitzis_queue_pop (&queue, &record));
}

/* The indices run through 2^32 without a seam. */
static void
test_in_place (void)
{
  Record       records[CAPACITY] = { 0 };
  Record       record;
  FlitzisQueue queue;

  flitzis_queue_init (&queue, records, CAPACITY, sizeof (Record));

  for (guint i = 0; i < CAPACITY; i++)
    {
      Record *room = flitzis_queue_get_room (&queue);

      g_assert_true (room == &records[i]);
      room->number = i;
      g_assert_cmpuint (flitzis_queue_get_n_waiting (&queue), ==, i);
      flitzis_queue_push_room (&queue);
      g_assert_cmpuint (flitzis_queue_get_n_waiting (&queue), ==, i + 1);
    }

  g_assert_null (flitzis_queue_get_room (&queue));
  g_assert_true (flitzis_queue_pop (&queue, &record));
  g_assert_cmpuint (record.number, ==, 0);
  g_assert_true (flitzis_queue_get_room (&queue) == &records[0]);
}

/* What was pushed before a moment, while more comes and some is read; also where the indices pass
 * their end. */
static void
test_end (void)
{
  Record       records[CAPACITY] = { 0 };
  Record       record = { 0 };
  FlitzisQueue queue;
  guint32      end;

  flitzis_queue_init (&queue, records, CAPACITY, sizeof (Record));
  queue.ring.writeindex = queue.ring.readindex = G_MAXUINT32 - 1;

  for (guint i = 0; i < 3; i++)
    flitzis_queue_push (&queue, &record);

  end = flitzis_queue_get_end (&queue);
  flitzis_queue_push (&queue, &record);

  for (guint i = 3; i > 0; i--)
    {
      g_assert_cmpuint (flitzis_queue_get_n_before (&queue, end), ==, i);
      g_assert_true (flitzis_queue_pop (&queue, &record));
    }

  g_assert_cmpuint (flitzis_queue_get_n_before (&queue, end), ==, 0);
  g_assert_true (flitzis_queue_pop (&queue, &record));
  g_assert_cmpuint (flitzis_queue_get_n_before (&queue, end), ==, 0);
}

static void
test_index_overflow (void)
{
  Record       records[CAPACITY] = { 0 };
  Record       record = { 0 };
  FlitzisQueue queue;

  flitzis_queue_init (&queue, records, CAPACITY, sizeof (Record));
  queue.ring.readindex = queue.ring.writeindex = G_MAXUINT32 - 2;

  for (guint i = 0; i < CAPACITY; i++)
    {
      record.number = i;
      g_assert_true (flitzis_queue_push (&queue, &record));
    }

  g_assert_false (flitzis_queue_push (&queue, &record));

  for (guint i = 0; i < CAPACITY; i++)
    {
      g_assert_true (flitzis_queue_pop (&queue, &record));
      g_assert_cmpuint (record.number, ==, i);
    }

  g_assert_cmpuint (flitzis_queue_get_n_waiting (&queue), ==, 0);
}

#define N_RECORDS 200000

static gpointer
write_worker (gpointer data)
{
  FlitzisQueue *queue = data;

  for (guint32 i = 0; i < N_RECORDS;)
    {
      Record record = { .number = i, .square = i * i };

      if (flitzis_queue_push (queue, &record))
        i++;
      else
        g_thread_yield ();
    }

  return NULL;
}

static void
test_two_threads (void)
{
  Record       records[CAPACITY] = { 0 };
  FlitzisQueue queue;
  GThread     *writer;

  flitzis_queue_init (&queue, records, CAPACITY, sizeof (Record));
  writer = g_thread_new ("writer", write_worker, &queue);

  for (guint32 i = 0; i < N_RECORDS;)
    {
      Record record;

      if (!flitzis_queue_pop (&queue, &record))
        {
          g_thread_yield ();
          continue;
        }

      g_assert_cmpuint (record.number, ==, i);
      g_assert_cmpuint (record.square, ==, i * i);
      i++;
    }

  g_thread_join (writer);
}

#define N_RECORDS 200000

static gpointer
write_records (gpointer data)
{
  for (guint64 i = 1; i <= N_RECORDS; i++)
    {
      guint64 record[FLITZIS_SEQLOCK_WORDS];

      for (guint word = 0; word < FLITZIS_SEQLOCK_WORDS; word++)
        record[word] = i;

      flitzis_seqlock_write (data, record, sizeof record);
    }

  return NULL;
}

/* A reader has all of one record or nothing, and never an older one than before. */
static void
test_seqlock (void)
{
  FlitzisSeqlock lock = { 0 };
  GThread       *writer = g_thread_new ("writer", write_records, &lock);
  guint64        record[FLITZIS_SEQLOCK_WORDS], last = 0;

  while (last < N_RECORDS)
    {
      if (!flitzis_seqlock_try_read (&lock, record, sizeof record))
        continue;

      for (guint word = 1; word < FLITZIS_SEQLOCK_WORDS; word++)
        g_assert_cmpuint (record[word], ==, record[0]);

      g_assert_cmpuint (record[0], >=, last);
      last = record[0];
    }

  g_thread_join (writer);
  g_assert_cmpuint (lock.sequence, ==, 2 * N_RECORDS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/queue/all-or-nothing", test_all_or_nothing);
  g_test_add_func ("/queue/in-place", test_in_place);
  g_test_add_func ("/queue/end", test_end);
  g_test_add_func ("/queue/index-overflow", test_index_overflow);
  g_test_add_func ("/queue/two-threads", test_two_threads);
  g_test_add_func ("/seqlock", test_seqlock);

  return g_test_run ();
}
