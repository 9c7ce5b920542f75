/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-clock.h"

#include "flitzis-clock-private.h"

#include <math.h>

/**
 * FlitzisClock:
 *
 * Converts between beats and frames of [property@Engine:position], and reports each beat.
 *
 * Each engine has one clock, [property@Engine:clock]. It stands still until you call
 * [method@Clock.restart] or set [property@Clock:running]. While it runs, triggers of slots with
 * [property@Slot:quantize] wait for its steps, beats or bars.
 *
 * ```c
 * FlitzisClock *clock = flitzis_engine_get_clock (engine);
 *
 * flitzis_clock_set_tempo (clock, 137.0);
 * flitzis_clock_restart (clock, flitzis_engine_get_position (engine) + 4800);
 * flitzis_engine_play_sample_at_beat (engine, 0, 1.0, 4.0, &error);
 * ```
 *
 * ```python
 * clock = engine.clock
 * clock.tempo = 137
 * clock.restart(engine.position + 4800)
 * engine.play_sample_at_beat(0, 1.0, 4.0)
 * ```
 *
 * ```js
 * const clock = engine.clock;
 * clock.tempo = 137;
 * clock.restart(engine.position + 4800);
 * engine.play_sample_at_beat(0, 1.0, 4.0);
 * ```
 *
 * Beats are counted from 0; beats before beat 0 have negative numbers. The clock calculates in
 * integers, with the tempo in millionths of a beat a minute, so it does not drift. Each beat is on
 * the nearest frame; if two frames are equally near, it is on the later one.
 *
 * A change takes effect with the next block, and the beats go on from where they are then. Any
 * thread may read and set the properties; `notify` and signals are emitted in the engine's owner
 * context.
 */

/**
 * FlitzisClock::beat:
 * @self: the clock
 * @beat: its number
 * @frame: the frame of [property@Engine:position] on which the beat is
 * @time_ns: the time at which you hear the beat, in ns of CLOCK_MONOTONIC, which is 1000 times
 *   [func@GLib.get_monotonic_time]; -1 while that is unknown
 *
 * A beat has been rendered.
 *
 * The signal is emitted once for each beat, in the owner context, within 10 ms after the block that
 * holds the beat. In most cases that is before you hear it. At most 4096 signals of an engine wait
 * to be emitted. After that the oldest are dropped, and [property@Engine:n-dropped] counts them.
 */

/**
 * FlitzisClock::step:
 * @self: the clock
 * @step: its number; step 0 is on beat 0, and a beat has [property@Clock:steps-per-beat] steps
 * @frame: the frame of [property@Engine:position] on which the step is, moved by
 *   [property@Clock:swing]
 * @time_ns: the time at which you hear the step, as for [signal@Clock::beat]
 *
 * A step has been rendered.
 *
 * The signal is emitted in the same way as [signal@Clock::beat]. If the step is on a beat, `beat`
 * is emitted first.
 */

#define MICRO 1000000.0

struct _FlitzisClock
{
  GObject parent_instance;

  /* constant */
  FlitzisControl *control; /* NULL only for an object that no engine made */
};

