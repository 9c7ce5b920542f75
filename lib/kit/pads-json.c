/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "kit/pads-json.h"

#include "flitzis-clock.h"
#include "flitzis-engine.h"
#include "kit/json.h"

#include <math.h>
#include <string.h>

#define FORMAT "flitzis-kit-1"

/* The settings that a kit has, of two classes. All others of an engine belong to the program. */
static const char *const of_engine[] = { "gain", NULL };
static const char *const of_clock[] = { "tempo", "beats-per-bar", "steps-per-beat", "swing", NULL };

static void
warn_of (FlitzisKitDraft *draft, const FlitzisJson *item)
{
  flitzis_kit_draft_warn (draft, NULL, item->line, "“%s” is not understood", item->name);
}

static gboolean
is_whole (const FlitzisJson *item, double minimum, double maximum)
{
  return item->type == FLITZIS_JSON_NUMBER && item->number == rint (item->number) &&
         item->number >= minimum && item->number <= maximum;
}

/* Returns NULL if no setting can have such a value. */
static GVariant *
to_variant (const FlitzisJson *item)
{
  switch (item->type)
    {
    case FLITZIS_JSON_BOOLEAN:
      return g_variant_new_boolean (item->number != 0.0);
    case FLITZIS_JSON_NUMBER:
      return g_variant_new_double (item->number);
    case FLITZIS_JSON_STRING:
      return g_variant_new_string (item->string);
    default:
      return NULL;
    }
}

static gboolean
read_note (FlitzisKitDraft *draft, const FlitzisJson *item, const char *name, int *note)
{
  if (!g_str_equal (item->name, name))
    return FALSE;

  if (is_whole (item, -1.0, 127.0))
    *note = (int) item->number;
  else
    warn_of (draft, item);

  return TRUE;
}

/* If a file is not at the path that the kit states, it may be beside the kit. */
static GFile *
find_file (FlitzisKitDraft *draft, const FlitzisJson *item)
{
  if (draft->folder != NULL && strchr (item->string, '/') != NULL)
    {
      g_autofree char *basename = g_path_get_basename (item->string);
      g_autoptr (GFile) stated = flitzis_kit_draft_locate (draft, item->string);
      g_autoptr (GFile) beside = g_file_get_child (draft->folder, basename);

      if (!g_file_query_exists (stated, NULL) && g_file_query_exists (beside, NULL))
        return g_steal_pointer (&beside);
    }

  return flitzis_kit_draft_resolve (draft, NULL, item->line, item->string);
}

static double
get_number (FlitzisKitDraft   *draft,
            const FlitzisJson *layer,
            const char        *name,
            double             fallback,
            double             maximum)
{
  const FlitzisJson *item = flitzis_json_get (layer, name);

  if (item == NULL)
    return fallback;

  if (item->type == FLITZIS_JSON_NUMBER && item->number >= 0.0 && item->number <= maximum)
    return item->number;

  warn_of (draft, item);

  return fallback;
}

/* `item` names a file, alone or as the “file” of a layer. */
static void
add_layer (FlitzisKitDraft *draft, FlitzisPad *pad, const FlitzisJson *item)
{
  const FlitzisJson *named =
      item->type == FLITZIS_JSON_OBJECT ? flitzis_json_get (item, "file") : item;
  double low = get_number (draft, item, "low", 0.0, 1.0);
  double high = get_number (draft, item, "high", 1.0, 1.0);
  double gain = get_number (draft, item, "gain", 1.0, 16.0);
  g_autoptr (GFile) file = NULL;

  if (named == NULL || named->type != FLITZIS_JSON_STRING || (float) low >= (float) high)
    {
      flitzis_kit_draft_warn (draft, NULL, item->line,
                              "a layer needs the name of a file, and “low” below “high”");
      return;
    }

  file = find_file (draft, named);

  if (file != NULL)
    g_ptr_array_add (pad->layers, flitzis_pad_layer_new (file, low, high, gain));
}

static void
add_layers (FlitzisKitDraft *draft, FlitzisPad *pad, const FlitzisJson *layers)
{
  for (guint i = 0; layers->type == FLITZIS_JSON_ARRAY && i < layers->items->len; i++)
    {
      const FlitzisJson *layer = layers->items->pdata[i];

      for (guint j = 0; layer->type == FLITZIS_JSON_OBJECT && j < layer->items->len; j++)
        {
          const FlitzisJson *item = layer->items->pdata[j];
          const char *const  known[] = { "file", "low", "high", "gain", NULL };

          if (!g_strv_contains (known, item->name))
            warn_of (draft, item);
        }

      add_layer (draft, pad, layer);
    }

  if (layers->type != FLITZIS_JSON_ARRAY)
    warn_of (draft, layers);
}

