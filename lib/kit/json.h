/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * JSON (RFC 8259), with the line of each value. Values nest 32 deep at most: json-glib 1.6, which
 * Debian 12 has, overflows the stack with a file of brackets.
 */

typedef enum
{
  FLITZIS_JSON_NULL,
  FLITZIS_JSON_BOOLEAN,
  FLITZIS_JSON_NUMBER,
  FLITZIS_JSON_STRING,
  FLITZIS_JSON_ARRAY,
  FLITZIS_JSON_OBJECT
} FlitzisJsonType;

typedef struct _FlitzisJson FlitzisJson;

struct _FlitzisJson
{
  FlitzisJsonType type;
  guint           line;
  char           *name;   /* in an object */
  double          number; /* finite; 0 or 1 for a boolean */
  char           *string;
  GPtrArray      *items; /* of an array or an object, in their order */
};

void flitzis_json_free (FlitzisJson *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisJson, flitzis_json_free)

/* `text` is UTF-8. */
FlitzisJson *flitzis_json_parse (const char *text,
                                 GError    **error);

/* Returns the last member of that name; NULL if there is none, or if `self` is no object. */
const FlitzisJson *flitzis_json_get (const FlitzisJson *self,
                                     const char        *name);

/* Append a string in quotes, or the shortest number that is read back as the same value. */
void flitzis_json_append_string (GString    *text,
                                 const char *string);
void flitzis_json_append_number (GString *text,
                                 double   number);

G_END_DECLS
