/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "output/pulse.h"

#include "flitzis-error.h"
#include "rt/atomics.h"
#include "rt/owner.h"
#include "rt/xruns.h"

#include <errno.h>
#include <math.h>
#include <pulse/pulseaudio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SECOND G_GINT64_CONSTANT (1000000000)
#define NS_PER_MS G_GINT64_CONSTANT (1000000)
#define ANSWER_TIMEOUT_NS NS_PER_SECOND
#define RETRY_INTERVAL_NS (250 * NS_PER_MS)
#define COLLECT_INTERVAL_NS (10 * NS_PER_MS)

/* The default size of the buffer. */
#define BUFFER_MS 20

/* The intervals at which the server is asked for the stream's position: short at first, so that the
 * latency is known soon. */
#define FIRST_TIMING_NS (10 * NS_PER_MS)
#define LAST_TIMING_NS (100 * NS_PER_MS)
#define MAX_TIMING_STEP_NS (50 * NS_PER_MS)
#define TIMING_SMOOTHNESS 8

/* The change of the measured latency from which on it is reported. */
#define LATENCY_STEP_NS (2 * NS_PER_MS)
#define LATENCY_SMOOTHNESS 16

#define FRAME_SIZE (2 * sizeof (float))

/* A file descriptor that wakes the main loop. libpulse's own timers follow the wall clock, and its
 * events cannot be triggered without its lock. */
typedef struct
{
  int          fd;
  pa_io_event *event;
} Source;

typedef struct
{
  FlitzisBackend base;

  /* constant */
  guint                 n_buffer_frames; /* to ask for */
  pa_threaded_mainloop *mainloop;
  Source                wake_source;
  Source                collect_timer;
  Source                retry_timer;
  Source                deadline_timer;

  /* the main loop's thread, or under its lock */
  pa_context *context;
  pa_stream  *stream;          /* NULL also while there is no sink for it */
  GPtrArray  *new_sinks;       /* while the server lists them; NULL otherwise */
  gboolean    is_list_old;     /* the sinks changed while they were listed */
  gboolean    has_left_target; /* the target is missing, so the stream is on the default sink */
  gboolean    is_pipewire;     /* the server's name says so */
  char       *default_name;    /* of the default sink */
  gboolean    is_answered;     /* the server has listed the sinks */
  gboolean    is_accepted;     /* it has accepted the stream, or has no sink for it */
  gboolean    is_timed_out;    /* the deadline has passed */
  char       *failure;         /* until the stream is accepted */

  /* the time of the blocks */
  guint64 clock;              /* frames, as a driver counts them */
  guint64 n_written;          /* frames */
  guint64 n_written_at_heard; /* when heard_ns was found */
  guint64 n_requested;        /* frames, lately */
  gint64  heard_ns;           /* when the frame after these is heard */
  guint   n_timings;          /* that heard_ns comes from; 0: it is unknown */
  gint64  latency_ns;         /* as reported; -1 unknown */
  double  average_latency_ns; /* as measured lately */
  gint64  timing_asked_ns;
  gint64  timing_interval_ns;
} Pulse;

static gint64
get_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

/* 0 stops the timer. */
static void
set_timer (Source *source, gint64 first_ns)
{
  struct itimerspec timer = {
    .it_value = { .tv_sec = first_ns / NS_PER_SECOND, .tv_nsec = first_ns % NS_PER_SECOND },
  };

  timerfd_settime (source->fd, 0, &timer, NULL);
}

static void
drain (int fd)
{
  guint64 count;

  while (read (fd, &count, sizeof count) < 0 && errno == EINTR)
    {
    }
}

static void
unref_operation (pa_operation *operation)
{
  if (operation != NULL)
    pa_operation_unref (operation);
}

/* The blocks, in the main loop's thread. */

