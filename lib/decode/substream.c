/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* The part of a file that elements see. The header reader excludes bytes that they would take for
 * sound, and corrects bytes that they would misread. */

#include "config.h"

#include "decode/substream.h"

typedef GInputStreamClass FlitzisSubstreamClass;

typedef struct
{
  GInputStream      parent_instance;
  GInputStream     *base;
  FlitzisDiagnosis *diagnosis;
  guint64           position; /* within the part */
} FlitzisSubstream;

static GType flitzis_substream_get_type (void);

static void
apply (const FlitzisPatch *patch, guint8 *data, guint64 offset, gsize n_bytes)
{
  for (gsize i = 0; i < patch->n_bytes; i++)
    if (patch->offset + i >= offset && patch->offset + i < offset + n_bytes)
      data[patch->offset + i - offset] = patch->bytes[i];
}

static gssize
flitzis_substream_read (GInputStream *stream,
                        void         *buffer,
                        gsize         count,
                        GCancellable *cancellable,
                        GError      **error)
{
  FlitzisSubstream    *self = (FlitzisSubstream *) stream;
  const FlitzisHeader *header = self->diagnosis->header;
  guint64              offset = header->offset + self->position;
  g_autoptr (GError) local_error = NULL;
  gssize n_read = -1;

  count = MIN (count, header->n_bytes - self->position);
  if (count == 0)
    return 0;

  if ((guint64) g_seekable_tell (G_SEEKABLE (self->base)) == offset ||
      g_seekable_seek (G_SEEKABLE (self->base), offset, G_SEEK_SET, cancellable, &local_error))
    n_read = g_input_stream_read (self->base, buffer, count, cancellable, &local_error);

  if (n_read < 0)
    {
      /* stopping the pipeline cancels its reading */
      if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        flitzis_diagnosis_refuse (self->diagnosis, g_error_copy (local_error));
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }

  for (guint i = 0; i < header->n_patches; i++)
    apply (&header->patches[i], buffer, offset, n_read);
  self->position += n_read;

  return n_read;
}

static goffset
flitzis_substream_tell (GSeekable *seekable)
{
  return ((FlitzisSubstream *) seekable)->position;
}

static gboolean
flitzis_substream_can_seek (GSeekable *seekable)
{
  return TRUE;
}

static gboolean
flitzis_substream_seek (GSeekable    *seekable,
                        goffset       offset,
                        GSeekType     type,
                        GCancellable *cancellable,
                        GError      **error)
{
  FlitzisSubstream *self = (FlitzisSubstream *) seekable;
  goffset           n_bytes = self->diagnosis->header->n_bytes;
  goffset           origin = type == G_SEEK_CUR   ? (goffset) self->position
                             : type == G_SEEK_END ? n_bytes
                                                  : 0;

  if (offset < -origin || offset > n_bytes - origin)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "Invalid seek request");
      return FALSE;
    }

  self->position = origin + offset;

  return TRUE;
}

static gboolean
flitzis_substream_can_truncate (GSeekable *seekable)
{
  return FALSE;
}

static void
flitzis_substream_iface_init (GSeekableIface *iface)
{
  iface->tell = flitzis_substream_tell;
  iface->can_seek = flitzis_substream_can_seek;
  iface->seek = flitzis_substream_seek;
  iface->can_truncate = flitzis_substream_can_truncate;
}

G_DEFINE_TYPE_WITH_CODE (FlitzisSubstream,
                         flitzis_substream,
                         G_TYPE_INPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_SEEKABLE, flitzis_substream_iface_init))

static void
flitzis_substream_finalize (GObject *object)
{
  g_object_unref (((FlitzisSubstream *) object)->base);
  G_OBJECT_CLASS (flitzis_substream_parent_class)->finalize (object);
}

static void
flitzis_substream_class_init (FlitzisSubstreamClass *class)
{
  G_OBJECT_CLASS (class)->finalize = flitzis_substream_finalize;
  class->read_fn = flitzis_substream_read;
}

static void
flitzis_substream_init (FlitzisSubstream *self)
{
}

GInputStream *
flitzis_substream_new (GInputStream *base, FlitzisDiagnosis *diagnosis)
{
  FlitzisSubstream *self = g_object_new (flitzis_substream_get_type (), NULL);

  self->base = g_object_ref (base);
  self->diagnosis = diagnosis;

  return G_INPUT_STREAM (self);
}
