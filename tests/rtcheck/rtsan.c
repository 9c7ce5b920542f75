/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * RealtimeSanitizer for a program that was not built with it: linked with the sanitizer's runtime
 * and preloaded, this says when a thread is inside of the audio callback, as rtcheck.c has it. The
 * runtime stands in front of what may allocate, wait or call the system in the C library, and ends
 * the program with a report when such a function is called there.
 *
 * FLITZIS_RTCHECK names the file that the number of callbacks is written to at the end.
 */

#include <dlfcn.h>
#include <pipewire/pipewire.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The runtime's, which installs no header of them in all releases. */
void __rtsan_init (void);
void __rtsan_realtime_enter (void);
void __rtsan_realtime_exit (void);

static _Thread_local bool is_inside; /* a callback */
static _Atomic int64_t    n_callbacks;

static struct pw_buffer *(*dequeue) (struct pw_stream *stream);
static int (*queue) (struct pw_stream *stream, struct pw_buffer *buffer);

struct pw_buffer *
pw_stream_dequeue_buffer (struct pw_stream *stream)
{
  struct pw_buffer *buffer;

  __rtsan_realtime_enter ();
  buffer = dequeue (stream);
  is_inside = buffer != NULL;

  if (!is_inside)
    __rtsan_realtime_exit ();

  return buffer;
}

int
pw_stream_queue_buffer (struct pw_stream *stream, struct pw_buffer *buffer)
{
  int result = queue (stream, buffer);

  if (!is_inside)
    return result;

  __rtsan_realtime_exit ();
  is_inside = false;
  atomic_fetch_add (&n_callbacks, 1);

  return result;
}

static void __attribute__ ((constructor))
begin (void)
{
  __rtsan_init ();
  dequeue = dlsym (RTLD_NEXT, "pw_stream_dequeue_buffer");
  queue = dlsym (RTLD_NEXT, "pw_stream_queue_buffer");
}

static void __attribute__ ((destructor))
end (void)
{
  const char *path = getenv ("FLITZIS_RTCHECK");
  FILE       *file = path != NULL ? fopen (path, "we") : NULL;

  if (file == NULL)
    return;

  fprintf (file, "callbacks: %ld\noffences: 0\n", (long) atomic_load (&n_callbacks));
  fclose (file);
}
