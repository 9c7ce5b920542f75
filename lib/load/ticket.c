/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "load/ticket.h"

#include "rt/atomics.h"

struct _FlitzisTicket
{
  FlitzisControl  *control;
  FlitzisLoadEntry load;
};

FlitzisTicket *
flitzis_ticket_new (FlitzisControl             *control,
                    const guint                *slot,
                    const FlitzisVelocityRange *range,
                    GError                    **error)
{
  g_autofree FlitzisTicket *self = g_new0 (FlitzisTicket, 1);

  if (!flitzis_control_begin_load (control, &self->load, slot, range, error))
    return NULL;

  self->control = flitzis_control_ref (control);

  return g_steal_pointer (&self);
}

void
flitzis_ticket_free (FlitzisTicket *self)
{
  flitzis_control_end_load (self->control, &self->load);
  flitzis_control_unref (self->control);
  g_free (self);
}

guint
flitzis_ticket_get_slot (const FlitzisTicket *self)
{
  return self->load.slot;
}

guint
flitzis_ticket_get_sample_rate (const FlitzisTicket *self)
{
  return flitzis_control_get_sample_rate (self->control);
}

FlitzisStorage
flitzis_ticket_get_storage (const FlitzisTicket *self)
{
  FlitzisSettings *settings = flitzis_control_get_settings (self->control);

  return (FlitzisStorage) flitzis_get (settings->slots[self->load.slot].storage);
}

double
flitzis_ticket_get_stream_threshold (const FlitzisTicket *self)
{
  return flitzis_get (flitzis_control_get_settings (self->control)->stream_threshold);
}

gboolean
flitzis_ticket_advance (FlitzisTicket *self, gsize n_bytes, double progress, GError **error)
{
  return flitzis_control_advance_load (self->control, &self->load, n_bytes, progress, error);
}

gboolean
flitzis_ticket_publish (FlitzisTicket *self, FlitzisSample *sample, GError **error)
{
  return flitzis_control_publish_load (self->control, &self->load, sample, error);
}