/* Returns the time at which the next frame to be written is heard. */
static gint64
find_heard_time (Pulse *self)
{
  double n_frames = (double) (self->n_written - self->n_written_at_heard);

  return self->heard_ns + (gint64) (n_frames * NS_PER_SECOND / self->base.mixer->sample_rate);
}

static void
forget_heard_time (Pulse *self)
{
  self->n_timings = 0;
  self->timing_asked_ns = 0;
  self->timing_interval_ns = FIRST_TIMING_NS;
}

/* The server has reported how many of the written frames it has played. This moves the time line by
 * only a part of the difference, because the question or the answer may have been held up. */
static void
timing_cb (pa_stream *stream, int is_success, void *data)
{
  Pulse                *self = data;
  const pa_timing_info *timing = pa_stream_get_timing_info (stream);
  gint64                n_queued, queued_us, heard_ns, difference_ns;

  if (!is_success || timing == NULL || timing->write_index_corrupt || timing->read_index_corrupt)
    return;

  /* the stream has not begun, or is filling its buffer after an underflow */
  if (!timing->playing)
    {
      self->timing_interval_ns = FIRST_TIMING_NS;
      return;
    }

  n_queued = (timing->write_index - timing->read_index) / (gint64) FRAME_SIZE;

  /* pipewire-pulse counts the frames that it has just taken as played, and asks for as many anew */
  if (self->is_pipewire)
    n_queued += (gint64) self->n_requested;

  queued_us = n_queued * G_USEC_PER_SEC / (gint64) self->base.mixer->sample_rate;
  heard_ns = get_now () + (queued_us + (gint64) timing->sink_usec -
                           (gint64) pa_timeval_age (&timing->timestamp)) *
                              1000;
  difference_ns = heard_ns - find_heard_time (self);

  if (ABS (difference_ns) >= MAX_TIMING_STEP_NS)
    self->n_timings = 0;

  self->n_timings = MIN (self->n_timings + 1, TIMING_SMOOTHNESS);
  self->heard_ns = find_heard_time (self) + difference_ns / self->n_timings;
  self->n_written_at_heard = self->n_written;
}

static void
ask_for_timing (Pulse *self, gint64 now)
{
  if (now < self->timing_asked_ns + self->timing_interval_ns)
    return;

  self->timing_asked_ns = now;
  self->timing_interval_ns = MIN (2 * self->timing_interval_ns, LAST_TIMING_NS);
  unref_operation (pa_stream_update_timing_info (self->stream, timing_cb, self));
}

/* Returns the number of frames until the next block. If several times as many pass without a block,
 * the time line assumes a stall. A PipeWire graph with long blocks asks for more frames at once
 * than fit into the buffer that the stream asked for. */
static guint64
get_quantum (Pulse *self)
{
  return self->is_pipewire ? MAX (self->n_buffer_frames, self->n_requested) : self->n_buffer_frames;
}

/* Returns the time at which a driver with steady blocks would render the next frame to be
 * written. */
static gint64
measure_time (Pulse *self, gint64 now)
{
  double latency_ns = (double) (find_heard_time (self) - now);

  if (self->n_timings == 0)
    return now;

  if (self->latency_ns < 0)
    self->average_latency_ns = latency_ns;

  self->average_latency_ns += (latency_ns - self->average_latency_ns) / LATENCY_SMOOTHNESS;

  if (self->latency_ns < 0 ||
      fabs (self->average_latency_ns - (double) self->latency_ns) > LATENCY_STEP_NS)
    {
      self->latency_ns = (gint64) MAX (self->average_latency_ns, 0.0);
      set_timer (&self->collect_timer, COLLECT_INTERVAL_NS);
    }

  return now + (gint64) latency_ns - self->latency_ns;
}

