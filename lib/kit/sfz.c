/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "kit/sfz.h"

#include "flitzis-error.h"
#include "kit/sfz-text.h"
#include "kit/text.h"

#include <math.h>
#include <string.h>

#define MAX_REGIONS 32768

#define NO_NOTE -2

/* A slot can play at most four times as fast or as slow. */
#define MAX_CENTS 2400.0

typedef enum
{
  SCOPE_GLOBAL,
  SCOPE_MASTER,
  SCOPE_GROUP,
  SCOPE_REGION,
  N_SCOPES,
  SCOPE_CONTROL,
  SCOPE_NONE /* before the first header, and after one that is not understood */
} Scope;

typedef enum
{
  OPCODE_SAMPLE,
  OPCODE_KEY,
  OPCODE_LOKEY,
  OPCODE_HIKEY,
  OPCODE_PITCH_KEYCENTER,
  OPCODE_PITCH_KEYTRACK,
  OPCODE_LOVEL,
  OPCODE_HIVEL,
  OPCODE_SEQ_LENGTH,
  OPCODE_SEQ_POSITION,
  OPCODE_LORAND,
  OPCODE_HIRAND,
  OPCODE_VOLUME,
  OPCODE_PAN,
  OPCODE_TUNE,
  OPCODE_TRANSPOSE,
  OPCODE_OFFSET,
  OPCODE_END,
  OPCODE_LOOP_MODE,
  OPCODE_LOOP_START,
  OPCODE_LOOP_END,
  OPCODE_GROUP,
  OPCODE_OFF_BY,
  OPCODE_OFF_MODE,
  OPCODE_OFF_TIME,
  OPCODE_AMPEG_ATTACK,
  OPCODE_AMPEG_RELEASE,
  OPCODE_TRIGGER,
  N_OPCODES
} Opcode;

/* clang-format off */
static const struct { const char *name; Opcode opcode; } opcodes[] = {
  { "sample", OPCODE_SAMPLE },
  { "key", OPCODE_KEY }, { "lokey", OPCODE_LOKEY }, { "hikey", OPCODE_HIKEY },
  { "pitch_keycenter", OPCODE_PITCH_KEYCENTER }, { "pitch_keytrack", OPCODE_PITCH_KEYTRACK },
  { "lovel", OPCODE_LOVEL }, { "hivel", OPCODE_HIVEL },
  { "seq_length", OPCODE_SEQ_LENGTH }, { "seq_position", OPCODE_SEQ_POSITION },
  { "lorand", OPCODE_LORAND }, { "hirand", OPCODE_HIRAND },
  { "volume", OPCODE_VOLUME }, { "pan", OPCODE_PAN },
  { "tune", OPCODE_TUNE }, { "transpose", OPCODE_TRANSPOSE },
  { "offset", OPCODE_OFFSET }, { "end", OPCODE_END },
  { "loop_mode", OPCODE_LOOP_MODE }, { "loopmode", OPCODE_LOOP_MODE },
  { "loop_start", OPCODE_LOOP_START }, { "loopstart", OPCODE_LOOP_START },
  { "loop_end", OPCODE_LOOP_END }, { "loopend", OPCODE_LOOP_END },
  { "group", OPCODE_GROUP }, { "polyphony_group", OPCODE_GROUP },
  { "off_by", OPCODE_OFF_BY }, { "off_mode", OPCODE_OFF_MODE }, { "off_time", OPCODE_OFF_TIME },
  { "ampeg_attack", OPCODE_AMPEG_ATTACK }, { "ampeg_release", OPCODE_AMPEG_RELEASE },
  { "trigger", OPCODE_TRIGGER },
};
/* clang-format on */

typedef struct
{
  char       *text; /* NULL if the opcode is not stated */
  const char *name; /* of the opcode, as it is written there */
  const char *source;
  guint       line;
} Value;

/* A region that has become a layer. */
typedef struct
{
  FlitzisPadLayer *layer;
  double           seq_position;
  double           low_random;
  double           high_random;
  const char      *source;
  guint            line;
} Region;

/* The regions of one range of keys. The pad has the settings of the first one. */
typedef struct
{
  FlitzisPad *pad;
  GArray     *regions;
  gboolean    has_sequence;
  gboolean    has_random;
  double      group;
  double      off_by;
  const char *source;
  guint       line;
} Key;

