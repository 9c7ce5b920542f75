/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "sample/pass.h"

struct _FlitzisPass
{
  guint n_channels;

  /* of frames in memory: those that are left */
  const float *values;
  guint64      n_left;

  /* of a streamed sample, otherwise NULL */
  const FlitzisSourceFuncs *funcs;
  gpointer                  source;
  GCancellable             *cancellable;
  gpointer                  reader; /* NULL before the first read */
  float                    *piece;
};

FlitzisPass *
flitzis_pass_new_held (const float *values, guint64 n_frames, guint n_channels)
{
  FlitzisPass *self = g_new0 (FlitzisPass, 1);

  self->n_channels = n_channels;
  self->values = values;
  self->n_left = n_frames;

  return self;
}

FlitzisPass *
flitzis_pass_new_streamed (const FlitzisSourceFuncs *funcs,
                           gpointer                  source,
                           guint                     n_channels,
                           GCancellable             *cancellable)
{
  FlitzisPass *self = g_new0 (FlitzisPass, 1);

  self->n_channels = n_channels;
  self->funcs = funcs;
  self->source = source;
  g_set_object (&self->cancellable, cancellable);
  self->piece = g_new (float, (gsize) FLITZIS_PASS_FRAMES *n_channels);

  return self;
}

void
flitzis_pass_free (FlitzisPass *self)
{
  if (self->reader != NULL)
    self->funcs->close (self->reader);

  g_clear_object (&self->cancellable);
  g_free (self->piece);
  g_free (self);
}

static gssize
read_held (FlitzisPass *self, gsize n_frames, const float **frames)
{
  n_frames = (gsize) MIN (n_frames, self->n_left);
  *frames = self->values;
  self->values += n_frames * self->n_channels;
  self->n_left -= n_frames;

  return (gssize) n_frames;
}

gssize
flitzis_pass_read (FlitzisPass *self, gsize n_frames, const float **frames, GError **error)
{
  n_frames = MIN (n_frames, FLITZIS_PASS_FRAMES);

  if (self->funcs == NULL)
    return read_held (self, n_frames, frames);

  if (self->reader == NULL)
    self->reader = self->funcs->open (self->source, self->cancellable, error);

  if (self->reader == NULL)
    return -1;

  *frames = self->piece;

  return self->funcs->read (self->reader, self->piece, n_frames, error);
}
