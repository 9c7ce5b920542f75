/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "output/pipewire.h"

#include "flitzis-error.h"
#include "output/pipewire-sinks.h"
#include "rt/owner.h"
#include "rt/xruns.h"
#include "rt/atomics.h"

#include <errno.h>
#include <pipewire/pipewire.h>
#include <spa/param/audio/format-utils.h>
#include <string.h>

/* PipeWire does not declare these functions as real-time safe, but they are made for the
 * callback. */
struct pw_buffer *pw_stream_dequeue_buffer (struct pw_stream *stream) FLITZIS_REALTIME;
int               pw_stream_queue_buffer (struct pw_stream *stream,
                                          struct pw_buffer *buffer) FLITZIS_REALTIME;

#define ANSWER_TIMEOUT_NS ((gint64) SPA_NSEC_PER_SEC)
#define RETRY_INTERVAL_NS (250 * SPA_NSEC_PER_MSEC)
#define COLLECT_INTERVAL_NS (10 * SPA_NSEC_PER_MSEC)
#define BLOCK_POLL_US 50

#define FRAME_SIZE (2 * sizeof (float))

/* The sinks and the stream have a connection each. While the session manager waits for the
 * parameters of a stream, the server reads nothing else from the session manager. While a client
 * waits for the session manager to name the default sink, the server reads nothing from the client,
 * not even the parameters of its stream. With one connection both could wait for ever. */
typedef struct
{
  struct pw_core *core; /* NULL while not connected */
  struct spa_hook listener;
} Connection;

typedef struct
{
  FlitzisBackend base;

  /* constant */
  guint                  latency_frames;
  struct pw_thread_loop *thread_loop;
  struct pw_loop        *loop;
  struct pw_context     *context;
  struct spa_source     *wake_event;
  struct spa_source     *collect_timer;
  struct spa_source     *retry_timer;

  /* the loop's thread, or under its lock */
  gboolean              is_running; /* the thread has entered the loop */
  Connection            sinks_connection;
  Connection            stream_connection;
  FlitzisPipewireSinks *sinks;
  struct pw_stream     *stream;
  struct spa_hook       stream_listener;
  gboolean              is_answered; /* the server has listed the sinks */
  gboolean              is_accepted; /* it has accepted the node */
  gboolean              is_leaving;  /* we destroy the stream, so its end is no loss */
  char                 *failure;     /* in the server's words, until it has accepted the node */

  /* the loop's thread writes, the callback reads while it owns the mixer */
  _Atomic (const struct spa_io_position *) io_position;
} Pipewire;

static void
set_timer (Pipewire *self, struct spa_source *timer, guint64 first_ns)
{
  struct timespec first = { .tv_sec = (time_t) (first_ns / SPA_NSEC_PER_SEC),
                            .tv_nsec = (long) (first_ns % SPA_NSEC_PER_SEC) };

  pw_loop_update_timer (self->loop, timer, &first, NULL, false);
}

/* The audio callback. */

/* Follows the driver's clock. Returns false if the clock is not set. */
static bool
follow_clock (Pipewire *self, const struct spa_io_clock *clock) FLITZIS_REALTIME
{
  double       rate = clock->rate.num > 0 ? (double) clock->rate.denom / clock->rate.num : 0.0;
  bool         is_sane = clock->rate_diff > 0.5 && clock->rate_diff < 2.0;
  FlitzisCycle cycle = {
    .driver_id = clock->id,
    .position = clock->position,
    .duration = clock->duration,
    .nsec = clock->nsec,
    .rate = rate,
    .true_rate = is_sane ? rate * clock->rate_diff : rate,
  };

  if (rate > 0.0)
    flitzis_mixer_follow_clock (self->base.mixer, &cycle);

  return rate > 0.0;
}

static void
render (Pipewire *self, struct pw_buffer *buffer, bool is_owner) FLITZIS_REALTIME
{
  struct spa_data *audio = &buffer->buffer->datas[0];
  uint32_t         n_frames = 0;

  if (audio->data != NULL)
    {
      n_frames = audio->maxsize / FRAME_SIZE;

      if (buffer->requested > 0 && buffer->requested < n_frames)
        n_frames = (uint32_t) buffer->requested;

      if (is_owner)
        flitzis_backend_render (&self->base, audio->data, n_frames);
      else
        memset (audio->data, 0, n_frames * FRAME_SIZE);
    }

  audio->chunk->offset = 0;
  audio->chunk->stride = FRAME_SIZE;
  audio->chunk->size = n_frames * FRAME_SIZE;
}