G_DEFINE_FINAL_TYPE (FlitzisClock, flitzis_clock, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TEMPO,
  PROP_BEATS_PER_BAR,
  PROP_STEPS_PER_BEAT,
  PROP_SWING,
  PROP_RUNNING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  SIGNAL_BEAT,
  SIGNAL_STEP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
flitzis_clock_finalize (GObject *object)
{
  FlitzisClock *self = FLITZIS_CLOCK (object);

  g_clear_pointer (&self->control, flitzis_control_unref);

  G_OBJECT_CLASS (flitzis_clock_parent_class)->finalize (object);
}

static void
flitzis_clock_dispatch_properties_changed (GObject *object, guint n_pspecs, GParamSpec **pspecs)
{
  FlitzisClock *self = FLITZIS_CLOCK (object);

  if (self->control == NULL ||
      !flitzis_notifier_forward (flitzis_control_get_notifier (self->control),
                                 FLITZIS_NOTIFIER_CLOCK, n_pspecs, pspecs))
    G_OBJECT_CLASS (flitzis_clock_parent_class)
        ->dispatch_properties_changed (object, n_pspecs, pspecs);
}

static void
flitzis_clock_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlitzisClock *self = FLITZIS_CLOCK (object);

  switch (prop_id)
    {
    case PROP_TEMPO:
      g_value_set_double (value, flitzis_clock_get_tempo (self));
      break;
    case PROP_BEATS_PER_BAR:
      g_value_set_uint (value, flitzis_clock_get_beats_per_bar (self));
      break;
    case PROP_STEPS_PER_BEAT:
      g_value_set_uint (value, flitzis_clock_get_steps_per_beat (self));
      break;
    case PROP_SWING:
      g_value_set_double (value, flitzis_clock_get_swing (self));
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, flitzis_clock_get_running (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_clock_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  FlitzisClock *self = FLITZIS_CLOCK (object);

  switch (prop_id)
    {
    case PROP_TEMPO:
      flitzis_clock_set_tempo (self, g_value_get_double (value));
      break;
    case PROP_BEATS_PER_BAR:
      flitzis_clock_set_beats_per_bar (self, g_value_get_uint (value));
      break;
    case PROP_STEPS_PER_BEAT:
      flitzis_clock_set_steps_per_beat (self, g_value_get_uint (value));
      break;
    case PROP_SWING:
      flitzis_clock_set_swing (self, g_value_get_double (value));
      break;
    case PROP_RUNNING:
      flitzis_clock_set_running (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_clock_class_init (FlitzisClockClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flitzis_clock_finalize;
  object_class->dispatch_properties_changed = flitzis_clock_dispatch_properties_changed;
  object_class->get_property = flitzis_clock_get_property;
  object_class->set_property = flitzis_clock_set_property;

  /**
   * FlitzisClock:tempo: (getter get_tempo) (setter set_tempo)
   *
   * Beats a minute, 20 to 9999, to the nearest millionth.
   *
   * A new tempo takes effect with the next block. Triggers that wait for a beat or a step move with
   * it. All changes of the clock between two blocks count as one.
   */
  properties[PROP_TEMPO] =
      g_param_spec_double ("tempo", NULL, NULL,
                           20.0, 9999.0, 120.0,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisClock:beats-per-bar: (getter get_beats_per_bar) (setter set_beats_per_bar)
   *
   * Beats in a bar, 1 to 32. Beat 0 is the first of a bar.
   */
  properties[PROP_BEATS_PER_BAR] =
      g_param_spec_uint ("beats-per-bar", NULL, NULL,
                         1, 32, 4,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisClock:steps-per-beat: (getter get_steps_per_beat) (setter set_steps_per_beat)
   *
   * Steps in a beat, 1 to 32. The first step of a beat is on the beat.
   */
  properties[PROP_STEPS_PER_BEAT] =
      g_param_spec_uint ("steps-per-beat", NULL, NULL,
                         1, 32, 4,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisClock:swing: (getter get_swing) (setter set_swing)
   *
   * How much later every other step comes, as a fraction of a step, 0 to 0.5, to the nearest
   * millionth.
   *
   * The steps are counted from beat 0: step 0 stays in its place, step 1 comes later.
   */
  properties[PROP_SWING] =
      g_param_spec_double ("swing", NULL, NULL,
                           0.0, 0.5, 0.0,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisClock:running: (getter get_running) (setter set_running)
   *
   * Whether the clock runs. A clock that you stop goes on later from where it stood.
   *
   * While the clock stands, triggers of slots with [property@Slot:quantize] start with the next
   * block. Triggers that name their beat, or have already found their step, beat or bar, wait until
   * the clock runs again.
   */
  properties[PROP_RUNNING] =
      g_param_spec_boolean ("running", NULL, NULL,
                            FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_BEAT] =
      g_signal_new ("beat", FLITZIS_TYPE_CLOCK, G_SIGNAL_RUN_LAST,
                    0, NULL, NULL, NULL,
                    G_TYPE_NONE, 3, G_TYPE_INT64, G_TYPE_UINT64, G_TYPE_INT64);

  signals[SIGNAL_STEP] =
      g_signal_new ("step", FLITZIS_TYPE_CLOCK, G_SIGNAL_RUN_LAST,
                    0, NULL, NULL, NULL,
                    G_TYPE_NONE, 3, G_TYPE_INT64, G_TYPE_UINT64, G_TYPE_INT64);
}

static void
flitzis_clock_init (FlitzisClock *self)
{
}

FlitzisClock *
flitzis_clock_new (FlitzisControl *control)
{
  FlitzisClock *self = g_object_new (FLITZIS_TYPE_CLOCK, NULL);

  self->control = flitzis_control_ref (control);

  return self;
}

gboolean
flitzis_clock_wants_beats (FlitzisClock *self)
{
  return g_signal_has_handler_pending (self, signals[SIGNAL_BEAT], 0, FALSE);
}

gboolean
flitzis_clock_wants_steps (FlitzisClock *self)
{
  return g_signal_has_handler_pending (self, signals[SIGNAL_STEP], 0, FALSE);
}

void
flitzis_clock_tell_beat (FlitzisClock *self, const FlitzisBeat *beat)
{
  guint signal = signals[beat->is_step ? SIGNAL_STEP : SIGNAL_BEAT];

  g_signal_emit (self, signal, 0, beat->beat, beat->frame, beat->time_ns);
}

static guint64
get_field (FlitzisClock *self, FlitzisBeatsField field, guint64 otherwise)
{
  return self->control != NULL ? flitzis_control_get_beats (self->control, field) : otherwise;
}

static void
set_field (FlitzisClock *self, FlitzisBeatsField field, guint64 value, guint prop_id)
{
  if (self->control != NULL && flitzis_control_set_beats (self->control, field, value))
    g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

/**
 * flitzis_clock_get_tempo: (get-property tempo)
 * @self: a clock
 *
 * Gets how fast the beats come.
 *
 * Returns: beats a minute
 */
double
flitzis_clock_get_tempo (FlitzisClock *self)
{
  g_return_val_if_fail (FLITZIS_IS_CLOCK (self), 120.0);

  return (double) get_field (self, FLITZIS_BEATS_TEMPO, (guint64) (120.0 * MICRO)) / MICRO;
}

/**
 * flitzis_clock_set_tempo: (set-property tempo)
 * @self: a clock
 * @tempo: beats a minute, 20 to 9999
 *
 * Sets how fast the beats come, from the next block on.
 */
void
flitzis_clock_set_tempo (FlitzisClock *self, double tempo)
{
  g_return_if_fail (FLITZIS_IS_CLOCK (self));
  g_return_if_fail (tempo >= 20.0 && tempo <= 9999.0);

  set_field (self, FLITZIS_BEATS_TEMPO, (guint64) llround (tempo * MICRO), PROP_TEMPO);
}

/**
 * flitzis_clock_get_beats_per_bar: (get-property beats-per-bar)
 * @self: a clock
 *
 * Gets how long a bar is.
 *
 * Returns: beats
 */
guint
flitzis_clock_get_beats_per_bar (FlitzisClock *self)
{
  g_return_val_if_fail (FLITZIS_IS_CLOCK (self), 4);

  return (guint) get_field (self, FLITZIS_BEATS_PER_BAR, 4);
}

/**
 * flitzis_clock_set_beats_per_bar: (set-property beats-per-bar)
 * @self: a clock
 * @beats_per_bar: 1 to 32
 *
 * Sets how long a bar is.
 */
void
flitzis_clock_set_beats_per_bar (FlitzisClock *self, guint beats_per_bar)
{
  g_return_if_fail (FLITZIS_IS_CLOCK (self));
  g_return_if_fail (beats_per_bar >= 1 && beats_per_bar <= 32);

  set_field (self, FLITZIS_BEATS_PER_BAR, beats_per_bar, PROP_BEATS_PER_BAR);
}

/**
 * flitzis_clock_get_steps_per_beat: (get-property steps-per-beat)
 * @self: a clock
 *
 * Gets the number of steps in a beat.
 *
 * Returns: steps
 */
guint
flitzis_clock_get_steps_per_beat (FlitzisClock *self)
{
  g_return_val_if_fail (FLITZIS_IS_CLOCK (self), 4);

  return (guint) get_field (self, FLITZIS_BEATS_STEPS, 4);
}

/**
 * flitzis_clock_set_steps_per_beat: (set-property steps-per-beat)
 * @self: a clock
 * @steps_per_beat: 1 to 32
 *
 * Sets the number of steps in a beat.
 */
void
flitzis_clock_set_steps_per_beat (FlitzisClock *self, guint steps_per_beat)
{
  g_return_if_fail (FLITZIS_IS_CLOCK (self));
  g_return_if_fail (steps_per_beat >= 1 && steps_per_beat <= 32);

  set_field (self, FLITZIS_BEATS_STEPS, steps_per_beat, PROP_STEPS_PER_BEAT);
}

/**
 * flitzis_clock_get_swing: (get-property swing)
 * @self: a clock
 *
 * Gets how much later every other step comes.
 *
 * Returns: a fraction of a step
 */
double
flitzis_clock_get_swing (FlitzisClock *self)
{
  g_return_val_if_fail (FLITZIS_IS_CLOCK (self), 0.0);

  return (double) get_field (self, FLITZIS_BEATS_SWING, 0) / MICRO;
}

/**
 * flitzis_clock_set_swing: (set-property swing)
 * @self: a clock
 * @swing: a fraction of a step, 0 to 0.5
 *
 * Sets how much later every other step comes.
 */
void
flitzis_clock_set_swing (FlitzisClock *self, double swing)
{
  g_return_if_fail (FLITZIS_IS_CLOCK (self));
  g_return_if_fail (swing >= 0.0 && swing <= 0.5);

  set_field (self, FLITZIS_BEATS_SWING, (guint32) lround (swing * MICRO), PROP_SWING);
}

/**
 * flitzis_clock_get_running: (get-property running)
 * @self: a clock
 *
 * Gets whether the clock runs.
 *
 * Returns: %TRUE while it runs
 */
gboolean
flitzis_clock_get_running (FlitzisClock *self)
{
  g_return_val_if_fail (FLITZIS_IS_CLOCK (self), FALSE);

  return get_field (self, FLITZIS_BEATS_RUNNING, FALSE) != 0;
}

/**
 * flitzis_clock_set_running: (set-property running)
 * @self: a clock
 * @running: whether the clock runs
 *
 * Stops the clock where it is, or lets it go on from there.
 */
void
flitzis_clock_set_running (FlitzisClock *self, gboolean running)
{
  g_return_if_fail (FLITZIS_IS_CLOCK (self));

  set_field (self, FLITZIS_BEATS_RUNNING, running != FALSE, PROP_RUNNING);
}

/**
 * flitzis_clock_restart:
 * @self: a clock
 * @frame: a frame of [property@Engine:position]
 *
 * Starts the clock with beat 0 on a frame, which may have passed.
 *
 * Triggers that wait on the old grid move to the next point of the new one. Those that name their
 * beat wait for the same beat of the new grid.
 */
void
flitzis_clock_restart (FlitzisClock *self, guint64 frame)
{
  g_return_if_fail (FLITZIS_IS_CLOCK (self));

  if (self->control != NULL && flitzis_control_restart_beats (self->control, frame))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

/**
 * flitzis_clock_beat_to_frame:
 * @self: a clock
 * @beat: a beat, or a place between two beats, from -2^31 to 2^31
 *
 * Converts a beat to a frame, at the present tempo.
 *
 * While the clock stands, this is the frame on which the beat would be if the clock went on now.
 *
 * Returns: the nearest frame of [property@Engine:position], and the later one of two that are
 *   equally near; 0 for a beat before the first frame
 */
guint64
flitzis_clock_beat_to_frame (FlitzisClock *self, double beat)
{
  g_return_val_if_fail (FLITZIS_IS_CLOCK (self), 0);

  return self->control != NULL ? flitzis_control_beat_to_frame (self->control, beat) : 0;
}

/**
 * flitzis_clock_frame_to_beat:
 * @self: a clock
 * @frame: a frame of [property@Engine:position]
 *
 * Converts a frame to a beat, at the present tempo.
 *
 * While the clock stands, the result is the same for each frame.
 *
 * Returns: the number of the beat, plus the fraction of the beat that has passed; negative for a
 *   frame before beat 0
 */
double
flitzis_clock_frame_to_beat (FlitzisClock *self, guint64 frame)
{
  g_return_val_if_fail (FLITZIS_IS_CLOCK (self), 0.0);

  return self->control != NULL ? flitzis_control_frame_to_beat (self->control, frame) : 0.0;
}
