/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Opens a file or bytes, lets a pipeline decode them, and writes the error messages. */

#include "config.h"

#include "decode/decode.h"

#include "decode/containers.h"
#include "decode/decoder.h"
#include "decode/gstreamer.h"
#include "flitzis-error.h"
#include "flitzis-sample-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The limit for a stream that cannot seek: it is held in memory, since demuxers jump back and
 * forth. */
#define MAX_UNSEEKABLE_BYTES (256 * 1024 * 1024)

#define READ_SIZE 65536

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

/* Makes room for `size` bytes. The size comes from the stream, so this must not abort. */
static gboolean
grow (char **data, gsize size, GError **error)
{
  char *grown = g_try_realloc (*data, size);

  if (grown == NULL)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "it cannot be read from the middle, and there is no memory for %zu bytes", size);
      return FALSE;
    }

  *data = grown;

  return TRUE;
}

/* Reads all of a stream that cannot seek. Its bytes count like decoded bytes. */
static GInputStream *
read_all (GInputStream *stream, FlitzisDecodeRequest *request, GError **error)
{
  g_autofree char *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize  n_bytes = 0, capacity = 0;
  gssize n_read;

  do
    {
      if (n_bytes == capacity)
        {
          capacity = MAX (capacity * 2, READ_SIZE);
          if (!grow (&data, capacity, error))
            return NULL;
        }

      n_read = g_input_stream_read (stream, data + n_bytes, MIN (capacity - n_bytes, READ_SIZE),
                                    request->cancellable, error);
      if (n_read < 0)
        return NULL;

      n_bytes += n_read;
      request->n_held_bytes = n_bytes;
      if (!flitzis_decode_request_check (request, error))
        return NULL;

      if (n_bytes > MAX_UNSEEKABLE_BYTES)
        {
          g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                       "it cannot be read from the middle and is longer than %u MiB",
                       MAX_UNSEEKABLE_BYTES / (1024 * 1024));
          return NULL;
        }
    }
  while (n_read > 0);

  bytes = g_bytes_new_take (g_steal_pointer (&data), n_bytes);

  return g_memory_input_stream_new_from_bytes (bytes);
}

/* Some files, those of /proc among them, have a middle but no end to seek to. */
static gboolean
is_seekable (GInputStream *stream)
{
  return G_IS_SEEKABLE (stream) && g_seekable_can_seek (G_SEEKABLE (stream)) &&
         g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_END, NULL, NULL) &&
         g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, NULL, NULL);
}

/* Returns FALSE if the stream has no bytes, or, with an error, if it cannot be read. */
static gboolean
has_bytes (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  guint8 byte;

  return g_input_stream_read (stream, &byte, 1, cancellable, error) == 1 &&
         g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, cancellable, error);
}

static gboolean
set_cut (const FlitzisFrameBuilder *builder, guint64 n_frames, GError **error)
{
  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
               "it breaks off after %" G_GUINT64_FORMAT " frames (%.3f s)", n_frames,
               (double) n_frames / builder->info.rate);

  return FALSE;
}

/* Returns whether all frames that the file states have come. */
static gboolean
check_length (const FlitzisFrameBuilder *builder, const FlitzisHeader *header, GError **error)
{
  guint64 n_sound = builder->n_sound;

  if (n_sound == 0)
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                           "it holds no frames");
      return FALSE;
    }

  if (header->is_cut)
    return set_cut (builder, MIN (n_sound, header->n_whole_frames), error);

  if (n_sound >= builder->n_needed)
    return TRUE;

  if (header->has_padding)
    return set_cut (builder, n_sound, error);

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
               "only %" G_GUINT64_FORMAT " of its %" G_GUINT64_FORMAT " frames are there", n_sound,
               builder->n_stated);

  return FALSE;
}

static gboolean
decode_frames (GInputStream         *stream,
               FlitzisDecodeRequest *request,
               FlitzisFrameBuilder  *builder,
               FlitzisFacts         *facts,
               GError              **error)
{
  g_autoptr (GError) local_error = NULL;
  FlitzisHeader header;

  if (!flitzis_header_read (&header, facts, stream, request->cancellable, error))
    return FALSE;

  if (flitzis_decoder_run (stream, &header, request, builder, &local_error))
    return check_length (builder, &header, error);

  /* a decoder fails somewhere before the place where the file is cut */
  if (header.is_cut && header.n_whole_frames != G_MAXUINT64 && builder->n_sound > 0 &&
      g_error_matches (local_error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT))
    return set_cut (builder, header.n_whole_frames, error);

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* Returns a string that changes if the file is written to or truncated; NULL if that is unknown. */
static char *
get_state (GInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GFileInfo) info = NULL;
  struct stat status;

  /* for a local file, fstat () is faster than attributes by name */
  if (G_IS_FILE_DESCRIPTOR_BASED (stream) &&
      fstat (g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream)), &status) == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%ld",
                            (gint64) status.st_size, (gint64) status.st_mtim.tv_sec,
                            status.st_mtim.tv_nsec);

  if (G_IS_FILE_INPUT_STREAM (stream))
    info = g_file_input_stream_query_info (G_FILE_INPUT_STREAM (stream),
                                           G_FILE_ATTRIBUTE_ETAG_VALUE, cancellable, NULL);
  if (info == NULL)
    return NULL;

  return g_strdup (g_file_info_get_attribute_string (info, G_FILE_ATTRIBUTE_ETAG_VALUE));
}