typedef struct
{
  FlitzisKitDraft *draft;
  Scope            scope;
  Value            values[N_SCOPES][N_OPCODES];
  char            *default_path;
  GPtrArray       *keys;
  GHashTable      *by_range;
  guint            n_regions;

  /* the header of the region */
  const char *source;
  guint       line;
} Reader;

static void
region_clear (gpointer data)
{
  g_object_unref (((Region *) data)->layer);
}

static void
key_free (gpointer data)
{
  Key *self = data;

  g_object_unref (self->pad);
  g_array_unref (self->regions);
  g_free (self);
}

static void
forget (Reader *self, Scope scope)
{
  for (; scope < N_SCOPES; scope++)
    for (guint i = 0; i < N_OPCODES; i++)
      g_clear_pointer (&self->values[scope][i].text, g_free);
}

/* Returns the one of two opcodes that is stated nearer to the region. At the same place, `opcode`
 * goes first. */
static const Value *
get_either (Reader *self, Opcode opcode, Opcode other)
{
  for (guint i = N_SCOPES; i > 0; i--)
    {
      const Value *values = self->values[i - 1];

      if (values[opcode].text != NULL)
        return &values[opcode];
      if (values[other].text != NULL)
        return &values[other];
    }

  return NULL;
}

static const Value *
get (Reader *self, Opcode opcode)
{
  return get_either (self, opcode, opcode);
}

static void
warn_of_value (Reader *self, const Value *value, const char *what)
{
  flitzis_kit_draft_warn (self->draft, value->source, value->line, "“%s=%s” %s", value->name,
                          value->text, what);
}

static double
get_number (Reader *self, Opcode opcode, double minimum, double maximum, double fallback)
{
  const Value *value = get (self, opcode);
  char        *end;
  double       number;

  if (value == NULL)
    return fallback;

  number = g_ascii_strtod (value->text, &end);

  if (end == value->text || *end != '\0' || !isfinite (number))
    {
      warn_of_value (self, value, "is not a number");
      return fallback;
    }

  if (number < minimum || number > maximum)
    warn_of_value (self, value, "is out of range, and was limited");

  return CLAMP (number, minimum, maximum);
}

/* A note is a number from -1 on, or a name: c4 is 60, and # and b change it. Warns and returns
 * NO_NOTE if it is neither. */
static int
read_note (Reader *self, const Value *value, int fallback)
{
  static const int semitones[] = { 9, 11, 0, 2, 4, 5, 7 };
  const char      *text = value != NULL ? value->text : "";
  char             letter = g_ascii_tolower (*text);
  char            *end;
  gint64           note;

  if (value == NULL)
    return fallback;

  if (letter < 'a' || letter > 'g')
    {
      note = g_ascii_strtoll (text, &end, 10);
    }
  else
    {
      text++;
      note = semitones[letter - 'a'] + (*text == '#') - (*text == 'b');
      text += *text == '#' || *text == 'b';
      note += 12 * (CLAMP (g_ascii_strtoll (text, &end, 10), -2, 10) + 1);
    }

  if (end == text || *end != '\0' || note < -1 || note > 127)
    {
      warn_of_value (self, value, "is not a key");
      return NO_NOTE;
    }

  return (int) note;
}

static void
set (Reader *self, FlitzisPad *pad, Opcode opcode, const char *setting, GVariant *value)
{
  const Value *stated = get (self, opcode);

  flitzis_kit_draft_set (self->draft, stated != NULL ? stated->source : self->source,
                         stated != NULL ? stated->line : self->line, pad, setting, value);
}

/* Sets a setting if the opcode is stated. */
static void
set_number (Reader *self, FlitzisPad *pad, Opcode opcode, const char *setting, double factor)
{
  if (get (self, opcode) != NULL)
    set (self, pad, opcode, setting,
         g_variant_new_double (factor * get_number (self, opcode, -1e15, 1e15, 0.0)));
}

