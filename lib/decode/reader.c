/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/reader.h"

#include "flitzis-error.h"

/* The bytes read at a time, so that a file of small pieces does not need a system call for each. */
#define READ_BYTES (64 * 1024)

/* Files up to this size are read in a few milliseconds. */
#define BRIEF_BYTES (4 * 1024 * 1024)

gboolean
flitzis_reader_init (FlitzisReader *self, GInputStream *stream, GCancellable *cancellable)
{
  GSeekable *seekable = G_SEEKABLE (stream);

  *self = (FlitzisReader){ .stream = stream, .cancellable = cancellable };

  if (!g_seekable_seek (seekable, 0, G_SEEK_END, cancellable, &self->error))
    return FALSE;

  self->n_bytes = g_seekable_tell (seekable);

  return TRUE;
}

void
flitzis_reader_clear (FlitzisReader *self)
{
  g_clear_error (&self->error);
  g_clear_pointer (&self->held, g_free);
}

static gboolean
fill (FlitzisReader *self, guint64 offset, gsize size)
{
  gsize   n_wanted = MIN (MAX (size, READ_BYTES), flitzis_reader_count (self, offset));
  guint8 *held = n_wanted > READ_BYTES || self->held == NULL
                     ? g_try_realloc (self->held, MAX (n_wanted, READ_BYTES))
                     : self->held;

  if (held == NULL)
    return FALSE;

  self->held = held;
  self->held_offset = offset;
  self->n_held = 0;

  return g_seekable_seek (G_SEEKABLE (self->stream), offset, G_SEEK_SET, self->cancellable,
                          &self->error) &&
         g_input_stream_read_all (self->stream, self->held, n_wanted, &self->n_held,
                                  self->cancellable, &self->error);
}

gboolean
flitzis_reader_get (FlitzisReader *self, guint64 offset, gsize size, GstByteReader *bytes)
{
  if (self->error != NULL || size > flitzis_reader_count (self, offset))
    return FALSE;

  if ((self->held == NULL || offset < self->held_offset ||
       offset + size > self->held_offset + self->n_held) &&
      !fill (self, offset, size))
    return FALSE;

  /* the file may have become shorter */
  if (offset + size > self->held_offset + self->n_held)
    return FALSE;

  gst_byte_reader_init (bytes, self->held + (offset - self->held_offset), size);

  return TRUE;
}

gboolean
flitzis_reader_is_brief (const FlitzisReader *self, guint64 n_bytes)
{
  return self->is_brief && n_bytes > BRIEF_BYTES;
}

guint64
flitzis_reader_count (const FlitzisReader *self, guint64 offset)
{
  return self->n_bytes - MIN (self->n_bytes, offset);
}

void
flitzis_reader_fail (FlitzisReader *self, int code, const char *format, ...)
{
  va_list arguments;

  if (self->error != NULL)
    return;

  va_start (arguments, format);
  self->error = g_error_new_valist (FLITZIS_ENGINE_ERROR, code, format, arguments);
  va_end (arguments);
}
