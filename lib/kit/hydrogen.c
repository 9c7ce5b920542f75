/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "kit/hydrogen.h"

#include "flitzis-error.h"

#include <math.h>
#include <string.h>

/* The times of envelopes are in frames, and kits do not state the rate. */
#define ENVELOPE_RATE 44100.0

/* Elements in Hydrogen's own kits are nested 6 deep. */
#define MAX_DEPTH 64

/* The note of the first instrument, if a kit states no notes. */
#define FIRST_NOTE 36

/* One layer of an instrument. */
typedef struct
{
  char  *filename;
  double low;
  double high;
  double gain;
  double pitch; /* semitones */
  guint  line;
} Layer;

typedef struct
{
  FlitzisKitDraft *draft;
  guint            line_now;
  gboolean         has_root;
  GPtrArray       *path; /* names of the open elements */
  GString         *text; /* of the innermost element */
  GHashTable      *component_volumes;
  int              component_id;

  /* the instrument, from its start to its end */
  FlitzisPad *pad;
  GPtrArray  *layers;
  guint       depth; /* of its element */
  guint       line;
  double      volume;
  double      gain;
  double      component_gain;
  guint       n_components;
  double      pitch;
  double      pan_left;
  double      pan_right;
} Reader;

typedef enum
{
  KIND_VOID,     /* has no effect on a pad */
  KIND_HARMLESS, /* has no effect if it has its default; otherwise warned of */
  KIND_USED
} Kind;

/* The elements of instruments and layers, in all releases of Hydrogen so far. */
/* clang-format off */
static const struct { const char *name; Kind kind; const char *harmless; } elements[] = {
  { "drumkit_info", KIND_USED },
  { "instrumentList", KIND_USED }, { "componentList", KIND_USED },
  { "drumkitComponent", KIND_USED }, { "instrument", KIND_USED },
  { "instrumentComponent", KIND_USED }, { "layer", KIND_USED },
  { "name", KIND_USED }, { "id", KIND_USED }, { "volume", KIND_USED }, { "gain", KIND_USED },
  { "component_id", KIND_USED }, { "filename", KIND_USED }, { "min", KIND_USED },
  { "max", KIND_USED }, { "pitch", KIND_USED }, { "pitchOffset", KIND_USED },
  { "isMuted", KIND_USED }, { "pan", KIND_USED }, { "pan_L", KIND_USED }, { "pan_R", KIND_USED },
  { "Attack", KIND_USED }, { "Release", KIND_USED }, { "muteGroup", KIND_USED },
  { "midiOutNote", KIND_USED }, { "midiInNote", KIND_USED },
  { "sampleSelectionAlgo", KIND_USED },
  { "author", KIND_VOID }, { "info", KIND_VOID }, { "license", KIND_VOID },
  { "licence", KIND_VOID }, { "image", KIND_VOID }, { "imageLicense", KIND_VOID },
  { "formatVersion", KIND_VOID }, { "isLocked", KIND_VOID }, { "midiOutChannel", KIND_VOID },
  { "exclude", KIND_VOID }, { "filterCutoff", KIND_VOID }, { "filterResonance", KIND_VOID },
  { "lower_cc", KIND_VOID }, { "higher_cc", KIND_VOID },
  { "isSoloed", KIND_HARMLESS, "false" }, { "filterActive", KIND_HARMLESS, "false" },
  { "isStopNote", KIND_HARMLESS, "false" }, { "applyVelocity", KIND_HARMLESS, "true" },
  { "randomPitchFactor", KIND_HARMLESS, "0" }, { "Decay", KIND_HARMLESS, "0" },
  { "Sustain", KIND_HARMLESS, "1" }, { "isHihat", KIND_HARMLESS, "-1" },
  { "FX1Level", KIND_HARMLESS, "0" }, { "FX2Level", KIND_HARMLESS, "0" },
  { "FX3Level", KIND_HARMLESS, "0" }, { "FX4Level", KIND_HARMLESS, "0" },
};
/* clang-format on */

static void
layer_free (gpointer data)
{
  Layer *self = data;

  g_free (self->filename);
  g_free (self);
}

static void
set (Reader *self, const char *setting, GVariant *value)
{
  flitzis_kit_draft_set (self->draft, NULL, self->line_now, self->pad, setting, value);
}

static void
begin_instrument (Reader *self)
{
  g_clear_object (&self->pad);
  self->pad = flitzis_pad_new (self->draft->pads->len);
  self->depth = self->path->len;
  g_ptr_array_set_size (self->layers, 0);
  self->line = self->line_now;
  self->volume = self->gain = self->component_gain = 1.0;
  self->n_components = 0;
  self->pitch = 0.0;
  self->pan_left = self->pan_right = NAN;
}

