/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-loudness-private.h"

#include <math.h>

/**
 * FlitzisLoudness:
 *
 * The loudness of a sample: the result of [method@Sample.measure_loudness].
 *
 * ```c
 * g_autoptr (GBytes) bytes = g_bytes_new (frames, n_frames * 2 * sizeof (float));
 * g_autoptr (FlitzisSample) sample = flitzis_sample_new (bytes, 2, 48000, &error);
 * g_autoptr (FlitzisLoudness) loudness = flitzis_sample_measure_loudness (sample, NULL, &error);
 *
 * if (loudness != NULL && flitzis_loudness_get_integrated (loudness) > -14.0)
 *   flitzis_slot_set_gain (flitzis_engine_get_slot (engine, 3), 0.5);
 * ```
 *
 * ```python
 * loudness = engine[3].sample.measure_loudness()
 * if loudness.integrated > -14:
 *     engine[3].gain = 0.5
 * ```
 *
 * ```js
 * const loudness = engine.get_slot(3).sample.measure_loudness(null);
 * if (loudness.integrated > -14)
 *   engine.get_slot(3).gain = 0.5;
 * ```
 *
 * A loudness never changes, so any thread may use it. If you construct one yourself, it is that of
 * silence.
 */

struct _FlitzisLoudness
{
  GObject parent_instance;

  /* constant */
  FlitzisMeterResult result;
};

G_DEFINE_FINAL_TYPE (FlitzisLoudness, flitzis_loudness, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_INTEGRATED,
  PROP_RANGE,
  PROP_TRUE_PEAK,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
flitzis_loudness_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlitzisLoudness *self = FLITZIS_LOUDNESS (object);

  switch (prop_id)
    {
    case PROP_INTEGRATED:
      g_value_set_double (value, flitzis_loudness_get_integrated (self));
      break;
    case PROP_RANGE:
      g_value_set_double (value, flitzis_loudness_get_range (self));
      break;
    case PROP_TRUE_PEAK:
      g_value_set_double (value, flitzis_loudness_get_true_peak (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_loudness_class_init (FlitzisLoudnessClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = flitzis_loudness_get_property;

  /**
   * FlitzisLoudness:integrated: (getter get_integrated)
   *
   * The integrated loudness in LUFS (ITU-R BS.1770-4, EBU R 128).
   *
   * A mono sample is measured as it sounds, on both sides. A sample shorter than 400 ms, one block
   * of the standard, is measured as if silence followed up to 400 ms; this gives its highest
   * momentary loudness, by which EBU R 128 s1 judges short sounds. Blocks below -70 LUFS are
   * ignored. If all blocks are, as in silence, the loudness is minus infinity.
   */
  properties[PROP_INTEGRATED] =
      g_param_spec_double ("integrated", NULL, NULL,
                           -INFINITY, INFINITY, -INFINITY,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisLoudness:range: (getter get_range)
   *
   * The loudness range in LU (EBU Tech 3342): the difference between loud and quiet parts.
   *
   * 0 if the sample is silent or shorter than 3 s.
   */
  properties[PROP_RANGE] =
      g_param_spec_double ("range", NULL, NULL,
                           0.0, INFINITY, 0.0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisLoudness:true-peak: (getter get_true_peak)
   *
   * The highest true peak of all channels in dBTP (ITU-R BS.1770-4, annex 2).
   *
   * This includes peaks between the frames: the sample is upsampled by 4, by 2 from 96000 Hz on,
   * and not at all from 192000 Hz on. Minus infinity for silence.
   */
  properties[PROP_TRUE_PEAK] =
      g_param_spec_double ("true-peak", NULL, NULL,
                           -INFINITY, INFINITY, -INFINITY,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flitzis_loudness_init (FlitzisLoudness *self)
{
  self->result = (FlitzisMeterResult){ .integrated = -INFINITY, .true_peak = -INFINITY };
}

FlitzisLoudness *
flitzis_loudness_new (const FlitzisMeterResult *result)
{
  FlitzisLoudness *self = g_object_new (FLITZIS_TYPE_LOUDNESS, NULL);

  self->result = *result;

  return self;
}

/**
 * flitzis_loudness_get_integrated: (get-property integrated)
 * @self: a loudness
 *
 * Gets the integrated loudness.
 *
 * Returns: the loudness in LUFS; minus infinity for silence
 */
double
flitzis_loudness_get_integrated (FlitzisLoudness *self)
{
  g_return_val_if_fail (FLITZIS_IS_LOUDNESS (self), -INFINITY);

  return self->result.integrated;
}

/**
 * flitzis_loudness_get_range: (get-property range)
 * @self: a loudness
 *
 * Gets the loudness range: the difference between loud and quiet parts.
 *
 * Returns: the loudness range in LU
 */
double
flitzis_loudness_get_range (FlitzisLoudness *self)
{
  g_return_val_if_fail (FLITZIS_IS_LOUDNESS (self), 0.0);

  return self->result.range;
}

/**
 * flitzis_loudness_get_true_peak: (get-property true-peak)
 * @self: a loudness
 *
 * Gets the highest true peak of all channels.
 *
 * Returns: the peak in dBTP; minus infinity for silence
 */
double
flitzis_loudness_get_true_peak (FlitzisLoudness *self)
{
  g_return_val_if_fail (FLITZIS_IS_LOUDNESS (self), -INFINITY);

  return self->result.true_peak;
}
