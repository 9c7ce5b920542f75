/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "output/pipewire-sinks.h"

#include <pipewire/extensions/metadata.h>
#include <spa/utils/json.h>

struct _FlitzisPipewireSinks
{
  struct pw_registry *registry;
  struct spa_hook     registry_listener;
  void (*changed) (gpointer data);
  gpointer data;

  GHashTable *sinks; /* id -> Sink */
  GHashTable *links; /* id -> Link */

  gboolean         is_following_default;
  guint32          metadata_id; /* SPA_ID_INVALID: there is none */
  struct pw_proxy *metadata;    /* NULL while not following */
  struct spa_hook  metadata_listener;
  char            *default_name;
};

typedef struct
{
  FlitzisPipewireSinks *owner;
  char                 *name;
  char                 *description;
  char                 *icon_name;
  struct pw_proxy      *node;
  struct spa_hook       node_listener;
} Sink;

typedef struct
{
  guint32 output_node, input_node;
} Link;

static void
free_sink (gpointer data)
{
  Sink *sink = data;

  if (sink->node != NULL)
    {
      spa_hook_remove (&sink->node_listener);
      pw_proxy_destroy (sink->node);
    }

  g_free (sink->name);
  g_free (sink->description);
  g_free (sink->icon_name);
  g_free (sink);
}

/* The registry does not have the icon, but the node does. */
static void
node_info_cb (void *data, const struct pw_node_info *info)
{
  Sink       *sink = data;
  const char *icon_name = NULL;

  if (info->props != NULL)
    icon_name = spa_dict_lookup (info->props, PW_KEY_DEVICE_ICON_NAME);

  if (icon_name == NULL || g_strcmp0 (icon_name, sink->icon_name) == 0)
    return;

  g_free (sink->icon_name);
  sink->icon_name = g_strdup (icon_name);
  sink->owner->changed (sink->owner->data);
}

static const struct pw_node_events node_events = {
  PW_VERSION_NODE_EVENTS,
  .info = node_info_cb,
};

static void
add_node (FlitzisPipewireSinks *self, guint32 id, const struct spa_dict *props)
{
  const char *media_class = spa_dict_lookup (props, PW_KEY_MEDIA_CLASS);
  const char *name = spa_dict_lookup (props, PW_KEY_NODE_NAME);
  Sink       *sink;

  if (name == NULL || (g_strcmp0 (media_class, "Audio/Sink") != 0 &&
                       g_strcmp0 (media_class, "Audio/Duplex") != 0))
    return;

  sink = g_new0 (Sink, 1);
  sink->owner = self;
  sink->name = g_strdup (name);
  sink->description = g_strdup (spa_dict_lookup (props, PW_KEY_NODE_DESCRIPTION));
  sink->node = pw_registry_bind (self->registry, id, PW_TYPE_INTERFACE_Node, PW_VERSION_NODE, 0);

  if (sink->node != NULL)
    pw_node_add_listener ((struct pw_node *) sink->node, &sink->node_listener, &node_events, sink);

  g_hash_table_replace (self->sinks, GUINT_TO_POINTER (id), sink);
  self->changed (self->data);
}

static void
add_link (FlitzisPipewireSinks *self, guint32 id, const struct spa_dict *props)
{
  const char *output_node = spa_dict_lookup (props, PW_KEY_LINK_OUTPUT_NODE);
  const char *input_node = spa_dict_lookup (props, PW_KEY_LINK_INPUT_NODE);
  Link       *link;

  if (output_node == NULL || input_node == NULL)
    return;

  link = g_new (Link, 1);
  link->output_node = (guint32) g_ascii_strtoull (output_node, NULL, 10);
  link->input_node = (guint32) g_ascii_strtoull (input_node, NULL, 10);
  g_hash_table_replace (self->links, GUINT_TO_POINTER (id), link);
  self->changed (self->data);
}

/* Reads the name from {"name": "..."}; returns NULL for anything else. */
static char *
parse_name (const char *value)
{
  struct spa_json json[2];
  char            key[64], name[1024];

  spa_json_init (&json[0], value, strlen (value));

  if (spa_json_enter_object (&json[0], &json[1]) <= 0)
    return NULL;

  while (spa_json_get_string (&json[1], key, sizeof key) > 0)
    {
      if (g_str_equal (key, "name"))
        return spa_json_get_string (&json[1], name, sizeof name) > 0 ? g_strdup (name) : NULL;

      if (spa_json_next (&json[1], &value) <= 0)
        break;
    }

  return NULL;
}

static int
metadata_property_cb (void       *data,
                      uint32_t    subject,
                      const char *key,
                      const char *type,
                      const char *value)
{
  FlitzisPipewireSinks *self = data;

  /* without a key, all of the subject's keys are gone */
  if (subject != PW_ID_CORE || (key != NULL && strcmp (key, "default.audio.sink") != 0))
    return 0;

  g_free (self->default_name);
  self->default_name = key != NULL && value != NULL ? parse_name (value) : NULL;
  self->changed (self->data);

  return 0;
}

