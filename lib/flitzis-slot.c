/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-slot.h"

#include "flitzis-error.h"
#include "flitzis-slot-private.h"

/**
 * FlitzisSlot:
 *
 * One pad of an engine: its sample, its settings and its state.
 *
 * To load or trigger a slot, call a method of the engine. The engine makes its slots, and they live
 * as long as it does. Get them with [method@Engine.get_slot], or from the engine, which is a list
 * model of its slots.
 *
 * ```c
 * FlitzisSlot *slot = flitzis_engine_get_slot (engine, 3);
 *
 * flitzis_slot_set_gain (slot, 0.5);
 * g_object_bind_property (slot, "loading", spinner, "spinning", G_BINDING_SYNC_CREATE);
 * ```
 *
 * ```python
 * slot = engine[3]
 * slot.gain = 0.5
 * slot.bind_property('loading', spinner, 'spinning', GObject.BindingFlags.SYNC_CREATE)
 * ```
 *
 * ```js
 * const slot = engine.get_slot(3);
 * slot.gain = 0.5;
 * slot.bind_property('loading', spinner, 'spinning', GObject.BindingFlags.SYNC_CREATE);
 * ```
 *
 * Any thread may read and set the properties; `notify` is emitted in the engine's owner context.
 */

G_DEFINE_FINAL_TYPE (FlitzisSlot, flitzis_slot, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_INDEX,
  PROP_SAMPLE,
  PROP_LOADING,
  PROP_LOAD_PROGRESS,
  PROP_PLAYING,
  PROP_LEVEL,
  PROP_N_FRAMES,
  PROP_STREAM_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
flitzis_slot_finalize (GObject *object)
{
  FlitzisSlot *self = FLITZIS_SLOT (object);

  g_clear_pointer (&self->control, flitzis_control_unref);

  G_OBJECT_CLASS (flitzis_slot_parent_class)->finalize (object);
}

static void
flitzis_slot_dispatch_properties_changed (GObject *object, guint n_pspecs, GParamSpec **pspecs)
{
  FlitzisSlot *self = FLITZIS_SLOT (object);

  if (self->control == NULL ||
      !flitzis_notifier_forward (flitzis_control_get_notifier (self->control),
                                 FLITZIS_NOTIFIER_SLOT (self->index), n_pspecs, pspecs))
    G_OBJECT_CLASS (flitzis_slot_parent_class)
        ->dispatch_properties_changed (object, n_pspecs, pspecs);
}

static void
flitzis_slot_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlitzisSlot *self = FLITZIS_SLOT (object);

  switch (prop_id)
    {
    case PROP_INDEX:
      g_value_set_uint (value, flitzis_slot_get_index (self));
      break;
    case PROP_SAMPLE:
      g_value_take_object (value, flitzis_slot_dup_sample (self));
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, flitzis_slot_get_loading (self));
      break;
    case PROP_LOAD_PROGRESS:
      g_value_set_double (value, flitzis_slot_get_load_progress (self));
      break;
    case PROP_PLAYING:
      g_value_set_boolean (value, flitzis_slot_get_playing (self));
      break;
    case PROP_LEVEL:
      g_value_set_double (value, flitzis_slot_get_level (self));
      break;
    case PROP_N_FRAMES:
      g_value_set_int64 (value, flitzis_slot_get_n_frames (self));
      break;
    case PROP_STREAM_ERROR:
      g_value_take_boxed (value, flitzis_slot_dup_stream_error (self));
      break;
    default:
      flitzis_slot_get_setting (self, prop_id - N_PROPS, value);
    }
}

static void
flitzis_slot_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  flitzis_slot_set_setting (FLITZIS_SLOT (object), prop_id - N_PROPS, value);
}

