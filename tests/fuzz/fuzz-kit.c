/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Reads whatever libFuzzer comes up with as a kit, and what is written of that once more.
 */

#include "config.h"

#include "flitzis-kit-private.h"
#include "flitzis.h"
#include "kit/pads-json.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* In the memory, and in a folder of others like it, so that it can include itself. */
static int    kit_fd, saved_fd;
static GFile *kit_file, *saved_file;

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
write_all (int fd, const void *data, gsize size)
{
  g_assert_cmpint (ftruncate (fd, 0), ==, 0);
  g_assert_cmpint (pwrite (fd, data, size, 0), ==, (gssize) size);
}

static void
check_layer (FlitzisKit *kit, FlitzisPadLayer *layer)
{
  g_autoptr (GFile) folder = g_file_get_parent (flitzis_kit_get_file (kit));

  g_assert_true (g_file_has_prefix (flitzis_pad_layer_get_file (layer), folder));
  g_assert_cmpfloat (flitzis_pad_layer_get_low (layer), >=, 0.0);
  g_assert_cmpfloat (flitzis_pad_layer_get_high (layer), >, flitzis_pad_layer_get_low (layer));
  g_assert_cmpfloat (flitzis_pad_layer_get_high (layer), <=, 1.0);
  g_assert_cmpfloat (flitzis_pad_layer_get_gain (layer), >=, 0.0);
  g_assert_cmpfloat (flitzis_pad_layer_get_gain (layer), <=, 16.0);
}

/* Each setting is one of a slot, of its type and in its range. */
static void
check_settings (GVariant *settings)
{
  static GObjectClass *klass;
  GVariantIter         iter;
  const char          *name;
  GVariant            *given;

  if (klass == NULL)
    klass = g_type_class_ref (FLITZIS_TYPE_SLOT);

  g_variant_iter_init (&iter, settings);

  while (g_variant_iter_loop (&iter, "{&sv}", &name, &given))
    {
      GParamSpec *pspec = g_object_class_find_property (klass, name);
      g_auto (GValue) value = G_VALUE_INIT;

      g_assert_nonnull (pspec);

      if (!G_IS_PARAM_SPEC_ENUM (pspec))
        {
          g_dbus_gvariant_to_gvalue (given, &value);
          g_assert_true (G_VALUE_TYPE (&value) == pspec->value_type);
          g_assert_false (g_param_value_validate (pspec, &value));
        }
    }
}

static void
check_kit (FlitzisKit *kit)
{
  const char *const *warnings = flitzis_kit_get_warnings (kit);

  for (guint i = 0; warnings[i] != NULL; i++)
    g_assert_true (g_utf8_validate (warnings[i], -1, NULL));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (kit)); i++)
    {
      g_autoptr (FlitzisPad) pad = g_list_model_get_item (G_LIST_MODEL (kit), i);
      const char *name = flitzis_pad_get_name (pad);

      g_assert_true (name == NULL || g_utf8_validate (name, -1, NULL));
      g_assert_cmpint (flitzis_pad_get_note (pad), >=, -1);
      g_assert_cmpint (flitzis_pad_get_note (pad), <=, 127);
      check_settings (flitzis_pad_get_settings (pad));

      for (guint j = 0; j < g_list_model_get_n_items (G_LIST_MODEL (pad)); j++)
        {
          g_autoptr (FlitzisPadLayer) layer = g_list_model_get_item (G_LIST_MODEL (pad), j);

          check_layer (kit, layer);
        }
    }
}

static guint
count_layers (FlitzisKit *kit)
{
  guint n_layers = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (kit)); i++)
    {
      g_autoptr (FlitzisPad) pad = g_list_model_get_item (G_LIST_MODEL (kit), i);

      n_layers += g_list_model_get_n_items (G_LIST_MODEL (pad));
    }

  return n_layers;
}

static FlitzisKit *
read_kit (GFile *file)
{
  g_autoptr (GError) error = NULL;
  FlitzisKit *kit = flitzis_kit_new_for_file (file, FLITZIS_KIT_FLAGS_NONE, NULL, &error);

  if (kit == NULL)
    {
      g_assert_nonnull (error);
      g_assert_cmpstr (error->message, !=, "");
    }
  else
    {
      g_assert_no_error (error);
      check_kit (kit);
    }

  return kit;
}

/* A complaint of ours is a fault, and so is one of GLib about how we call it. */
static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) == 0)
    return;

  g_printerr ("%s: %s\n", domain, message);
  abort ();
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_autofree char *kit_path = NULL;
  g_autofree char *saved_path = NULL;

  g_log_set_default_handler (log_cb, NULL);
  kit_fd = memfd_create ("kit", MFD_CLOEXEC);
  saved_fd = memfd_create ("saved", MFD_CLOEXEC);
  kit_path = g_strdup_printf ("/proc/self/fd/%d", kit_fd);
  saved_path = g_strdup_printf ("/proc/self/fd/%d", saved_fd);
  kit_file = g_file_new_for_path (kit_path);
  saved_file = g_file_new_for_path (saved_path);

  return 0;
}

static char *
get_name (GFile *file, gpointer user_data)
{
  g_autofree char *name = g_file_get_relative_path (user_data, file);

  return g_utf8_validate (name, -1, NULL) ? g_steal_pointer (&name) : g_file_get_uri (file);
}

/* All of it is understood, and nothing is lost. */
static void
check_written (FlitzisKit *kit)
{
  g_autoptr (GFile) folder = g_file_get_parent (kit_file);
  g_autofree char *text =
      flitzis_pads_json_write (kit->name, kit->settings, kit->pads, get_name, folder);
  g_autoptr (FlitzisKit) again = NULL;

  write_all (saved_fd, text, strlen (text));
  again = read_kit (saved_file);
  g_assert_nonnull (again);
  g_assert_null (again->warnings[0]);
  g_assert_cmpuint (again->pads->len, ==, kit->pads->len);
  g_assert_cmpuint (count_layers (again), ==, count_layers (kit));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (FlitzisKit) kit = NULL;

  write_all (kit_fd, data, size);
  kit = read_kit (kit_file);

  if (kit != NULL)
    check_written (kit);

  return 0;
}