static gboolean
is_about_contents (const GError *error)
{
  return g_error_matches (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT) ||
         g_error_matches (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED);
}

/* Takes `stream`. */
static FlitzisSample *
decode_stream (GInputStream *stream, FlitzisDecodeRequest *request, GError **error)
{
  g_autoptr (GInputStream) source = stream;
  g_autoptr (GInputStream) owned = g_object_ref (stream);
  g_autofree char *state = get_state (source, request->cancellable);
  g_auto (FlitzisFrameBuilder) builder = { 0 };
  g_auto (FlitzisFacts) facts = { 0 };
  g_autoptr (GError) local_error = NULL;
  gboolean decoded;

  if (!flitzis_gstreamer_init (error))
    return NULL;

  if (!is_seekable (owned))
    {
      GInputStream *held = read_all (owned, request, error);

      if (held == NULL)
        return NULL;

      g_object_unref (owned);
      owned = held;
    }

  if (!has_bytes (owned, request->cancellable, &local_error))
    {
      if (local_error == NULL)
        g_set_error_literal (&local_error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                             "it is empty");
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  decoded = decode_frames (owned, request, &builder, &facts, &local_error);
  if (!request->is_abandoned && state != NULL &&
      (decoded || is_about_contents (local_error)))
    {
      g_autofree char *state_now = get_state (source, request->cancellable);

      /* after a cancel, it is unknown */
      if (state_now != NULL && !g_str_equal (state, state_now))
        {
          decoded = FALSE;
          g_clear_error (&local_error);
          g_set_error_literal (&local_error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                               "it was changed while it was read");
        }
    }

  if (!decoded)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  if (flitzis_frames_count (&builder.frames) > FLITZIS_SAMPLE_MAX_FRAMES)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "it has more than %u frames", FLITZIS_SAMPLE_MAX_FRAMES);
      return NULL;
    }

  flitzis_facts_settle (&facts, builder.info.rate, builder.n_sound, request->sample_rate,
                        flitzis_frames_count (&builder.frames));

  return flitzis_sample_new_decoded (flitzis_frames_steal (&builder.frames),
                                     builder.info.channels, request->sample_rate,
                                     builder.info.rate, builder.n_mended, &facts);
}

/* Prefixes the error with the name of the source, unless the load was cancelled. */
static FlitzisSample *
finish (FlitzisSample *sample, const char *what, GError *failure, GError **error)
{
  if (sample != NULL)
    return sample;

  if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (&failure, "Could not decode %s: ", what);
  g_propagate_error (error, failure);

  return NULL;
}

static FlitzisSample *
decode_file (FlitzisDecodeRequest *request, GFile *file, GError **error)
{
  g_autofree char *basename = g_file_get_basename (file);
  g_autofree char *name = g_filename_display_name (basename != NULL ? basename : "");
  g_autofree char *quoted = g_strdup_printf ("“%s”", name);
  GInputStream    *stream;
  GError          *failure = NULL;
  FlitzisSample   *sample;

  if (g_file_peek_path (file) != NULL)
    {
      stream = open_local (g_file_peek_path (file), name, request->cancellable, error);
      if (stream == NULL)
        return NULL;
    }
  else
    {
      stream = (GInputStream *) g_file_read (file, request->cancellable, &failure);
      if (stream == NULL)
        {
          if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            g_prefix_error (&failure, "Could not open %s: ", quoted);
          g_propagate_error (error, failure);
          return NULL;
        }
    }

  sample = decode_stream (stream, request, &failure);

  return finish (sample, quoted, failure, error);
}

static FlitzisSample *
decode_bytes (FlitzisDecodeRequest *request, GBytes *bytes, GError **error)
{
  g_autofree char *what =
      g_strdup_printf ("%" G_GSIZE_FORMAT " bytes in memory", g_bytes_get_size (bytes));
  GError        *failure = NULL;
  FlitzisSample *sample;

  sample = decode_stream (g_memory_input_stream_new_from_bytes (bytes), request, &failure);

  return finish (sample, what, failure, error);
}

FlitzisSample *
flitzis_decode_file (GFile            *file,
                     guint             sample_rate,
                     GCancellable     *cancellable,
                     FlitzisDecodeFunc func,
                     gpointer          user_data,
                     GError          **error)
{
  FlitzisDecodeRequest request =
      flitzis_decode_request_make (sample_rate, cancellable, func, user_data);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  return decode_file (&request, file, error);
}

FlitzisSample *
flitzis_decode_bytes (GBytes           *bytes,
                      guint             sample_rate,
                      GCancellable     *cancellable,
                      FlitzisDecodeFunc func,
                      gpointer          user_data,
                      GError          **error)
{
  FlitzisDecodeRequest request =
      flitzis_decode_request_make (sample_rate, cancellable, func, user_data);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  return decode_bytes (&request, bytes, error);
}
