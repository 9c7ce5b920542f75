/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "kit/draft.h"

#include "flitzis-slot.h"
#include "kit/text.h"

#include <string.h>

/* A broken file could cause one on each of its lines. */
#define MAX_WARNINGS 1000
#define MAX_MESSAGE 400

FlitzisKitDraft *
flitzis_kit_draft_new (GFile *file, gboolean may_leave)
{
  FlitzisKitDraft *self = g_new0 (FlitzisKitDraft, 1);

  self->file = g_object_ref (file);
  self->folder = g_file_get_parent (file);
  self->may_leave = may_leave;
  self->shown_name = flitzis_kit_get_shown_name (file);
  self->settings = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  self->pads = g_ptr_array_new_with_free_func (g_object_unref);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->sources = g_ptr_array_new_with_free_func (g_free);
  self->warned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
flitzis_kit_draft_free (FlitzisKitDraft *self)
{
  g_object_unref (self->file);
  g_clear_object (&self->folder);
  g_free (self->shown_name);
  g_free (self->name);
  g_variant_unref (self->settings);
  g_ptr_array_unref (self->pads);
  g_ptr_array_unref (self->warnings);
  g_hash_table_unref (self->warned);
  g_ptr_array_unref (self->sources);
  g_free (self);
}

/* A message may quote words of a broken file, which can have any length. */
static void
shorten (char *message)
{
  if (strlen (message) > MAX_MESSAGE)
    *g_utf8_find_prev_char (message, message + MAX_MESSAGE) = '\0';
}

void
flitzis_kit_draft_warn (
    FlitzisKitDraft *self,
    const char      *source,
    guint            line,
    const char      *format,
    ...)
{
  g_autofree char *message = NULL;
  va_list          arguments;

  if (self->warnings->len == MAX_WARNINGS)
    return;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  shorten (message);

  if (g_hash_table_contains (self->warned, message))
    return;

  g_ptr_array_add (self->warnings,
                   g_strdup_printf ("%s:%u: %s", source != NULL ? source : self->shown_name, line,
                                    message));
  g_hash_table_add (self->warned, g_steal_pointer (&message));
}

static gboolean
is_below (FlitzisKitDraft *self, GFile *file, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  /* only for local files has GIO surely resolved each “..” */
  return self->folder != NULL && g_file_has_prefix (file, self->folder) &&
         (g_file_is_native (file) || !g_strv_contains ((const char *const *) parts, ".."));
}

GFile *
flitzis_kit_draft_locate (FlitzisKitDraft *self, const char *path)
{
  g_autofree char *scheme = g_uri_parse_scheme (path);

  if (scheme != NULL && strstr (path, "://") != NULL)
    return g_file_new_for_uri (path);

  if (g_path_is_absolute (path) || self->folder == NULL)
    return g_file_new_for_path (path);

  return g_file_resolve_relative_path (self->folder, path);
}

GFile *
flitzis_kit_draft_resolve (FlitzisKitDraft *self, const char *source, guint line, const char *path)
{
  g_autoptr (GFile) file = NULL;

  if (*path == '\0')
    {
      flitzis_kit_draft_warn (self, source, line, "a file has no name");
      return NULL;
    }

  file = flitzis_kit_draft_locate (self, path);

  if (self->may_leave || is_below (self, file, path))
    return g_steal_pointer (&file);

  flitzis_kit_draft_warn (self, source, line, "“%s” is outside the folder of the kit", path);

  return NULL;
}

void
flitzis_kit_draft_set (FlitzisKitDraft *self,
                       const char      *source,
                       guint            line,
                       FlitzisPad      *pad,
                       const char      *setting,
                       GVariant        *value)
{
  switch (flitzis_settings_set (&pad->settings, FLITZIS_TYPE_SLOT, setting, value))
    {
    case FLITZIS_SETTING_TAKEN:
      break;
    case FLITZIS_SETTING_LIMITED:
      flitzis_kit_draft_warn (self, source, line, "the %s is out of range, and was limited",
                              setting);
      break;
    case FLITZIS_SETTING_UNKNOWN:
      flitzis_kit_draft_warn (self, source, line, "“%s” is not understood", setting);
      break;
    case FLITZIS_SETTING_WRONG:
      flitzis_kit_draft_warn (self, source, line, "“%s” has a value that it cannot have", setting);
      break;
    }
}

static gboolean
share_gain (FlitzisPad *pad)
{
  const FlitzisPadLayer *first = pad->layers->pdata[0];

  for (guint i = 1; i < pad->layers->len; i++)
    {
      const FlitzisPadLayer *layer = pad->layers->pdata[i];

      if (layer->gain != first->gain)
        return FALSE;
    }

  return TRUE;
}

void
flitzis_kit_draft_add_pad (FlitzisKitDraft *self, guint line, FlitzisPad *pad)
{
  if (pad->layers->len > 0 && share_gain (pad))
    {
      double gain = 1.0;
      double of_layers = ((FlitzisPadLayer *) pad->layers->pdata[0])->gain;

      if (of_layers != 1.0)
        {
          g_variant_lookup (pad->settings, "gain", "d", &gain);
          flitzis_kit_draft_set (self, NULL, line, pad, "gain",
                                 g_variant_new_double (gain * of_layers));
        }

      for (guint i = 0; i < pad->layers->len; i++)
        ((FlitzisPadLayer *) pad->layers->pdata[i])->gain = 1.0;
    }

  g_ptr_array_add (self->pads, g_object_ref (pad));
}