/* Sets the note of the pad, and the rate at which that note plays the sample. */
static void
set_pitch (Reader *self, FlitzisPad *pad)
{
  int    center = read_note (self, get_either (self, OPCODE_PITCH_KEYCENTER, OPCODE_KEY), 60);
  double track = get_number (self, OPCODE_PITCH_KEYTRACK, -1200.0, 1200.0, 100.0);
  double cents = get_number (self, OPCODE_TUNE, -9600.0, 9600.0, 0.0) +
                 get_number (self, OPCODE_TRANSPOSE, -127.0, 127.0, 0.0) * 100.0;

  center = center < 0 ? 60 : center;
  pad->note = CLAMP (center, pad->low_note, pad->high_note);
  cents += track * (pad->note - center);

  if (fabs (cents) > MAX_CENTS)
    flitzis_kit_draft_warn (self->draft, self->source, self->line,
                            "a sample is transposed by more than two octaves, and was limited");

  if (cents != 0.0)
    set (self, pad, OPCODE_PITCH_KEYCENTER, "playback-rate",
         g_variant_new_double (exp2 (CLAMP (cents, -MAX_CENTS, MAX_CENTS) / 1200.0)));
}

/* In SFZ, the end is the last frame; in a slot, it is the frame after it. */
static void
set_end (Reader *self, FlitzisPad *pad, Opcode opcode, const char *setting)
{
  double end = get_number (self, opcode, -1.0, 1e15, 0.0);

  if (end > 0.0)
    set (self, pad, opcode, setting, g_variant_new_double (end + 1.0));
}

/* The mode and the points that are not stated are those of the sample file. */
static void
set_loop (Reader *self, FlitzisPad *pad)
{
  const Value *mode = get (self, OPCODE_LOOP_MODE);

  if (mode != NULL)
    {
      if (g_str_equal (mode->text, "no_loop") || g_str_equal (mode->text, "one_shot"))
        return;

      if (g_str_equal (mode->text, "loop_sustain"))
        {
          warn_of_value (self, mode, "plays as loop_continuous");
        }
      else if (!g_str_equal (mode->text, "loop_continuous"))
        {
          warn_of_value (self, mode, "is not understood");
          return;
        }

      set (self, pad, OPCODE_LOOP_MODE, "loop", g_variant_new_boolean (TRUE));
    }

  set_number (self, pad, OPCODE_LOOP_START, "loop-start", 1.0);
  set_end (self, pad, OPCODE_LOOP_END, "loop-end");

  if (mode == NULL || get (self, OPCODE_LOOP_START) == NULL || get (self, OPCODE_LOOP_END) == NULL)
    set (self, pad, OPCODE_LOOP_MODE, "loop-from-file", g_variant_new_boolean (TRUE));
}

static void
set_off_mode (Reader *self, FlitzisPad *pad)
{
  const Value *mode = get (self, OPCODE_OFF_MODE);

  if (mode == NULL || g_str_equal (mode->text, "fast"))
    return;

  if (g_str_equal (mode->text, "normal"))
    set_number (self, pad, OPCODE_AMPEG_RELEASE, "choke-release", 1.0);
  else if (g_str_equal (mode->text, "time"))
    set_number (self, pad, OPCODE_OFF_TIME, "choke-release", 1.0);
  else
    warn_of_value (self, mode, "is not understood");
}

static FlitzisPad *
make_pad (Reader *self, int low_note, int high_note)
{
  FlitzisPad *pad = flitzis_pad_new (0);

  pad->low_note = low_note;
  pad->high_note = high_note;
  pad->is_file_frames = TRUE;
  set_pitch (self, pad);
  set_number (self, pad, OPCODE_PAN, "pan", 0.01);
  set_number (self, pad, OPCODE_OFFSET, "start", 1.0);
  set_end (self, pad, OPCODE_END, "end");
  set_loop (self, pad);
  set_number (self, pad, OPCODE_AMPEG_ATTACK, "attack", 1.0);
  set_number (self, pad, OPCODE_AMPEG_RELEASE, "release", 1.0);
  set_off_mode (self, pad);

  return pad;
}

static char *
get_path (Reader *self, const Value *sample)
{
  return g_strdelimit (g_strconcat (self->default_path, sample->text, NULL), "\\", '/');
}

/* The ranges of neighbours must meet, so the boundaries lie between the velocities: the velocity
 * 64 / 127 is from 64 / 128 to 65 / 128. */