static Layer *
begin_layer (Reader *self)
{
  Layer *layer = g_new0 (Layer, 1);

  layer->high = 1.0;
  layer->gain = 1.0;
  layer->line = self->line_now;
  g_ptr_array_add (self->layers, layer);

  return layer;
}

/* A pad has one rate, which is the pitch of the instrument and of its layers. */
static void
set_rate (Reader *self)
{
  double pitch = self->pitch;

  if (self->layers->len > 0)
    pitch += ((Layer *) self->layers->pdata[0])->pitch;

  for (guint i = 1; i < self->layers->len; i++)
    {
      const Layer *layer = self->layers->pdata[i];

      if (layer->pitch != ((Layer *) self->layers->pdata[0])->pitch)
        flitzis_kit_draft_warn (self->draft, NULL, layer->line,
                                "layers of one pad have different pitches: that of the first one "
                                "is taken");
    }

  if (pitch != 0.0)
    flitzis_kit_draft_set (self->draft, NULL, self->line, self->pad, "playback-rate",
                           g_variant_new_double (exp2 (pitch / 12.0)));
}

/* Old kits have a gain for each side. The larger of the two is 1. */
static void
set_old_pan (Reader *self)
{
  double left = self->pan_left, right = self->pan_right;

  if (!(left >= 0.0 && right >= 0.0 && left + right > 0.0) || left == right)
    return;

  set (self, "pan", g_variant_new_double (left > right ? right / left - 1.0 : 1.0 - left / right));
}

static void
add_layer (Reader *self, const Layer *layer)
{
  g_autoptr (GFile) file = NULL;

  if (layer->filename == NULL || (float) layer->low >= (float) layer->high)
    {
      flitzis_kit_draft_warn (self->draft, NULL, layer->line,
                              "a layer needs the name of a file, and “min” below “max”");
      return;
    }

  file = flitzis_kit_draft_resolve (self->draft, NULL, layer->line, layer->filename);

  if (file != NULL)
    g_ptr_array_add (self->pad->layers,
                     flitzis_pad_layer_new (file, layer->low, layer->high, layer->gain));
}

static void
end_instrument (Reader *self)
{
  double gain = self->volume * self->gain * self->component_gain;

  if (gain != 1.0)
    set (self, "gain", g_variant_new_double (gain));

  if (self->pad->note < 0)
    self->pad->note = (int) MIN (FIRST_NOTE + self->pad->index, 127);
  self->pad->low_note = self->pad->high_note = self->pad->note;

  set_old_pan (self);
  set_rate (self);

  for (guint i = 0; i < self->layers->len; i++)
    add_layer (self, self->layers->pdata[i]);

  flitzis_kit_draft_add_pad (self->draft, self->line, self->pad);
  g_clear_object (&self->pad);
}

/* Warns and returns FALSE if the text is no number. */
static gboolean
read_number (Reader *self, const char *name, double *number)
{
  char  *end;
  double read = g_ascii_strtod (self->text->str, &end);

  if (end == self->text->str || *end != '\0' || !isfinite (read))
    {
      flitzis_kit_draft_warn (self->draft, NULL, self->line_now, "“%s” is not a number", name);
      return FALSE;
    }

  *number = read;

  return TRUE;
}

static double
get_number (Reader *self, const char *name, double minimum, double maximum, double fallback)
{
  double number;

  if (!read_number (self, name, &number))
    return fallback;

  if (number < minimum || number > maximum)
    flitzis_kit_draft_warn (self->draft, NULL, self->line_now,
                            "the %s is out of range, and was limited", name);

  return CLAMP (number, minimum, maximum);
}

static void
end_of_layer (Reader *self, const char *name)
{
  Layer *layer = self->layers->len > 0 ? self->layers->pdata[self->layers->len - 1] : NULL;

  if (layer == NULL)
    return;

  if (g_str_equal (name, "filename"))
    {
      g_free (layer->filename);
      layer->filename = g_strdup (self->text->str);
    }
  else if (g_str_equal (name, "min"))
    layer->low = get_number (self, name, 0.0, 1.0, 0.0);
  else if (g_str_equal (name, "max"))
    layer->high = get_number (self, name, 0.0, 1.0, 1.0);
  else if (g_str_equal (name, "gain"))
    layer->gain = get_number (self, name, 0.0, 16.0, 1.0);
  else if (g_str_equal (name, "pitch"))
    layer->pitch = get_number (self, name, -120.0, 120.0, 0.0);
}

