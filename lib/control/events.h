/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"

#include <glib-object.h>

G_BEGIN_DECLS

/*
 * What waits to be told in the owner context: ended voices and beats, in order, and changed
 * properties, once each. One source wakes the context. A program that never iterates it does not
 * grow: voices and beats wait only while somebody listens, FLITZIS_MAX_EVENTS at most.
 *
 * Any thread may push. Nothing is told after the events were closed.
 */
typedef struct _FlitzisEvents FlitzisEvents;

#define FLITZIS_MAX_EVENTS 4096

/* Which object a changed property belongs to: the engine, its clock, or a slot. */
#define FLITZIS_EVENTS_ENGINE 0
#define FLITZIS_EVENTS_CLOCK 1
#define FLITZIS_EVENTS_SLOT(slot) (2 + (slot))

typedef struct
{
  guint64          voice;
  guint            slot;
  FlitzisEndReason reason;
} FlitzisEnded;

typedef struct
{
  gint64  beat;
  guint64 frame;
  gint64  time_ns; /* when it is heard; -1 unknown */
} FlitzisBeat;

typedef struct
{
  /* any thread, short: is anybody listening for ended voices, for beats? */
  gboolean (*wants_ended) (gpointer owner);
  gboolean (*wants_beats) (gpointer owner);

  /* the owner context, without any lock */
  void (*ended) (gpointer owner, const FlitzisEnded *ended);
  void (*beat) (gpointer owner, const FlitzisBeat *beat);
  void (*changed) (gpointer owner, guint object, const char *property);
} FlitzisEventsFuncs;

/* The owner context is the calling thread's thread-default one. `n_objects`: the number that one
 * more slot would have. */
FlitzisEvents *flitzis_events_new (GObject                  *owner,
                                   const FlitzisEventsFuncs *funcs,
                                   guint                     n_objects);
FlitzisEvents *flitzis_events_ref (FlitzisEvents *self);
void           flitzis_events_unref (FlitzisEvents *self);
void           flitzis_events_close (FlitzisEvents *self);

/* For a fork: nothing is pushed meanwhile, and nothing is told any more in the child. */
void flitzis_events_lock (FlitzisEvents *self);
void flitzis_events_unlock (FlitzisEvents *self);
void flitzis_events_abandon (FlitzisEvents *self);

/* Who asked pushes what had ended before that; to ask takes far longer than to push. */
gboolean flitzis_events_wants_ended (FlitzisEvents *self);
void     flitzis_events_push_ended (FlitzisEvents      *self,
                                    const FlitzisEnded *ended);

void flitzis_events_push_beat (FlitzisEvents     *self,
                               const FlitzisBeat *beat);
void flitzis_events_push_changed (FlitzisEvents *self,
                                  guint          object,
                                  const char    *property);

/*
 * For `dispatch_properties_changed` of the object with this number. FALSE in the owner context,
 * where the class goes on; elsewhere the changes are pushed, and it does not. There, and not where
 * a property is set, since a change that one thread notifies while another sets a property of the
 * same object is dispatched by the latter.
 */
gboolean flitzis_events_forward (FlitzisEvents *self,
                                 guint          object,
                                 guint          n_properties,
                                 GParamSpec   **properties);

gboolean flitzis_events_wants_beats (FlitzisEvents *self);

guint64 flitzis_events_get_n_dropped (FlitzisEvents *self);

G_END_DECLS
