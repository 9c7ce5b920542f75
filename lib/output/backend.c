/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "output/backend.h"

#include "rt/atomics.h"
#include "rt/mixer.h"

#include <sched.h>
#include <string.h>

#define COLLECT_INTERVAL_NS (10 * G_GUINT64_CONSTANT (1000000))

/* glibc reads it from the thread itself. */
pthread_t pthread_self (void) FLITZIS_REALTIME;

void
flitzis_backend_init (FlitzisBackend            *self,
                      const FlitzisBackendFuncs *funcs,
                      FlitzisControl            *control)
{
  self->funcs = funcs;
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

gboolean
flitzis_backend_has_sink (FlitzisBackend *self)
{
  return flitzis_sink_infos_have_sink (self->sinks);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  const FlitzisSinkInfo *const *first = a, *const *second = b;

  return strcmp ((*first)->name, (*second)->name);
}

/* A stream that sleeps is not told that its sink is gone. */
void
flitzis_backend_set_sinks (FlitzisBackend *self, GPtrArray *sinks)
{
  g_clear_pointer (&self->sinks, g_ptr_array_unref);
  self->sinks = sinks;

  if (sinks != NULL)
    g_ptr_array_sort (sinks, compare_names);

  if (self->is_started)
    flitzis_control_set_sinks (self->control, sinks);

  if (self->is_asleep && !self->is_streaming && !flitzis_backend_has_sink (self))
    {
      flitzis_control_set_state (self->control, FLITZIS_STATE_RECONNECTING);
      flitzis_backend_wake_up (self);
    }
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

void
flitzis_backend_prepare (FlitzisBackend *self)
{
  guint64 ms = flitzis_control_get_lead_in (self->control);

  flitzis_set (self->n_lead_in_frames, (guint) (ms * self->mixer->sample_rate / 1000));
}

static void
set_asleep (FlitzisBackend *self, gboolean is_asleep)
{
  self->is_asleep = is_asleep;
  self->quiet_since_us = 0;
  flitzis_control_set_asleep (self->control, is_asleep);
}

void
flitzis_backend_set_streaming (FlitzisBackend *self, gboolean is_streaming)
{
  if (self->is_streaming == is_streaming)
    return;

  self->is_streaming = is_streaming;
  self->quiet_since_us = 0;
  self->first_position = flitzis_get (self->mixer->position);

  flitzis_control_set_streaming (self->control, is_streaming);

  if (!is_streaming && !self->is_asleep)
    flitzis_control_set_latency (self->control, -1);
}

void
flitzis_backend_lose (FlitzisBackend *self)
{
  if (self->is_asleep)
    set_asleep (self, FALSE);

  flitzis_backend_set_streaming (self, FALSE);
  flitzis_control_set_state (self->control, FLITZIS_STATE_RECONNECTING);
  flitzis_backend_set_sinks (self, NULL);
  flitzis_backend_set_active_sink (self, NULL);
}

/* Whether the stream streams, but its first block has not been seen. */
static gboolean
is_starting (FlitzisBackend *self)
{
  if (!self->is_streaming ||
      flitzis_control_get_state (self->control) == FLITZIS_STATE_RUNNING)
    return FALSE;

  if (flitzis_get (self->mixer->position) == self->first_position)
    return TRUE;

  flitzis_control_set_state (self->control, FLITZIS_STATE_RUNNING);

  return FALSE;
}

static void
check_realtime (FlitzisBackend *self)
{
  pthread_t          thread = flitzis_get (self->thread);
  struct sched_param parameters;
  int                policy = SCHED_OTHER;

  if (thread != 0 && pthread_getschedparam (thread, &policy, &parameters) == 0)
    flitzis_control_set_realtime (self->control, policy == SCHED_FIFO || policy == SCHED_RR);
}

void
flitzis_backend_wake_up (FlitzisBackend *self)
{
  self->quiet_since_us = 0;

  /* a pause that is under way ends first */
  if (!self->is_asleep || self->is_streaming)
    return;

  set_asleep (self, FALSE);
  flitzis_backend_prepare (self);
  self->funcs->set_active (self, TRUE);
}

/* Returns after how many ns it may sleep; 0: it sleeps, or shall not. */
static guint64
sleep_if_quiet (FlitzisBackend *self)
{
  gint64 timeout_us = (gint64) (flitzis_control_get_idle_timeout (self->control) * G_USEC_PER_SEC);
  gint64 now_us = g_get_monotonic_time ();
  gint64 left_us;

  if (timeout_us == 0 || !self->is_streaming || self->is_asleep)
    return 0;

  if (!flitzis_control_is_quiet (self->control))
    self->quiet_since_us = 0;
  else if (self->quiet_since_us == 0)
    self->quiet_since_us = now_us;

  left_us = self->quiet_since_us != 0 ? self->quiet_since_us + timeout_us - now_us : timeout_us;

  if (left_us > 0)
    return (guint64) left_us * 1000;

  set_asleep (self, TRUE);
  self->funcs->set_active (self, FALSE);

  return 0;
}

guint64
flitzis_backend_collect (FlitzisBackend *self, gint64 latency_ns)
{
  gboolean starting = is_starting (self);
  gboolean more;
  guint64  quiet_ns;

  if (!self->is_started)
    return 0;

  check_realtime (self);

  if (!starting && !self->is_asleep)
    flitzis_control_set_latency (self->control, latency_ns);

  more = flitzis_control_collect (self->control) || starting;
  quiet_ns = sleep_if_quiet (self);

  return more && !self->is_asleep ? COLLECT_INTERVAL_NS : quiet_ns;
}

void
flitzis_backend_render (FlitzisBackend *self, float *out, guint32 n_frames) FLITZIS_REALTIME
{
  guint32 n_silent = flitzis_get (self->n_lead_in_frames);

  flitzis_set (self->thread, pthread_self ());

  if (n_silent > n_frames)
    n_silent = n_frames;

  if (n_silent > 0)
    {
      memset (out, 0, n_silent * 2 * sizeof (float));
      flitzis_set (self->n_lead_in_frames, flitzis_get (self->n_lead_in_frames) - n_silent);
    }

  if (n_silent < n_frames)
    flitzis_mixer_render (self->mixer, out + 2 * n_silent, n_frames - n_silent);
}
