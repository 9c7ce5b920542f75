/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Opens files, finds out whether they change, and names them in error messages. */

#include "config.h"

#include "decode/input.h"

#include "flitzis-error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
set_open_error (GError **error, GIOErrorEnum code, const char *name, const char *why)
{
  g_set_error (error, G_IO_ERROR, code, "Could not open “%s”: %s", name, why);
}

/* Names the path if the folder may be wrong, and the file name otherwise. */
static void
set_local_error (GError     **error,
                 GIOErrorEnum code,
                 const char  *path,
                 const char  *name,
                 const char  *why)
{
  g_autofree char *shown = g_filename_display_name (path);
  gboolean         shows_path = code == G_IO_ERROR_NOT_FOUND ||
                        code == G_IO_ERROR_PERMISSION_DENIED || code == G_IO_ERROR_IS_DIRECTORY;

  set_open_error (error, code, shows_path ? shown : name, why);
}

/* Opens the file of the descriptor again. The caller knows it by `name`, not by the path used
 * here. */
static GInputStream *
open_descriptor (int fd, const char *name, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GString) why = NULL;
  GFileInputStream *stream = g_file_read (file, cancellable, &failure);

  if (stream != NULL)
    return (GInputStream *) stream;

  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }

  why = g_string_new (failure->message);
  g_string_replace (why, path, name, 0);
  set_open_error (error, failure->code, name, why->str);

  return NULL;
}

/*
 * Uses O_NONBLOCK, since opening a named pipe would wait for a writer. The stream is opened through
 * the descriptor that was checked, since the path may lead to another file by then.
 */
static GInputStream *
open_local (const char *path, const char *name, GCancellable *cancellable, GError **error)
{
  int           fd = g_open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
  int           saved_errno = errno;
  GInputStream *stream = NULL;
  struct stat   status;

  if (fd < 0)
    {
      /* a socket, or a pipe whose other end is closed */
      if (saved_errno == ENXIO)
        set_open_error (error, G_IO_ERROR_NOT_REGULAR_FILE, name, "It is not a regular file");
      else
        set_local_error (error, g_io_error_from_errno (saved_errno), path, name,
                         g_strerror (saved_errno));
      return NULL;
    }

  if (fstat (fd, &status) != 0)
    {
      saved_errno = errno;
      set_open_error (error, g_io_error_from_errno (saved_errno), name, g_strerror (saved_errno));
    }
  else if (S_ISDIR (status.st_mode))
    {
      set_local_error (error, G_IO_ERROR_IS_DIRECTORY, path, name, "It is a directory");
    }
  else if (!S_ISREG (status.st_mode))
    {
      set_open_error (error, G_IO_ERROR_NOT_REGULAR_FILE, name, "It is not a regular file");
    }
  else
    {
      stream = open_descriptor (fd, name, cancellable, error);
    }

  close (fd);

  return stream;
}

static char *
get_display_name (GFile *file)
{
  g_autofree char *basename = g_file_get_basename (file);

  return g_filename_display_name (basename != NULL ? basename : "");
}

GInputStream *
flitzis_input_open_file (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autofree char *name = get_display_name (file);
  GError          *failure = NULL;
  GInputStream    *stream;

  if (g_file_peek_path (file) != NULL)
    return open_local (g_file_peek_path (file), name, cancellable, error);

  stream = (GInputStream *) g_file_read (file, cancellable, &failure);
  if (stream == NULL)
    {
      if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_prefix_error (&failure, "Could not open “%s”: ", name);
      g_propagate_error (error, failure);
    }

  return stream;
}

char *
flitzis_input_name_file (GFile *file)
{
  g_autofree char *name = get_display_name (file);

  return g_strdup_printf ("“%s”", name);
}

char *
flitzis_input_name_bytes (GBytes *bytes)
{
  return g_strdup_printf ("%" G_GSIZE_FORMAT " bytes in memory", g_bytes_get_size (bytes));
}

gboolean
flitzis_input_is_seekable (GInputStream *stream)
{
  /* some files, those of /proc among them, have a middle but no end to seek to */
  return G_IS_SEEKABLE (stream) && g_seekable_can_seek (G_SEEKABLE (stream)) &&
         g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_END, NULL, NULL) &&
         g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, NULL, NULL);
}

gboolean
flitzis_input_check_bytes (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  guint8 byte;
  gssize n_read = g_input_stream_read (stream, &byte, 1, cancellable, error);

  if (n_read == 0)
    g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT, "it is empty");

  return n_read == 1 &&
         g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, cancellable, error);
}

/* For a local file, this is faster than attributes by name. */
static gboolean
get_status (GInputStream *stream, struct stat *status)
{
  return G_IS_FILE_DESCRIPTOR_BASED (stream) &&
         fstat (g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream)), status) == 0;
}

gboolean
flitzis_input_is_nameless (GInputStream *stream)
{
  struct stat status;

  return get_status (stream, &status) && status.st_nlink == 0;
}

char *
flitzis_input_get_state (GInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GFileInfo) info = NULL;
  struct stat status;

  if (get_status (stream, &status))
    return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT
                            " %" G_GINT64_FORMAT ".%ld",
                            (guint64) status.st_dev, (guint64) status.st_ino,
                            (gint64) status.st_size, (gint64) status.st_mtim.tv_sec,
                            status.st_mtim.tv_nsec);

  if (G_IS_FILE_INPUT_STREAM (stream))
    info = g_file_input_stream_query_info (G_FILE_INPUT_STREAM (stream),
                                           G_FILE_ATTRIBUTE_ETAG_VALUE, cancellable, NULL);
  if (info == NULL)
    return NULL;

  return g_strdup (g_file_info_get_attribute_string (info, G_FILE_ATTRIBUTE_ETAG_VALUE));
}

gboolean
flitzis_input_is_about_contents (const GError *error)
{
  return g_error_matches (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT) ||
         g_error_matches (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED);
}

void
flitzis_input_set_changed (GError **error)
{
  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                       "it was changed while it was read");
}

void
flitzis_input_propagate (const char *name, GError *failure, GError **error)
{
  if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (&failure, "Could not decode %s: ", name);
  g_propagate_error (error, failure);
}
