/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A decoder that gives no frame for this time is given up: some spin or sleep on broken files. */
#define FLITZIS_DECODE_DEADLINE_US (5 * G_USEC_PER_SEC)

/*
 * Called on a thread of the decoder when frames arrive, and on the caller's thread while none
 * arrive, but never on two threads at once. `n_bytes` is the number of decoded bytes so far.
 * `progress` is 0..1, or -1 while the length is unknown. Returning FALSE, with `error` set, ends
 * the decoding with that error.
 */
typedef gboolean (*FlitzisDecodeFunc) (gsize    n_bytes,
                                       double   progress,
                                       gpointer user_data,
                                       GError **error);

/* The wishes of the caller of a decoder, and the results other than the frames. */
typedef struct
{
  guint             sample_rate;
  GCancellable     *cancellable;
  FlitzisDecodeFunc func;
  gpointer          user_data;

  /* A decoder is given up after this time, and has the same time to stop. */
  gint64 deadline_us;

  /* The bytes of the file itself, if all of it has to be held. */
  gsize n_held_bytes;

  /* The values that the caller received last. */
  gsize  n_bytes;
  double progress;

  /* A decoder did not stop, and has kept the stream. */
  gboolean is_abandoned;
} FlitzisDecodeRequest;

/* The request must not outlive `cancellable` and `user_data`. */
FlitzisDecodeRequest flitzis_decode_request_make (guint             sample_rate,
                                                  GCancellable     *cancellable,
                                                  FlitzisDecodeFunc func,
                                                  gpointer          user_data);

/* Returns FALSE if it is cancelled, or if the caller ends it because of the number of bytes. */
gboolean flitzis_decode_request_advance (FlitzisDecodeRequest *self,
                                         gsize                 n_bytes,
                                         double                progress,
                                         GError              **error);

/* The same, without a new value. */
gboolean flitzis_decode_request_check (FlitzisDecodeRequest *self,
                                       GError              **error);

G_END_DECLS
