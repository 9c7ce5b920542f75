/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/waiting-events.h"

#include "flitzis-error.h"
#include "rt/atomics.h"

void
flitzis_waiting_events_init (FlitzisWaitingEvents *self, FlitzisMixer *mixer)
{
  self->mixer = mixer;
}

guint64
flitzis_waiting_events_get_n_waiting (FlitzisWaitingEvents *self)
{
  return self->next_event - flitzis_get (self->mixer->n_events_done) -
         flitzis_get (self->mixer->pool.tweens.n_done);
}

gboolean
flitzis_waiting_events_check (FlitzisWaitingEvents *self,
                              guint                 slot,
                              guint                 n_events,
                              GError              **error)
{
  guint64 n_waiting = flitzis_waiting_events_get_n_waiting (self);

  if (n_waiting + n_events <= self->mixer->n_events)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
               "Could not schedule anything for slot %u: %" G_GUINT64_FORMAT " of %u events wait "
               "already",
               slot, n_waiting, self->mixer->n_events);

  return FALSE;
}

gboolean
flitzis_waiting_events_check_quantized (FlitzisWaitingEvents *self, guint slot, GError **error)
{
  FlitzisMixer *mixer = self->mixer;

  if (self->n_quantized - flitzis_get (mixer->n_quantized_done) < mixer->max_quantized)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
               "Could not trigger slot %u: %u quantised triggers wait already", slot,
               mixer->max_quantized);

  return FALSE;
}

void
flitzis_waiting_events_send (FlitzisWaitingEvents *self, FlitzisCommand *command, guint64 frame)
{
  command->is_timed = TRUE;
  command->frame = frame;
  command->event = flitzis_waiting_events_count (self);
  flitzis_queue_push (&self->mixer->commands, command);
}

void
flitzis_waiting_events_cancel (FlitzisWaitingEvents *self)
{
  flitzis_settings_mark_cancelled (&self->mixer->settings, self->next_event);
}