static void
end_of_component (Reader *self, const char *name)
{
  double number;

  if (self->n_components > 1)
    {
      if (g_str_equal (name, "layer") && self->layers->len > 0)
        g_ptr_array_set_size (self->layers, (int) self->layers->len - 1);
      return;
    }

  if (g_str_equal (name, "gain"))
    self->component_gain *= get_number (self, name, 0.0, 16.0, 1.0);

  if (g_str_equal (name, "component_id") && read_number (self, name, &number))
    {
      double *volume = g_hash_table_lookup (self->component_volumes,
                                            GINT_TO_POINTER ((int) CLAMP (number, -1.0, 1e6)));

      if (volume != NULL)
        self->component_gain *= *volume;
    }
}

static void
read_note (Reader *self, const char *name)
{
  double note = get_number (self, name, 0.0, 127.0, -1.0);

  /* the note that triggers the instrument goes before the note that it sends */
  if (note >= 0.0 && (self->pad->note < 0 || g_str_equal (name, "midiInNote")))
    self->pad->note = (int) note;
}

static void
read_selection (Reader *self)
{
  const char *word = self->text->str;

  if (g_str_equal (word, "ROUND_ROBIN"))
    set (self, "variation", g_variant_new_string ("round-robin"));
  else if (g_str_equal (word, "RANDOM"))
    set (self, "variation", g_variant_new_string ("random"));
  else if (!g_str_equal (word, "VELOCITY"))
    flitzis_kit_draft_warn (self->draft, NULL, self->line_now,
                            "the sampleSelectionAlgo “%s” is not understood", word);
}

static void
end_of_instrument (Reader *self, const char *name)
{
  double number = 0.0;

  if (g_str_equal (name, "name"))
    {
      g_free (self->pad->name);
      self->pad->name = g_strdup (self->text->str);
    }
  else if (g_str_equal (name, "filename"))
    {
      Layer *layer = begin_layer (self);

      layer->filename = g_strdup (self->text->str);
    }
  else if (g_str_equal (name, "volume"))
    self->volume = get_number (self, name, 0.0, 16.0, 1.0);
  else if (g_str_equal (name, "gain"))
    self->gain = get_number (self, name, 0.0, 16.0, 1.0);
  else if (g_str_equal (name, "pitchOffset"))
    self->pitch = get_number (self, name, -120.0, 120.0, 0.0);
  else if (g_str_equal (name, "pan_L"))
    self->pan_left = get_number (self, name, 0.0, 1.0, NAN);
  else if (g_str_equal (name, "pan_R"))
    self->pan_right = get_number (self, name, 0.0, 1.0, NAN);
  else if (g_str_equal (name, "midiInNote") || g_str_equal (name, "midiOutNote"))
    read_note (self, name);
  else if (g_str_equal (name, "sampleSelectionAlgo"))
    read_selection (self);
  else if (g_str_equal (name, "isMuted"))
    {
      if (g_str_equal (self->text->str, "true"))
        set (self, "mute", g_variant_new_boolean (TRUE));
    }
  else if (g_str_equal (name, "pan"))
    {
      if (read_number (self, name, &number) && number != 0.0)
        set (self, "pan", g_variant_new_double (number));
    }
  else if (g_str_equal (name, "Attack"))
    {
      if (read_number (self, name, &number) && number != 0.0)
        set (self, "attack", g_variant_new_double (number / ENVELOPE_RATE));
    }
  else if (g_str_equal (name, "Release"))
    {
      if (read_number (self, name, &number))
        set (self, "release", g_variant_new_double (number / ENVELOPE_RATE));
    }
  else if (g_str_equal (name, "muteGroup"))
    {
      if (read_number (self, name, &number) && number >= 0.0)
        set (self, "choke-group", g_variant_new_double (number + 1.0));
    }
}

static void
end_of_drumkit_component (Reader *self, const char *name)
{
  double number;

  if (g_str_equal (name, "id") && read_number (self, name, &number))
    self->component_id = (int) CLAMP (number, -1.0, 1e6);

  if (g_str_equal (name, "volume"))
    {
      double *volume = g_new (double, 1);

      *volume = get_number (self, name, 0.0, 16.0, 1.0);
      g_hash_table_insert (self->component_volumes, GINT_TO_POINTER (self->component_id), volume);
    }
}

static void
check_missed (Reader *self, const char *name, const char *harmless)
{
  double number = g_ascii_strtod (self->text->str, NULL);

  if (*self->text->str == '\0' || g_str_equal (self->text->str, harmless) ||
      (g_ascii_isdigit (*self->text->str) && number == g_ascii_strtod (harmless, NULL)))
    return;

  flitzis_kit_draft_warn (self->draft, NULL, self->line_now, "“%s” is ignored", name);
}

static const char *
get_parent (Reader *self)
{
  return self->path->len > 0 ? self->path->pdata[self->path->len - 1] : "";
}

static void
set_foreign (GError **error)
{
  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                       "it is XML, but no drumkit of Hydrogen");
}

