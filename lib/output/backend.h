/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"
#include "rt/realtime.h"

#include <pthread.h>

G_BEGIN_DECLS

/*
 * A backend: a connection to one sound server, and a stream on it that asks the mixer for frames.
 * Once the stream runs, the callback only reads this structure. It writes only to the mixer,
 * because after a fork the first write to a page copies it, and only the mixer's pages are exempt.
 *
 * Each backend runs a loop in a thread of its own and embeds this structure. Here is the code that
 * all backends share: they report the state of the stream and the sinks to control, collect the
 * mixer's reports, and let the stream sleep while the engine is quiet.
 */
typedef struct _FlitzisBackend FlitzisBackend;

typedef struct
{
  FlitzisOutput output;

  /* Any thread. Makes the stream, and returns once the server has accepted it, whether or not it
   * plays yet. `deadline_us` is a time of g_get_monotonic_time (). */
  gboolean (*start) (FlitzisBackend *self,
                     gint64          deadline_us,
                     GError        **error);

  /* Any thread, after the start: moves the stream to this sink; NULL: the default sink. */
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
  gboolean   is_started;  /* the sinks are reported to control */
  gboolean   is_streaming;
  gboolean   is_asleep;       /* the stream is paused because the engine is quiet */
  guint      n_blocks_before; /* rendered before the stream began to stream */
  gint64     quiet_since_us;  /* 0: the engine is not quiet */

  /* the callback's thread; 0 until the first block */
  _Atomic pthread_t thread;
};

/* Any thread; the backend's own `new` and `free` call them. */
void flitzis_backend_init (FlitzisBackend             *self,
                           const FlitzisBackendFuncs  *funcs,
                           FlitzisControl             *control,
                           const FlitzisBackendConfig *config);
void flitzis_backend_clear (FlitzisBackend *self);

/* Under the loop's lock, when the stream is made: from here on the backend reports to control.
 * `wake` may be called by any thread, and makes the loop call `flitzis_backend_wake_up`. */
void flitzis_backend_begin (FlitzisBackend *self,
                            void (*wake) (gpointer data));

/* The loop's thread. */

/* Takes the sinks over, and moves the stream if its target is among them again. */
void flitzis_backend_set_sinks (FlitzisBackend *self,
                                GPtrArray      *sinks);
void flitzis_backend_set_active_sink (FlitzisBackend *self,
                                      const char     *name);

/* Called when the stream begins to stream, before its first block, and when it stops. */
void flitzis_backend_set_streaming (FlitzisBackend *self,
                                    gboolean        is_streaming);

/* Looks for the sink of a stream that does not stream: the server does not report its loss. */
void flitzis_backend_check_sinks (FlitzisBackend *self);

/* Called when the server or the sink has gone away. */
void flitzis_backend_lose (FlitzisBackend *self);

/* Called when there is something to collect, or something is to sound. */
void flitzis_backend_wake_up (FlitzisBackend *self);

/* Collects the mixer's reports. Returns the time until the next call, in ns; 0: not before the next
 * wake. */
guint64 flitzis_backend_collect (FlitzisBackend *self,
                                 gint64          latency_ns);

/* The callback, which owns the mixer: renders the next frames, or the silence before them. */
void flitzis_backend_render (FlitzisBackend *self,
                             float          *out,
                             guint32         n_frames) FLITZIS_REALTIME;

G_END_DECLS