static void
read_item (FlitzisKitDraft *draft, FlitzisPad *pad, const FlitzisJson *item)
{
  if (g_str_equal (item->name, "pad") || read_note (draft, item, "note", &pad->note) ||
      read_note (draft, item, "low-note", &pad->low_note) ||
      read_note (draft, item, "high-note", &pad->high_note))
    return;

  if (g_str_equal (item->name, "name") && item->type == FLITZIS_JSON_STRING)
    {
      g_free (pad->name);
      pad->name = g_strdup (item->string);
    }
  else if (g_str_equal (item->name, "file-frames") && item->type == FLITZIS_JSON_BOOLEAN)
    {
      pad->is_file_frames = item->number != 0.0;
    }
  else if (g_str_equal (item->name, "file"))
    {
      /* the board writes null for a pad that has settings but no sound */
      if (item->type != FLITZIS_JSON_NULL)
        add_layer (draft, pad, item);
    }
  else if (g_str_equal (item->name, "layers"))
    {
      add_layers (draft, pad, item);
    }
  else
    {
      GVariant *value = to_variant (item);

      if (value != NULL)
        flitzis_kit_draft_set (draft, NULL, item->line, pad, item->name, value);
      else
        warn_of (draft, item);
    }
}

static void
read_pad (FlitzisKitDraft *draft, const FlitzisJson *entry, GHashTable *seen)
{
  const FlitzisJson *index = flitzis_json_get (entry, "pad");
  g_autoptr (FlitzisPad) pad = NULL;

  if (index == NULL || !is_whole (index, 0.0, G_MAXUINT - 1))
    {
      flitzis_kit_draft_warn (draft, NULL, entry->line, "an entry of “pads” needs the number of a "
                                                        "pad");
      return;
    }

  if (!g_hash_table_add (seen, GUINT_TO_POINTER ((guint) index->number + 1)))
    {
      flitzis_kit_draft_warn (draft, NULL, entry->line, "pad %.0f has an entry already",
                              index->number);
      return;
    }

  pad = flitzis_pad_new ((guint) index->number);

  for (guint i = 0; i < entry->items->len; i++)
    read_item (draft, pad, entry->items->pdata[i]);

  if (pad->low_note < 0)
    pad->low_note = pad->note;
  if (pad->high_note < 0)
    pad->high_note = pad->note;

  flitzis_kit_draft_add_pad (draft, entry->line, pad);
}

static void
read_setting (FlitzisKitDraft *draft, const FlitzisJson *item)
{
  GType     type = g_strv_contains (of_engine, item->name)  ? FLITZIS_TYPE_ENGINE
                   : g_strv_contains (of_clock, item->name) ? FLITZIS_TYPE_CLOCK
                                                            : G_TYPE_INVALID;
  GVariant *value = type != G_TYPE_INVALID ? to_variant (item) : NULL;

  if (value == NULL)
    {
      warn_of (draft, item);
      return;
    }

  switch (flitzis_settings_set (&draft->settings, type, item->name, value))
    {
    case FLITZIS_SETTING_TAKEN:
      break;
    case FLITZIS_SETTING_LIMITED:
      flitzis_kit_draft_warn (draft, NULL, item->line, "the %s is out of range, and was limited",
                              item->name);
      break;
    default:
      warn_of (draft, item);
    }
}

gboolean
flitzis_pads_json_read (FlitzisKitDraft *draft, const char *text, GError **error)
{
  g_autoptr (FlitzisJson) root = flitzis_json_parse (text, error);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  const FlitzisJson *format, *pads;

  if (root == NULL)
    return FALSE;

  format = flitzis_json_get (root, "format");

  if (format == NULL || g_strcmp0 (format->string, FORMAT) != 0)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "its “format” is not “%s”", FORMAT);
      return FALSE;
    }

  pads = flitzis_json_get (root, "pads");

  if (pads == NULL || pads->type != FLITZIS_JSON_ARRAY)
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                           "it has no list of “pads”");
      return FALSE;
    }

  for (guint i = 0; i < root->items->len; i++)
    {
      const FlitzisJson *item = root->items->pdata[i];

      if (item == format || item == pads)
        continue;

      if (g_str_equal (item->name, "name") && item->type == FLITZIS_JSON_STRING)
        {
          g_free (draft->name);
          draft->name = g_strdup (item->string);
        }
      else
        {
          read_setting (draft, item);
        }
    }

  for (guint i = 0; i < pads->items->len; i++)
    read_pad (draft, pads->items->pdata[i], seen);

  return TRUE;
}

static void
write_name (GString *text, const char *indent, const char *name)
{
  g_string_append (text, indent);
  flitzis_json_append_string (text, name);
  g_string_append (text, ": ");
}