static void
render (Pulse *self, const FlitzisCycle *cycle, float *out, guint32 n_frames) FLITZIS_REALTIME
{
  FlitzisMixer *mixer = self->base.mixer;

  if (!flitzis_mixer_try_own (mixer, FLITZIS_OWNER_CALLBACK))
    {
      memset (out, 0, n_frames * FRAME_SIZE);
      return;
    }

  flitzis_mixer_follow_clock (mixer, cycle);
  flitzis_backend_render (&self->base, out, n_frames);
  flitzis_mixer_disown (mixer);
}

static gboolean
write_block (Pulse *self, size_t *n_bytes)
{
  double       rate = self->base.mixer->sample_rate;
  gint64       now = get_now ();
  FlitzisCycle cycle = {
    .position = self->clock,
    .duration = get_quantum (self),
    .rate = rate,
    .true_rate = rate,
  };
  size_t n = *n_bytes;
  void  *data = NULL;

  ask_for_timing (self, now);
  cycle.nsec = (guint64) measure_time (self, now);

  if (pa_stream_begin_write (self->stream, &data, &n) < 0 || data == NULL)
    return FALSE;

  n = MIN (n, *n_bytes) / FRAME_SIZE * FRAME_SIZE;
  render (self, &cycle, data, (guint32) (n / FRAME_SIZE));
  self->clock += cycle.duration;
  self->n_written += n / FRAME_SIZE;
  *n_bytes -= n;

  return pa_stream_write (self->stream, data, n, NULL, 0, PA_SEEK_RELATIVE) >= 0;
}

static void
write_frames (Pulse *self, size_t n_bytes)
{
  while (n_bytes >= FRAME_SIZE && write_block (self, &n_bytes))
    {
    }
}

/* The server asks a stream that sleeps for frames, too. */
static void
write_cb (pa_stream *stream, size_t n_bytes, void *data)
{
  Pulse *self = data;

  if (!self->base.is_streaming)
    return;

  self->n_requested = n_bytes / FRAME_SIZE;
  write_frames (self, n_bytes);
}

static void
underflow_cb (pa_stream *stream, void *data)
{
  Pulse *self = data;

  if (!self->base.is_streaming)
    return;

  atomic_fetch_add_explicit (&self->base.mixer->n_xruns, 1, memory_order_relaxed);
  forget_heard_time (self);
}

/* The main loop's thread. */

static void
set_failure (Pulse *self, const char *failure)
{
  if (self->failure == NULL)
    self->failure = g_strdup (failure);

  pa_threaded_mainloop_signal (self->mainloop, 0);
}

static void
set_accepted (Pulse *self)
{
  self->is_accepted = TRUE;
  set_timer (&self->retry_timer, 0);
  pa_threaded_mainloop_signal (self->mainloop, 0);
}

static void
set_streaming (Pulse *self, gboolean is_streaming)
{
  if (is_streaming)
    {
      self->latency_ns = -1;
      forget_heard_time (self);
      set_timer (&self->collect_timer, COLLECT_INTERVAL_NS);
    }

  flitzis_backend_set_streaming (&self->base, is_streaming);
}

static void
disconnect_stream (Pulse *self)
{
  pa_stream *stream = g_steal_pointer (&self->stream);

  set_streaming (self, FALSE);

  if (stream == NULL)
    return;

  pa_stream_set_state_callback (stream, NULL, NULL);
  pa_stream_set_write_callback (stream, NULL, NULL);
  pa_stream_set_underflow_callback (stream, NULL, NULL);
  pa_stream_set_moved_callback (stream, NULL, NULL);
  pa_stream_disconnect (stream);
  pa_stream_unref (stream);
}

static void connect_stream (Pulse *self);

