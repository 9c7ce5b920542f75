/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "kit/json.h"

#include "flitzis-error.h"
#include "kit/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 32

typedef struct
{
  const char *next;
  guint       line;
  GError    **error;
} Parser;

void
flitzis_json_free (FlitzisJson *self)
{
  g_free (self->name);
  g_free (self->string);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_free (self);
}

static FlitzisJson *
json_new (Parser *parser, FlitzisJsonType type)
{
  FlitzisJson *self = g_new0 (FlitzisJson, 1);

  self->type = type;
  self->line = parser->line;

  if (type >= FLITZIS_JSON_ARRAY)
    self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) flitzis_json_free);

  return self;
}

static gpointer
fail (Parser *parser, const char *expected)
{
  g_set_error (parser->error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
               "line %u is not JSON: there should be %s", parser->line, expected);

  return NULL;
}

static void
skip_space (Parser *parser)
{
  for (; *parser->next != '\0' && strchr (" \t\r\n", *parser->next) != NULL; parser->next++)
    parser->line += *parser->next == '\n';
}

static gboolean
skip (Parser *parser, const char *token)
{
  if (!flitzis_kit_text_begins (parser->next, token))
    return FALSE;

  parser->next += strlen (token);

  return TRUE;
}

static gboolean
read_hex (Parser *parser, gunichar *unit)
{
  *unit = 0;

  for (guint i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (*parser->next))
        return FALSE;
      *unit = *unit << 4 | (gunichar) g_ascii_xdigit_value (*parser->next++);
    }

  return TRUE;
}

/* Half of a pair of surrogates has no meaning, and becomes U+FFFD. */
static gboolean
read_unicode (Parser *parser, GString *string)
{
  gunichar unit, low;

  if (!read_hex (parser, &unit) || unit == 0)
    return FALSE;

  if (unit >= 0xd800 && unit < 0xdc00 && flitzis_kit_text_begins (parser->next, "\\u"))
    {
      const char *before = parser->next;

      parser->next += 2;
      if (!read_hex (parser, &low))
        return FALSE;

      if (low >= 0xdc00 && low < 0xe000)
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      else
        parser->next = before;
    }

  g_string_append_unichar (string, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);

  return TRUE;
}

/* Begins after the first quote. */
static char *
read_string (Parser *parser)
{
  static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  g_autoptr (GString) string = g_string_new (NULL);

  for (;;)
    {
      char c = *parser->next++;

      if (c == '"')
        return g_string_free (g_steal_pointer (&string), FALSE);

      if (c != '\\')
        {
          if ((guchar) c < ' ')
            {
              parser->next--;
              return fail (parser, "a quote at the end of the text");
            }
          g_string_append_c (string, c);
          continue;
        }

      c = *parser->next;

      if (c == 'u')
        {
          parser->next++;
          if (!read_unicode (parser, string))
            return fail (parser, "four digits after “\\u”, and not 0000");
        }
      else if (c != '\0' && strchr (escapes, c) != NULL)
        {
          parser->next++;
          g_string_append_c (string, meanings[strchr (escapes, c) - escapes]);
        }
      else
        {
          return fail (parser, "a character that can be escaped");
        }
    }
}

static gboolean
skip_digits (const char **end)
{
  const char *begin = *end;

  while (g_ascii_isdigit (**end))
    (*end)++;

  return *end > begin;
}

static FlitzisJson *
parse_number (Parser *parser)
{
  const char  *end = parser->next + (*parser->next == '-');
  gboolean     is_valid;
  FlitzisJson *self;

  if (*end == '0')
    {
      end++;
      is_valid = TRUE;
    }
  else
    {
      is_valid = skip_digits (&end);
    }

  if (is_valid && *end == '.')
    {
      end++;
      is_valid = skip_digits (&end);
    }

  if (is_valid && (*end == 'e' || *end == 'E'))
    {
      end++;
      end += *end == '+' || *end == '-';
      is_valid = skip_digits (&end);
    }

  if (!is_valid)
    return fail (parser, "a value");

  self = json_new (parser, FLITZIS_JSON_NUMBER);
  self->number = CLAMP (g_ascii_strtod (parser->next, NULL), -G_MAXDOUBLE, G_MAXDOUBLE);
  parser->next = end;

  return self;
}

static FlitzisJson *parse_value (Parser *parser,
                                 guint   depth);

