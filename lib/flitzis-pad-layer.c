/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-pad-layer.h"

#include "flitzis-pad-layer-private.h"

/**
 * FlitzisPadLayer:
 *
 * One sound of a [class@Pad]: a file, and the velocities that play it.
 *
 * A layer never changes, so any thread may use it.
 */

G_DEFINE_FINAL_TYPE (FlitzisPadLayer, flitzis_pad_layer, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_FILE,
  PROP_LOW,
  PROP_HIGH,
  PROP_GAIN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
flitzis_pad_layer_finalize (GObject *object)
{
  g_clear_object (&FLITZIS_PAD_LAYER (object)->file);

  G_OBJECT_CLASS (flitzis_pad_layer_parent_class)->finalize (object);
}

static void
flitzis_pad_layer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlitzisPadLayer *self = FLITZIS_PAD_LAYER (object);

  switch (prop_id)
    {
    case PROP_FILE:
      g_value_set_object (value, flitzis_pad_layer_get_file (self));
      break;
    case PROP_LOW:
      g_value_set_double (value, flitzis_pad_layer_get_low (self));
      break;
    case PROP_HIGH:
      g_value_set_double (value, flitzis_pad_layer_get_high (self));
      break;
    case PROP_GAIN:
      g_value_set_double (value, flitzis_pad_layer_get_gain (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_pad_layer_class_init (FlitzisPadLayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flitzis_pad_layer_finalize;
  object_class->get_property = flitzis_pad_layer_get_property;

  /**
   * FlitzisPadLayer:file: (getter get_file)
   *
   * The audio file. It may be missing.
   */
  properties[PROP_FILE] = g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisPadLayer:low: (getter get_low)
   *
   * The lowest velocity that plays the layer, 0 to 1.
   */
  properties[PROP_LOW] = g_param_spec_double ("low", NULL, NULL, 0.0, 1.0, 0.0,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisPadLayer:high: (getter get_high)
   *
   * The velocity below which the layer plays, 0 to 1; if it is 1, velocity 1 plays the layer, too.
   */
  properties[PROP_HIGH] = g_param_spec_double ("high", NULL, NULL, 0.0, 1.0, 1.0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisPadLayer:gain: (getter get_gain)
   *
   * A factor on this layer alone, linear, 0 to 16.
   *
   * If all layers of a pad have the same gain, the `gain` in [property@Pad:settings] holds it, and
   * this is 1.
   */
  properties[PROP_GAIN] = g_param_spec_double ("gain", NULL, NULL, 0.0, 16.0, 1.0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flitzis_pad_layer_init (FlitzisPadLayer *self)
{
  self->high = 1.0;
  self->gain = 1.0;
}

FlitzisPadLayer *
flitzis_pad_layer_new (GFile *file, double low, double high, double gain)
{
  FlitzisPadLayer *self = g_object_new (FLITZIS_TYPE_PAD_LAYER, NULL);

  self->file = g_object_ref (file);
  self->low = low;
  self->high = high;
  self->gain = gain;

  return self;
}

/**
 * flitzis_pad_layer_get_file: (get-property file)
 * @self: a layer
 *
 * Gets the audio file.
 *
 * Returns: (transfer none) (nullable): the file; %NULL for an object that is of no kit
 */
GFile *
flitzis_pad_layer_get_file (FlitzisPadLayer *self)
{
  g_return_val_if_fail (FLITZIS_IS_PAD_LAYER (self), NULL);

  return self->file;
}

/**
 * flitzis_pad_layer_get_low: (get-property low)
 * @self: a layer
 *
 * Gets the lowest velocity that plays the layer.
 *
 * Returns: the velocity, 0 to 1
 */
double
flitzis_pad_layer_get_low (FlitzisPadLayer *self)
{
  g_return_val_if_fail (FLITZIS_IS_PAD_LAYER (self), 0.0);

  return self->low;
}

/**
 * flitzis_pad_layer_get_high: (get-property high)
 * @self: a layer
 *
 * Gets the velocity below which the layer plays; if it is 1, velocity 1 plays the layer, too.
 *
 * Returns: the velocity, 0 to 1
 */
double
flitzis_pad_layer_get_high (FlitzisPadLayer *self)
{
  g_return_val_if_fail (FLITZIS_IS_PAD_LAYER (self), 1.0);

  return self->high;
}

/**
 * flitzis_pad_layer_get_gain: (get-property gain)
 * @self: a layer
 *
 * Gets the factor on this layer alone.
 *
 * Returns: the gain, linear
 */
double
flitzis_pad_layer_get_gain (FlitzisPadLayer *self)
{
  g_return_val_if_fail (FLITZIS_IS_PAD_LAYER (self), 1.0);

  return self->gain;
}
