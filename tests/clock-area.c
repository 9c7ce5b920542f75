/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Preloaded, it tells a stream of its driver's clock while a block is being rendered, and counts
 * how often the block goes on when the stream has returned: PipeWire then unmaps the old one. It
 * also holds a block up before it is handed over, until that clock has begun later cycles.
 */

#include <dlfcn.h>
#include <pipewire/pipewire.h>
#include <stdatomic.h>
#include <unistd.h>

_Atomic unsigned int n_told;
_Atomic unsigned int n_still_read;
_Atomic unsigned int n_cycles_to_hold; /* the next block, for so many; 0 when that is done */

static const struct pw_stream_events  *theirs;
static struct pw_stream_events         ours;
static void                           *stream_data;
static struct spa_io_position *_Atomic clock_area;
static _Atomic unsigned int            n_begun;
static _Atomic unsigned int            n_ended;

static void
process_cb (void *data)
{
  n_begun++;
  theirs->process (data);
  n_ended = n_begun;
}

static void
hold (const volatile struct spa_io_clock *clock, unsigned int n_cycles)
{
  uint64_t end = clock->position + n_cycles * clock->duration;

  while (clock->position < end)
    usleep (100);
}

int
pw_stream_queue_buffer (struct pw_stream *stream, struct pw_buffer *buffer)
{
  static int (*next) (struct pw_stream *, struct pw_buffer *);

  if (next == NULL)
    next = (int (*) (struct pw_stream *, struct pw_buffer *)) dlsym (RTLD_NEXT, __func__);

  if (n_cycles_to_hold > 0 && clock_area != NULL)
    {
      hold (&clock_area->clock, n_cycles_to_hold);
      n_cycles_to_hold = 0;
    }

  return next (stream, buffer);
}

static void
io_changed_cb (void *data, uint32_t id, void *area, uint32_t size)
{
  theirs->io_changed (data, id, area, size);

  if (id == SPA_IO_Position)
    clock_area = area;
}

/* Tells of the same clock once more, 200 us into a block. */
void
tell (void)
{
  unsigned int block = n_begun;

  usleep (200);

  if (n_begun != block || n_ended == block || clock_area == NULL)
    return;

  theirs->io_changed (stream_data, SPA_IO_Position, clock_area, sizeof (struct spa_io_position));
  usleep (200);
  n_told++;

  if (n_begun == block && n_ended != block)
    n_still_read++;
}

void
pw_stream_add_listener (struct pw_stream              *stream,
                        struct spa_hook               *listener,
                        const struct pw_stream_events *events,
                        void                          *data)
{
  void (*next) (struct pw_stream *, struct spa_hook *, const struct pw_stream_events *, void *) =
      (void (*) (struct pw_stream *, struct spa_hook *, const struct pw_stream_events *,
                 void *)) dlsym (RTLD_NEXT, __func__);

  theirs = events;
  stream_data = data;
  ours = *events;
  ours.process = process_cb;
  ours.io_changed = io_changed_cb;
  next (stream, listener, &ours, data);
}