/* Parses a member of an object, or an item of an array. */
static FlitzisJson *
parse_item (Parser *parser, gboolean has_name, guint depth)
{
  g_autofree char *name = NULL;
  FlitzisJson     *item;

  skip_space (parser);

  if (has_name)
    {
      if (!skip (parser, "\""))
        return fail (parser, "a name in quotes");

      name = read_string (parser);
      if (name == NULL)
        return NULL;

      skip_space (parser);
      if (!skip (parser, ":"))
        return fail (parser, "a colon");
      skip_space (parser);
    }

  item = parse_value (parser, depth);

  if (item != NULL)
    item->name = g_steal_pointer (&name);

  return item;
}

/* Begins after the first bracket. */
static FlitzisJson *
parse_items (Parser *parser, FlitzisJsonType type, guint depth)
{
  g_autoptr (FlitzisJson) self = json_new (parser, type);
  const char *end = type == FLITZIS_JSON_OBJECT ? "}" : "]";

  skip_space (parser);

  if (skip (parser, end))
    return g_steal_pointer (&self);

  do
    {
      FlitzisJson *item = parse_item (parser, type == FLITZIS_JSON_OBJECT, depth + 1);

      if (item == NULL)
        return NULL;
      g_ptr_array_add (self->items, item);
      skip_space (parser);
    }
  while (skip (parser, ","));

  if (!skip (parser, end))
    return fail (parser, type == FLITZIS_JSON_OBJECT ? "a comma or “}”" : "a comma or “]”");

  return g_steal_pointer (&self);
}

static FlitzisJson *
parse_string (Parser *parser)
{
  g_autoptr (FlitzisJson) self = json_new (parser, FLITZIS_JSON_STRING);

  self->string = read_string (parser);

  return self->string != NULL ? g_steal_pointer (&self) : NULL;
}

static FlitzisJson *
parse_value (Parser *parser, guint depth)
{
  FlitzisJson *self;

  if (depth > MAX_DEPTH)
    return fail (parser, "no more brackets");

  if (skip (parser, "{"))
    return parse_items (parser, FLITZIS_JSON_OBJECT, depth);
  if (skip (parser, "["))
    return parse_items (parser, FLITZIS_JSON_ARRAY, depth);
  if (skip (parser, "\""))
    return parse_string (parser);
  if (skip (parser, "null"))
    return json_new (parser, FLITZIS_JSON_NULL);
  if (skip (parser, "false"))
    return json_new (parser, FLITZIS_JSON_BOOLEAN);

  if (skip (parser, "true"))
    {
      self = json_new (parser, FLITZIS_JSON_BOOLEAN);
      self->number = 1.0;
      return self;
    }

  return parse_number (parser);
}

FlitzisJson *
flitzis_json_parse (const char *text, GError **error)
{
  Parser parser = { text, 1, error };
  g_autoptr (FlitzisJson) self = NULL;

  skip_space (&parser);
  self = parse_value (&parser, 0);

  if (self == NULL)
    return NULL;

  skip_space (&parser);

  if (*parser.next != '\0')
    return fail (&parser, "nothing after the last bracket");

  return g_steal_pointer (&self);
}

const FlitzisJson *
flitzis_json_get (const FlitzisJson *self, const char *name)
{
  if (self->type != FLITZIS_JSON_OBJECT)
    return NULL;

  for (guint i = self->items->len; i > 0; i--)
    {
      const FlitzisJson *item = self->items->pdata[i - 1];

      if (g_str_equal (item->name, name))
        return item;
    }

  return NULL;
}

void
flitzis_json_append_string (GString *text, const char *string)
{
  g_string_append_c (text, '"');

  for (; *string != '\0'; string++)
    {
      if (*string == '"' || *string == '\\')
        g_string_append_c (text, '\\');

      if ((guchar) *string < ' ')
        g_string_append_printf (text, "\\u%04x", (guint) *string);
      else
        g_string_append_c (text, *string);
    }

  g_string_append_c (text, '"');
}

void
flitzis_json_append_number (GString *text, double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (number == rint (number) && fabs (number) < 1e15)
    {
      g_string_append (text, g_ascii_formatd (buffer, sizeof buffer, "%.0f", number));
      return;
    }

  for (guint precision = 1; precision <= 17; precision++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%ug", precision);
      g_ascii_formatd (buffer, sizeof buffer, format, number);
      if (g_ascii_strtod (buffer, NULL) == number)
        break;
    }

  g_string_append (text, buffer);
}