/* The sink is gone or never existed, and the server has found no other sink for the stream. */
static void
lose_stream (Pulse *self)
{
  int error = pa_context_errno (self->context);

  disconnect_stream (self);
  flitzis_backend_set_active_sink (&self->base, NULL);

  if (error == PA_ERR_NOENTITY && self->base.target != NULL && !self->has_left_target)
    {
      self->has_left_target = TRUE;
      connect_stream (self);
      return;
    }

  if (!self->is_accepted && error != PA_ERR_NOENTITY)
    {
      set_failure (self, pa_strerror (error));
      return;
    }

  set_accepted (self);

  if (flitzis_control_get_state (self->base.control) == FLITZIS_STATE_RUNNING)
    flitzis_control_set_state (self->base.control, FLITZIS_STATE_RECONNECTING);
}

static void
stream_moved_cb (pa_stream *stream, void *data)
{
  Pulse *self = data;

  flitzis_backend_set_active_sink (&self->base, pa_stream_get_device_name (stream));
}

static void
stream_state_cb (pa_stream *stream, void *data)
{
  Pulse *self = data;

  switch (pa_stream_get_state (stream))
    {
    case PA_STREAM_READY:
      stream_moved_cb (stream, self);
      set_streaming (self, TRUE);
      set_accepted (self);
      break;
    case PA_STREAM_FAILED:
    case PA_STREAM_TERMINATED:
      if (PA_CONTEXT_IS_GOOD (pa_context_get_state (self->context)))
        lose_stream (self);
      break;
    case PA_STREAM_UNCONNECTED:
    case PA_STREAM_CREATING:
      break;
    }
}

static pa_proplist *
make_properties (Pulse *self)
{
  pa_proplist *properties = pa_proplist_new ();

  pa_proplist_sets (properties, PA_PROP_APPLICATION_NAME, self->base.client_name);
  pa_proplist_sets (properties, PA_PROP_MEDIA_NAME, self->base.client_name);

  if (self->base.application_id != NULL)
    pa_proplist_sets (properties, PA_PROP_APPLICATION_ID, self->base.application_id);

  if (self->base.icon_name != NULL)
    pa_proplist_sets (properties, PA_PROP_APPLICATION_ICON_NAME, self->base.icon_name);

  /* PulseAudio writes the roles in small letters. */
  if (self->base.media_role != NULL)
    {
      g_autofree char *role = g_ascii_strdown (self->base.media_role, -1);

      pa_proplist_sets (properties, PA_PROP_MEDIA_ROLE, role);
    }

  return properties;
}

static void
connect_stream (Pulse *self)
{
  pa_sample_spec spec = {
    .format = PA_SAMPLE_FLOAT32NE,
    .rate = self->base.mixer->sample_rate,
    .channels = 2,
  };
  pa_buffer_attr buffer = {
    .maxlength = (uint32_t) -1,
    .tlength = (uint32_t) (self->n_buffer_frames * FRAME_SIZE),
    .prebuf = (uint32_t) -1,
    .minreq = (uint32_t) -1,
    .fragsize = (uint32_t) -1,
  };
  pa_proplist *properties = make_properties (self);

  self->stream = pa_stream_new_with_proplist (self->context, self->base.client_name, &spec, NULL,
                                              properties);
  pa_proplist_free (properties);

  if (self->stream == NULL)
    {
      lose_stream (self);
      return;
    }

  pa_stream_set_state_callback (self->stream, stream_state_cb, self);
  pa_stream_set_write_callback (self->stream, write_cb, self);
  pa_stream_set_underflow_callback (self->stream, underflow_cb, self);
  pa_stream_set_moved_callback (self->stream, stream_moved_cb, self);

  if (pa_stream_connect_playback (self->stream, self->has_left_target ? NULL : self->base.target,
                                  &buffer,
                                  PA_STREAM_ADJUST_LATENCY,
                                  NULL, NULL) < 0)
    lose_stream (self);
}

/* A server may have started before its sinks. */
static void
connect_stream_if_needed (Pulse *self)
{
  if (!self->base.is_started || self->stream != NULL)
    return;

  self->has_left_target = FALSE;

  if (self->base.sinks->len > 0)
    connect_stream (self);
  else
    set_accepted (self);
}

static void list_sinks (Pulse *self);

