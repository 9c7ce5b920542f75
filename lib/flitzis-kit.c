/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-kit.h"

#include "control/fork.h"
#include "flitzis-kit-private.h"
#include "kit/reader.h"

#include <string.h>

/**
 * FlitzisKit:
 *
 * The pads of a kit file: a drumkit.xml of Hydrogen, an SFZ file, or the JSON of the pad board.
 *
 * [ctor@Kit.new_for_file] reads the file, [method@Kit.apply] loads its sounds into the slots of an
 * engine, and [method@Kit.save] writes a kit as JSON. A kit is a list model of its [class@Pad]s.
 *
 * ```c
 * g_autoptr (GFile) file = g_file_new_for_path ("drumkit.xml");
 * g_autoptr (FlitzisKit) kit =
 *     flitzis_kit_new_for_file (file, FLITZIS_KIT_FLAGS_NONE, NULL, &error);
 * g_auto (GStrv) problems = flitzis_kit_apply (kit, engine, 0, NULL, &error);
 * ```
 *
 * ```python
 * kit = Flitzis.Kit.new_for_file(Gio.File.new_for_path('drumkit.xml'))
 * for problem in [*kit.warnings, *kit.apply(engine)]:
 *     print(problem)
 * ```
 *
 * ```js
 * const file = Gio.File.new_for_path('drumkit.xml');
 * const kit = Flitzis.Kit.new_for_file(file, Flitzis.KitFlags.NONE, null);
 * for (const problem of [...kit.warnings, ...kit.apply(engine, 0, null)])
 *   log(problem);
 * ```
 *
 * A kit never changes, so any thread may use it.
 */

static void flitzis_kit_list_model_init (GListModelInterface *iface);

/* clang-format off */
G_DEFINE_FINAL_TYPE_WITH_CODE (FlitzisKit, flitzis_kit, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      flitzis_kit_list_model_init))
/* clang-format on */

enum
{
  PROP_0,
  PROP_FILE,
  PROP_NAME,
  PROP_SETTINGS,
  PROP_WARNINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GType
flitzis_kit_get_item_type (GListModel *model)
{
  return FLITZIS_TYPE_PAD;
}

static guint
flitzis_kit_get_n_items (GListModel *model)
{
  return FLITZIS_KIT (model)->pads->len;
}

static gpointer
flitzis_kit_get_item (GListModel *model, guint position)
{
  FlitzisKit *self = FLITZIS_KIT (model);

  return position < self->pads->len ? g_object_ref (self->pads->pdata[position]) : NULL;
}

static void
flitzis_kit_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = flitzis_kit_get_item_type;
  iface->get_n_items = flitzis_kit_get_n_items;
  iface->get_item = flitzis_kit_get_item;
}

static void
flitzis_kit_finalize (GObject *object)
{
  FlitzisKit *self = FLITZIS_KIT (object);

  g_clear_object (&self->file);
  g_free (self->name);
  g_variant_unref (self->settings);
  g_strfreev (self->warnings);
  g_ptr_array_unref (self->pads);

  G_OBJECT_CLASS (flitzis_kit_parent_class)->finalize (object);
}

