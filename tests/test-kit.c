/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "flitzis.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* Kits as a C program sees them: lifetimes, threads, and tasks without a main loop. */

#define N_PADS 24

typedef struct
{
  char  *folder;
  GFile *file;
} Fixture;

/* Pads of the fixtures of the tests, with a missing file among them. */
static void
set_up (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "mono-16.wav", "mono-float.wav", "stereo-float.wav" };
  g_autoptr (GString) text = g_string_new ("<group> ampeg_release=0.25\n");
  g_autofree char *path = NULL;

  self->folder = g_dir_make_tmp ("flitzis-XXXXXX", NULL);
  path = g_build_filename (self->folder, "kit.sfz", NULL);
  self->file = g_file_new_for_path (path);

  for (guint i = 0; i < N_PADS; i++)
    g_string_append_printf (text, "<region> key=%u sample=%s/%s\n", i,
                            i == 5 ? "/nowhere" : g_getenv ("FLITZIS_FIXTURES"),
                            names[i % G_N_ELEMENTS (names)]);

  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_unlink (path);
    }

  g_rmdir (self->folder);
  g_free (self->folder);
  g_object_unref (self->file);
}

static FlitzisKit *
read_kit (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  FlitzisKit *kit =
      flitzis_kit_new_for_file (self->file, FLITZIS_KIT_FLAGS_ANY_FOLDER, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (kit)), ==, N_PADS);

  return kit;
}

static void
test_lifetime (Fixture *self, gconstpointer data)
{
  FlitzisKit      *kit = read_kit (self);
  FlitzisPad      *pad = g_list_model_get_item (G_LIST_MODEL (kit), 3);
  FlitzisPadLayer *layer = g_list_model_get_item (G_LIST_MODEL (pad), 0);

  g_assert_null (g_list_model_get_item (G_LIST_MODEL (kit), N_PADS));
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (pad), 1));

  /* what a program keeps outlives the kit */
  g_assert_finalize_object (kit);
  g_assert_cmpint (flitzis_pad_get_note (pad), ==, 3);
  g_assert_finalize_object (pad);
  g_assert_nonnull (flitzis_pad_layer_get_file (layer));
  g_assert_finalize_object (layer);
}

static void
check_problems (char **problems)
{
  g_assert_nonnull (problems);
  g_assert_cmpuint (g_strv_length (problems), ==, 1);
  g_assert_nonnull (strstr (problems[0], "/nowhere"));
}

static void
test_apply (Fixture *self, gconstpointer data)
{
  g_autoptr (FlitzisKit) kit = read_kit (self);
  FlitzisEngine *engine = flitzis_engine_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) problems = flitzis_kit_apply (kit, engine, 0, NULL, &error);

  g_assert_no_error (error);
  check_problems (problems);

  for (guint i = 0; i < N_PADS; i++)
    {
      FlitzisSlot *slot = flitzis_engine_get_slot (engine, i);
      g_autoptr (FlitzisSample) sample = flitzis_slot_dup_sample (slot);

      g_assert_true ((sample != NULL) == (i != 5));
      g_assert_cmpfloat (flitzis_slot_get_release (slot), ==, 0.25);
    }

  g_assert_finalize_object (engine);
}

typedef struct
{
  char  **problems;
  GError *error;
  guint   n_told;
  guint   n_destroyed;
  int     is_over;
} Outcome;

static void
told_cb (goffset n_done, goffset n_pads, gpointer user_data)
{
  Outcome *outcome = user_data;

  g_assert_false (outcome->is_over);
  g_assert_cmpint (n_done, <=, n_pads);
  g_assert_cmpint (n_pads, ==, N_PADS);
  outcome->n_told++;
}

static void
destroy_cb (gpointer user_data)
{
  Outcome *outcome = user_data;

  g_assert_false (outcome->is_over);
  outcome->n_destroyed++;
}

static void
applied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->problems = flitzis_kit_apply_finish (FLITZIS_KIT (source), result, &outcome->error);
  outcome->is_over = TRUE;
}

