/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"
#include "flitzis-clock.h"
#include "flitzis-engine.h"
#include "flitzis-sink-list.h"
#include "output/outputs.h"

G_BEGIN_DECLS

#define FLITZIS_ENGINE_MAX_LATENCY_FRAMES 8192
#define FLITZIS_ENGINE_MAX_IDLE_TIMEOUT 86400.0 /* seconds */
#define FLITZIS_ENGINE_MAX_LEAD_IN 5000         /* ms */

struct _FlitzisEngine
{
  GObject parent_instance;

  /* constant after construction */
  guint            n_slots;
  guint            n_voices;
  guint            n_events;
  guint            n_streams;
  guint            sample_rate;
  FlitzisOutput    output;
  FlitzisControl  *control;
  FlitzisNotifier *notifier;
  FlitzisSlot    **slots;
  FlitzisClock    *clock;
  FlitzisSinkList *sinks;

  /* any thread, atomic; the strings are interned */
  const char *client_name;
  const char *application_id;
  const char *icon_name;
  const char *media_role;
  const char *target;
  guint       latency_frames;
  guint       n_stops;

  /* any thread, under the mutex */
  GMutex          backend_mutex;
  FlitzisBackend *backend; /* NULL while stopped */
};

/* flitzis-engine-server.c, in the owner context: takes over the sinks from control. */
void flitzis_engine_update_sinks (FlitzisEngine *self);

/* flitzis-engine-task.c: does the work of each _finish; `source_tag` is the _async function. */
gboolean flitzis_engine_finish (FlitzisEngine *self,
                                GAsyncResult  *result,
                                gpointer       source_tag,
                                GError       **error);

G_END_DECLS