static const struct pw_metadata_events metadata_events = {
  PW_VERSION_METADATA_EVENTS,
  .property = metadata_property_cb,
};

static void
remove_metadata (FlitzisPipewireSinks *self)
{
  if (self->metadata != NULL)
    spa_hook_remove (&self->metadata_listener);

  g_clear_pointer (&self->metadata, pw_proxy_destroy);
  g_clear_pointer (&self->default_name, g_free);
  self->metadata_id = SPA_ID_INVALID;
}

static void
bind_metadata (FlitzisPipewireSinks *self)
{
  self->metadata = pw_registry_bind (self->registry, self->metadata_id, PW_TYPE_INTERFACE_Metadata,
                                     PW_VERSION_METADATA, 0);

  if (self->metadata != NULL)
    pw_metadata_add_listener ((struct pw_metadata *) self->metadata, &self->metadata_listener,
                              &metadata_events, self);
}

static void
add_metadata (FlitzisPipewireSinks *self, guint32 id, const struct spa_dict *props)
{
  if (g_strcmp0 (spa_dict_lookup (props, PW_KEY_METADATA_NAME), "default") != 0)
    return;

  remove_metadata (self);
  self->metadata_id = id;

  if (self->is_following_default)
    bind_metadata (self);
}

static void
global_cb (void                  *data,
           uint32_t               id,
           uint32_t               permissions,
           const char            *type,
           uint32_t               version,
           const struct spa_dict *props)
{
  FlitzisPipewireSinks *self = data;

  if (props == NULL)
    return;

  if (g_str_equal (type, PW_TYPE_INTERFACE_Node))
    add_node (self, id, props);
  else if (g_str_equal (type, PW_TYPE_INTERFACE_Link))
    add_link (self, id, props);
  else if (g_str_equal (type, PW_TYPE_INTERFACE_Metadata))
    add_metadata (self, id, props);
}

static void
global_remove_cb (void *data, uint32_t id)
{
  FlitzisPipewireSinks *self = data;

  if (id == self->metadata_id)
    remove_metadata (self);
  else if (!g_hash_table_remove (self->sinks, GUINT_TO_POINTER (id)) &&
           !g_hash_table_remove (self->links, GUINT_TO_POINTER (id)))
    return;

  self->changed (self->data);
}

static const struct pw_registry_events registry_events = {
  PW_VERSION_REGISTRY_EVENTS,
  .global = global_cb,
  .global_remove = global_remove_cb,
};

FlitzisPipewireSinks *
flitzis_pipewire_sinks_new (struct pw_core *core, void (*changed) (gpointer data), gpointer data)
{
  FlitzisPipewireSinks *self = g_new0 (FlitzisPipewireSinks, 1);

  self->changed = changed;
  self->data = data;
  self->metadata_id = SPA_ID_INVALID;
  self->sinks = g_hash_table_new_full (NULL, NULL, NULL, free_sink);
  self->links = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->registry = pw_core_get_registry (core, PW_VERSION_REGISTRY, 0);

  if (self->registry != NULL)
    pw_registry_add_listener (self->registry, &self->registry_listener, &registry_events, self);

  return self;
}

void
flitzis_pipewire_sinks_free (FlitzisPipewireSinks *self)
{
  remove_metadata (self);
  g_hash_table_unref (self->sinks);
  g_hash_table_unref (self->links);

  if (self->registry != NULL)
    {
      spa_hook_remove (&self->registry_listener);
      pw_proxy_destroy ((struct pw_proxy *) self->registry);
    }

  g_free (self);
}

void
flitzis_pipewire_sinks_follow_default (FlitzisPipewireSinks *self)
{
  if (self->is_following_default)
    return;

  self->is_following_default = TRUE;

  if (self->metadata_id != SPA_ID_INVALID)
    bind_metadata (self);
}

GPtrArray *
flitzis_pipewire_sinks_list (FlitzisPipewireSinks *self)
{
  GPtrArray     *list = g_ptr_array_new_with_free_func ((GDestroyNotify) flitzis_sink_info_free);
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->sinks);

  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Sink *sink = value;

      g_ptr_array_add (list, flitzis_sink_info_new (sink->name, sink->description, sink->icon_name,
                                                    g_strcmp0 (sink->name,
                                                               self->default_name) == 0));
    }

  return list;
}

const char *
flitzis_pipewire_sinks_find_active (FlitzisPipewireSinks *self, guint32 node_id)
{
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->links);

  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Link *link = value;
      Sink *sink = g_hash_table_lookup (self->sinks, GUINT_TO_POINTER (link->input_node));

      if (link->output_node == node_id && sink != NULL)
        return sink->name;
    }

  return NULL;
}