static void
flitzis_kit_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlitzisKit *self = FLITZIS_KIT (object);

  switch (prop_id)
    {
    case PROP_FILE:
      g_value_set_object (value, flitzis_kit_get_file (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, flitzis_kit_get_name (self));
      break;
    case PROP_SETTINGS:
      g_value_set_variant (value, flitzis_kit_get_settings (self));
      break;
    case PROP_WARNINGS:
      g_value_set_boxed (value, flitzis_kit_get_warnings (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_kit_class_init (FlitzisKitClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flitzis_kit_finalize;
  object_class->get_property = flitzis_kit_get_property;

  /**
   * FlitzisKit:file: (getter get_file)
   *
   * The file that the kit was read from.
   */
  properties[PROP_FILE] = g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisKit:name: (getter get_name)
   *
   * The name that the kit states, or else the name of its file without the ending.
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisKit:settings: (getter get_settings)
   *
   * The settings of the engine and its clock in a kit of the pad board: `gain`, `tempo`,
   * `beats-per-bar`, `steps-per-beat` and `swing`.
   *
   * A dictionary of type `a{sv}`. [method@Kit.apply] leaves these settings to the program.
   */
  properties[PROP_SETTINGS] = g_param_spec_variant ("settings", NULL, NULL, G_VARIANT_TYPE_VARDICT,
                                                    NULL,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisKit:warnings: (getter get_warnings)
   *
   * Everything in the file that was not understood or had to be changed, as `FILE:LINE: message`.
   *
   * A message is listed once, with the first line that it is about. There are at most 1000.
   */
  properties[PROP_WARNINGS] = g_param_spec_boxed ("warnings", NULL, NULL, G_TYPE_STRV,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flitzis_kit_init (FlitzisKit *self)
{
  self->settings = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  self->warnings = g_new0 (char *, 1);
  self->pads = g_ptr_array_new_with_free_func (g_object_unref);
}

static char *
make_name (const char *shown_name)
{
  char *name = g_strdup (shown_name);
  char *dot = strrchr (name, '.');

  if (dot != NULL && dot > name)
    *dot = '\0';

  return name;
}

static FlitzisKit *
kit_new (FlitzisKitDraft *draft)
{
  FlitzisKit *self = g_object_new (FLITZIS_TYPE_KIT, NULL);

  self->file = g_object_ref (draft->file);
  self->name = draft->name != NULL && *draft->name != '\0' ? g_strdup (draft->name)
                                                           : make_name (draft->shown_name);
  g_variant_unref (self->settings);
  self->settings = g_variant_ref (draft->settings);
  g_ptr_array_unref (self->pads);
  self->pads = g_ptr_array_ref (draft->pads);
  g_free (self->warnings);
  g_ptr_array_add (draft->warnings, NULL);
  self->warnings = (char **) g_ptr_array_steal (draft->warnings, NULL);

  return self;
}

/**
 * flitzis_kit_new_for_file:
 * @file: a kit: drumkit.xml of Hydrogen, SFZ, or JSON
 * @flags: %FLITZIS_KIT_FLAGS_ANY_FOLDER, or none
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads a kit, without its sounds.
 *
 * The format is found by the contents of the file. The reader leaves out everything that it does
 * not understand, and lists it in [property@Kit:warnings]. It also leaves out sounds outside the
 * folder of the kit, unless @flags allow them: then a kit that you do not trust can name any file.
 * Symbolic links in the folder are followed.
 *
 * Errors: `G_IO_ERROR` for errors of the file system, `FLITZIS_ENGINE_ERROR_UNSUPPORTED` for a file
 * that is no kit, `FLITZIS_ENGINE_ERROR_CORRUPT` for XML or JSON that is broken and for files that
 * include each other in a circle. The messages of broken files name the line.
 *
 * Returns: (transfer full): a kit
 */
FlitzisKit *
flitzis_kit_new_for_file (GFile          *file,
                          FlitzisKitFlags flags,
                          GCancellable   *cancellable,
                          GError        **error)
{
  g_autoptr (FlitzisKitDraft) draft = NULL;

  g_return_val_if_fail (G_IS_FILE (file), NULL);

  if (!flitzis_fork_check (error))
    return NULL;

  draft = flitzis_kit_read (file, (flags & FLITZIS_KIT_FLAGS_ANY_FOLDER) != 0, cancellable, error);

  return draft != NULL ? kit_new (draft) : NULL;
}

/* The data of a task. */
typedef struct
{
  GFile          *file;
  FlitzisKitFlags flags;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *self = data;

  g_object_unref (self->file);
  g_free (self);
}

static void
reading_worker (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading    *self = data;
  GError     *error = NULL;
  FlitzisKit *kit = flitzis_kit_new_for_file (self->file, self->flags, cancellable, &error);

  if (kit != NULL)
    g_task_return_pointer (task, kit, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * flitzis_kit_new_for_file_async:
 * @file: a kit: drumkit.xml of Hydrogen, SFZ, or JSON
 * @flags: %FLITZIS_KIT_FLAGS_ANY_FOLDER, or none
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (nullable): called when the kit is read
 * @user_data: data for @callback
 *
 * Does what [ctor@Kit.new_for_file] does, without blocking the caller.
 */
void
flitzis_kit_new_for_file_async (GFile              *file,
                                FlitzisKitFlags     flags,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  GError  *error = NULL;
  Reading *reading;

  g_return_if_fail (G_IS_FILE (file));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, flitzis_kit_new_for_file_async);

  if (!flitzis_fork_check (&error))
    {
      g_task_return_error (task, error);
      return;
    }

  reading = g_new0 (Reading, 1);
  reading->file = g_object_ref (file);
  reading->flags = flags;
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, reading_worker);
}

/**
 * flitzis_kit_new_for_file_finish:
 * @result: the result that the callback received
 * @error: return location for an error
 *
 * Finishes [func@Kit.new_for_file_async].
 *
 * Returns: (transfer full): a kit
 */
FlitzisKit *
flitzis_kit_new_for_file_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, flitzis_kit_new_for_file_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * flitzis_kit_get_file: (get-property file)
 * @self: a kit
 *
 * Gets the file that the kit was read from.
 *
 * Returns: (transfer none) (nullable): the file; %NULL for a kit that was not read
 */
GFile *
flitzis_kit_get_file (FlitzisKit *self)
{
  g_return_val_if_fail (FLITZIS_IS_KIT (self), NULL);

  return self->file;
}

/**
 * flitzis_kit_get_name: (get-property name)
 * @self: a kit
 *
 * Gets the name.
 *
 * Returns: (transfer none) (nullable): the name; %NULL for a kit that was not read
 */
const char *
flitzis_kit_get_name (FlitzisKit *self)
{
  g_return_val_if_fail (FLITZIS_IS_KIT (self), NULL);

  return self->name;
}

/**
 * flitzis_kit_get_settings: (get-property settings)
 * @self: a kit
 *
 * Gets the settings of the engine and its clock.
 *
 * Returns: (transfer none): a dictionary of type `a{sv}`
 */
GVariant *
flitzis_kit_get_settings (FlitzisKit *self)
{
  g_return_val_if_fail (FLITZIS_IS_KIT (self), NULL);

  return self->settings;
}

/**
 * flitzis_kit_get_warnings: (get-property warnings)
 * @self: a kit
 *
 * Gets the warnings of the reader: the parts of the file that it did not understand or had to
 * change.
 *
 * Returns: (transfer none) (array zero-terminated=1): messages, each with its file and line
 */
const char *const *
flitzis_kit_get_warnings (FlitzisKit *self)
{
  g_return_val_if_fail (FLITZIS_IS_KIT (self), NULL);

  return (const char *const *) self->warnings;
}
