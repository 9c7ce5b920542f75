/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records the monitor of a sink: recorder FILE NODE-NAME SINK RATE
 *
 * pw-record takes its buffers in the main loop and loses blocks on a busy machine. This one copies
 * them in the data thread, into memory that the tests read while it runs, and tells what the graph
 * did not give it. */

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pipewire/pipewire.h>
#include <spa/param/audio/format-utils.h>

#define FRAME_SIZE (2 * sizeof (float))
#define MAX_FRAMES (32u << 20)

/* The file: this head, frames of stereo floats from byte 4096 on. */
struct head
{
  _Atomic uint64_t n_frames;
  _Atomic uint64_t n_missed;
};

struct recorder
{
  struct head            *head;
  float                  *frames;
  struct pw_main_loop    *loop;
  struct pw_stream       *stream;
  struct spa_io_position *position;
  uint64_t                next; /* where the graph's clock should stand; 0: unknown */
};

static void
process_cb (void *data)
{
  struct recorder  *self = data;
  struct pw_buffer *buffer = pw_stream_dequeue_buffer (self->stream);
  uint64_t          n_frames = atomic_load_explicit (&self->head->n_frames, memory_order_relaxed);

  if (buffer == NULL)
    {
      self->head->n_missed++;
      return;
    }
  struct spa_data *from = &buffer->buffer->datas[0];
  uint64_t         n_new = from->chunk->size / FRAME_SIZE;

  if (n_frames + n_new > MAX_FRAMES)
    {
      self->head->n_missed += n_new;
      n_new = 0;
    }
  memcpy (self->frames + 2 * n_frames, (char *) from->data + from->chunk->offset,
          n_new * FRAME_SIZE);
  if (self->position != NULL)
    {
      const struct spa_io_clock *clock = &self->position->clock;

      if (self->next != 0 && clock->position > self->next)
        self->head->n_missed += clock->position - self->next;
      self->next = clock->position + clock->duration;
    }
  atomic_store_explicit (&self->head->n_frames, n_frames + n_new, memory_order_release);
  pw_stream_queue_buffer (self->stream, buffer);
}

static void
io_changed_cb (void *data, uint32_t id, void *area, uint32_t size)
{
  struct recorder *self = data;

  if (id == SPA_IO_Position)
    {
      self->position = area;
      self->next = 0;
    }
}

static void
quit_cb (void *data, int signal_number)
{
  struct recorder *self = data;

  pw_main_loop_quit (self->loop);
}

static const struct pw_stream_events events = {
  PW_VERSION_STREAM_EVENTS,
  .process = process_cb,
  .io_changed = io_changed_cb,
};

int
main (int argc, char **argv)
{
  if (argc != 5)
    return 2;
  struct recorder self = { 0 };
  size_t          size = 4096 + MAX_FRAMES * FRAME_SIZE;
  int             fd = open (argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);

  if (fd < 0 || ftruncate (fd, size) != 0)
    return 1;
  self.head = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (self.head == MAP_FAILED)
    return 1;
  self.frames = (float *) ((char *) self.head + 4096);

  /* Real-time priority where it can be had; newer servers' default configuration has it too. */
  setenv ("PIPEWIRE_CONFIG_NAME", "client-rt.conf", 0);
  pw_init (NULL, NULL);
  self.loop = pw_main_loop_new (NULL);
  struct pw_loop *loop = pw_main_loop_get_loop (self.loop);
  pw_loop_add_signal (loop, SIGINT, quit_cb, &self);
  pw_loop_add_signal (loop, SIGTERM, quit_cb, &self);
  self.stream = pw_stream_new_simple (loop, argv[2],
                                      pw_properties_new (PW_KEY_NODE_NAME, argv[2],
                                                         PW_KEY_MEDIA_TYPE, "Audio",
                                                         PW_KEY_MEDIA_CATEGORY, "Capture",
                                                         "target.object", argv[3],
                                                         "stream.capture.sink", "true", NULL),
                                      &events, &self);
  if (self.stream == NULL)
    return 1;

  char                      pod[1024];
  struct spa_pod_builder    builder = SPA_POD_BUILDER_INIT (pod, sizeof pod);
  struct spa_audio_info_raw format = {
    .format = SPA_AUDIO_FORMAT_F32,
    .rate = atoi (argv[4]),
    .channels = 2,
    .position = { SPA_AUDIO_CHANNEL_FL, SPA_AUDIO_CHANNEL_FR },
  };
  const struct spa_pod *params[] = {
    spa_format_audio_raw_build (&builder, SPA_PARAM_EnumFormat, &format),
  };
  if (pw_stream_connect (self.stream, PW_DIRECTION_INPUT, PW_ID_ANY,
                         PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS |
                             PW_STREAM_FLAG_RT_PROCESS,
                         params, 1) < 0)
    return 1;
  pw_main_loop_run (self.loop);
  pw_stream_destroy (self.stream);
  return 0;
}
