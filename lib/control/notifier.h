/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"

#include <glib-object.h>

G_BEGIN_DECLS

/*
 * What waits to be told in the owner context: ended voices and beats, in order, and changed
 * properties, once each. One source wakes the context. A program that never iterates it does not
 * grow: voices and beats wait only while somebody listens, FLITZIS_MAX_NEWS at most.
 *
 * Any thread may push. Nothing is told after the events were closed.
 */
typedef struct _FlitzisNotifier FlitzisNotifier;

#define FLITZIS_MAX_NEWS 4096

/* Which object a changed property belongs to: the engine, its clock, its sinks, or a slot. */
#define FLITZIS_NOTIFIER_ENGINE 0
#define FLITZIS_NOTIFIER_CLOCK 1
#define FLITZIS_NOTIFIER_SINKS 2
#define FLITZIS_NOTIFIER_SLOT(slot) (3 + (slot))

typedef struct
{
  guint64          voice;
  guint            slot;
  FlitzisEndReason reason;
} FlitzisEnded;

typedef struct
{
  gboolean is_step; /* of one, not a beat */
  gint64   beat;    /* its number among the beats, or the steps */
  guint64  frame;
  gint64   time_ns; /* when it is heard; -1 unknown */
} FlitzisBeat;

typedef struct
{
  /* any thread, short: is anybody listening for ended voices, for beats, for steps? */
  gboolean (*wants_ended) (gpointer owner);
  gboolean (*wants_beats) (gpointer owner);
  gboolean (*wants_steps) (gpointer owner);

  /* the owner context, without any lock */
  void (*ended) (gpointer owner, const FlitzisEnded *ended);
  void (*beat) (gpointer owner, const FlitzisBeat *beat);
  void (*changed) (gpointer owner, guint object, const char *property);
} FlitzisNotifierFuncs;

/* The owner context is the calling thread's thread-default one. `n_objects`: the number that one
 * more slot would have. */
FlitzisNotifier *flitzis_notifier_new (GObject                    *owner,
                                       const FlitzisNotifierFuncs *funcs,
                                       guint                       n_objects);
FlitzisNotifier *flitzis_notifier_ref (FlitzisNotifier *self);
void             flitzis_notifier_unref (FlitzisNotifier *self);
void             flitzis_notifier_close (FlitzisNotifier *self);

/* For a fork: nothing is pushed meanwhile, and nothing is told any more in the child. */
void flitzis_notifier_lock (FlitzisNotifier *self);
void flitzis_notifier_unlock (FlitzisNotifier *self);
void flitzis_notifier_abandon (FlitzisNotifier *self);

/* Who asked pushes what had ended before that; to ask takes far longer than to push. */
gboolean flitzis_notifier_wants_ended (FlitzisNotifier *self);
void     flitzis_notifier_push_ended (FlitzisNotifier    *self,
                                      const FlitzisEnded *ended);

void flitzis_notifier_push_beat (FlitzisNotifier   *self,
                                 const FlitzisBeat *beat);
void flitzis_notifier_push_changed (FlitzisNotifier *self,
                                    guint            object,
                                    const char      *property);

/* Whether the calling thread is the one where news are told. */
gboolean flitzis_notifier_is_in_owner_context (FlitzisNotifier *self);

/*
 * For `dispatch_properties_changed` of the object with this number. FALSE in the owner context,
 * where the class goes on; elsewhere the changes are pushed, and it does not. There, and not where
 * a property is set, since a change that one thread notifies while another sets a property of the
 * same object is dispatched by the latter.
 */
gboolean flitzis_notifier_forward (FlitzisNotifier *self,
                                   guint            object,
                                   guint            n_properties,
                                   GParamSpec     **properties);

gboolean flitzis_notifier_wants_beats (FlitzisNotifier *self);
gboolean flitzis_notifier_wants_steps (FlitzisNotifier *self);

guint64 flitzis_notifier_get_n_dropped (FlitzisNotifier *self);

G_END_DECLS
