/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Called on a thread of the decoder's as frames arrive, and on the caller's while none do, but
 * never on two at once. `n_bytes`: decoded bytes held so far. `progress`: 0..1, -1 while the length
 * is unknown. FALSE with `error` set ends the decoding with that error.
 */
typedef gboolean (*FlitzisDecodeFunc) (gsize    n_bytes,
                                       double   progress,
                                       gpointer user_data,
                                       GError **error);

/* What the caller of a decoder wants, and what has come of it beside the frames. */
typedef struct
{
  guint             sample_rate;
  GCancellable     *cancellable;
  FlitzisDecodeFunc func;
  gpointer          user_data;

  /* A decoder that gives no frame for this long is given up: some spin or sleep on broken files. It
   * has as long again to stop. */
  gint64 deadline_us;

  /* Bytes of the file itself, where all of it has to be held. */
  gsize n_held_bytes;

  /* What the caller was told last. */
  gsize  n_bytes;
  double progress;

  /* A decoder would not stop and has kept the stream. */
  gboolean is_abandoned;
} FlitzisDecodeRequest;

/* Lasts no longer than `cancellable` and `user_data`. */
FlitzisDecodeRequest flitzis_decode_request_make (guint             sample_rate,
                                                  GCancellable     *cancellable,
                                                  FlitzisDecodeFunc func,
                                                  gpointer          user_data);

/* FALSE when it is cancelled, or its caller does not want it to go on with so many bytes. */
gboolean flitzis_decode_request_advance (FlitzisDecodeRequest *self,
                                         gsize                 n_bytes,
                                         double                progress,
                                         GError              **error);

/* The same, with nothing new to tell. */
gboolean flitzis_decode_request_check (FlitzisDecodeRequest *self,
                                       GError              **error);

G_END_DECLS
