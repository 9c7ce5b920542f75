/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "kit/sfz-text.h"

#include "flitzis-error.h"
#include "kit/text.h"

#include <string.h>

#define MAX_DEPTH 16
#define MAX_INCLUDES 256

/* The longest value after its variables are replaced: each line could double it. */
#define MAX_VALUE 4096
#define MAX_NAME 64

typedef struct
{
  FlitzisKitDraft       *draft;
  const FlitzisSfzFuncs *funcs;
  gpointer               user_data;
  GCancellable          *cancellable;
  GHashTable            *variables; /* names begin with the dollar */
  gsize                  n_bytes;
  guint                  depth;

  /* the place that is read now */
  const char *source;
  guint       line;
} Text;

static gboolean read_text (Text       *self,
                           char       *text,
                           const char *source,
                           GError    **error);

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

/* Returns the value of the longest variable that the text begins with. */
static const char *
find_variable (Text *self, const char *text, gsize *length)
{
  gsize n = 1;

  while (n < MAX_NAME && is_word (text[n]))
    n++;

  for (; n > 1; n--)
    {
      g_autofree char *name = g_strndup (text, n);
      const char      *value = g_hash_table_lookup (self->variables, name);

      if (value != NULL)
        {
          *length = n;
          return value;
        }
    }

  return NULL;
}

static char *
expand (Text *self, const char *text, gsize n_bytes)
{
  GString    *expanded = g_string_sized_new (n_bytes);
  const char *end = text + n_bytes;

  while (text < end)
    {
      gsize       length = 1;
      const char *value = *text == '$' ? find_variable (self, text, &length) : NULL;

      if (value != NULL)
        g_string_append (expanded, value);
      else
        g_string_append_c (expanded, *text);
      text += length;

      if (expanded->len > MAX_VALUE)
        {
          const char *last;

          flitzis_kit_draft_warn (self->draft, self->source, self->line,
                                  "a value has more than %d bytes", MAX_VALUE);
          g_utf8_validate (expanded->str, MAX_VALUE, &last);
          g_string_truncate (expanded, (gsize) (last - expanded->str));
          break;
        }
    }

  return g_string_free (expanded, FALSE);
}

static const char *
skip_space (const char *text)
{
  while (*text == ' ' || *text == '\t')
    text++;

  return text;
}

static const char *
skip_word (const char *text)
{
  while (*text != '\0' && *text != ' ' && *text != '\t')
    text++;

  return text;
}

static const char *
read_define (Text *self, const char *text)
{
  const char *name = skip_space (text);
  const char *name_end = name + (*name == '$');
  const char *value, *value_end;

  while (is_word (*name_end))
    name_end++;

  value = skip_space (name_end);
  value_end = skip_word (value);

  if (*name != '$' || name_end == name + 1 || value == name_end)
    {
      flitzis_kit_draft_warn (self->draft, self->source, self->line,
                              "a #define needs a name that begins with “$”, and a value");
      return value_end;
    }

  g_hash_table_replace (self->variables, g_strndup (name, (gsize) (name_end - name)),
                        expand (self, value, (gsize) (value_end - value)));

  return value_end;
}

static gboolean
include (Text *self, const char *path, GError **error)
{
  g_autofree char *local = g_strdelimit (g_strdup (path), "\\", '/');
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree char *text = NULL;
  GPtrArray       *sources = self->draft->sources;
  const char      *source = self->source;
  guint            line = self->line;
  gboolean         is_read;

  if (self->depth == MAX_DEPTH || sources->len == MAX_INCLUDES)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                   "line %u: files include each other in a circle, or more than %u of them", line,
                   MAX_INCLUDES);
      return FALSE;
    }

  file = flitzis_kit_draft_resolve (self->draft, source, line, local);

  if (file == NULL)
    return TRUE;

  text = flitzis_kit_read_text (file, FLITZIS_KIT_MAX_BYTES - self->n_bytes, self->cancellable,
                                &failure);

  if (text == NULL)
    {
      if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      flitzis_kit_draft_warn (self->draft, source, line, "%s", failure->message);
      return TRUE;
    }

  g_ptr_array_add (sources, flitzis_kit_get_shown_name (file));
  self->depth++;
  is_read = read_text (self, text, g_ptr_array_index (sources, sources->len - 1), error);
  self->depth--;
  self->source = source;
  self->line = line;

  return is_read;
}

/* Returns the rest of the line, or NULL with an error. */
static const char *
read_include (Text *self, const char *text, GError **error)
{
  const char      *begin = strchr (text, '"');
  const char      *end = begin != NULL ? strchr (begin + 1, '"') : NULL;
  g_autofree char *path = NULL;

  if (end == NULL)
    {
      flitzis_kit_draft_warn (self->draft, self->source, self->line,
                              "an #include needs the name of a file in quotes");
      return text + strlen (text);
    }

  path = expand (self, begin + 1, (gsize) (end - begin - 1));

  return include (self, path, error) ? end + 1 : NULL;
}