static void
start_element (GMarkupParseContext *context,
               const char          *name,
               const char         **attribute_names,
               const char         **attribute_values,
               gpointer             user_data,
               GError             **error)
{
  Reader *self = user_data;

  if (self->path->len == 0 && !g_str_equal (name, "drumkit_info"))
    {
      set_foreign (error);
      return;
    }

  self->has_root = TRUE;

  if (self->path->len == MAX_DEPTH)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                   "line %u: elements are in each other more than %u deep", self->line_now,
                   MAX_DEPTH);
      return;
    }

  if (g_str_equal (name, "instrument") && self->pad == NULL)
    begin_instrument (self);
  else if (g_str_equal (name, "layer") && self->pad != NULL)
    begin_layer (self);
  else if (g_str_equal (name, "instrumentComponent") && self->pad != NULL &&
           self->n_components++ == 1)
    flitzis_kit_draft_warn (self->draft, NULL, self->line_now,
                            "an instrument has several components: only the first one sounds");

  g_ptr_array_add (self->path, g_strdup (name));
  g_string_truncate (self->text, 0);
}

static void
end_element (GMarkupParseContext *context, const char *name, gpointer user_data, GError **error)
{
  Reader     *self = user_data;
  const char *parent;
  guint       i;

  g_ptr_array_set_size (self->path, (int) self->path->len - 1);
  parent = get_parent (self);
  g_strstrip (self->text->str);

  for (i = 0; i < G_N_ELEMENTS (elements) && !g_str_equal (elements[i].name, name);)
    i++;

  if (i == G_N_ELEMENTS (elements))
    flitzis_kit_draft_warn (self->draft, NULL, self->line_now, "“%s” is not understood", name);
  else if (elements[i].kind == KIND_HARMLESS)
    check_missed (self, name, elements[i].harmless);
  else if (self->pad != NULL && self->path->len == self->depth)
    end_instrument (self);
  else if (g_str_equal (parent, "exclude"))
    flitzis_kit_draft_warn (self->draft, NULL, self->line_now, "“exclude” is ignored");
  else if (g_str_equal (parent, "drumkit_info") && g_str_equal (name, "name"))
    {
      g_free (self->draft->name);
      self->draft->name = g_strdup (self->text->str);
    }
  else if (g_str_equal (parent, "drumkitComponent"))
    end_of_drumkit_component (self, name);
  else if (self->pad == NULL)
    ;
  else if (g_str_equal (parent, "instrument"))
    end_of_instrument (self, name);
  else if (g_str_equal (parent, "instrumentComponent"))
    end_of_component (self, name);
  else if (g_str_equal (parent, "layer"))
    end_of_layer (self, name);

  g_string_truncate (self->text, 0);
}

static void
add_text (GMarkupParseContext *context,
          const char          *text,
          gsize                n_bytes,
          gpointer             user_data,
          GError             **error)
{
  g_string_append_len (((Reader *) user_data)->text, text, (gssize) n_bytes);
}

/* Parses line by line to count the lines. If a tag ends a line, the context already reports the
 * next one. */
static gboolean
parse_lines (Reader *self, GMarkupParseContext *context, const char *text, GError **error)
{
  while (*text != '\0')
    {
      gsize length = strcspn (text, "\n");

      length += text[length] == '\n';
      self->line_now++;

      if (!g_markup_parse_context_parse (context, text, (gssize) length, error))
        return FALSE;

      text += length;
    }

  if (!g_markup_parse_context_end_parse (context, error))
    return FALSE;

  if (self->has_root)
    return TRUE;

  set_foreign (error);

  return FALSE;
}

gboolean
flitzis_hydrogen_read (FlitzisKitDraft *draft, const char *text, GError **error)
{
  const GMarkupParser parser = { start_element, end_element, add_text, NULL, NULL };
  Reader              self = { .draft = draft };
  g_autoptr (GMarkupParseContext) context =
      g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &self, NULL);
  GError  *failure = NULL;
  gboolean is_read;

  self.path = g_ptr_array_new_with_free_func (g_free);
  self.text = g_string_new (NULL);
  self.layers = g_ptr_array_new_with_free_func (layer_free);
  self.component_volumes = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  is_read = parse_lines (&self, context, text, &failure);

  g_ptr_array_unref (self.path);
  g_string_free (self.text, TRUE);
  g_ptr_array_unref (self.layers);
  g_hash_table_unref (self.component_volumes);
  g_clear_object (&self.pad);

  if (is_read)
    return TRUE;

  if (failure->domain == G_MARKUP_ERROR)
    {
      /* the message names the line */
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                           failure->message);
      g_error_free (failure);
    }
  else
    {
      g_propagate_error (error, failure);
    }

  return FALSE;
}
