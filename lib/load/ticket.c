/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "load/ticket.h"

#include "control/control-private.h"

#include <gio/gio.h>

/* Who watches a load is told this often of how far it is: each time wakes the owner's thread. */
#define TELLING_US 5000

struct _FlitzisTicket
{
  FlitzisControl *control;
  guint           slot;
  guint64         number;
  guint64         n_bytes; /* counted as loading */
  gint64          told_us;
  gboolean        is_untold;
};

/* The functions below run under control's mutex. */

static gboolean
is_valid (FlitzisTicket *self)
{
  return self->control->slots[self->slot].ticket == self->number;
}

static gboolean
check_valid (FlitzisTicket *self, GError **error)
{
  if (is_valid (self))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
               self->control->is_closed
                   ? "The engine went away while slot %u was loading"
                   : "A newer load, unload or set_sample of slot %u took the place of this one",
               self->slot);

  return FALSE;
}

static void
set_loading (FlitzisTicket *self, gboolean loading, double progress)
{
  FlitzisControlSlot *slot = &self->control->slots[self->slot];
  guint               object = FLITZIS_NOTIFIER_SLOT (self->slot);
  gint64              now_us = g_get_monotonic_time ();

  self->is_untold = self->is_untold || slot->load_progress != progress;
  if (self->is_untold && (slot->loading != loading || now_us - self->told_us >= TELLING_US))
    {
      flitzis_notifier_push_changed (self->control->notifier, object, "load-progress");
      self->is_untold = FALSE;
      self->told_us = now_us;
    }

  if (slot->loading != loading)
    flitzis_notifier_push_changed (self->control->notifier, object, "loading");

  slot->load_progress = progress;
  slot->loading = loading;
}

static void
count_bytes (FlitzisTicket *self, guint64 n_bytes)
{
  self->control->n_bytes_loading += n_bytes - self->n_bytes;
  self->n_bytes = n_bytes;
}

FlitzisTicket *
flitzis_ticket_new (FlitzisControl *control, guint slot)
{
  FlitzisTicket *self = g_new0 (FlitzisTicket, 1);

  self->control = flitzis_control_ref (control);
  self->slot = slot;

  flitzis_control_lock (control);
  self->number = ++control->slots[slot].ticket;
  set_loading (self, TRUE, 0.0);
  flitzis_control_unlock (control);

  return self;
}

void
flitzis_ticket_free (FlitzisTicket *self)
{
  flitzis_control_lock (self->control);
  count_bytes (self, 0);

  if (is_valid (self) && self->control->slots[self->slot].loading)
    set_loading (self, FALSE, 0.0);

  flitzis_control_unlock (self->control);
  flitzis_control_unref (self->control);
  g_free (self);
}

static gboolean
advance (FlitzisTicket *self, guint64 n_bytes, double progress, GError **error)
{
  if (!check_valid (self, error))
    return FALSE;

  if (n_bytes > self->n_bytes &&
      !flitzis_control_check_memory (self->control, NULL, n_bytes - self->n_bytes, error))
    return FALSE;

  count_bytes (self, n_bytes);
  /* what waited for its turn has nothing to tell yet, and a small file not before it is loaded */
  if (progress == 0.0)
    self->told_us = g_get_monotonic_time ();
  set_loading (self, TRUE, progress);

  return TRUE;
}

gboolean
flitzis_ticket_advance (FlitzisTicket *self, gsize n_bytes, double progress, GError **error)
{
  gboolean advanced;

  flitzis_control_lock (self->control);
  advanced = advance (self, n_bytes, progress, error);
  flitzis_control_unlock (self->control);

  return advanced;
}

static gboolean
publish (FlitzisTicket *self, FlitzisSample *sample, GError **error)
{
  gsize n_bytes = g_bytes_get_size (flitzis_sample_get_bytes (sample));

  if (!check_valid (self, error))
    return FALSE;

  count_bytes (self, 0);

  if (!flitzis_control_check_memory (self->control, sample, n_bytes, error))
    return FALSE;

  set_loading (self, FALSE, 1.0);
  flitzis_control_publish (self->control, self->slot, sample);
  flitzis_control_settle (self->control);

  return TRUE;
}

gboolean
flitzis_ticket_publish (FlitzisTicket *self, FlitzisSample *sample, GError **error)
{
  gboolean published;

  flitzis_control_lock (self->control);
  published = publish (self, sample, error);
  flitzis_control_unlock (self->control);

  return published;
}
