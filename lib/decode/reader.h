/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gio/gio.h>
#include <gst/base/gstbytereader.h>

G_BEGIN_DECLS

/* Reads small pieces of a seekable stream, from anywhere in it. Its errors stick: once one is set,
 * nothing more is read. */
typedef struct
{
  GInputStream *stream;
  GCancellable *cancellable;
  guint64       n_bytes; /* of the stream */

  /* Readers of containers leave the middle of large files out, if they find all they need at the
   * start and the end. */
  gboolean is_brief;
  GError  *error;

  /* the bytes that were read last */
  guint8 *held;
  guint64 held_offset;
  gsize   n_held;
} FlitzisReader;

/* The reader keeps no reference. Returns FALSE, with `error` set, if the stream does not know its
 * length. Clear the reader in either case. */
gboolean flitzis_reader_init (FlitzisReader *self,
                              GInputStream  *stream,
                              GCancellable  *cancellable);
void     flitzis_reader_clear (FlitzisReader *self);

/* Points `bytes` at `size` bytes from `offset` on, valid until the next call. Returns FALSE if the
 * stream has fewer bytes there, if memory is short, or after an error. */
gboolean flitzis_reader_get (FlitzisReader *self,
                             guint64        offset,
                             gsize          size,
                             GstByteReader *bytes);

/* Returns whether to leave out the middle of the next `n_bytes`. */
gboolean flitzis_reader_is_brief (const FlitzisReader *self,
                                  guint64              n_bytes);

/* Returns the number of bytes from `offset` to the end of the stream. */
guint64 flitzis_reader_count (const FlitzisReader *self,
                              guint64              offset);

/* Sets `error` unless there is one already; the domain is FLITZIS_ENGINE_ERROR. */
void flitzis_reader_fail (FlitzisReader *self,
                          int            code,
                          const char    *format,
                          ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
