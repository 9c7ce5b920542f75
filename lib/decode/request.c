/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/request.h"

FlitzisDecodeRequest
flitzis_decode_request_make (guint             sample_rate,
                             GCancellable     *cancellable,
                             FlitzisDecodeFunc func,
                             gpointer          user_data)
{
  return (FlitzisDecodeRequest){
    .sample_rate = sample_rate,
    .cancellable = cancellable,
    .func = func,
    .user_data = user_data,
    .deadline_us = FLITZIS_DECODE_DEADLINE_US,
  };
}

gboolean
flitzis_decode_request_advance (FlitzisDecodeRequest *self,
                                gsize                 n_bytes,
                                double                progress,
                                GError              **error)
{
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;

  if (self->func != NULL &&
      !self->func (self->n_held_bytes + n_bytes, progress, self->user_data, error))
    return FALSE;

  self->n_bytes = n_bytes;
  self->progress = progress;

  return TRUE;
}

gboolean
flitzis_decode_request_check (FlitzisDecodeRequest *self, GError **error)
{
  return flitzis_decode_request_advance (self, self->n_bytes, self->progress, error);
}