static void
sink_info_cb (pa_context *context, const pa_sink_info *info, int eol, void *data)
{
  Pulse *self = data;

  if (eol == 0)
    {
      g_ptr_array_add (self->new_sinks,
                       flitzis_sink_info_new (info->name, info->description,
                                              pa_proplist_gets (info->proplist,
                                                                PA_PROP_DEVICE_ICON_NAME),
                                              g_strcmp0 (info->name, self->default_name) == 0));
      return;
    }

  flitzis_backend_set_sinks (&self->base, g_steal_pointer (&self->new_sinks));
  self->is_answered = TRUE;
  pa_threaded_mainloop_signal (self->mainloop, 0);

  if (self->base.sinks->len == 0 && self->stream != NULL)
    lose_stream (self);
  else
    connect_stream_if_needed (self);

  if (self->is_list_old)
    list_sinks (self);
}

static void
server_info_cb (pa_context *context, const pa_server_info *info, void *data)
{
  Pulse *self = data;

  if (info != NULL)
    {
      g_free (self->default_name);
      self->default_name = g_strdup (info->default_sink_name);
      self->is_pipewire = info->server_name != NULL && strstr (info->server_name, "PipeWire");
    }

  unref_operation (pa_context_get_sink_info_list (context, sink_info_cb, self));
}

/* Asks for one list at a time. */
static void
list_sinks (Pulse *self)
{
  self->is_list_old = self->new_sinks != NULL;

  if (self->is_list_old)
    return;

  self->new_sinks = g_ptr_array_new_with_free_func ((GDestroyNotify) flitzis_sink_info_free);
  unref_operation (pa_context_get_server_info (self->context, server_info_cb, self));
}

static void
subscription_cb (pa_context *context, pa_subscription_event_type_t type, uint32_t index, void *data)
{
  list_sinks (data);
}

static void
disconnect (Pulse *self)
{
  pa_context *context;

  disconnect_stream (self);
  context = g_steal_pointer (&self->context);

  if (context == NULL)
    return;

  pa_context_set_state_callback (context, NULL, NULL);
  pa_context_set_subscribe_callback (context, NULL, NULL);
  pa_context_disconnect (context);
  pa_context_unref (context);
  g_clear_pointer (&self->new_sinks, g_ptr_array_unref);
}

/* An accepted stream waits for the server to come back. Before that, a loss is an error of the
 * start. */
static void
lose (Pulse *self)
{
  if (!self->is_accepted)
    {
      set_failure (self, pa_strerror (pa_context_errno (self->context)));
      return;
    }

  flitzis_backend_lose (&self->base);
  set_timer (&self->retry_timer, RETRY_INTERVAL_NS);
}

static void
context_state_cb (pa_context *context, void *data)
{
  Pulse *self = data;

  switch (pa_context_get_state (context))
    {
    case PA_CONTEXT_READY:
      pa_context_set_subscribe_callback (context, subscription_cb, self);
      unref_operation (pa_context_subscribe (context,
                                             PA_SUBSCRIPTION_MASK_SINK |
                                                 PA_SUBSCRIPTION_MASK_SERVER,
                                             NULL, NULL));
      list_sinks (self);
      break;
    case PA_CONTEXT_FAILED:
    case PA_CONTEXT_TERMINATED:
      lose (self);
      break;
    case PA_CONTEXT_UNCONNECTED:
    case PA_CONTEXT_CONNECTING:
    case PA_CONTEXT_AUTHORIZING:
    case PA_CONTEXT_SETTING_NAME:
      break;
    }
}

/* Connects to a server that is running, and starts none. */
static gboolean
connect_context (Pulse *self)
{
  pa_proplist *properties = make_properties (self);

  self->context = pa_context_new_with_proplist (pa_threaded_mainloop_get_api (self->mainloop),
                                                self->base.client_name, properties);
  pa_proplist_free (properties);

  if (self->context == NULL)
    return FALSE;

  pa_context_set_state_callback (self->context, context_state_cb, self);

  return pa_context_connect (self->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) >= 0;
}

