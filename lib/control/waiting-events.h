/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "rt/mixer-state.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The waiting events: numbers and counts the commands that wait in the mixer for their frame or
 * their beat. A tween counts until it has ended.
 *
 * All calls are under control's mutex.
 */
typedef struct
{
  FlitzisMixer *mixer;
  guint64       next_event;  /* the number of the next one */
  guint64       n_quantized; /* triggers that were sent to wait for the tempo grid */
} FlitzisWaitingEvents;

void flitzis_waiting_events_init (FlitzisWaitingEvents *self,
                                  FlitzisMixer         *mixer);

guint64 flitzis_waiting_events_get_n_waiting (FlitzisWaitingEvents *self);

/* Returns whether no more events may wait. */
static inline gboolean
flitzis_waiting_events_are_full (FlitzisWaitingEvents *self)
{
  return flitzis_waiting_events_get_n_waiting (self) == self->mixer->n_events;
}

/* Returns whether `n_events` more may wait. If not, the error names this slot. */
gboolean flitzis_waiting_events_check (FlitzisWaitingEvents *self,
                                       guint                 slot,
                                       guint                 n_events,
                                       GError              **error);

/* The same for one more quantised trigger. Fewer of these may wait, so that the callback can sort
 * all of them in one block. */
gboolean flitzis_waiting_events_check_quantized (FlitzisWaitingEvents *self,
                                                 guint                 slot,
                                                 GError              **error);

static inline void
flitzis_waiting_events_count_quantized (FlitzisWaitingEvents *self)
{
  self->n_quantized++;
}

/* Returns the number of an event that is about to be sent. */
static inline guint64
flitzis_waiting_events_count (FlitzisWaitingEvents *self)
{
  return self->next_event++;
}

/* Sends the command as an event at this frame. The queue must have room. */
void flitzis_waiting_events_send (FlitzisWaitingEvents *self,
                                  FlitzisCommand       *command,
                                  guint64               frame);

/* Cancels all waiting events. This cannot fail. */
void flitzis_waiting_events_cancel (FlitzisWaitingEvents *self);

G_END_DECLS
