/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "rt/mixer-state.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The waiting events: the numbers of what was sent to the mixer for a frame, and how many of them
 * have not happened yet.
 *
 * All under control's mutex.
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

/* Whether no more may wait. */
static inline gboolean
flitzis_waiting_events_are_full (FlitzisWaitingEvents *self)
{
  return flitzis_waiting_events_get_n_waiting (self) == self->mixer->n_events;
}

/* Whether `n_events` more may wait; otherwise FALSE, and the error says so for this slot. */
gboolean flitzis_waiting_events_check (FlitzisWaitingEvents *self,
                                       guint                 slot,
                                       guint                 n_events,
                                       GError              **error);

/* The same for one more quantised trigger. Fewer of them may wait, so that the callback can sort
 * them all in one block. */
gboolean flitzis_waiting_events_check_quantized (FlitzisWaitingEvents *self,
                                                 guint                 slot,
                                                 GError              **error);

static inline void
flitzis_waiting_events_count_quantized (FlitzisWaitingEvents *self)
{
  self->n_quantized++;
}

/* Gives an event that is about to be sent its number. */
static inline guint64
flitzis_waiting_events_count (FlitzisWaitingEvents *self)
{
  return self->next_event++;
}

/* Makes the command an event at this frame and sends it. The queue must have room. */
void flitzis_waiting_events_send (FlitzisWaitingEvents *self,
                                  FlitzisCommand       *command,
                                  guint64               frame);

/* Cancels all that wait. Cannot fail. */
void flitzis_waiting_events_cancel (FlitzisWaitingEvents *self);

G_END_DECLS