static FlitzisPadLayer *
make_layer (Reader *self, GFile *file)
{
  double low = floor (get_number (self, OPCODE_LOVEL, 0.0, 127.0, 0.0));
  double high = floor (get_number (self, OPCODE_HIVEL, 0.0, 127.0, 127.0));
  double volume = get_number (self, OPCODE_VOLUME, -144.0, 20.0 * log10 (16.0), 0.0);

  if (low > high)
    return NULL;

  return flitzis_pad_layer_new (file, low / 128.0, (high + 1.0) / 128.0,
                                volume != 0.0 ? pow (10.0, volume / 20.0) : 1.0);
}

static Key *
add_key (Reader *self, int low_note, int high_note, FlitzisPad *pad)
{
  Key *key = g_new0 (Key, 1);

  key->pad = g_object_ref (pad);
  key->regions = g_array_new (FALSE, TRUE, sizeof (Region));
  g_array_set_clear_func (key->regions, region_clear);
  key->group = get_number (self, OPCODE_GROUP, -1e15, 1e15, 0.0);
  key->off_by = get_number (self, OPCODE_OFF_BY, -1e15, 1e15, 0.0);
  key->source = self->source;
  key->line = self->line;
  g_ptr_array_add (self->keys, key);
  g_hash_table_insert (self->by_range, GINT_TO_POINTER (low_note * 128 + high_note + 1), key);

  return key;
}

static void
add_region (Reader *self, GFile *file, int low_note, int high_note)
{
  g_autoptr (FlitzisPad) pad = make_pad (self, low_note, high_note);
  FlitzisPadLayer *layer = make_layer (self, file);
  Key             *key =
      g_hash_table_lookup (self->by_range, GINT_TO_POINTER (low_note * 128 + high_note + 1));
  Region region = { layer, 0.0, 0.0, 1.0, self->source, self->line };

  if (layer == NULL)
    {
      flitzis_kit_draft_warn (self->draft, self->source, self->line,
                              "a region needs “lovel” below “hivel”");
      return;
    }

  if (key == NULL)
    {
      key = add_key (self, low_note, high_note, pad);
    }
  else
    {
      g_autofree char *name =
          flitzis_settings_find_difference (key->pad->settings, pad->settings);

      if (name != NULL)
        flitzis_kit_draft_warn (self->draft, self->source, self->line,
                                "regions of one key differ in their %s: that of the first one is "
                                "taken",
                                name);
      if (key->group != get_number (self, OPCODE_GROUP, -1e15, 1e15, 0.0) ||
          key->off_by != get_number (self, OPCODE_OFF_BY, -1e15, 1e15, 0.0))
        flitzis_kit_draft_warn (self->draft, self->source, self->line,
                                "regions of one key differ in their group: that of the first one "
                                "is taken");
    }

  region.seq_position = get_number (self, OPCODE_SEQ_POSITION, 1.0, 1000.0, 1.0);
  region.low_random = get_number (self, OPCODE_LORAND, 0.0, 1.0, 0.0);
  region.high_random = get_number (self, OPCODE_HIRAND, 0.0, 1.0, 1.0);
  key->has_sequence |= get_number (self, OPCODE_SEQ_LENGTH, 1.0, 1000.0, 1.0) > 1.0;
  key->has_random |= get (self, OPCODE_LORAND) != NULL || get (self, OPCODE_HIRAND) != NULL;
  g_array_append_val (key->regions, region);
}

