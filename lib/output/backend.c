/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "output/backend.h"

#include "rt/atomics.h"
#include "rt/mixer.h"

#include <math.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#define COLLECT_INTERVAL_US (G_USEC_PER_SEC / 100)

/* The sound that a server may hold beyond its reported latency: its largest block is 170 ms
 * long. */
#define MAX_HELD_US (G_USEC_PER_SEC / 5)

/* Real-time safe: glibc reads a field of the thread itself. */
pthread_t pthread_self (void) FLITZIS_REALTIME;

void
flitzis_backend_init (FlitzisBackend             *self,
                      const FlitzisBackendFuncs  *funcs,
                      FlitzisControl             *control,
                      const FlitzisBackendConfig *config)
{
  self->funcs = funcs;
  self->client_name = g_strdup (config->client_name);
  self->application_id = g_strdup (config->application_id);
  self->icon_name = g_strdup (config->icon_name);
  self->media_role = g_strdup (config->media_role);
  self->target = g_strdup (config->target);
  self->control = flitzis_control_ref (control);
  self->mixer = flitzis_control_get_output_mixer (control);
}

void
flitzis_backend_clear (FlitzisBackend *self)
{
  if (self->is_started)
    {
      flitzis_control_set_sinks (self->control, NULL);
      flitzis_control_set_active_sink (self->control, NULL);
      flitzis_control_set_realtime (self->control, FALSE);
    }

  g_clear_pointer (&self->sinks, g_ptr_array_unref);
  g_clear_pointer (&self->active_sink, g_free);
  g_free (self->client_name);
  g_free (self->application_id);
  g_free (self->icon_name);
  g_free (self->media_role);
  g_free (self->target);
  flitzis_control_unref (self->control);
}

void
flitzis_backend_begin (FlitzisBackend *self, void (*wake) (gpointer data))
{
  self->is_started = TRUE;
  flitzis_control_set_sinks (self->control, self->sinks);
  flitzis_control_set_active_sink (self->control, self->active_sink);
  flitzis_control_set_wake (self->control, wake, self);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  const FlitzisSinkInfo *const *first = a, *const *second = b;

  return strcmp ((*first)->name, (*second)->name);
}

void
flitzis_backend_check_sinks (FlitzisBackend *self)
{
  if (self->is_streaming || (self->sinks != NULL && self->sinks->len > 0) ||
      flitzis_control_get_state (self->control) != FLITZIS_STATE_RUNNING)
    return;

  flitzis_control_set_state (self->control, FLITZIS_STATE_RECONNECTING);
  flitzis_backend_wake_up (self);
}

static gboolean
has_target (FlitzisBackend *self)
{
  for (guint i = 0; self->sinks != NULL && i < self->sinks->len; i++)
    {
      FlitzisSinkInfo *info = self->sinks->pdata[i];

      if (g_strcmp0 (info->name, self->target) == 0)
        return TRUE;
    }

  return FALSE;
}

void
flitzis_backend_set_sinks (FlitzisBackend *self, GPtrArray *sinks)
{
  gboolean had_target = self->sinks == NULL || has_target (self);

  g_clear_pointer (&self->sinks, g_ptr_array_unref);
  self->sinks = sinks;

  if (sinks != NULL)
    g_ptr_array_sort (sinks, compare_names);

  if (!self->is_started)
    return;

  flitzis_control_set_sinks (self->control, sinks);
  flitzis_backend_check_sinks (self);

  if (!had_target && has_target (self) && g_strcmp0 (self->active_sink, self->target) != 0)
    self->funcs->move (self);
}

void
flitzis_backend_set_active_sink (FlitzisBackend *self, const char *name)
{
  if (g_strcmp0 (self->active_sink, name) == 0)
    return;

  g_free (self->active_sink);
  self->active_sink = g_strdup (name);

  if (self->is_started)
    flitzis_control_set_active_sink (self->control, name);
}

static void
set_awake (FlitzisBackend *self)
{
  self->is_asleep = FALSE;
  flitzis_control_set_awake (self->control);
}

/* Lets the stream begin with the silence that the program has asked for. */
static void
prepare_lead_in (FlitzisBackend *self)
{
  guint64 ms = flitzis_control_get_lead_in (self->control);

  flitzis_set (self->mixer->n_lead_in_frames, (uint32_t) (ms * self->mixer->sample_rate / 1000));
}

void
flitzis_backend_set_streaming (FlitzisBackend *self, gboolean is_streaming)
{
  if (self->is_streaming == is_streaming)
    return;

  self->is_streaming = is_streaming;
  self->quiet_since_us = 0;
  self->n_blocks_before = flitzis_get (self->mixer->n_blocks);

  /* the stream was lost while it slept, and has come back */
  if (is_streaming && self->is_asleep)
    set_awake (self);

  if (is_streaming)
    prepare_lead_in (self);

  flitzis_control_set_streaming (self->control, is_streaming);

  if (!is_streaming && !self->is_asleep)
    flitzis_control_set_latency (self->control, -1);
}

