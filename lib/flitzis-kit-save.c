/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Writes a kit as the JSON of the pad board. */

#include "config.h"

#include "flitzis-kit-private.h"

#include "control/fork.h"
#include "flitzis-error.h"
#include "flitzis-pad-private.h"
#include "kit/pads-json.h"

#include <string.h>

#define BLOCK_SIZE 65536

typedef struct
{
  FlitzisKit     *kit;
  GFile          *file;
  GFile          *folder;
  FlitzisKitFlags flags;
  GCancellable   *cancellable;
  GHashTable     *collected; /* from a file to its copy beside the kit */
  GPtrArray      *copies;    /* made so far, to be deleted if the rest fails */
} Save;

static Save *
save_new (FlitzisKit *kit, GFile *file, FlitzisKitFlags flags, GCancellable *cancellable)
{
  Save *self = g_new0 (Save, 1);

  self->kit = g_object_ref (kit);
  self->file = g_object_ref (file);
  self->folder = g_file_get_parent (file);
  self->flags = flags;
  g_set_object (&self->cancellable, cancellable);
  self->collected = g_hash_table_new_full (g_file_hash, (GEqualFunc) g_file_equal, g_object_unref,
                                           g_object_unref);
  self->copies = g_ptr_array_new_with_free_func (g_object_unref);

  return self;
}

static void
save_free (gpointer data)
{
  Save *self = data;

  g_object_unref (self->kit);
  g_object_unref (self->file);
  g_clear_object (&self->folder);
  g_clear_object (&self->cancellable);
  g_hash_table_unref (self->collected);
  g_ptr_array_unref (self->copies);
  g_free (self);
}

/* Files below the folder have a relative path, so that the whole folder can be moved. Others have
 * an absolute path, so that the kit alone can be moved. */
static char *
get_name (GFile *file, gpointer user_data)
{
  Save            *self = user_data;
  GFile           *collected = g_hash_table_lookup (self->collected, file);
  GFile           *named = collected != NULL ? collected : file;
  g_autofree char *name =
      self->folder != NULL ? g_file_get_relative_path (self->folder, named) : NULL;

  if (name == NULL)
    name = g_file_get_path (named);

  return name != NULL && g_utf8_validate (name, -1, NULL) ? g_steal_pointer (&name)
                                                          : g_file_get_uri (named);
}

static gboolean
have_same_bytes (GFile *file, GFile *other, GCancellable *cancellable)
{
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, NULL);
  g_autoptr (GFileInputStream) other_stream = g_file_read (other, cancellable, NULL);
  g_autofree guint8 *block = g_malloc (BLOCK_SIZE);
  g_autofree guint8 *other_block = g_malloc (BLOCK_SIZE);
  gsize              n_read, n_other;

  if (stream == NULL || other_stream == NULL)
    return FALSE;

  do
    {
      if (!g_input_stream_read_all (G_INPUT_STREAM (stream), block, BLOCK_SIZE, &n_read,
                                    cancellable, NULL) ||
          !g_input_stream_read_all (G_INPUT_STREAM (other_stream), other_block, BLOCK_SIZE,
                                    &n_other, cancellable, NULL) ||
          n_read != n_other || memcmp (block, other_block, n_read) != 0)
        return FALSE;
    }
  while (n_read == BLOCK_SIZE);

  return TRUE;
}

static GFileType
get_type (Save *self, GFile *file)
{
  return g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, self->cancellable);
}

/* kick.wav, then kick-2.wav */
static GFile *
get_candidate (Save *self, GFile *file, guint number)
{
  g_autofree char *basename = g_file_get_basename (file);
  const char      *dot = strrchr (basename, '.');
  int              length = (int) (dot != NULL ? dot - basename : (gssize) strlen (basename));
  g_autofree char *name = NULL;

  if (number == 1)
    return g_file_get_child (self->folder, basename);

  name = g_strdup_printf ("%.*s-%u%s", length, basename, number, dot != NULL ? dot : "");

  return g_file_get_child (self->folder, name);
}

/* Copies a file beside the kit, under a name that no other file has there. */
static gboolean
collect (Save *self, GFile *file, GError **error)
{
  g_autoptr (GFile) target = NULL;

  if (g_hash_table_contains (self->collected, file) || g_file_has_prefix (file, self->folder))
    return TRUE;

  /* reading a named pipe would wait for a writer, and a device may have no end */
  switch (get_type (self, file))
    {
    case G_FILE_TYPE_REGULAR:
      break;
    case G_FILE_TYPE_UNKNOWN:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No such file or directory");
      return FALSE;
    default:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                           "It is not a regular file");
      return FALSE;
    }

  for (guint number = 1;; number++)
    {
      g_set_object (&target, NULL);
      target = get_candidate (self, file, number);

      if (!g_file_equal (target, self->file))
        {
          if (get_type (self, target) == G_FILE_TYPE_UNKNOWN)
            break;

          if (get_type (self, target) == G_FILE_TYPE_REGULAR &&
              have_same_bytes (file, target, self->cancellable))
            {
              g_hash_table_insert (self->collected, g_object_ref (file), g_object_ref (target));
              return TRUE;
            }
        }

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
    }

  if (!g_file_copy (file, target, G_FILE_COPY_TARGET_DEFAULT_PERMS, self->cancellable, NULL, NULL,
                    error))
    return FALSE;

  g_ptr_array_add (self->copies, g_object_ref (target));
  g_hash_table_insert (self->collected, g_object_ref (file), g_object_ref (target));

  return TRUE;
}