/* All that is the program's is let go of before its callback. The kit and the engine may go. */
static void
test_apply_async (Fixture *self, gconstpointer data)
{
  FlitzisKit    *kit = read_kit (self);
  FlitzisEngine *engine = flitzis_engine_new ();
  Outcome        outcome = { 0 };

  flitzis_kit_apply_async (kit, engine, 0, NULL, told_cb, &outcome, destroy_cb, applied_cb,
                           &outcome);
  g_object_add_weak_pointer (G_OBJECT (kit), (gpointer *) &kit);
  g_object_add_weak_pointer (G_OBJECT (engine), (gpointer *) &engine);
  g_object_unref (kit);
  g_object_unref (engine);

  while (!outcome.is_over)
    g_main_context_iteration (NULL, TRUE);

  g_assert_no_error (outcome.error);
  check_problems (outcome.problems);
  g_strfreev (outcome.problems);
  g_assert_cmpuint (outcome.n_destroyed, ==, 1);
  g_assert_cmpuint (outcome.n_told, >=, 1);

  while (g_main_context_iteration (NULL, FALSE))
    ;

  g_assert_null (kit);
  g_assert_null (engine);
}

static void
test_cancel (Fixture *self, gconstpointer data)
{
  g_autoptr (FlitzisKit) kit = read_kit (self);

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      FlitzisEngine *engine = flitzis_engine_new ();
      Outcome        outcome = { 0 };

      flitzis_kit_apply_async (kit, engine, 0, cancellable, NULL, NULL, NULL, applied_cb, &outcome);
      g_usleep (i * 200);
      g_cancellable_cancel (cancellable);

      while (!outcome.is_over)
        g_main_context_iteration (NULL, TRUE);

      /* or it was quicker */
      if (outcome.error != NULL)
        g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        check_problems (outcome.problems);

      for (guint slot = 0; slot < N_PADS; slot++)
        g_assert_false (flitzis_slot_get_loading (flitzis_engine_get_slot (engine, slot)));

      g_clear_error (&outcome.error);
      g_strfreev (outcome.problems);

      while (g_main_context_iteration (NULL, FALSE))
        ;

      g_assert_finalize_object (engine);
    }
}

/* Without a callback, nothing keeps the engine, and nobody has to run a main loop. */
static void
test_dispose_while_loading (Fixture *self, gconstpointer data)
{
  g_autoptr (FlitzisKit) kit = read_kit (self);

  for (guint i = 0; i < 20; i++)
    {
      FlitzisEngine *engine = flitzis_engine_new ();

      flitzis_kit_apply_async (kit, engine, 0, NULL, NULL, NULL, NULL, NULL, NULL);
      g_usleep (i * 200);
      g_assert_finalize_object (engine);
    }
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(FlitzisKit **) user_data = flitzis_kit_new_for_file_finish (result, NULL);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(int *) user_data = flitzis_kit_save_finish (FLITZIS_KIT (source), result, NULL) ? 1 : -1;
}

static void
test_save (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "kit.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (FlitzisKit) kit = NULL;
  g_autoptr (FlitzisKit) other = NULL;
  g_autoptr (GError) error = NULL;
  int is_saved = 0;

  flitzis_kit_new_for_file_async (self->file, FLITZIS_KIT_FLAGS_ANY_FOLDER, NULL, read_cb, &kit);
  while (kit == NULL)
    g_main_context_iteration (NULL, TRUE);

  /* the sound that is missing cannot be copied */
  g_assert_false (flitzis_kit_save (kit, file, FLITZIS_KIT_FLAGS_COLLECT, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_false (g_file_query_exists (file, NULL));

  flitzis_kit_save_async (kit, file, FLITZIS_KIT_FLAGS_NONE, NULL, saved_cb, &is_saved);
  while (is_saved == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (is_saved, ==, 1);

  other = flitzis_kit_new_for_file (file, FLITZIS_KIT_FLAGS_ANY_FOLDER, NULL, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (other)), ==, N_PADS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/kit/lifetime", Fixture, NULL, set_up, test_lifetime, tear_down);
  g_test_add ("/kit/apply", Fixture, NULL, set_up, test_apply, tear_down);
  g_test_add ("/kit/apply-async", Fixture, NULL, set_up, test_apply_async, tear_down);
  g_test_add ("/kit/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/kit/dispose-while-loading", Fixture, NULL, set_up, test_dispose_while_loading,
              tear_down);
  g_test_add ("/kit/save", Fixture, NULL, set_up, test_save, tear_down);

  return g_test_run ();
}
