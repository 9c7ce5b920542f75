/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Preloaded in front of rtcheck, it does inside of each callback what FLITZIS_PLANT names: what
 * rtcheck then does not tell, it cannot see.
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <glib-object.h>
#include <pipewire/pipewire.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE_SIZE 4096
#define N_PAGES (64 * 1024)

static void           *block;
static GObject        *object;
static FILE           *stream;
static char           *pages;
static size_t          n_touched;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static GMutex          g_mutex;
static sem_t           semaphore;

static void
plant_malloc (void)
{
  block = malloc (8);
}

static void
plant_realloc (void)
{
  block = realloc (block, 16);
}

static void
plant_free (void)
{
  free (g_steal_pointer (&block));
}

static void
plant_pthread_mutex_lock (void)
{
  pthread_mutex_lock (&mutex);
  pthread_mutex_unlock (&mutex);
}

static void
plant_sem_post (void)
{
  sem_post (&semaphore);
}

static void
plant_fputs (void)
{
  fputs ("x", stream);
}

static void
plant_g_mutex_lock (void)
{
  g_mutex_lock (&g_mutex);
  g_mutex_unlock (&g_mutex);
}

static void
plant_g_object_ref (void)
{
  g_object_ref (object);
}

/* An argument in a vector register and some on the stack get through. */
static void
plant_g_snprintf (void)
{
  char text[64];

  g_snprintf (text, sizeof text, "%d %d %d %d %.1f", 1, 2, 3, 4, 0.5);

  if (strcmp (text, "1 2 3 4 0.5") != 0)
    abort ();
}

static void
plant_write (void)
{
  if (write (fileno (stream), "x", 1) != 1)
    abort ();
}

static void
plant_nanosleep (void)
{
  struct timespec time = { .tv_nsec = 1000000 };

  nanosleep (&time, NULL);
}

static void
plant_sched_yield (void)
{
  sched_yield ();
}

/* As in a static library, with no function around it. */
static void
plant_inline (void)
{
  long result = SYS_getpid;

  __asm__ volatile("syscall"
                   : "+a"(result)
                   :
                   : "rcx", "r11", "memory");

  if (result != getpid ())
    abort ();
}

static void
plant_page_fault (void)
{
  pages[n_touched * PAGE_SIZE] = 1;
  n_touched = (n_touched + 1) % N_PAGES;
}

static const struct
{
  const char *name;
  void (*plant) (void);
} plants[] = {
  { "malloc", plant_malloc },
  { "realloc", plant_realloc },
  { "free", plant_free },
  { "pthread_mutex_lock", plant_pthread_mutex_lock },
  { "sem_post", plant_sem_post },
  { "fputs", plant_fputs },
  { "g_mutex_lock", plant_g_mutex_lock },
  { "g_object_ref", plant_g_object_ref },
  { "g_snprintf", plant_g_snprintf },
  { "write", plant_write },
  { "nanosleep", plant_nanosleep },
  { "sched_yield", plant_sched_yield },
  { "inline", plant_inline },
  { "page fault", plant_page_fault },
};

static void (*plant) (void);

static void __attribute__ ((constructor))
begin (void)
{
  const char *name = getenv ("FLITZIS_PLANT");

  for (size_t i = 0; i < G_N_ELEMENTS (plants); i++)
    {
      if (g_strcmp0 (plants[i].name, name) == 0)
        plant = plants[i].plant;
    }

  block = malloc (8);
  stream = fopen ("/dev/null", "we");
  object = g_object_new (G_TYPE_OBJECT, NULL);
  sem_init (&semaphore, 0, 0);
  pages = mmap (NULL, N_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  madvise (pages, N_PAGES * PAGE_SIZE, MADV_NOHUGEPAGE);

  if (plant == NULL || stream == NULL || pages == MAP_FAILED)
    abort ();
}

int
pw_stream_queue_buffer (struct pw_stream *pw_stream, struct pw_buffer *buffer)
{
  static int (*queue) (struct pw_stream * pw_stream, struct pw_buffer * buffer);

  plant ();

  if (queue == NULL)
    queue = dlsym (RTLD_NEXT, "pw_stream_queue_buffer");

  return queue (pw_stream, buffer);
}
