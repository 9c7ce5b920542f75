/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/sink-table.h"

/* The name of the sink that sound servers make up if there is no other. */
#define DUMMY_SINK "auto_null"

#define DEFAULT_ICON "audio-card"

FlitzisSinkInfo *
flitzis_sink_info_new (const char *name,
                       const char *description,
                       const char *icon_name,
                       gboolean    is_default)
{
  FlitzisSinkInfo *self = g_new (FlitzisSinkInfo, 1);

  *self = (FlitzisSinkInfo){
    .name = g_strdup (name),
    .description = g_strdup (description != NULL ? description : name),
    .icon_name = g_strdup (icon_name != NULL ? icon_name : DEFAULT_ICON),
    .is_default = is_default,
    .is_dummy = g_str_equal (name, DUMMY_SINK),
  };

  return self;
}

void
flitzis_sink_info_free (FlitzisSinkInfo *self)
{
  g_free (self->name);
  g_free (self->description);
  g_free (self->icon_name);
  g_free (self);
}

gboolean
flitzis_sink_infos_have_sink (GPtrArray *sinks)
{
  for (guint i = 0; sinks != NULL && i < sinks->len; i++)
    {
      FlitzisSinkInfo *info = sinks->pdata[i];

      if (!info->is_dummy)
        return TRUE;
    }

  return FALSE;
}

void
flitzis_sink_table_clear (FlitzisSinkTable *self)
{
  g_clear_pointer (&self->sinks, g_ptr_array_unref);
  g_clear_pointer (&self->active_sink, g_free);
}

gboolean
flitzis_sink_table_set_sinks (FlitzisSinkTable *self, GPtrArray *sinks)
{
  gboolean had_sink = self->has_sink;

  if (sinks != NULL)
    g_ptr_array_ref (sinks);

  g_clear_pointer (&self->sinks, g_ptr_array_unref);
  self->sinks = sinks;
  self->has_sink = flitzis_sink_infos_have_sink (sinks);

  return self->has_sink != had_sink;
}

gboolean
flitzis_sink_table_set_active (FlitzisSinkTable *self, const char *name)
{
  if (g_strcmp0 (self->active_sink, name) == 0)
    return FALSE;

  g_free (self->active_sink);
  self->active_sink = g_strdup (name);

  return TRUE;
}
