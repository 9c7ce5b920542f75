/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The sink table: which sinks there are, and which of them is played to.
 *
 * All under control's mutex. A list of sinks never changes; another one replaces it.
 */
typedef struct
{
  char    *name; /* for `target` */
  char    *description;
  char    *icon_name;
  gboolean is_default;
  gboolean is_dummy; /* made up by the server, since there is none */
} FlitzisSinkInfo;

/* Copies the strings; an empty description is the name, an empty icon name that of a sound card. */
FlitzisSinkInfo *flitzis_sink_info_new (const char *name,
                                        const char *description,
                                        const char *icon_name,
                                        gboolean    is_default);
void             flitzis_sink_info_free (FlitzisSinkInfo *self);

/* Whether one of these can be heard. */
gboolean flitzis_sink_infos_have_sink (GPtrArray *sinks);

typedef struct
{
  GPtrArray *sinks;       /* of FlitzisSinkInfo; NULL: unknown */
  char      *active_sink; /* NULL: none */
  gboolean   has_sink;
} FlitzisSinkTable;

void flitzis_sink_table_clear (FlitzisSinkTable *self);

/* Whether the server has said that there is none. */
static inline gboolean
flitzis_sink_table_is_empty (const FlitzisSinkTable *self)
{
  return self->sinks != NULL && !self->has_sink;
}

/* TRUE if `has_sink` has changed. */
gboolean flitzis_sink_table_set_sinks (FlitzisSinkTable *self,
                                       GPtrArray        *sinks);

/* TRUE if the value has changed. */
gboolean flitzis_sink_table_set_active (FlitzisSinkTable *self,
                                        const char       *name);

G_END_DECLS