static void
flitzis_slot_class_init (FlitzisSlotClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flitzis_slot_finalize;
  object_class->dispatch_properties_changed = flitzis_slot_dispatch_properties_changed;
  object_class->get_property = flitzis_slot_get_property;
  object_class->set_property = flitzis_slot_set_property;

  /**
   * FlitzisSlot:index: (getter get_index)
   *
   * The number of the slot in its engine, from 0.
   */
  properties[PROP_INDEX] =
      g_param_spec_uint ("index", NULL, NULL,
                         0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSlot:sample: (getter dup_sample)
   *
   * The sample that a trigger plays; %NULL while the slot is empty.
   *
   * In a slot with layers, this is the sample of layer 0.
   */
  properties[PROP_SAMPLE] =
      g_param_spec_object ("sample", NULL, NULL,
                           FLITZIS_TYPE_SAMPLE,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSlot:loading: (getter get_loading)
   *
   * Whether a load of this slot, or of one of its layers, is under way.
   */
  properties[PROP_LOADING] =
      g_param_spec_boolean ("loading", NULL, NULL,
                            FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSlot:load-progress: (getter get_load_progress)
   *
   * How much of the newest load of layer 0 is done, 0 to 1; -1 while its length is unknown.
   *
   * After a load that succeeded, this is 1. Before the first load, after a load that failed, and
   * after [method@Engine.set_sample] or [method@Engine.unload_sample], it is 0.
   */
  properties[PROP_LOAD_PROGRESS] =
      g_param_spec_double ("load-progress", NULL, NULL,
                           -1.0, 1.0, 0.0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSlot:playing: (getter get_playing)
   *
   * Whether voices of this slot sound or wait to start: for the next block, their frame, their beat
   * or the end of another voice.
   */
  properties[PROP_PLAYING] =
      g_param_spec_boolean ("playing", NULL, NULL,
                            FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSlot:level: (getter get_level)
   *
   * The peak of the loudest voice of this slot over the last thirtieth of a second.
   *
   * The value is linear and includes all gains of the voice: 1 is full scale. It is updated at most
   * 30 times a second, and notified only when it changes. While nothing is rendered, it is 0.
   */
  properties[PROP_LEVEL] =
      g_param_spec_double ("level", NULL, NULL,
                           0.0, G_MAXDOUBLE, 0.0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSlot:n-frames: (getter get_n_frames)
   *
   * The length of the sample in frames; -1 without a sample, and while the length is not known.
   *
   * Some files do not state their length. If such a file is streamed ([property@Slot:storage]), its
   * length is known when a voice has come to its end.
   */
  properties[PROP_N_FRAMES] =
      g_param_spec_int64 ("n-frames", NULL, NULL,
                          -1, G_MAXINT64, -1,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSlot:stream-error: (getter dup_stream_error)
   *
   * The error that ended a voice of this slot because its file could not be read any further; %NULL
   * if there was none.
   *
   * The file was truncated, replaced or deleted, or its disk is gone. The next sample of the slot
   * begins without an error.
   */
  properties[PROP_STREAM_ERROR] =
      g_param_spec_boxed ("stream-error", NULL, NULL,
                          G_TYPE_ERROR,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
  flitzis_slot_install_settings (object_class, N_PROPS);
}

static void
flitzis_slot_init (FlitzisSlot *self)
{
}

FlitzisSlot *
flitzis_slot_new (FlitzisControl *control, guint index)
{
  FlitzisSlot *self = g_object_new (FLITZIS_TYPE_SLOT, NULL);

  self->control = flitzis_control_ref (control);
  self->index = index;

  return self;
}

/**
 * flitzis_slot_get_index: (get-property index)
 * @self: a slot
 *
 * Gets the number of the slot in its engine.
 *
 * Returns: the number, from 0
 */
guint
flitzis_slot_get_index (FlitzisSlot *self)
{
  g_return_val_if_fail (FLITZIS_IS_SLOT (self), 0);

  return self->index;
}

/**
 * flitzis_slot_dup_sample: (get-property sample)
 * @self: a slot
 *
 * Gets the sample that a trigger plays.
 *
 * Returns: (transfer full) (nullable): the sample, or %NULL while the slot is empty
 */
FlitzisSample *
flitzis_slot_dup_sample (FlitzisSlot *self)
{
  g_return_val_if_fail (FLITZIS_IS_SLOT (self), NULL);

  return self->control != NULL ? flitzis_control_dup_sample (self->control, self->index) : NULL;
}

/**
 * flitzis_slot_get_loading: (get-property loading)
 * @self: a slot
 *
 * Gets whether a load is under way.
 *
 * Returns: %TRUE while the slot loads
 */
gboolean
flitzis_slot_get_loading (FlitzisSlot *self)
{
  g_return_val_if_fail (FLITZIS_IS_SLOT (self), FALSE);

  return self->control != NULL && flitzis_control_get_loading (self->control, self->index);
}

/**
 * flitzis_slot_get_load_progress: (get-property load-progress)
 * @self: a slot
 *
 * Gets how much of the newest load is done.
 *
 * Returns: 0 to 1; -1 while the length is unknown
 */
double
flitzis_slot_get_load_progress (FlitzisSlot *self)
{
  g_return_val_if_fail (FLITZIS_IS_SLOT (self), 0.0);

  return self->control != NULL ? flitzis_control_get_load_progress (self->control, self->index)
                               : 0.0;
}

/**
 * flitzis_slot_get_playing: (get-property playing)
 * @self: a slot
 *
 * Gets whether voices of this slot sound or wait to start.
 *
 * Returns: %TRUE while they do
 */
gboolean
flitzis_slot_get_playing (FlitzisSlot *self)
{
  g_return_val_if_fail (FLITZIS_IS_SLOT (self), FALSE);

  return self->control != NULL && flitzis_control_get_playing (self->control, self->index);
}

/**
 * flitzis_slot_get_level: (get-property level)
 * @self: a slot
 *
 * Gets the peak of the loudest voice over the last thirtieth of a second.
 *
 * Returns: the level, linear
 */
double
flitzis_slot_get_level (FlitzisSlot *self)
{
  g_return_val_if_fail (FLITZIS_IS_SLOT (self), 0.0);

  return self->control != NULL ? flitzis_control_get_level (self->control, self->index) : 0.0;
}

/**
 * flitzis_slot_get_n_frames: (get-property n-frames)
 * @self: a slot
 *
 * Gets the length of the sample.
 *
 * Returns: the number of frames; -1 without a sample, and while it is not known
 */
gint64
flitzis_slot_get_n_frames (FlitzisSlot *self)
{
  g_return_val_if_fail (FLITZIS_IS_SLOT (self), -1);

  return self->control != NULL ? flitzis_control_get_n_frames (self->control, self->index) : -1;
}

/**
 * flitzis_slot_dup_stream_error: (get-property stream-error)
 * @self: a slot
 *
 * Gets the error that ended a voice of this slot because its file could not be read any further.
 *
 * Returns: (transfer full) (nullable): the error
 */
GError *
flitzis_slot_dup_stream_error (FlitzisSlot *self)
{
  g_return_val_if_fail (FLITZIS_IS_SLOT (self), NULL);

  return self->control != NULL ? flitzis_control_dup_stream_error (self->control, self->index)
                               : NULL;
}

/**
 * flitzis_slot_tween:
 * @self: a slot
 * @parameter: the setting to move
 * @value: its value at the end: 0 to 16 for the gain, -1 to 1 for the pan, 0.25 to 4 for the rate
 * @tween: when and how to move
 * @error: return location for an error
 *
 * Moves a setting of the slot to a new value over time, as [method@Engine.tween_slot] does.
 *
 * Fails as that method does.
 *
 * Returns: %TRUE if the tween waits or moves
 */
gboolean
flitzis_slot_tween (FlitzisSlot        *self,
                    FlitzisParameter    parameter,
                    double              value,
                    const FlitzisTween *tween,
                    GError            **error)
{
  g_return_val_if_fail (FLITZIS_IS_SLOT (self), FALSE);
  g_return_val_if_fail (tween != NULL, FALSE);

  if (self->control != NULL)
    return flitzis_control_tween_slot (self->control, self->index, parameter, value, tween, error);

  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_SLOT,
                       "This slot belongs to no engine");

  return FALSE;
}