static void
retry_cb (pa_mainloop_api *api, pa_io_event *event, int fd, pa_io_event_flags_t flags, void *data)
{
  Pulse *self = data;

  drain (fd);
  disconnect (self);

  /* a server that does not answer in time may have been replaced */
  set_timer (&self->retry_timer,
             connect_context (self) ? ANSWER_TIMEOUT_NS : RETRY_INTERVAL_NS);
}

static void
collect_cb (pa_mainloop_api *api, pa_io_event *event, int fd, pa_io_event_flags_t flags, void *data)
{
  Pulse *self = data;

  drain (fd);
  set_timer (&self->collect_timer,
             (gint64) flitzis_backend_collect (&self->base, self->latency_ns));
}

static void
wake_cb (pa_mainloop_api *api, pa_io_event *event, int fd, pa_io_event_flags_t flags, void *data)
{
  Pulse *self = data;

  drain (fd);
  flitzis_backend_wake_up (&self->base);
  set_timer (&self->collect_timer, COLLECT_INTERVAL_NS);
}

static void
deadline_cb (pa_mainloop_api    *api,
             pa_io_event        *event,
             int                 fd,
             pa_io_event_flags_t flags,
             void               *data)
{
  Pulse *self = data;

  drain (fd);
  self->is_timed_out = TRUE;
  pa_threaded_mainloop_signal (self->mainloop, 0);
}

/* Called by control, under its mutex. */
static void
wake (gpointer data)
{
  Pulse  *self = data;
  guint64 one = 1;

  while (write (self->wake_source.fd, &one, sizeof one) < 0 && errno == EINTR)
    {
    }
}

/* When the stream goes on, the server first plays the frames that it still holds. They count as
 * played. */
static void
set_active (FlitzisBackend *base, gboolean is_active)
{
  Pulse *self = (Pulse *) base;

  if (self->stream == NULL || pa_stream_get_state (self->stream) != PA_STREAM_READY)
    return;

  set_streaming (self, is_active);
  unref_operation (pa_stream_cork (self->stream, !is_active, NULL, NULL));

  if (is_active)
    write_frames (self, pa_stream_writable_size (self->stream));
}

/* Makes a new stream, as the other backend does. */
static void
move (FlitzisBackend *base)
{
  Pulse *self = (Pulse *) base;

  if (self->stream == NULL)
    return;

  disconnect_stream (self);
  flitzis_backend_wake_up (base);
  connect_stream_if_needed (self);
}

/* Any thread. */

static gboolean
set_error (GError **error, const char *cause)
{
  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_OUTPUT, "PulseAudio: %s", cause);

  return FALSE;
}

/* Under the main loop's lock. Waits until `is_done` is true, or something fails. */
static gboolean
wait_for (Pulse *self, const gboolean *is_done, gint64 deadline_us, GError **error)
{
  gint64 left_us = deadline_us - g_get_monotonic_time ();

  self->is_timed_out = left_us <= 0;
  set_timer (&self->deadline_timer, MAX (left_us, 0) * 1000);

  while (!*is_done && self->failure == NULL && !self->is_timed_out)
    pa_threaded_mainloop_wait (self->mainloop);

  set_timer (&self->deadline_timer, 0);

  if (*is_done)
    return TRUE;

  return set_error (error, self->failure != NULL ? self->failure
                                                 : "the server did not answer in time");
}

static void
add_source (Pulse *self, Source *source, int fd, pa_io_event_cb_t callback)
{
  pa_mainloop_api *api = pa_threaded_mainloop_get_api (self->mainloop);

  source->fd = fd;
  source->event = api->io_new (api, fd, PA_IO_EVENT_INPUT, callback, self);
}

