/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"
#include "rt/realtime.h"

#include <pthread.h>

G_BEGIN_DECLS

/*
 * A backend: a connection to one sound server, and a stream on it that asks the mixer for frames.
 * Once it runs, the callback only reads this structure: what it writes is in the mixer, whose pages
 * no fork makes it copy.
 *
 * Each backend runs a loop in a thread of its own and embeds this structure. What all of them do
 * alike is here: they report the state of the stream and the sinks to control, collect what the
 * mixer has to report, and let the stream sleep while the engine is quiet.
 */
typedef struct _FlitzisBackend FlitzisBackend;

typedef struct
{
  FlitzisOutput output;

  /* Any thread. Makes the stream; returns once the server has accepted it, whether it plays yet or
   * not. `deadline_us` as g_get_monotonic_time () counts. */
  gboolean (*start) (FlitzisBackend *self,
                     gint64          deadline_us,
                     GError        **error);

  /* Any thread, after the start: moves the stream to this sink; NULL: the default one. */
  void (*set_target) (FlitzisBackend *self,
                      const char     *target);

  /* The loop's thread: moves the stream to the target, which has come back. */
  void (*move) (FlitzisBackend *self);

  /* The loop's thread: pauses the stream or lets it go on. */
  void (*set_active) (FlitzisBackend *self,
                      gboolean        is_active);

  /* Any thread. */
  void (*free) (FlitzisBackend *self);
} FlitzisBackendFuncs;

typedef struct
{
  const char *client_name;
  const char *application_id; /* NULL: none; so for all below */
  const char *icon_name;
  const char *media_role;
  const char *target;         /* name or serial of a sink; NULL: the default one */
  guint       latency_frames; /* the quantum to ask for; 0: none */
} FlitzisBackendConfig;

struct _FlitzisBackend
{
  /* constant */
  const FlitzisBackendFuncs *funcs;
  FlitzisControl            *control;
  FlitzisMixer              *mixer;
  char                      *client_name;
  char                      *application_id;
  char                      *icon_name;
  char                      *media_role;

  /* the loop's thread, or under its lock */
  GPtrArray *sinks;       /* of FlitzisSinkInfo */
  char      *target;      /* NULL: the default sink */
  char      *active_sink; /* NULL: none */
  gboolean   is_started;  /* control hears of the sinks */
  gboolean   is_streaming;
  gboolean   is_asleep;       /* the stream was paused, since the engine is quiet */
  guint      n_blocks_before; /* rendered before the stream began to stream */
  gint64     quiet_since_us;  /* 0: it is not quiet */

  /* the callback's thread; 0 until the first block */
  _Atomic pthread_t thread;
};

/* Any thread; the backend's own `new` and `free` call them. */
void flitzis_backend_init (FlitzisBackend             *self,
                           const FlitzisBackendFuncs  *funcs,
                           FlitzisControl             *control,
                           const FlitzisBackendConfig *config);
void flitzis_backend_clear (FlitzisBackend *self);

/* Under the loop's lock, when the stream is made: control is told from here on. `wake` is called
 * from any thread; it has the loop call `flitzis_backend_wake_up`. */
void flitzis_backend_begin (FlitzisBackend *self,
                            void (*wake) (gpointer data));

/* Whether there is a sink that can be heard. */
gboolean flitzis_backend_has_sink (FlitzisBackend *self);

/* The loop's thread. */

/* Takes the sinks over, and moves the stream if its target is among them again. */
void flitzis_backend_set_sinks (FlitzisBackend *self,
                                GPtrArray      *sinks);
void flitzis_backend_set_active_sink (FlitzisBackend *self,
                                      const char     *name);

/* The stream streams, or does so no longer. It is told before the first block. */
void flitzis_backend_set_streaming (FlitzisBackend *self,
                                    gboolean        is_streaming);

/* Of a stream that does not stream nobody tells that its sink is gone. */
void flitzis_backend_check_sinks (FlitzisBackend *self);

/* The server or the sink went away. */
void flitzis_backend_lose (FlitzisBackend *self);

/* Something is to be collected or to sound. */
void flitzis_backend_wake_up (FlitzisBackend *self);

/* Collects what the mixer has to report. Returns after how many ns to collect again; 0: not before
 * the next wake. */
guint64 flitzis_backend_collect (FlitzisBackend *self,
                                 gint64          latency_ns);

/* The callback, which owns the mixer: renders the next frames, or the silence before them. */
void flitzis_backend_render (FlitzisBackend *self,
                             float          *out,
                             guint32         n_frames) FLITZIS_REALTIME;

G_END_DECLS
