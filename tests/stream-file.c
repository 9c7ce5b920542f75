/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "stream-file.h"

typedef struct
{
  GObject        parent_instance;
  char          *basename;
  StreamFileFunc open;
  GBytes        *bytes;
} StreamFile;

typedef GObjectClass StreamFileClass;

static GType stream_file_get_type (void);

static GFileInputStream *
stream_file_read (GFile *file, GCancellable *cancellable, GError **error)
{
  StreamFile *self = (StreamFile *) file;

  return (GFileInputStream *) self->open (self->bytes);
}

static char *
stream_file_get_no_path (GFile *file)
{
  return NULL;
}

static char *
stream_file_get_basename (GFile *file)
{
  return g_strdup (((StreamFile *) file)->basename);
}

static void
stream_file_iface_init (GFileIface *iface)
{
  iface->read_fn = stream_file_read;
  iface->get_path = stream_file_get_no_path;
  iface->get_basename = stream_file_get_basename;
}

G_DEFINE_TYPE_WITH_CODE (StreamFile,
                         stream_file,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (G_TYPE_FILE, stream_file_iface_init))

static void
stream_file_finalize (GObject *object)
{
  StreamFile *self = (StreamFile *) object;

  g_free (self->basename);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  G_OBJECT_CLASS (stream_file_parent_class)->finalize (object);
}

static void
stream_file_class_init (StreamFileClass *class)
{
  class->finalize = stream_file_finalize;
}

static void
stream_file_init (StreamFile *self)
{
}

GFile *
stream_file_new (const char *basename, StreamFileFunc open, GBytes *bytes)
{
  StreamFile *self = g_object_new (stream_file_get_type (), NULL);

  self->basename = g_strdup (basename);
  self->open = open;
  self->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;

  return G_FILE (self);
}
