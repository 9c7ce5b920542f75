/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records the monitor of a sink of PipeWire, which must be linked to its ports:
 *   recorder FILE NODE-NAME [LATENCY-NS]
 *
 * pw-record takes its buffers in the main loop and loses blocks on a busy machine. This one copies
 * them in the data thread, and tells what the graph did not give it. It takes buffers as they are,
 * at the graph's rate: a stream's converter drops frames when the quantum shrinks. To what is
 * linked to it it says that it has this latency. */

#include "recorder.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <pipewire/filter.h>
#include <pipewire/pipewire.h>
#include <spa/param/latency-utils.h>

struct recorder
{
  struct head         *head;
  float               *frames;
  struct pw_main_loop *loop;
  struct pw_filter    *filter;
  void                *ports[N_CHANNELS];
  uint32_t             driver;
  uint64_t             next; /* where the driver's clock should stand; 0: unknown */
};

static const float *
get_samples (struct pw_buffer *buffer)
{
  const struct spa_data *data = &buffer->buffer->datas[0];

  return (const float *) ((const char *) data->data + data->chunk->offset);
}

static void
copy (struct recorder *self, struct pw_buffer **buffers, uint64_t first, uint64_t n_new)
{
  for (int i = 0; i < N_CHANNELS; i++)
    for (uint64_t n = 0; n < n_new; n++)
      self->frames[N_CHANNELS * (first + n) + i] = get_samples (buffers[i])[n];
}

static bool
has_copied (struct recorder *self, struct pw_buffer **buffers, uint64_t first, uint64_t n_new)
{
  for (int i = 0; i < N_CHANNELS; i++)
    for (uint64_t n = 0; n < n_new; n++)
      if (self->frames[N_CHANNELS * (first + n) + i] != get_samples (buffers[i])[n])
        return false;

  return true;
}

static void
process_cb (void *data, struct spa_io_position *position)
{
  struct recorder           *self = data;
  const struct spa_io_clock *clock = &position->clock;
  struct pw_buffer          *buffers[N_CHANNELS];
  uint64_t                   n_frames = atomic_load (&self->head->n_frames);
  uint64_t                   n_new = MAX_FRAMES - n_frames;
  uint64_t                   n_most = self->head->quantum;

  /* The monitor of a sink that has no input fills its whole buffer. What it gives is what the sink
   * played in the cycle before, which may have been a longer one. */
  if (n_most < clock->duration)
    n_most = clock->duration;
  if (n_most < n_new)
    n_new = n_most;

  if (self->next != 0 && clock->id == self->driver && clock->position > self->next)
    self->head->n_missed += clock->position - self->next;
  self->driver = clock->id;
  self->next = clock->position + clock->duration;
  self->head->quantum = clock->duration;

  for (int i = 0; i < N_CHANNELS; i++)
    {
      uint64_t n_there = 0;

      buffers[i] = pw_filter_dequeue_buffer (self->ports[i]);
      if (buffers[i] != NULL)
        n_there = buffers[i]->buffer->datas[0].chunk->size / sizeof (float);
      if (n_there < n_new)
        n_new = n_there;
    }
  if (n_new == 0 && n_frames > 0)
    self->head->n_missed += clock->duration;

  copy (self, buffers, n_frames, n_new);

  /* The graph does not wait for a late recorder: meanwhile it may have begun to fill the buffers
   * for its next cycle. */
  atomic_thread_fence (memory_order_acquire);
  if (n_new > 0 && (clock->position + clock->duration != self->next ||
                    !has_copied (self, buffers, n_frames, n_new)))
    {
      self->head->n_missed += n_new;
      n_new = 0;
    }

  for (int i = 0; i < N_CHANNELS; i++)
    if (buffers[i] != NULL)
      pw_filter_queue_buffer (self->ports[i], buffers[i]);

  self->head->origin_ns = clock->nsec - (n_frames + n_new) * SPA_NSEC_PER_SEC * clock->rate.num /
                                            clock->rate.denom;
  atomic_store_explicit (&self->head->n_frames, n_frames + n_new, memory_order_release);
}

static void
quit_cb (void *data, int signal_number)
{
  struct recorder *self = data;

  pw_main_loop_quit (self->loop);
}

static const struct pw_filter_events events = {
  PW_VERSION_FILTER_EVENTS,
  .process = process_cb,
};

int
main (int argc, char **argv)
{
  if (argc != 3 && argc != 4)
    return 2;
  struct recorder self = { .head = map_head (argv[1]) };

  if (self.head == NULL)
    return 1;
  self.frames = get_frames (self.head);

  /* Real-time priority where it can be had: before 1.0 a configuration of its own has it. */
  if (strncmp (pw_get_library_version (), "0.", 2) == 0)
    setenv ("PIPEWIRE_CONFIG_NAME", "client-rt.conf", 0);
  pw_init (NULL, NULL);
  self.loop = pw_main_loop_new (NULL);
  struct pw_loop *loop = pw_main_loop_get_loop (self.loop);
  pw_loop_add_signal (loop, SIGINT, quit_cb, &self);
  pw_loop_add_signal (loop, SIGTERM, quit_cb, &self);
  self.filter = pw_filter_new_simple (loop, argv[2],
                                      pw_properties_new (PW_KEY_NODE_NAME, argv[2], NULL),
                                      &events, &self);
  if (self.filter == NULL)
    return 1;

  int64_t                 latency_ns = argc == 4 ? atoll (argv[3]) : 0;
  struct spa_latency_info latency = SPA_LATENCY_INFO (SPA_DIRECTION_INPUT, .min_ns = latency_ns,
                                                      .max_ns = latency_ns);

  for (int i = 0; i < N_CHANNELS; i++)
    {
      uint8_t                buffer[256];
      struct spa_pod_builder builder = SPA_POD_BUILDER_INIT (buffer, sizeof buffer);
      const struct spa_pod  *params[] = {
         spa_latency_build (&builder, SPA_PARAM_Latency, &latency),
      };

      self.ports[i] = pw_filter_add_port (self.filter, PW_DIRECTION_INPUT,
                                          PW_FILTER_PORT_FLAG_MAP_BUFFERS, 0,
                                          pw_properties_new (PW_KEY_FORMAT_DSP,
                                                             "32 bit float mono audio",
                                                             PW_KEY_PORT_NAME,
                                                             i == 0 ? "input_FL" : "input_FR",
                                                             NULL),
                                          params, argc == 4);
      if (self.ports[i] == NULL)
        return 1;
    }
  if (pw_filter_connect (self.filter, PW_FILTER_FLAG_RT_PROCESS, NULL, 0) < 0)
    return 1;
  pw_main_loop_run (self.loop);
  pw_filter_destroy (self.filter);
  return 0;
}
