/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-sink-private.h"

/**
 * FlitzisSink:
 *
 * A sink: a device that the sound server can play to, such as loudspeakers or a headset.
 *
 * [property@Engine:sinks] lists the sinks. Set [property@Engine:target] to the name of a sink to
 * play to it.
 *
 * ```c
 * GListModel *sinks = G_LIST_MODEL (flitzis_engine_get_sinks (engine));
 *
 * for (guint i = 0; i < g_list_model_get_n_items (sinks); i++)
 *   {
 *     g_autoptr (FlitzisSink) sink = g_list_model_get_item (sinks, i);
 *
 *     if (g_str_equal (flitzis_sink_get_description (sink), "Headphones"))
 *       flitzis_engine_set_target (engine, flitzis_sink_get_name (sink));
 *   }
 * ```
 *
 * ```python
 * for sink in engine.sinks:
 *     if sink.description == 'Headphones':
 *         engine.target = sink.name
 * ```
 *
 * ```js
 * for (let i = 0; i < engine.sinks.get_n_items(); i++) {
 *   const sink = engine.sinks.get_item(i);
 *   if (sink.description === 'Headphones')
 *     engine.target = sink.name;
 * }
 * ```
 */

struct _FlitzisSink
{
  GObject parent_instance;

  /* the owner context */
  char    *name;
  char    *description;
  char    *icon_name;
  gboolean is_default;
};

G_DEFINE_FINAL_TYPE (FlitzisSink, flitzis_sink, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_DESCRIPTION,
  PROP_ICON_NAME,
  PROP_IS_DEFAULT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
flitzis_sink_finalize (GObject *object)
{
  FlitzisSink *self = FLITZIS_SINK (object);

  g_free (self->name);
  g_free (self->description);
  g_free (self->icon_name);

  G_OBJECT_CLASS (flitzis_sink_parent_class)->finalize (object);
}

static void
flitzis_sink_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlitzisSink *self = FLITZIS_SINK (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, flitzis_sink_get_name (self));
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, flitzis_sink_get_description (self));
      break;
    case PROP_ICON_NAME:
      g_value_set_string (value, flitzis_sink_get_icon_name (self));
      break;
    case PROP_IS_DEFAULT:
      g_value_set_boolean (value, flitzis_sink_get_is_default (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_sink_class_init (FlitzisSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flitzis_sink_finalize;
  object_class->get_property = flitzis_sink_get_property;

  /**
   * FlitzisSink:name: (getter get_name)
   *
   * The name that the sound server gives the sink; [property@Engine:target] takes it.
   */
  properties[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL,
                           NULL,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSink:description: (getter get_description)
   *
   * The name of the sink that the desktop shows to people.
   */
  properties[PROP_DESCRIPTION] =
      g_param_spec_string ("description", NULL, NULL,
                           NULL,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSink:icon-name: (getter get_icon_name)
   *
   * The name of an icon from the icon theme; `audio-card` if the sound server names none.
   */
  properties[PROP_ICON_NAME] =
      g_param_spec_string ("icon-name", NULL, NULL,
                           NULL,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSink:is-default: (getter get_is_default)
   *
   * Whether programs play to this sink if they do not ask for another.
   */
  properties[PROP_IS_DEFAULT] =
      g_param_spec_boolean ("is-default", NULL, NULL,
                            FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flitzis_sink_init (FlitzisSink *self)
{
}

FlitzisSink *
flitzis_sink_new (const FlitzisSinkInfo *info)
{
  FlitzisSink *self = g_object_new (FLITZIS_TYPE_SINK, NULL);

  self->name = g_strdup (info->name);
  self->description = g_strdup (info->description);
  self->icon_name = g_strdup (info->icon_name);
  self->is_default = info->is_default;

  return self;
}

static void
set_string (FlitzisSink *self, char **field, const char *value, guint property)
{
  if (g_str_equal (*field, value))
    return;

  g_free (*field);
  *field = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
flitzis_sink_update (FlitzisSink *self, const FlitzisSinkInfo *info)
{
  set_string (self, &self->description, info->description, PROP_DESCRIPTION);
  set_string (self, &self->icon_name, info->icon_name, PROP_ICON_NAME);

  if (self->is_default == info->is_default)
    return;

  self->is_default = info->is_default;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_DEFAULT]);
}

/**
 * flitzis_sink_get_name: (get-property name)
 * @self: a sink
 *
 * Gets the name that the sound server gives the sink.
 *
 * Returns: (nullable): the name; %NULL only for a sink that a program has made
 */
const char *
flitzis_sink_get_name (FlitzisSink *self)
{
  g_return_val_if_fail (FLITZIS_IS_SINK (self), NULL);

  return self->name;
}

/**
 * flitzis_sink_get_description: (get-property description)
 * @self: a sink
 *
 * Gets the name of the sink that the desktop shows to people.
 *
 * Returns: (nullable): the description; %NULL only for a sink that a program has made
 */
const char *
flitzis_sink_get_description (FlitzisSink *self)
{
  g_return_val_if_fail (FLITZIS_IS_SINK (self), NULL);

  return self->description;
}

/**
 * flitzis_sink_get_icon_name: (get-property icon-name)
 * @self: a sink
 *
 * Gets the name of an icon for the sink.
 *
 * Returns: (nullable): the name; %NULL only for a sink that a program has made
 */
const char *
flitzis_sink_get_icon_name (FlitzisSink *self)
{
  g_return_val_if_fail (FLITZIS_IS_SINK (self), NULL);

  return self->icon_name;
}

/**
 * flitzis_sink_get_is_default: (get-property is-default)
 * @self: a sink
 *
 * Gets whether programs play to this sink if they do not ask for another.
 *
 * Returns: %TRUE if programs play to it
 */
gboolean
flitzis_sink_get_is_default (FlitzisSink *self)
{
  g_return_val_if_fail (FLITZIS_IS_SINK (self), FALSE);

  return self->is_default;
}