/* The clock is read again after the block. It is the same clock as at the beginning: its area stays
 * while the callback owns the mixer. */
static void
process_cb (void *data) FLITZIS_REALTIME
{
  Pipewire                     *self = data;
  struct pw_buffer             *buffer = pw_stream_dequeue_buffer (self->stream);
  const struct spa_io_position *io = NULL;
  bool                          is_owner, is_following;

  if (buffer == NULL)
    return;

  is_owner = flitzis_mixer_try_own (self->base.mixer, FLITZIS_OWNER_CALLBACK);

  if (is_owner)
    io = flitzis_get (self->io_position);

  is_following = io != NULL && follow_clock (self, &io->clock);
  render (self, buffer, is_owner);
  pw_stream_queue_buffer (self->stream, buffer);

  if (is_following)
    flitzis_mixer_check_deadline (self->base.mixer, io->clock.id, io->clock.position);

  if (is_owner)
    flitzis_mixer_disown (self->base.mixer);
}

/* The loop's thread. */

static void
set_failure (Pipewire *self, const char *failure)
{
  if (self->failure == NULL)
    self->failure = g_strdup (failure != NULL ? failure : "unknown error");
  pw_thread_loop_signal (self->thread_loop, false);
}

static void
set_streaming (Pipewire *self, gboolean is_streaming)
{
  flitzis_backend_set_streaming (&self->base, is_streaming);

  if (is_streaming)
    set_timer (self, self->collect_timer, COLLECT_INTERVAL_NS);
}

/* An accepted stream waits for the server to come back. Before that, a loss is an error of the
 * start. */
static void
lose (Pipewire *self, const char *failure)
{
  if (!self->is_accepted)
    {
      set_failure (self, failure);
      return;
    }

  flitzis_backend_lose (&self->base);
  set_timer (self, self->retry_timer, RETRY_INTERVAL_NS);
}

/* PipeWire reports a lost connection as EPIPE. With other codes the server complains about a single
 * message, such as one to an object that it has just removed. That matters only while we wait for
 * the server to accept the node. */
static void
core_error_cb (void *data, uint32_t id, int seq, int res, const char *message)
{
  Pipewire *self = data;

  if (id == PW_ID_CORE && (res == -EPIPE || !self->is_accepted))
    lose (self, message);
}

static void
sinks_changed_cb (gpointer data)
{
  Pipewire   *self = data;
  guint32     node_id = self->stream != NULL ? pw_stream_get_node_id (self->stream) : PW_ID_ANY;
  const char *active = flitzis_pipewire_sinks_find_active (self->sinks, node_id);

  flitzis_backend_set_active_sink (&self->base, active);
  flitzis_backend_set_sinks (&self->base, flitzis_pipewire_sinks_list (self->sinks));
}

/* The registry has listed all objects now. There may be no sink among them. */
static void
core_done_cb (void *data, uint32_t id, int seq)
{
  Pipewire *self = data;

  sinks_changed_cb (self);
  self->is_answered = TRUE;
  pw_thread_loop_signal (self->thread_loop, false);
}

static const struct pw_core_events sinks_core_events = {
  PW_VERSION_CORE_EVENTS,
  .done = core_done_cb,
  .error = core_error_cb,
};

static const struct pw_core_events stream_core_events = {
  PW_VERSION_CORE_EVENTS,
  .error = core_error_cb,
};

/* 0 or a negative errno */
static int
open_connection (Pipewire *self, Connection *connection, const struct pw_core_events *events)
{
  connection->core = pw_context_connect (self->context, NULL, 0);

  if (connection->core == NULL)
    return -errno;

  pw_core_add_listener (connection->core, &connection->listener, events, self);

  return 0;
}

static void
close_connection (Connection *connection)
{
  if (connection->core == NULL)
    return;

  spa_hook_remove (&connection->listener);
  pw_core_disconnect (connection->core);
  connection->core = NULL;
}

/* The stream sleeps, or its sink went away: the server links the stream again when there is a
 * sink. */
static void
stop_streaming (Pipewire *self, gboolean was_streaming)
{
  self->is_accepted = TRUE;
  set_timer (self, self->retry_timer, 0);
  set_streaming (self, FALSE);
  pw_thread_loop_signal (self->thread_loop, false);

  if (was_streaming && !self->base.is_asleep &&
      flitzis_control_get_state (self->base.control) == FLITZIS_STATE_RUNNING)
    flitzis_control_set_state (self->base.control, FLITZIS_STATE_RECONNECTING);

  flitzis_backend_check_sinks (&self->base);
}