static void
end_region (Reader *self)
{
  const Value     *sample = get (self, OPCODE_SAMPLE);
  const Value     *trigger = get (self, OPCODE_TRIGGER);
  int              low_note, high_note;
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;

  if (self->scope != SCOPE_REGION)
    return;

  if (sample == NULL)
    {
      flitzis_kit_draft_warn (self->draft, self->source, self->line, "a region has no sample");
      return;
    }

  if (*sample->text == '*')
    {
      warn_of_value (self, sample, "is a generator: the region is silent");
      return;
    }

  if (trigger != NULL && !g_str_equal (trigger->text, "attack"))
    {
      warn_of_value (self, trigger, "is not supported: the region is silent");
      return;
    }

  low_note = read_note (self, get_either (self, OPCODE_LOKEY, OPCODE_KEY), 0);
  high_note = read_note (self, get_either (self, OPCODE_HIKEY, OPCODE_KEY), 127);

  /* in SFZ, a key of -1 means that no key plays the region, and an end of -1 that nothing does */
  if (low_note == NO_NOTE || high_note < 0 || get_number (self, OPCODE_END, -1.0, 1e15, 0.0) < 0.0)
    return;

  low_note = MAX (low_note, 0);

  if (low_note > high_note)
    {
      flitzis_kit_draft_warn (self->draft, self->source, self->line,
                              "a region needs “lokey” below “hikey”");
      return;
    }

  path = get_path (self, sample);
  file = flitzis_kit_draft_resolve (self->draft, sample->source, sample->line, path);

  if (file == NULL)
    return;

  if (self->n_regions++ < MAX_REGIONS)
    add_region (self, file, low_note, high_note);
  else
    flitzis_kit_draft_warn (self->draft, self->source, self->line,
                            "there are more than %d regions", MAX_REGIONS);
}

static void
header_cb (const char *name, const char *source, guint line, gpointer user_data)
{
  Reader *self = user_data;

  end_region (self);
  self->source = source;
  self->line = line;

  if (g_str_equal (name, "region"))
    self->scope = SCOPE_REGION;
  else if (g_str_equal (name, "group"))
    self->scope = SCOPE_GROUP;
  else if (g_str_equal (name, "master"))
    self->scope = SCOPE_MASTER;
  else if (g_str_equal (name, "global"))
    self->scope = SCOPE_GLOBAL;
  else if (g_str_equal (name, "control"))
    self->scope = SCOPE_CONTROL;
  else
    self->scope = SCOPE_NONE;

  forget (self, self->scope);

  if (self->scope == SCOPE_NONE)
    flitzis_kit_draft_warn (self->draft, source, line, "the header <%s> is not understood", name);
}

static void
opcode_cb (const char *name, const char *text, const char *source, guint line, gpointer user_data)
{
  Reader *self = user_data;
  Value  *value;

  if (g_str_equal (name, "default_path"))
    {
      g_free (self->default_path);
      self->default_path = g_strdup (text);
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (opcodes) && self->scope < N_SCOPES; i++)
    {
      if (g_str_equal (opcodes[i].name, name))
        {
          value = &self->values[self->scope][opcodes[i].opcode];
          g_free (value->text);
          value->text = g_strdup (text);
          value->name = opcodes[i].name;
          value->source = source;
          value->line = line;
          return;
        }
    }

  flitzis_kit_draft_warn (self->draft, source, line, "“%s” is not understood", name);
}

static int
compare_regions (gconstpointer a, gconstpointer b)
{
  const Region *one = a, *other = b;

  if (one->layer->low != other->layer->low)
    return one->layer->low < other->layer->low ? -1 : 1;
  if (one->seq_position != other->seq_position)
    return one->seq_position < other->seq_position ? -1 : 1;

  return one->low_random < other->low_random ? -1 : one->low_random > other->low_random;
}

static gboolean
sound_together (const Region *one, const Region *other)
{
  return one->layer->low < other->layer->high && other->layer->low < one->layer->high &&
         one->seq_position == other->seq_position && one->low_random < other->high_random &&
         other->low_random < one->high_random;
}

/* SFZ has no names for pads, so a pad has the name of its first file. */
static char *
make_name (const Key *key)
{
  char *name = flitzis_kit_get_shown_name (g_array_index (key->regions, Region, 0).layer->file);
  char *dot = strrchr (name, '.');

  if (dot != NULL && dot > name)
    *dot = '\0';

  return name;
}

/* If several regions hold a velocity, a slot plays one of them: in turn, or by chance. */
static void
finish_layers (Reader *self, Key *key)
{
  g_array_sort (key->regions, compare_regions);
  key->pad->name = make_name (key);

  for (guint i = 0; i < key->regions->len; i++)
    {
      const Region *region = &g_array_index (key->regions, Region, i);

      if (i > 0 && sound_together (region - 1, region))
        flitzis_kit_draft_warn (self->draft, region->source, region->line,
                                "regions that would sound together take turns");

      g_ptr_array_add (key->pad->layers, g_object_ref (region->layer));
    }

  if (key->has_random && key->has_sequence)
    flitzis_kit_draft_warn (self->draft, key->source, key->line,
                            "regions that are chosen by chance do not take turns");
  if (key->has_random)
    flitzis_kit_draft_set (self->draft, key->source, key->line, key->pad, "variation",
                           g_variant_new_string ("random"));
}

