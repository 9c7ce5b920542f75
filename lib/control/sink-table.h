/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The sink table: the sinks, and the one that the engine plays to.
 *
 * All calls are under control's mutex. A list of sinks never changes; a new list replaces it.
 */
typedef struct
{
  char    *name; /* for `target` */
  char    *description;
  char    *icon_name;
  gboolean is_default;
  gboolean is_dummy; /* made up by the server, which has no real one */
} FlitzisSinkInfo;

/* Copies the strings. The name replaces an empty description, and the icon of a sound card an empty
 * icon name. */
FlitzisSinkInfo *flitzis_sink_info_new (const char *name,
                                        const char *description,
                                        const char *icon_name,
                                        gboolean    is_default);
void             flitzis_sink_info_free (FlitzisSinkInfo *self);

/* Returns whether one of these sinks can be heard. */
gboolean flitzis_sink_infos_have_sink (GPtrArray *sinks);

typedef struct
{
  GPtrArray *sinks;       /* of FlitzisSinkInfo; NULL: unknown */
  char      *active_sink; /* NULL: none */
  gboolean   has_sink;
} FlitzisSinkTable;

void flitzis_sink_table_clear (FlitzisSinkTable *self);

/* Returns whether the server has reported that there is no sink. */
static inline gboolean
flitzis_sink_table_is_empty (const FlitzisSinkTable *self)
{
  return self->sinks != NULL && !self->has_sink;
}

/* Returns TRUE if `has_sink` has changed. */
gboolean flitzis_sink_table_set_sinks (FlitzisSinkTable *self,
                                       GPtrArray        *sinks);

/* Returns TRUE if the value has changed. */
gboolean flitzis_sink_table_set_active (FlitzisSinkTable *self,
                                        const char       *name);

G_END_DECLS
