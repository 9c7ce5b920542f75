/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-pad.h"

#include "flitzis-pad-private.h"

/**
 * FlitzisPad:
 *
 * One pad of a [class@Kit]: its name, its key, its settings and its sounds.
 *
 * A pad is a list model of its [class@PadLayer]s, softest first. A pad without any is silent.
 * [method@Kit.apply] puts each pad into a slot.
 *
 * A pad never changes, so any thread may use it.
 */

static void flitzis_pad_list_model_init (GListModelInterface *iface);

/* clang-format off */
G_DEFINE_FINAL_TYPE_WITH_CODE (FlitzisPad, flitzis_pad, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      flitzis_pad_list_model_init))
/* clang-format on */

enum
{
  PROP_0,
  PROP_INDEX,
  PROP_NAME,
  PROP_NOTE,
  PROP_LOW_NOTE,
  PROP_HIGH_NOTE,
  PROP_FILE_FRAMES,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GType
flitzis_pad_get_item_type (GListModel *model)
{
  return FLITZIS_TYPE_PAD_LAYER;
}

static guint
flitzis_pad_get_n_items (GListModel *model)
{
  return FLITZIS_PAD (model)->layers->len;
}

static gpointer
flitzis_pad_get_item (GListModel *model, guint position)
{
  FlitzisPad *self = FLITZIS_PAD (model);

  return position < self->layers->len ? g_object_ref (self->layers->pdata[position]) : NULL;
}

static void
flitzis_pad_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = flitzis_pad_get_item_type;
  iface->get_n_items = flitzis_pad_get_n_items;
  iface->get_item = flitzis_pad_get_item;
}

static void
flitzis_pad_finalize (GObject *object)
{
  FlitzisPad *self = FLITZIS_PAD (object);

  g_free (self->name);
  g_variant_unref (self->settings);
  g_ptr_array_unref (self->layers);

  G_OBJECT_CLASS (flitzis_pad_parent_class)->finalize (object);
}