static gboolean
collect_all (Save *self, GError **error)
{
  for (guint i = 0; i < self->kit->pads->len; i++)
    {
      const FlitzisPad *pad = self->kit->pads->pdata[i];

      for (guint j = 0; j < pad->layers->len; j++)
        {
          FlitzisPadLayer *layer = pad->layers->pdata[j];
          GError          *failure = NULL;

          if (!collect (self, layer->file, &failure))
            {
              g_autofree char *name = g_file_get_parse_name (layer->file);

              if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                g_prefix_error (&failure, "Could not copy “%s”: ", name);
              g_propagate_error (error, failure);
              return FALSE;
            }
        }
    }

  return TRUE;
}

static gboolean
save_run (Save *self, GError **error)
{
  g_autofree char *text = NULL;

  if (self->folder == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY,
                           "Could not save the kit: It is a directory");
      return FALSE;
    }

  if (!(self->flags & FLITZIS_KIT_FLAGS_COLLECT) || collect_all (self, error))
    {
      text = flitzis_pads_json_write (self->kit->name, self->kit->settings, self->kit->pads,
                                      get_name, self);

      if (g_file_replace_contents (self->file, text, strlen (text), NULL, FALSE,
                                   G_FILE_CREATE_NONE, NULL, self->cancellable, error))
        return TRUE;
    }

  for (guint i = 0; i < self->copies->len; i++)
    g_file_delete (self->copies->pdata[i], NULL, NULL);

  return FALSE;
}

/**
 * flitzis_kit_save:
 * @self: a kit
 * @file: the file to write, which is replaced if it exists
 * @flags: %FLITZIS_KIT_FLAGS_COLLECT, or none
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes the kit as JSON, the format of the pad board.
 *
 * Sounds in the folder of @file, or below it, are named by a relative path, so that the folder can
 * be moved. Others are named by their absolute path, and can only be read with
 * %FLITZIS_KIT_FLAGS_ANY_FOLDER. With %FLITZIS_KIT_FLAGS_COLLECT they are copied into the folder
 * first. A copy never replaces another file: it is called `kick-2.wav` if there is another
 * `kick.wav`.
 *
 * Fails with `G_IO_ERROR` for errors of the file system: no permission, no space left, or a missing
 * sound that is to be copied. A call that fails leaves no copies.
 *
 * Returns: %TRUE if the kit is written
 */
gboolean
flitzis_kit_save (FlitzisKit     *self,
                  GFile          *file,
                  FlitzisKitFlags flags,
                  GCancellable   *cancellable,
                  GError        **error)
{
  Save    *save;
  gboolean is_saved;

  g_return_val_if_fail (FLITZIS_IS_KIT (self), FALSE);
  g_return_val_if_fail (G_IS_FILE (file), FALSE);

  if (!flitzis_fork_check (error))
    return FALSE;

  save = save_new (self, file, flags, cancellable);
  is_saved = save_run (save, error);
  save_free (save);

  return is_saved;
}

static void
save_worker (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (save_run (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * flitzis_kit_save_async:
 * @self: a kit
 * @file: the file to write, which is replaced if it exists
 * @flags: %FLITZIS_KIT_FLAGS_COLLECT, or none
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (nullable): called when the kit is written or could not be
 * @user_data: data for @callback
 *
 * Does what [method@Kit.save] does, without blocking the caller.
 */
void
flitzis_kit_save_async (FlitzisKit         *self,
                        GFile              *file,
                        FlitzisKitFlags     flags,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (FLITZIS_IS_KIT (self));
  g_return_if_fail (G_IS_FILE (file));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, flitzis_kit_save_async);

  /* the kit is written: a cancel that comes now is too late */
  g_task_set_check_cancellable (task, FALSE);

  if (!flitzis_fork_check (&error))
    {
      g_task_return_error (task, error);
      return;
    }

  g_task_set_task_data (task, save_new (self, file, flags, cancellable), save_free);
  g_task_run_in_thread (task, save_worker);
}

/**
 * flitzis_kit_save_finish:
 * @self: a kit
 * @result: the result that the callback received
 * @error: return location for an error
 *
 * Finishes [method@Kit.save_async].
 *
 * Returns: %TRUE if the kit is written
 */
gboolean
flitzis_kit_save_finish (FlitzisKit *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_KIT (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, flitzis_kit_save_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