static double
find_group (GHashTable *leaders, double group)
{
  double *leader;

  while ((leader = g_hash_table_lookup (leaders, &group)) != NULL)
    group = *leader;

  return group;
}

static gboolean
chokes (GPtrArray *keys, double group, double off_by)
{
  for (guint i = 0; i < keys->len; i++)
    {
      const Key *key = keys->pdata[i];

      if (key->group == group && key->off_by == off_by)
        return TRUE;
    }

  return FALSE;
}

/*
 * In SFZ, a region ends when one of the group `off_by` starts. Slots of one choke group end each
 * other. So groups that end each other, directly or through others, become one choke group.
 */
static void
finish_groups (Reader *self)
{
  g_autoptr (GHashTable) leaders =
      g_hash_table_new_full (g_double_hash, g_double_equal, g_free, g_free);
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_double_hash, g_double_equal, g_free,
                                                          NULL);

  for (guint i = 0; i < self->keys->len; i++)
    {
      const Key *key = self->keys->pdata[i];
      double     group = find_group (leaders, key->group);
      double     off_by = find_group (leaders, key->off_by);

      if (key->off_by == 0.0)
        continue;

      if (key->group != 0.0 && group != off_by)
        g_hash_table_insert (leaders, g_memdup2 (&group, sizeof group),
                             g_memdup2 (&off_by, sizeof off_by));
    }

  for (guint i = 0; i < self->keys->len; i++)
    {
      const Key *key = self->keys->pdata[i];
      double     leader = find_group (leaders, key->off_by);

      if (key->off_by == 0.0)
        continue;

      if (key->group == 0.0 || (key->group != key->off_by &&
                                !chokes (self->keys, key->off_by, key->group)))
        flitzis_kit_draft_warn (self->draft, key->source, key->line,
                                "“off_by” works both ways in a slot");

      if (!g_hash_table_contains (numbers, &leader))
        g_hash_table_insert (numbers, g_memdup2 (&leader, sizeof leader),
                             GUINT_TO_POINTER (g_hash_table_size (numbers) + 1));
    }

  for (guint i = 0; i < self->keys->len; i++)
    {
      Key   *key = self->keys->pdata[i];
      double leader = find_group (leaders, key->off_by != 0.0 ? key->off_by : key->group);
      guint  number = GPOINTER_TO_UINT (g_hash_table_lookup (numbers, &leader));

      if (number > 0 && leader != 0.0)
        flitzis_kit_draft_set (self->draft, key->source, key->line, key->pad, "choke-group",
                               g_variant_new_double (number));
    }
}

static void
finish (Reader *self)
{
  finish_groups (self);

  for (guint i = 0; i < self->keys->len; i++)
    {
      Key *key = self->keys->pdata[i];

      finish_layers (self, key);
      key->pad->index = i;
      flitzis_kit_draft_add_pad (self->draft, key->line, key->pad);
    }
}

gboolean
flitzis_sfz_read (FlitzisKitDraft *draft,
                  const char      *text,
                  GCancellable    *cancellable,
                  GError         **error)
{
  const FlitzisSfzFuncs funcs = { header_cb, opcode_cb };
  Reader                self = { .draft = draft, .scope = SCOPE_NONE };
  gboolean              is_read;

  self.default_path = g_strdup ("");
  self.keys = g_ptr_array_new_with_free_func (key_free);
  self.by_range = g_hash_table_new (NULL, NULL);

  is_read = flitzis_sfz_text_read (draft, text, &funcs, &self, cancellable, error);

  if (is_read)
    {
      end_region (&self);
      finish (&self);
    }

  forget (&self, SCOPE_GLOBAL);
  g_free (self.default_path);
  g_ptr_array_unref (self.keys);
  g_hash_table_unref (self.by_range);

  return is_read;
}
