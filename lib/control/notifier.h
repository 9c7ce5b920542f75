/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"

#include <glib-object.h>

G_BEGIN_DECLS

/*
 * Keeps the news for the owner context: ended voices and beats, in order, and changed properties,
 * once each. One source wakes the context. The memory of a program that never iterates the context
 * does not grow: voices and beats wait only while a handler is connected, at most FLITZIS_MAX_NEWS.
 *
 * Any thread may push. After close, nothing is emitted.
 */
typedef struct _FlitzisNotifier FlitzisNotifier;

#define FLITZIS_MAX_NEWS 4096

/* The object of a changed property: the engine, its clock, its sinks, or a slot. */
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
  gboolean is_step; /* a step, not a beat */
  gint64   beat;    /* its number among the beats, or the steps */
  guint64  frame;
  gint64   time_ns; /* when it is heard; -1 unknown */
} FlitzisBeat;

typedef struct
{
  /* any thread, short: is a handler connected for ended voices, for beats, for steps? */
  gboolean (*wants_ended) (gpointer owner);
  gboolean (*wants_beats) (gpointer owner);
  gboolean (*wants_steps) (gpointer owner);

  /* the owner context, without any lock */
  void (*ended) (gpointer owner, const FlitzisEnded *ended);
  void (*beat) (gpointer owner, const FlitzisBeat *beat);
  void (*changed) (gpointer owner, guint object, const char *property);
} FlitzisNotifierFuncs;

/* The owner context is the calling thread's thread-default context. `n_objects` is the number that
 * the next slot would have. */
FlitzisNotifier *flitzis_notifier_new (GObject                    *owner,
                                       const FlitzisNotifierFuncs *funcs,
                                       guint                       n_objects);
FlitzisNotifier *flitzis_notifier_ref (FlitzisNotifier *self);
void             flitzis_notifier_unref (FlitzisNotifier *self);
void             flitzis_notifier_close (FlitzisNotifier *self);

/* For a fork: nothing is pushed between lock and unlock, and the child emits nothing any more. */
void flitzis_notifier_lock (FlitzisNotifier *self);
void flitzis_notifier_unlock (FlitzisNotifier *self);
void flitzis_notifier_abandon (FlitzisNotifier *self);

/* Ask first, then push the voices that had ended before: asking takes far longer than pushing. */
gboolean flitzis_notifier_wants_ended (FlitzisNotifier *self);
void     flitzis_notifier_push_ended (FlitzisNotifier    *self,
                                      const FlitzisEnded *ended);

void flitzis_notifier_push_beat (FlitzisNotifier   *self,
                                 const FlitzisBeat *beat);

/* The name must be valid for as long as the notifier. */
void flitzis_notifier_push_changed (FlitzisNotifier *self,
                                    guint            object,
                                    const char      *property);

/* Returns whether the calling thread is the one in which news are emitted. */
gboolean flitzis_notifier_is_in_owner_context (FlitzisNotifier *self);

/*
 * For `dispatch_properties_changed` of the object with this number. In the owner context it returns
 * FALSE, and the class dispatches the changes. In other threads it pushes the changes, and the
 * class must not dispatch them. The setters cannot do this: if one thread notifies a change while
 * another sets a property of the same object, the other thread dispatches that change.
 */
gboolean flitzis_notifier_forward (FlitzisNotifier *self,
                                   guint            object,
                                   guint            n_properties,
                                   GParamSpec     **properties);

gboolean flitzis_notifier_wants_beats (FlitzisNotifier *self);
gboolean flitzis_notifier_wants_steps (FlitzisNotifier *self);

guint64 flitzis_notifier_get_n_dropped (FlitzisNotifier *self);

G_END_DECLS