static void
write_value (GString *text, GVariant *value)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      g_string_append (text, g_variant_get_boolean (value) ? "true" : "false");
      break;
    case G_VARIANT_CLASS_UINT64:
      g_string_append_printf (text, "%" G_GUINT64_FORMAT, g_variant_get_uint64 (value));
      break;
    case G_VARIANT_CLASS_UINT32:
      g_string_append_printf (text, "%u", g_variant_get_uint32 (value));
      break;
    case G_VARIANT_CLASS_INT32:
      g_string_append_printf (text, "%d", g_variant_get_int32 (value));
      break;
    case G_VARIANT_CLASS_DOUBLE:
      flitzis_json_append_number (text, g_variant_get_double (value));
      break;
    default:
      flitzis_json_append_string (text, g_variant_get_string (value, NULL));
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorts the settings by name, so that the same kit gives the same text. */
static void
write_settings (GString *text, const char *indent, GVariant *settings)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GVariantIter iter;
  const char  *name;

  g_variant_iter_init (&iter, settings);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    g_ptr_array_add (names, (gpointer) name);
  g_ptr_array_sort (names, compare_names);

  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (settings, names->pdata[i], NULL);

      g_string_append (text, ",\n");
      write_name (text, indent, names->pdata[i]);
      write_value (text, value);
    }
}

static void
write_note (GString *text, const char *name, int note, int fallback)
{
  if (note == fallback)
    return;

  g_string_append (text, ",\n");
  write_name (text, "      ", name);
  g_string_append_printf (text, "%d", note);
}

static void
write_factor (GString *text, const char *name, double value, double fallback)
{
  if (value == fallback)
    return;

  g_string_append (text, ", ");
  write_name (text, "", name);
  flitzis_json_append_number (text, value);
}

static void
write_layers (GString   *text,
              GPtrArray *layers,
              char *(*get_name) (GFile *file, gpointer user_data),
              gpointer user_data)
{
  for (guint i = 0; i < layers->len; i++)
    {
      const FlitzisPadLayer *layer = layers->pdata[i];
      g_autofree char       *name = get_name (layer->file, user_data);

      g_string_append (text, i > 0 ? ",\n" : "\n");
      write_name (text, "        { ", "file");
      flitzis_json_append_string (text, name);
      write_factor (text, "low", layer->low, 0.0);
      write_factor (text, "high", layer->high, 1.0);
      write_factor (text, "gain", layer->gain, 1.0);
      g_string_append (text, " }");
    }
}

static gboolean
is_plain (GPtrArray *layers)
{
  const FlitzisPadLayer *layer = layers->len == 1 ? layers->pdata[0] : NULL;

  return layer != NULL && layer->low == 0.0 && layer->high == 1.0 && layer->gain == 1.0;
}

static void
write_pad (GString          *text,
           const FlitzisPad *pad,
           char *(*get_name) (GFile *file, gpointer user_data),
           gpointer user_data)
{
  g_string_append_printf (text, "    {\n      \"pad\": %u", pad->index);

  if (pad->name != NULL)
    {
      g_string_append (text, ",\n");
      write_name (text, "      ", "name");
      flitzis_json_append_string (text, pad->name);
    }

  write_note (text, "note", pad->note, -1);
  write_note (text, "low-note", pad->low_note, pad->note);
  write_note (text, "high-note", pad->high_note, pad->note);

  if (is_plain (pad->layers))
    {
      const FlitzisPadLayer *layer = pad->layers->pdata[0];
      g_autofree char       *name = get_name (layer->file, user_data);

      g_string_append (text, ",\n");
      write_name (text, "      ", "file");
      flitzis_json_append_string (text, name);
    }
  else if (pad->layers->len > 0)
    {
      g_string_append (text, ",\n");
      write_name (text, "      ", "layers");
      g_string_append_c (text, '[');
      write_layers (text, pad->layers, get_name, user_data);
      g_string_append (text, "\n      ]");
    }

  if (pad->is_file_frames)
    g_string_append (text, ",\n      \"file-frames\": true");

  write_settings (text, "      ", pad->settings);
  g_string_append (text, "\n    }");
}

char *
flitzis_pads_json_write (const char *name,
                         GVariant   *settings,
                         GPtrArray  *pads,
                         char *(*get_name) (GFile *file, gpointer user_data),
                         gpointer user_data)
{
  GString *text = g_string_new ("{\n  \"format\": \"" FORMAT "\"");

  if (name != NULL)
    {
      g_string_append (text, ",\n");
      write_name (text, "  ", "name");
      flitzis_json_append_string (text, name);
    }

  write_settings (text, "  ", settings);
  g_string_append (text, ",\n  \"pads\": [");

  for (guint i = 0; i < pads->len; i++)
    {
      g_string_append (text, i > 0 ? ",\n" : "\n");
      write_pad (text, pads->pdata[i], get_name, user_data);
    }

  g_string_append (text, pads->len > 0 ? "\n  ]\n}\n" : "]\n}\n");

  return g_string_free (text, FALSE);
}
