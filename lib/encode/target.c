/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "encode/target.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct _FlitzisTarget
{
  char *path;
  char *name;      /* to be shown */
  char *temporary; /* NULL if there is nothing to remove */
  int   fd;        /* -1: closed */
};

static gboolean
set_error (FlitzisTarget *self, int number, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number), "Could not write “%s”: %s",
               self->name, g_strerror (number));

  return FALSE;
}

/* An existing file is replaced only if it is writable, and the new one gets its permissions. If the
 * path is a symbolic link, the file that it points to is replaced. */
static gboolean
look_at_old (FlitzisTarget *self, mode_t *mode, GError **error)
{
  char       *resolved = realpath (self->path, NULL);
  struct stat status;

  if (resolved == NULL)
    return errno == ENOENT || set_error (self, errno, error);

  g_free (self->path);
  self->path = g_strdup (resolved);
  free (resolved);

  if (stat (self->path, &status) != 0)
    return set_error (self, errno, error);

  if (S_ISDIR (status.st_mode))
    return set_error (self, EISDIR, error);

  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                   "Could not write “%s”: It is not a regular file", self->name);
      return FALSE;
    }

  if (access (self->path, W_OK) != 0)
    return set_error (self, errno, error);

  *mode = status.st_mode & 0777;

  return TRUE;
}

static gboolean
open_beside (FlitzisTarget *self, mode_t mode, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *temporary = g_build_filename (folder, ".flitzis-XXXXXX", NULL);

  self->fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0666);

  if (self->fd < 0)
    return set_error (self, errno, error);

  self->temporary = g_steal_pointer (&temporary);

  return mode == 0 || fchmod (self->fd, mode) == 0 || set_error (self, errno, error);
}

FlitzisTarget *
flitzis_target_open (const char *path, GError **error)
{
  g_autoptr (FlitzisTarget) self = g_new0 (FlitzisTarget, 1);
  mode_t mode = 0;

  self->path = g_strdup (path);
  self->name = g_filename_display_basename (path);
  self->fd = -1;

  if (!look_at_old (self, &mode, error) || !open_beside (self, mode, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
flitzis_target_free (FlitzisTarget *self)
{
  if (self->fd >= 0)
    close (self->fd);

  if (self->temporary != NULL)
    g_unlink (self->temporary);

  g_free (self->temporary);
  g_free (self->name);
  g_free (self->path);
  g_free (self);
}

gboolean
flitzis_target_write (FlitzisTarget *self,
                      const guint8  *data,
                      gsize          n_bytes,
                      guint64        offset,
                      GError       **error)
{
  while (n_bytes > 0)
    {
      gssize n_written = pwrite (self->fd, data, n_bytes, (off_t) offset);

      if (n_written < 0 && errno == EINTR)
        continue;

      if (n_written < 0)
        return set_error (self, errno, error);

      data += n_written;
      offset += n_written;
      n_bytes -= n_written;
    }

  return TRUE;
}

gboolean
flitzis_target_read (
    FlitzisTarget *self,
    guint8        *data,
    gsize          n_bytes,
    guint64        offset,
    GError       **error)
{
  while (n_bytes > 0)
    {
      gssize n_read = pread (self->fd, data, n_bytes, (off_t) offset);

      if (n_read < 0 && errno == EINTR)
        continue;

      if (n_read <= 0)
        return set_error (self, n_read < 0 ? errno : EIO, error);

      data += n_read;
      offset += n_read;
      n_bytes -= n_read;
    }

  return TRUE;
}

gboolean
flitzis_target_get_size (FlitzisTarget *self, guint64 *n_bytes, GError **error)
{
  struct stat status;

  if (fstat (self->fd, &status) != 0)
    return set_error (self, errno, error);

  *n_bytes = (guint64) status.st_size;

  return TRUE;
}

/* Writes the file to the disk before it replaces the old one, since some file systems notice late
 * that there is no room. */
gboolean
flitzis_target_commit (FlitzisTarget *self, GError **error)
{
  int fd = self->fd;

  if (fsync (fd) != 0 && errno != EINVAL)
    return set_error (self, errno, error);

  self->fd = -1;

  if (close (fd) != 0 && errno != EINTR)
    return set_error (self, errno, error);

  if (g_rename (self->temporary, self->path) != 0)
    return set_error (self, errno, error);

  g_clear_pointer (&self->temporary, g_free);

  return TRUE;
}
