/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-sink-list-private.h"

#include "flitzis-sink-private.h"

#include <gio/gio.h>
#include <string.h>

/**
 * FlitzisSinkList:
 *
 * The sinks of the sound server, in the order of their names.
 *
 * The list is a [iface@Gio.ListModel] of [class@Sink]. [property@Engine:sinks] is such a list.
 * While the engine is started, the list follows the devices as people plug them in and out. It
 * changes only in the owner context. A sink that stays in the list keeps its object.
 *
 * ```c
 * GListModel *sinks = G_LIST_MODEL (flitzis_engine_get_sinks (engine));
 *
 * for (guint i = 0; i < g_list_model_get_n_items (sinks); i++)
 *   {
 *     g_autoptr (FlitzisSink) sink = g_list_model_get_item (sinks, i);
 *
 *     g_print ("%s\n", flitzis_sink_get_description (sink));
 *   }
 * ```
 *
 * ```python
 * for sink in engine.sinks:
 *     print(sink.description)
 * ```
 *
 * ```js
 * for (let i = 0; i < engine.sinks.get_n_items(); i++)
 *   print(engine.sinks.get_item(i).description);
 * ```
 */

struct _FlitzisSinkList
{
  GObject parent_instance;

  /* the owner context */
  GPtrArray *sinks;
};

static void flitzis_sink_list_list_model_init (GListModelInterface *iface);

/* clang-format off */
G_DEFINE_FINAL_TYPE_WITH_CODE (FlitzisSinkList, flitzis_sink_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      flitzis_sink_list_list_model_init))
/* clang-format on */

static GType
flitzis_sink_list_get_item_type (GListModel *model)
{
  return FLITZIS_TYPE_SINK;
}

static guint
flitzis_sink_list_get_n_items (GListModel *model)
{
  return FLITZIS_SINK_LIST (model)->sinks->len;
}

static gpointer
flitzis_sink_list_get_item (GListModel *model, guint position)
{
  FlitzisSinkList *self = FLITZIS_SINK_LIST (model);

  return position < self->sinks->len ? g_object_ref (self->sinks->pdata[position]) : NULL;
}

static void
flitzis_sink_list_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = flitzis_sink_list_get_item_type;
  iface->get_n_items = flitzis_sink_list_get_n_items;
  iface->get_item = flitzis_sink_list_get_item;
}

static void
flitzis_sink_list_finalize (GObject *object)
{
  g_ptr_array_unref (FLITZIS_SINK_LIST (object)->sinks);

  G_OBJECT_CLASS (flitzis_sink_list_parent_class)->finalize (object);
}

static void
flitzis_sink_list_class_init (FlitzisSinkListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flitzis_sink_list_finalize;
}

static void
flitzis_sink_list_init (FlitzisSinkList *self)
{
  self->sinks = g_ptr_array_new_with_free_func (g_object_unref);
}

FlitzisSinkList *
flitzis_sink_list_new (void)
{
  return g_object_new (FLITZIS_TYPE_SINK_LIST, NULL);
}

static FlitzisSink *
get_sink (FlitzisSinkList *self, guint position)
{
  return position < self->sinks->len ? self->sinks->pdata[position] : NULL;
}

/* Both lists are in the order of the names, so one walk finds the sinks that came and went. */
void
flitzis_sink_list_update (FlitzisSinkList *self, GPtrArray *infos)
{
  guint n_infos = infos != NULL ? infos->len : 0;
  guint position = 0, next = 0;

  while (position < self->sinks->len || next < n_infos)
    {
      FlitzisSink           *sink = get_sink (self, position);
      const FlitzisSinkInfo *info = next < n_infos ? infos->pdata[next] : NULL;
      int                    order = sink == NULL   ? 1
                                     : info == NULL ? -1
                                                    : strcmp (flitzis_sink_get_name (sink),
                                                              info->name);

      if (order < 0)
        {
          g_ptr_array_remove_index (self->sinks, position);
          g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
        }
      else if (order > 0)
        {
          g_ptr_array_insert (self->sinks, (int) position, flitzis_sink_new (info));
          g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
          position++;
          next++;
        }
      else
        {
          flitzis_sink_update (sink, info);
          position++;
          next++;
        }
    }
}