static void
state_changed_cb (void                *data,
                  enum pw_stream_state old_state,
                  enum pw_stream_state state,
                  const char          *error)
{
  Pipewire *self = data;

  if (self->is_leaving)
    return;

  switch (state)
    {
    case PW_STREAM_STATE_STREAMING:
      set_streaming (self, TRUE);
      break;
    case PW_STREAM_STATE_PAUSED:
      stop_streaming (self, old_state == PW_STREAM_STATE_STREAMING);
      break;
    case PW_STREAM_STATE_ERROR:
      /* the lack of a sink is reported as an error, too, but leaves the stream as it was */
      if (pw_stream_get_state (self->stream, NULL) == PW_STREAM_STATE_ERROR)
        lose (self, error);
      break;
    case PW_STREAM_STATE_UNCONNECTED:
      lose (self, "disconnected");
      break;
    case PW_STREAM_STATE_CONNECTING:
      break;
    }
}

/* The old area may be unmapped after this has returned, so it waits for a block that uses it. */
static void
io_changed_cb (void *data, uint32_t id, void *area, uint32_t size)
{
  Pipewire *self = data;

  if (id != SPA_IO_Position)
    return;

  flitzis_set (self->io_position, area);

  while (flitzis_mixer_is_in_block (self->base.mixer))
    g_usleep (BLOCK_POLL_US);
}

/* The latency of the linked sink has changed, and the collector reads it. */
static void
param_changed_cb (void *data, uint32_t id, const struct spa_pod *param)
{
  Pipewire *self = data;

  if (id == SPA_PARAM_Latency)
    set_timer (self, self->collect_timer, COLLECT_INTERVAL_NS);
}

static const struct pw_stream_events stream_events = {
  PW_VERSION_STREAM_EVENTS,
  .state_changed = state_changed_cb,
  .io_changed = io_changed_cb,
  .param_changed = param_changed_cb,
  .process = process_cb,
};

static struct pw_properties *
make_stream_properties (Pipewire *self)
{
  struct pw_properties *properties = pw_properties_new (PW_KEY_MEDIA_TYPE, "Audio",
                                                        PW_KEY_MEDIA_CATEGORY, "Playback",
                                                        PW_KEY_NODE_NAME, self->base.client_name,
                                                        PW_KEY_APP_NAME, self->base.client_name,
                                                        NULL);

  /* a NULL leaves the property out */
  pw_properties_set (properties, PW_KEY_APP_ID, self->base.application_id);
  pw_properties_set (properties, PW_KEY_APP_ICON_NAME, self->base.icon_name);
  pw_properties_set (properties, PW_KEY_MEDIA_ROLE, self->base.media_role);
  pw_properties_set (properties, PW_KEY_TARGET_OBJECT, self->base.target);

  if (self->latency_frames > 0)
    pw_properties_setf (properties, PW_KEY_NODE_LATENCY, "%u/%u", self->latency_frames,
                        self->base.mixer->sample_rate);

  return properties;
}

static int
connect_stream (Pipewire *self)
{
  struct spa_audio_info_raw format = {
    .format = SPA_AUDIO_FORMAT_F32,
    .rate = self->base.mixer->sample_rate,
    .channels = 2,
    .position = { SPA_AUDIO_CHANNEL_FL, SPA_AUDIO_CHANNEL_FR },
  };
  uint8_t                buffer[1024];
  struct spa_pod_builder builder = SPA_POD_BUILDER_INIT (buffer, sizeof (buffer));
  const struct spa_pod  *params[] = {
     spa_format_audio_raw_build (&builder, SPA_PARAM_EnumFormat, &format),
  };
  int result = open_connection (self, &self->stream_connection, &stream_core_events);

  if (result < 0)
    return result;

  self->stream = pw_stream_new (self->stream_connection.core, self->base.client_name,
                                make_stream_properties (self));

  if (self->stream == NULL)
    return -errno;

  flitzis_pipewire_sinks_follow_default (self->sinks);
  pw_stream_add_listener (self->stream, &self->stream_listener, &stream_events, self);

  return pw_stream_connect (self->stream, PW_DIRECTION_OUTPUT, PW_ID_ANY,
                            PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS |
                                PW_STREAM_FLAG_RT_PROCESS,
                            params, G_N_ELEMENTS (params));
}

static void
disconnect_stream (Pipewire *self)
{
  /* a block may be under way until the stream is destroyed, and needs the pointer and the
   * listener */
  self->is_leaving = TRUE;

  if (self->stream != NULL)
    pw_stream_destroy (self->stream);

  close_connection (&self->stream_connection);
  self->is_leaving = FALSE;
  self->stream = NULL;
  self->io_position = NULL;
  flitzis_backend_set_streaming (&self->base, FALSE);
}

