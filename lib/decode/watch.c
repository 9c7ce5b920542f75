/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* One thread looks after all that decode on threads of their own, so that none of them has to be
 * waited for by another. */

#include "config.h"

#include "decode/watch.h"

#define TICK_US (50 * 1000)

typedef struct
{
  GFunc    look;
  gpointer data;
} Entry;

static GMutex   lock;
static GCond    cond; /* never signalled */
static GSList  *entries;
static gboolean is_running;

/* It stays a while longer, since where one file is decoded others often follow. */
static void
watch_worker (gpointer data, gpointer user_data)
{
  gboolean was_needed = TRUE;

  g_mutex_lock (&lock);
  while (entries != NULL || was_needed)
    {
      was_needed = entries != NULL;
      g_cond_wait_until (&cond, &lock, g_get_monotonic_time () + TICK_US);
      for (GSList *item = entries; item != NULL; item = item->next)
        {
          Entry *entry = item->data;

          entry->look (entry->data, NULL);
        }
    }
  is_running = FALSE;
  g_mutex_unlock (&lock);
}

void
flitzis_watch_add (GFunc look, gpointer data)
{
  static GThreadPool *pool;

  Entry *entry = g_new (Entry, 1);

  entry->look = look;
  entry->data = data;

  g_mutex_lock (&lock);
  entries = g_slist_prepend (entries, entry);
  if (!is_running)
    {
      if (pool == NULL)
        pool = g_thread_pool_new (watch_worker, NULL, 1, FALSE, NULL);
      is_running = g_thread_pool_push (pool, &lock, NULL);
    }
  g_mutex_unlock (&lock);
}

void
flitzis_watch_remove (gpointer data)
{
  GSList **item = &entries;

  g_mutex_lock (&lock);
  while (((Entry *) (*item)->data)->data != data)
    item = &(*item)->next;
  g_free ((*item)->data);
  *item = g_slist_delete_link (*item, *item);
  g_mutex_unlock (&lock);
}