static const char *
read_header (Text *self, const char *text)
{
  const char      *end = strchr (text, '>');
  g_autofree char *name = end != NULL ? g_strndup (text, (gsize) (end - text)) : NULL;

  if (name == NULL)
    {
      flitzis_kit_draft_warn (self->draft, self->source, self->line, "a header has no “>”");
      return text + strlen (text);
    }

  self->funcs->header (name, self->source, self->line, self->user_data);

  return end + 1;
}

/* Names of files may contain blanks. So a value ends only before an opcode, a header, #define or
 * #include. */
static const char *
find_end_of_value (const char *text)
{
  const char *end = text;

  for (;;)
    {
      const char *next, *word;

      while (*end != '\0' && *end != ' ' && *end != '\t' && *end != '<')
        end++;

      next = skip_space (end);

      if (*next == '\0' || *next == '<' || flitzis_kit_text_begins (next, "#define") ||
          flitzis_kit_text_begins (next, "#include"))
        return end;

      for (word = next; is_word (*word) || *word == '$';)
        word++;

      if (word > next && *word == '=')
        return end;

      end = next;
    }
}

static const char *
read_opcode (Text *self, const char *text)
{
  const char      *name_end = text;
  const char      *value, *value_end;
  g_autofree char *name = NULL;
  g_autofree char *expanded = NULL;

  while (is_word (*name_end) || *name_end == '$')
    name_end++;

  if (name_end == text || *name_end != '=')
    {
      g_autofree char *word = NULL;

      /* goes on by at least one byte, even if the word is empty */
      name_end = skip_word (text + 1);
      word = g_strndup (text, (gsize) (name_end - text));
      flitzis_kit_draft_warn (self->draft, self->source, self->line, "“%s” is not understood",
                              word);
      return name_end;
    }

  value = skip_space (name_end + 1);
  value_end = find_end_of_value (value);
  name = expand (self, text, (gsize) (name_end - text));
  expanded = expand (self, value, (gsize) (value_end - value));
  self->funcs->opcode (name, g_strchomp (expanded), self->source, self->line, self->user_data);

  return value_end;
}

/* A longer word that begins like a directive is not one. */
static gboolean
skip_directive (const char **text, const char *directive)
{
  gsize length = strlen (directive);

  if (!flitzis_kit_text_begins (*text, directive) || is_word ((*text)[length]))
    return FALSE;

  *text += length;

  return TRUE;
}

static gboolean
read_line (Text *self, const char *text, GError **error)
{
  for (text = skip_space (text); *text != '\0'; text = skip_space (text))
    {
      if (skip_directive (&text, "#define"))
        text = read_define (self, text);
      else if (skip_directive (&text, "#include"))
        text = read_include (self, text, error);
      else if (*text == '<')
        text = read_header (self, text + 1);
      else
        text = read_opcode (self, text);

      if (text == NULL)
        return FALSE;
    }

  return TRUE;
}

/* Replaces both kinds of comments with blanks. */
static void
blank_comments (char *text)
{
  char *end;

  while ((text = strchr (text, '/')) != NULL)
    {
      if (text[1] == '/')
        {
          end = text + strcspn (text, "\r\n");
        }
      else if (text[1] == '*')
        {
          end = strstr (text + 2, "*/");
          end = end != NULL ? end + 2 : text + strlen (text);
        }
      else
        {
          text++;
          continue;
        }

      for (; text < end; text++)
        if (*text != '\n' && *text != '\r')
          *text = ' ';
    }
}

/* Lines end in CR, LF or both, since kits come from all systems. */
static gboolean
read_text (Text *self, char *text, const char *source, GError **error)
{
  self->source = source;
  self->line = 1;
  self->n_bytes += strlen (text);
  blank_comments (text);

  while (TRUE)
    {
      gsize length = strcspn (text, "\r\n");
      char  end = text[length];

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;

      text[length] = '\0';

      if (!read_line (self, text, error))
        return FALSE;

      if (end == '\0')
        return TRUE;

      text += length + 1;
      text += end == '\r' && *text == '\n';
      self->line++;
    }
}

gboolean
flitzis_sfz_text_read (FlitzisKitDraft       *draft,
                       const char            *text,
                       const FlitzisSfzFuncs *funcs,
                       gpointer               user_data,
                       GCancellable          *cancellable,
                       GError               **error)
{
  Text self = {
    .draft = draft,
    .funcs = funcs,
    .user_data = user_data,
    .cancellable = cancellable,
  };
  g_autofree char *copy = g_strdup (text);
  gboolean         is_read;

  self.variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  is_read = read_text (&self, copy, NULL, error);
  g_hash_table_unref (self.variables);

  return is_read;
}
