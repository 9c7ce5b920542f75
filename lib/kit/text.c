/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "kit/text.h"

#include "flitzis-error.h"

#include <string.h>

static gboolean
check_type (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileInfo) info =
      g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE, cancellable,
                         error);

  if (info == NULL)
    return FALSE;

  switch (g_file_info_get_file_type (info))
    {
    case G_FILE_TYPE_REGULAR:
    case G_FILE_TYPE_UNKNOWN:
      return TRUE;
    case G_FILE_TYPE_DIRECTORY:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, "It is a directory");
      return FALSE;
    default:
      /* opening a named pipe would wait for a writer */
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                           "It is not a regular file");
      return FALSE;
    }
}

/* Kits made on Windows may be in its encoding, in which a few bytes have no meaning. */
static char *
to_utf8 (char *text, gsize n_bytes)
{
  g_autofree char *given = text;
  char            *converted;

  if (g_utf8_validate (given, (gssize) n_bytes, NULL))
    return g_steal_pointer (&given);

  converted = g_convert (given, (gssize) n_bytes, "UTF-8", "WINDOWS-1252", NULL, NULL, NULL);

  return converted != NULL ? converted : g_utf8_make_valid (given, (gssize) n_bytes);
}

static char *
read_text (GFile *file, gsize max_bytes, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *block = g_malloc (65536);
  gsize              n_bytes;
  gssize             n_read;
  guint8             end = 0;

  if (!check_type (file, cancellable, error))
    return NULL;

  stream = g_file_read (file, cancellable, error);
  if (stream == NULL)
    return NULL;

  while ((n_read = g_input_stream_read (G_INPUT_STREAM (stream), block, 65536, cancellable,
                                        error)) > 0)
    {
      if ((gsize) n_read > max_bytes - bytes->len)
        {
          g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                       "a kit has at most %d bytes of text", FLITZIS_KIT_MAX_BYTES);
          return NULL;
        }
      g_byte_array_append (bytes, block, (guint) n_read);
    }

  if (n_read < 0)
    return NULL;

  if (bytes->len > 0 && memchr (bytes->data, '\0', bytes->len) != NULL)
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                           "it is not a text");
      return NULL;
    }

  n_bytes = bytes->len;
  g_byte_array_append (bytes, &end, 1);

  return to_utf8 ((char *) g_byte_array_free (g_steal_pointer (&bytes), FALSE), n_bytes);
}

char *
flitzis_kit_read_text (GFile *file, gsize max_bytes, GCancellable *cancellable, GError **error)
{
  g_autofree char *name = flitzis_kit_get_shown_name (file);
  GError          *failure = NULL;
  char            *text = read_text (file, max_bytes, cancellable, &failure);

  if (text == NULL)
    {
      if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_prefix_error (&failure, "Could not read “%s”: ", name);
      g_propagate_error (error, failure);
    }

  return text;
}

char *
flitzis_kit_get_shown_name (GFile *file)
{
  g_autofree char *basename = g_file_get_basename (file);

  return g_filename_display_name (basename != NULL ? basename : "");
}

gboolean
flitzis_kit_text_begins (const char *text, const char *prefix)
{
  return strncmp (text, prefix, strlen (prefix)) == 0;
}