static void
flitzis_pad_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlitzisPad *self = FLITZIS_PAD (object);

  switch (prop_id)
    {
    case PROP_INDEX:
      g_value_set_uint (value, flitzis_pad_get_index (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, flitzis_pad_get_name (self));
      break;
    case PROP_NOTE:
      g_value_set_int (value, flitzis_pad_get_note (self));
      break;
    case PROP_LOW_NOTE:
      g_value_set_int (value, flitzis_pad_get_low_note (self));
      break;
    case PROP_HIGH_NOTE:
      g_value_set_int (value, flitzis_pad_get_high_note (self));
      break;
    case PROP_FILE_FRAMES:
      g_value_set_boolean (value, flitzis_pad_get_file_frames (self));
      break;
    case PROP_SETTINGS:
      g_value_set_variant (value, flitzis_pad_get_settings (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_pad_class_init (FlitzisPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flitzis_pad_finalize;
  object_class->get_property = flitzis_pad_get_property;

  /**
   * FlitzisPad:index: (getter get_index)
   *
   * The number of the pad, from 0: [method@Kit.apply] adds it to its `first_slot`.
   *
   * A kit lists its pads in the order of the file. Numbers may be missing.
   */
  properties[PROP_INDEX] = g_param_spec_uint ("index", NULL, NULL, 0, G_MAXUINT, 0,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisPad:name: (getter get_name)
   *
   * The name. SFZ has no names, so the file of the first layer gives it.
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisPad:note: (getter get_note)
   *
   * The MIDI key that plays the pad at the `playback-rate` in its settings, 0 to 127; -1 unknown.
   */
  properties[PROP_NOTE] = g_param_spec_int ("note", NULL, NULL, -1, 127, -1,
                                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisPad:low-note: (getter get_low_note)
   *
   * The lowest MIDI key that plays the pad, 0 to 127; -1 unknown.
   *
   * For a key other than [property@Pad:note], set the rate of the trigger to
   * 2^((key - note) / 12).
   */
  properties[PROP_LOW_NOTE] = g_param_spec_int ("low-note", NULL, NULL, -1, 127, -1,
                                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisPad:high-note: (getter get_high_note)
   *
   * The highest MIDI key that plays the pad, 0 to 127; -1 unknown.
   */
  properties[PROP_HIGH_NOTE] = g_param_spec_int ("high-note", NULL, NULL, -1, 127, -1,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisPad:file-frames: (getter get_file_frames)
   *
   * Whether the frames in the settings, such as `start` and `loop-end`, are frames of the file.
   *
   * If %TRUE, [method@Kit.apply] converts them to the engine's rate. If %FALSE, they are frames of
   * the decoded sample, as in a slot.
   */
  properties[PROP_FILE_FRAMES] = g_param_spec_boolean ("file-frames", NULL, NULL, FALSE,
                                                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisPad:settings: (getter get_settings)
   *
   * The settings that the kit states, by the names of the properties of [class@Slot].
   *
   * A dictionary, of type `a{sv}`. Values have the types of the properties, and values of an
   * enumeration are nicks, such as `restart`. Settings that are not in it have their defaults.
   */
  properties[PROP_SETTINGS] = g_param_spec_variant ("settings", NULL, NULL, G_VARIANT_TYPE_VARDICT,
                                                    NULL,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flitzis_pad_init (FlitzisPad *self)
{
  self->note = -1;
  self->low_note = -1;
  self->high_note = -1;
  self->settings = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  self->layers = g_ptr_array_new_with_free_func (g_object_unref);
}

FlitzisPad *
flitzis_pad_new (guint index)
{
  FlitzisPad *self = g_object_new (FLITZIS_TYPE_PAD, NULL);

  self->index = index;

  return self;
}

/**
 * flitzis_pad_get_index: (get-property index)
 * @self: a pad
 *
 * Gets the number of the pad.
 *
 * Returns: the number, from 0
 */
guint
flitzis_pad_get_index (FlitzisPad *self)
{
  g_return_val_if_fail (FLITZIS_IS_PAD (self), 0);

  return self->index;
}

/**
 * flitzis_pad_get_name: (get-property name)
 * @self: a pad
 *
 * Gets the name.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL if the kit has none
 */
const char *
flitzis_pad_get_name (FlitzisPad *self)
{
  g_return_val_if_fail (FLITZIS_IS_PAD (self), NULL);

  return self->name;
}

/**
 * flitzis_pad_get_note: (get-property note)
 * @self: a pad
 *
 * Gets the MIDI key that plays the pad at the rate in its settings.
 *
 * Returns: the key, 0 to 127; -1 unknown
 */
int
flitzis_pad_get_note (FlitzisPad *self)
{
  g_return_val_if_fail (FLITZIS_IS_PAD (self), -1);

  return self->note;
}

/**
 * flitzis_pad_get_low_note: (get-property low-note)
 * @self: a pad
 *
 * Gets the lowest MIDI key that plays the pad.
 *
 * Returns: the key, 0 to 127; -1 unknown
 */
int
flitzis_pad_get_low_note (FlitzisPad *self)
{
  g_return_val_if_fail (FLITZIS_IS_PAD (self), -1);

  return self->low_note;
}

/**
 * flitzis_pad_get_high_note: (get-property high-note)
 * @self: a pad
 *
 * Gets the highest MIDI key that plays the pad.
 *
 * Returns: the key, 0 to 127; -1 unknown
 */
int
flitzis_pad_get_high_note (FlitzisPad *self)
{
  g_return_val_if_fail (FLITZIS_IS_PAD (self), -1);

  return self->high_note;
}

/**
 * flitzis_pad_get_file_frames: (get-property file-frames)
 * @self: a pad
 *
 * Gets whether the frames in the settings are frames of the file.
 *
 * Returns: %FALSE if they are frames of the decoded sample
 */
gboolean
flitzis_pad_get_file_frames (FlitzisPad *self)
{
  g_return_val_if_fail (FLITZIS_IS_PAD (self), FALSE);

  return self->is_file_frames;
}

/**
 * flitzis_pad_get_settings: (get-property settings)
 * @self: a pad
 *
 * Gets the settings that the kit states.
 *
 * Returns: (transfer none): a dictionary of type `a{sv}`
 */
GVariant *
flitzis_pad_get_settings (FlitzisPad *self)
{
  g_return_val_if_fail (FLITZIS_IS_PAD (self), NULL);

  return self->settings;
}