void
flitzis_backend_lose (FlitzisBackend *self)
{
  if (self->is_asleep)
    set_awake (self);

  flitzis_backend_set_streaming (self, FALSE);
  flitzis_control_set_latency (self->control, -1);
  flitzis_backend_set_active_sink (self, NULL);
  flitzis_backend_set_sinks (self, NULL);
  flitzis_control_set_state (self->control, FLITZIS_STATE_RECONNECTING);
}

/* Returns whether the stream streams, but has not rendered its first block. */
static gboolean
is_starting (FlitzisBackend *self)
{
  if (!self->is_streaming)
    return FALSE;

  if (flitzis_get (self->mixer->n_blocks) == self->n_blocks_before)
    return TRUE;

  flitzis_control_set_state (self->control, FLITZIS_STATE_RUNNING);

  return FALSE;
}

/* Asks the kernel for the thread's policy: the C library only remembers it, and does not notice
 * when a daemon such as RealtimeKit changes it. The kernel's id of the thread is part of the id of
 * the thread's clock. */
static void
check_realtime (FlitzisBackend *self)
{
  pthread_t thread = flitzis_get (self->thread);
  clockid_t clock;
  int       policy;

  if (thread == 0 || pthread_getcpuclockid (thread, &clock) != 0)
    return;

  policy = sched_getscheduler (~(clock >> 3)) & ~SCHED_RESET_ON_FORK;
  flitzis_control_set_realtime (self->control, policy == SCHED_FIFO || policy == SCHED_RR);
}

void
flitzis_backend_wake_up (FlitzisBackend *self)
{
  self->quiet_since_us = 0;

  /* a pause that is under way must end first */
  if (!self->is_asleep || self->is_streaming)
    return;

  set_awake (self);
  self->funcs->set_active (self, TRUE);
}

/* Returns the time until the stream may sleep, in us; 0: now. It includes the time until the last
 * sound has reached the loudspeaker. */
static gint64
get_time_left (FlitzisBackend *self, gint64 timeout_us)
{
  gint64 latency_us = flitzis_control_get_latency (self->control) / 1000;
  gint64 now_us = g_get_monotonic_time ();

  if (self->quiet_since_us == 0)
    self->quiet_since_us = now_us;

  return MAX (self->quiet_since_us + timeout_us + latency_us + MAX_HELD_US - now_us, 0);
}

/* Returns the time until the stream may sleep, in us; 0 if it sleeps already or must not sleep. */
static gint64
sleep_if_quiet (FlitzisBackend *self)
{
  double timeout = flitzis_control_get_idle_timeout (self->control);
  gint64 timeout_us = (gint64) ceil (timeout * G_USEC_PER_SEC);
  gint64 left_us = timeout_us;

  if (timeout_us == 0 || !self->is_streaming || self->is_asleep)
    return 0;

  if (flitzis_control_is_quiet (self->control))
    left_us = get_time_left (self, timeout_us);
  else
    self->quiet_since_us = 0;

  if (left_us > 0)
    return MAX (left_us, COLLECT_INTERVAL_US);

  self->is_asleep = flitzis_control_fall_asleep (self->control);
  self->quiet_since_us = 0;

  if (!self->is_asleep)
    return timeout_us;

  self->funcs->set_active (self, FALSE);

  return 0;
}

guint64
flitzis_backend_collect (FlitzisBackend *self, gint64 latency_ns)
{
  gboolean starting, more;
  gint64   wait_us;

  if (!self->is_started)
    return 0;

  starting = is_starting (self);
  check_realtime (self);

  /* the old latency stays until the server reports a new one */
  if (self->is_streaming && !starting && latency_ns >= 0)
    flitzis_control_set_latency (self->control, latency_ns);

  more = flitzis_control_collect (self->control) || starting;

  /* while the stream sleeps, there is more to collect only if something is to sound */
  if (self->is_asleep && more)
    flitzis_backend_wake_up (self);

  wait_us = starting ? 0 : sleep_if_quiet (self);

  if (self->is_asleep)
    return 0;

  return 1000 * (guint64) (more ? COLLECT_INTERVAL_US : wait_us);
}

void
flitzis_backend_render (FlitzisBackend *self, float *out, guint32 n_frames) FLITZIS_REALTIME
{
  FlitzisMixer *mixer = self->mixer;
  pthread_t     thread = pthread_self ();
  guint32       n_left = flitzis_get (mixer->n_lead_in_frames);
  guint32       n_silent = n_left < n_frames ? n_left : n_frames;

  if (flitzis_get (self->thread) != thread)
    flitzis_set (self->thread, thread);

  if (n_silent > 0)
    {
      memset (out, 0, n_silent * 2 * sizeof (float));
      flitzis_set (mixer->n_lead_in_frames, n_left - n_silent);
    }

  if (n_silent == n_frames)
    return;

  flitzis_mixer_render (mixer, out + 2 * n_silent, n_frames - n_silent);
  flitzis_set (mixer->n_blocks, flitzis_get (mixer->n_blocks) + 1);
}