static void
disconnect (Pipewire *self)
{
  disconnect_stream (self);
  g_clear_pointer (&self->sinks, flitzis_pipewire_sinks_free);
  close_connection (&self->sinks_connection);
}

/* 0 or a negative errno */
static int
connect_sinks (Pipewire *self)
{
  int result = open_connection (self, &self->sinks_connection, &sinks_core_events);

  if (result < 0)
    return result;

  self->sinks = flitzis_pipewire_sinks_new (self->sinks_connection.core, sinks_changed_cb, self);
  pw_core_sync (self->sinks_connection.core, PW_ID_CORE, 0);

  return 0;
}

static void
retry_cb (void *data, uint64_t n_expirations)
{
  Pipewire *self = data;
  gboolean  is_tried;

  disconnect (self);
  is_tried = connect_sinks (self) == 0 && connect_stream (self) == 0;

  /* a server that does not answer in time may have been replaced */
  set_timer (self, self->retry_timer, is_tried ? ANSWER_TIMEOUT_NS : RETRY_INTERVAL_NS);
}

/* The delay of the graph and of the device, as the server reports it, plus that of the
 * resampler. */
static gint64
get_latency (Pipewire *self)
{
  struct pw_time time = { 0 };

  if (!self->base.is_streaming ||
      pw_stream_get_time_n (self->stream, &time, sizeof time) < 0 || time.rate.denom == 0)
    return -1;

  return MAX (0, (gint64) (1e9 * time.delay * time.rate.num / time.rate.denom +
                           1e9 * time.buffered / self->base.mixer->sample_rate));
}

static void
collect_cb (void *data, uint64_t n_expirations)
{
  Pipewire *self = data;

  set_timer (self, self->collect_timer,
             flitzis_backend_collect (&self->base, get_latency (self)));
}

static void
wake_cb (void *data, uint64_t count)
{
  Pipewire *self = data;

  self->is_running = TRUE;
  pw_thread_loop_signal (self->thread_loop, false);
  flitzis_backend_wake_up (&self->base);
  set_timer (self, self->collect_timer, COLLECT_INTERVAL_NS);
}

/* Called by control, under its mutex. */
static void
wake (gpointer data)
{
  Pipewire *self = data;

  pw_loop_signal_event (self->loop, self->wake_event);
}

static void
set_active (FlitzisBackend *base, gboolean is_active)
{
  Pipewire *self = (Pipewire *) base;

  if (self->stream != NULL)
    pw_stream_set_active (self->stream, is_active);
}

/* Makes a new stream: moving the old one takes rights that a sandbox does not give. */
static void
move (FlitzisBackend *base)
{
  Pipewire *self = (Pipewire *) base;

  if (self->stream == NULL)
    return;

  disconnect_stream (self);
  flitzis_backend_wake_up (base);

  if (connect_stream (self) < 0)
    set_timer (self, self->retry_timer, RETRY_INTERVAL_NS);
}

/* Any thread. */

static void
init_pipewire (void)
{
  static gsize is_done = 0;

  if (g_once_init_enter (&is_done))
    {
      pw_init (NULL, NULL);
      g_once_init_leave (&is_done, TRUE);
    }
}

/* The callback gets real-time priority from a configuration of its own before 1.0, and from the
 * default one since. Contexts are made one at a time, because PipeWire looks up the names of the
 * user and of the host in storage that all threads share. */
static struct pw_context *
make_context (struct pw_loop *loop)
{
  static GMutex mutex;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  struct pw_properties *properties = NULL;

  if (g_str_has_prefix (pw_get_library_version (), "0."))
    properties = pw_properties_new (PW_KEY_CONFIG_NAME, "client-rt.conf", NULL);

  return pw_context_new (loop, properties, 0);
}

static gboolean
set_error (GError **error, const char *cause)
{
  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_OUTPUT, "PipeWire: %s", cause);

  return FALSE;
}

/* Under the loop's lock. Waits until `is_done` is true, or something fails. */
static gboolean
wait_for (Pipewire *self, const gboolean *is_done, gint64 deadline_us, GError **error)
{
  gint64          left_us = MAX (deadline_us - g_get_monotonic_time (), 0);
  struct timespec deadline;

  pw_thread_loop_get_time (self->thread_loop, &deadline, left_us * 1000);

  while (!*is_done && self->failure == NULL)
    {
      if (pw_thread_loop_timed_wait_full (self->thread_loop, &deadline) < 0)
        return set_error (error, "the server did not answer in time");
    }

  return *is_done || set_error (error, self->failure);
}

