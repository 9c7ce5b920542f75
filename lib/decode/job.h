/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/decode.h"

G_BEGIN_DECLS

/* What the caller of a decoder wants, and what has come of it beside the frames. */
typedef struct
{
  guint             sample_rate;
  GCancellable     *cancellable;
  FlitzisDecodeFunc func;
  gpointer          user_data;

  /* For who can do without the thread that it decodes on: called with `user_data`, on another
   * thread, when a decoder does not come back there, or not at once when it is not wanted any more.
   * It takes the error; neither it nor `func` is called again. NULL: a thread of its own is waited
   * for. */
  void (*give_up) (gpointer user_data,
                   GError  *error);

  /* in messages */
  const char *what;

  /* A decoder that gives no frame for so long gives none: some spin or sleep on broken files. As
   * long again may it take to stop. */
  gint64 deadline_us;

  /* Bytes of the file itself, where all of it has to be held. */
  gsize n_held_bytes;

  /* What the caller was told last. */
  gsize  n_bytes;
  double progress;

  guint64 n_mended;

  /* A decoder would not stop and has kept the stream. */
  gboolean is_abandoned;
} FlitzisDecodeJob;

/* Lasts no longer than `cancellable` and `user_data`. */
FlitzisDecodeJob flitzis_decode_job_make (guint             sample_rate,
                                          GCancellable     *cancellable,
                                          FlitzisDecodeFunc func,
                                          gpointer          user_data);

/* Decodes exactly one of `file` and `bytes`. */
FlitzisSample *flitzis_decode_job_run (FlitzisDecodeJob *self,
                                       GFile            *file,
                                       GBytes           *bytes,
                                       GError          **error);

/* FALSE when it is cancelled, or its caller does not want it to go on with so many bytes. */
gboolean flitzis_decode_job_advance (FlitzisDecodeJob *self,
                                     gsize             n_bytes,
                                     double            progress,
                                     GError          **error);

/* The same, with nothing new to tell. */
gboolean flitzis_decode_job_check (FlitzisDecodeJob *self,
                                   GError          **error);

G_END_DECLS
