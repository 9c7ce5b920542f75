/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records the monitor of a sink of PulseAudio, whose rate is 48000 Hz:
 *   pulse-recorder FILE SINK
 *
 * It asks for no latency, which leaves the sink's as it is. */

#include "recorder.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <pulse/pulseaudio.h>

#define RATE 48000

struct recorder
{
  struct head *head;
  float       *frames;
  const char  *sink;
  pa_mainloop *loop;
  pa_stream   *stream;
};

static void
fail (struct recorder *self, const char *failure)
{
  fprintf (stderr, "pulse-recorder: %s\n", failure);
  pa_mainloop_quit (self->loop, 1);
}

/* The server has told what the monitor had been given at that moment, and how much of it the sink
 * had yet to play. */
static void
timing_cb (pa_stream *stream, int is_success, void *data)
{
  struct recorder      *self = data;
  const pa_timing_info *timing = pa_stream_get_timing_info (stream);
  struct timespec       now;
  double                played_us, age_us;

  if (!is_success || timing == NULL || timing->write_index_corrupt)
    return;

  clock_gettime (CLOCK_MONOTONIC, &now);
  age_us = (double) pa_timeval_age (&timing->timestamp);
  played_us = (double) timing->write_index / FRAME_SIZE * 1e6 / RATE +
              (double) timing->source_usec - (double) timing->sink_usec;
  self->head->origin_ns = (int64_t) (now.tv_sec * 1e9 + now.tv_nsec - (age_us + played_us) * 1e3);
}

static void
read_cb (pa_stream *stream, size_t n_bytes, void *data)
{
  struct recorder *self = data;
  pa_operation    *operation = pa_stream_update_timing_info (stream, timing_cb, self);

  if (operation != NULL)
    pa_operation_unref (operation);

  while (pa_stream_readable_size (stream) > 0)
    {
      const void *piece = NULL;
      size_t      size = 0;
      uint64_t    n_frames = self->head->n_frames;

      if (pa_stream_peek (stream, &piece, &size) < 0)
        return;
      if (size > (MAX_FRAMES - n_frames) * FRAME_SIZE)
        size = 0;
      if (piece != NULL)
        memcpy (self->frames + N_CHANNELS * n_frames, piece, size);
      else
        self->head->n_missed += size / FRAME_SIZE;
      atomic_store_explicit (&self->head->n_frames, n_frames + size / FRAME_SIZE,
                             memory_order_release);
      pa_stream_drop (stream);
    }
}

static void
stream_state_cb (pa_stream *stream, void *data)
{
  if (!PA_STREAM_IS_GOOD (pa_stream_get_state (stream)))
    fail (data, "the stream is lost");
}

static void
context_state_cb (pa_context *context, void *data)
{
  struct recorder *self = data;
  pa_sample_spec   spec = { .format = PA_SAMPLE_FLOAT32NE, .rate = RATE, .channels = N_CHANNELS };
  char             source[256];

  if (!PA_CONTEXT_IS_GOOD (pa_context_get_state (context)))
    fail (self, pa_strerror (pa_context_errno (context)));

  if (pa_context_get_state (context) != PA_CONTEXT_READY)
    return;

  snprintf (source, sizeof source, "%s.monitor", self->sink);
  self->stream = pa_stream_new (context, "recorder", &spec, NULL);
  pa_stream_set_state_callback (self->stream, stream_state_cb, self);
  pa_stream_set_read_callback (self->stream, read_cb, self);
  pa_stream_connect_record (self->stream, source, NULL, PA_STREAM_NOFLAGS);
}

int
main (int argc, char **argv)
{
  if (argc != 3)
    return 2;
  struct recorder self = { .head = map_head (argv[1]), .sink = argv[2] };
  int             status = 1;

  if (self.head == NULL)
    return 1;
  self.frames = get_frames (self.head);

  self.loop = pa_mainloop_new ();
  pa_context *context = pa_context_new (pa_mainloop_get_api (self.loop), "recorder");
  pa_context_set_state_callback (context, context_state_cb, &self);
  if (pa_context_connect (context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) >= 0)
    pa_mainloop_run (self.loop, &status);
  return status;
}
