/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control.h"

#include "control/control-private.h"
#include "flitzis-error.h"
#include "rt/atomics.h"
#include "rt/mixer.h"
#include "rt/owner.h"

#include <gio/gio.h>

/* Rendering without an output. */

static gboolean
take_offline (FlitzisControl *self, GError **error)
{
  if (!flitzis_fork_check (error))
    return FALSE;

  if (self->state != FLITZIS_STATE_STOPPED)
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
                           "Could not render: the engine is started, stop it first");
      return FALSE;
    }

  if (!flitzis_mixer_try_own (self->mixer, FLITZIS_OWNER_OFFLINE))
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
                           "Could not render: another thread is rendering");
      return FALSE;
    }

  return TRUE;
}

static void
cancelled_cb (GCancellable *cancellable, FlitzisControl *self)
{
  flitzis_control_lock (self);
  g_cond_broadcast (&self->measured);
  flitzis_control_unlock (self);
}

gboolean
flitzis_control_begin_render (FlitzisControl *self, GCancellable *cancellable, GError **error)
{
  gulong   handler = 0;
  gboolean is_taken;

  /* outside the mutex, which the callback locks */
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL);

  flitzis_control_lock (self);
  is_taken = take_offline (self, error);

  if (is_taken)
    flitzis_control_wait_for_loudness (self, cancellable);

  flitzis_control_push_beats (self);
  flitzis_control_unlock (self);
  g_cancellable_disconnect (cancellable, handler);

  return is_taken;
}

/* A streamed voice waits for its feeder. Feeders are woken only then: to wake them after each block
 * would take longer than the block. */
void
flitzis_control_render_block (FlitzisControl *self, float *out, guint n_frames)
{
  guint done = 0;

  while (done < n_frames)
    {
      guint n_feed_changes = flitzis_get (self->n_feed_changes);

      done += flitzis_mixer_render (self->mixer, out + 2 * done, n_frames - done);

      flitzis_control_lock (self);
      flitzis_sample_table_send_pending (&self->samples);
      flitzis_control_read_reports (self);
      flitzis_control_push_beats (self);

      if (done < n_frames)
        g_cond_broadcast (&self->room);

      while (done < n_frames && flitzis_get (self->n_feed_changes) == n_feed_changes)
        g_cond_wait (&self->fed, &self->mutex);

      flitzis_control_unlock (self);
    }
}

void
flitzis_control_end_render (FlitzisControl *self)
{
  flitzis_mixer_disown (self->mixer);

  flitzis_control_lock (self);
  flitzis_control_settle (self);
  flitzis_control_unlock (self);
}

gboolean
flitzis_control_render (FlitzisControl *self, float *out, guint n_frames, GError **error)
{
  if (!flitzis_control_begin_render (self, NULL, error))
    return FALSE;

  for (gsize done = 0; done < n_frames; done += FLITZIS_RENDER_FRAMES)
    flitzis_control_render_block (self, out + 2 * done,
                                  (guint) MIN (n_frames - done, FLITZIS_RENDER_FRAMES));

  flitzis_control_end_render (self);

  return TRUE;
}