static void
remove_source (Pulse *self, Source *source)
{
  if (source->event == NULL)
    return;

  pa_threaded_mainloop_get_api (self->mainloop)->io_free (source->event);
  close (source->fd);
}

static gboolean
set_up (Pulse *self, gint64 deadline_us, GError **error)
{
  gboolean is_connected;

  self->mainloop = pa_threaded_mainloop_new ();

  if (self->mainloop == NULL)
    return set_error (error, "no main loop could be made");

  add_source (self, &self->wake_source, eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK), wake_cb);
  add_source (self, &self->collect_timer,
              timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), collect_cb);
  add_source (self, &self->retry_timer,
              timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), retry_cb);
  add_source (self, &self->deadline_timer,
              timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), deadline_cb);
  pa_threaded_mainloop_set_name (self->mainloop, "flitzis");

  if (pa_threaded_mainloop_start (self->mainloop) < 0)
    return set_error (error, "its thread could not be started");

  pa_threaded_mainloop_lock (self->mainloop);

  if (connect_context (self))
    is_connected = wait_for (self, &self->is_answered, deadline_us, error);
  else
    is_connected = set_error (error, self->context != NULL
                                         ? pa_strerror (pa_context_errno (self->context))
                                         : "no context could be made");

  pa_threaded_mainloop_unlock (self->mainloop);

  return is_connected;
}

static gboolean
start (FlitzisBackend *base, gint64 deadline_us, GError **error)
{
  Pulse   *self = (Pulse *) base;
  gboolean is_accepted;

  pa_threaded_mainloop_lock (self->mainloop);
  flitzis_backend_begin (base, wake);
  connect_stream_if_needed (self);
  is_accepted = wait_for (self, &self->is_accepted, deadline_us, error);
  pa_threaded_mainloop_unlock (self->mainloop);

  return is_accepted;
}

static void
set_target (FlitzisBackend *base, const char *target)
{
  Pulse *self = (Pulse *) base;

  pa_threaded_mainloop_lock (self->mainloop);
  g_free (base->target);
  base->target = g_strdup (target);
  move (base);
  pa_threaded_mainloop_unlock (self->mainloop);
}

static void
free_pulse (FlitzisBackend *base)
{
  Pulse *self = (Pulse *) base;

  if (base->is_started)
    flitzis_control_set_wake (base->control, NULL, NULL);

  if (self->mainloop != NULL)
    {
      pa_threaded_mainloop_stop (self->mainloop);
      disconnect (self);
      remove_source (self, &self->wake_source);
      remove_source (self, &self->collect_timer);
      remove_source (self, &self->retry_timer);
      remove_source (self, &self->deadline_timer);
      pa_threaded_mainloop_free (self->mainloop);
    }

  flitzis_backend_clear (base);
  g_free (self->failure);
  g_free (self->default_name);
  g_free (self);
}

static const FlitzisBackendFuncs funcs = {
  .output = FLITZIS_OUTPUT_PULSE,
  .start = start,
  .set_target = set_target,
  .move = move,
  .set_active = set_active,
  .free = free_pulse,
};

gboolean
flitzis_pulse_is_pipewire (FlitzisBackend *backend)
{
  return ((Pulse *) backend)->is_pipewire;
}

FlitzisBackend *
flitzis_pulse_connect (FlitzisControl             *control,
                       const FlitzisBackendConfig *config,
                       gint64                      deadline_us,
                       GError                    **error)
{
  Pulse *self = g_new0 (Pulse, 1);

  flitzis_backend_init (&self->base, &funcs, control, config);
  self->n_buffer_frames = config->latency_frames > 0
                              ? config->latency_frames
                              : self->base.mixer->sample_rate * BUFFER_MS / 1000;
  self->latency_ns = -1;

  if (!set_up (self, deadline_us, error))
    {
      free_pulse (&self->base);
      return NULL;
    }

  return &self->base;
}