/* Under the loop's lock. Since 1.6 PipeWire loses a stop that comes while the thread is about to
 * enter the loop, and both threads would wait for ever. */
static void
wait_until_running (Pipewire *self)
{
  pw_loop_signal_event (self->loop, self->wake_event);

  while (!self->is_running)
    pw_thread_loop_wait (self->thread_loop);
}

static gboolean
connect_and_wait (Pipewire *self, gint64 deadline_us, GError **error)
{
  int result = connect_sinks (self);

  if (result < 0)
    return set_error (error, result == -EHOSTDOWN || result == -ENOENT || result == -ECONNREFUSED
                                 ? "no server is running here"
                                 : g_strerror (-result));

  return wait_for (self, &self->is_answered, deadline_us, error);
}

static gboolean
set_up (Pipewire *self, gint64 deadline_us, GError **error)
{
  gboolean is_connected;

  self->thread_loop = pw_thread_loop_new ("flitzis", NULL);

  if (self->thread_loop == NULL)
    return set_error (error, g_strerror (errno));

  self->loop = pw_thread_loop_get_loop (self->thread_loop);
  self->context = make_context (self->loop);

  if (self->context == NULL)
    return set_error (error, errno == ENOENT ? "its client.conf is not installed"
                                             : g_strerror (errno));

  self->wake_event = pw_loop_add_event (self->loop, wake_cb, self);
  self->collect_timer = pw_loop_add_timer (self->loop, collect_cb, self);
  self->retry_timer = pw_loop_add_timer (self->loop, retry_cb, self);

  if (pw_thread_loop_start (self->thread_loop) < 0)
    return set_error (error, g_strerror (errno));

  pw_thread_loop_lock (self->thread_loop);
  wait_until_running (self);
  is_connected = connect_and_wait (self, deadline_us, error);
  pw_thread_loop_unlock (self->thread_loop);

  return is_connected;
}

static gboolean
start (FlitzisBackend *base, gint64 deadline_us, GError **error)
{
  Pipewire *self = (Pipewire *) base;
  gboolean  is_accepted;
  int       result;

  pw_thread_loop_lock (self->thread_loop);
  flitzis_backend_begin (base, wake);
  result = connect_stream (self);
  is_accepted = result < 0 ? set_error (error, g_strerror (-result))
                           : wait_for (self, &self->is_accepted, deadline_us, error);
  pw_thread_loop_unlock (self->thread_loop);

  return is_accepted;
}

static void
set_target (FlitzisBackend *base, const char *target)
{
  Pipewire *self = (Pipewire *) base;

  pw_thread_loop_lock (self->thread_loop);
  g_free (base->target);
  base->target = g_strdup (target);
  move (base);
  pw_thread_loop_unlock (self->thread_loop);
}

static void
free_pipewire (FlitzisBackend *base)
{
  Pipewire *self = (Pipewire *) base;

  if (base->is_started)
    flitzis_control_set_wake (base->control, NULL, NULL);

  if (self->thread_loop != NULL)
    pw_thread_loop_stop (self->thread_loop);

  disconnect (self);
  g_clear_pointer (&self->context, pw_context_destroy);
  g_clear_pointer (&self->thread_loop, pw_thread_loop_destroy);
  flitzis_backend_clear (base);
  g_free (self->failure);
  g_free (self);
}

static const FlitzisBackendFuncs funcs = {
  .output = FLITZIS_OUTPUT_PIPEWIRE,
  .start = start,
  .set_target = set_target,
  .move = move,
  .set_active = set_active,
  .free = free_pipewire,
};

gboolean
flitzis_pipewire_has_sink (FlitzisBackend *backend)
{
  Pipewire *self = (Pipewire *) backend;
  gboolean  has_sink;

  pw_thread_loop_lock (self->thread_loop);
  has_sink = flitzis_sink_infos_have_sink (backend->sinks);
  pw_thread_loop_unlock (self->thread_loop);

  return has_sink;
}

FlitzisBackend *
flitzis_pipewire_connect (FlitzisControl             *control,
                          const FlitzisBackendConfig *config,
                          gint64                      deadline_us,
                          GError                    **error)
{
  Pipewire *self = g_new0 (Pipewire, 1);

  init_pipewire ();
  flitzis_backend_init (&self->base, &funcs, control, config);
  self->latency_frames = config->latency_frames;

  if (!set_up (self, deadline_us, error))
    {
      free_pipewire (&self->base);
      return NULL;
    }

  return &self->base;
}
