/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-slot-private.h"
#include "rt/atomics.h"

/*
 * The settings of a slot. A table has the place of each setting among the atomics that the mixer
 * reads, and the setting's pspec has the range of its values.
 */

#define MAX_SECONDS 60.0
#define MAX_RANDOM_GAIN 24.0   /* dB */
#define MAX_RANDOM_RATE 1200.0 /* cents */
#define MIN_LOUDNESS -70.0     /* LUFS: BS.1770 ignores all sound below it */
#define MAX_PEAK 24.0          /* dBTP */

enum
{
  SETTING_GAIN,
  SETTING_PAN,
  SETTING_MUTE,
  SETTING_START,
  SETTING_END,
  SETTING_REVERSE,
  SETTING_PLAYBACK_RATE,
  SETTING_INTERPOLATION,
  SETTING_LOOP,
  SETTING_LOOP_START,
  SETTING_LOOP_END,
  SETTING_LOOPS,
  SETTING_LOOP_CROSSFADE,
  SETTING_LOOP_FROM_FILE,
  SETTING_STORAGE,
  SETTING_ATTACK,
  SETTING_RELEASE,
  SETTING_CHOKE_GROUP,
  SETTING_CHOKE_RELEASE,
  SETTING_RETRIGGER,
  SETTING_PRIORITY,
  SETTING_QUANTIZE,
  SETTING_VARIATION,
  SETTING_RANDOM_GAIN,
  SETTING_RANDOM_RATE,
  SETTING_RANDOM_START,
  SETTING_TARGET_LOUDNESS,
  SETTING_TARGET_PEAK,
  N_SETTINGS
};

static GParamSpec *settings[N_SETTINGS];

/* clang-format off */
static const gsize offsets[N_SETTINGS] = {
  [SETTING_GAIN] = offsetof (FlitzisSlotSettings, gain),
  [SETTING_PAN] = offsetof (FlitzisSlotSettings, pan),
  [SETTING_MUTE] = offsetof (FlitzisSlotSettings, is_muted),
  [SETTING_START] = offsetof (FlitzisSlotSettings, start),
  [SETTING_END] = offsetof (FlitzisSlotSettings, end),
  [SETTING_REVERSE] = offsetof (FlitzisSlotSettings, is_reverse),
  [SETTING_PLAYBACK_RATE] = offsetof (FlitzisSlotSettings, rate),
  [SETTING_INTERPOLATION] = offsetof (FlitzisSlotSettings, interpolation),
  [SETTING_LOOP] = offsetof (FlitzisSlotSettings, is_looping),
  [SETTING_LOOP_START] = offsetof (FlitzisSlotSettings, loop_start),
  [SETTING_LOOP_END] = offsetof (FlitzisSlotSettings, loop_end),
  [SETTING_LOOPS] = offsetof (FlitzisSlotSettings, n_loops),
  [SETTING_LOOP_CROSSFADE] = offsetof (FlitzisSlotSettings, loop_crossfade),
  [SETTING_LOOP_FROM_FILE] = offsetof (FlitzisSlotSettings, is_loop_from_file),
  [SETTING_STORAGE] = offsetof (FlitzisSlotSettings, storage),
  [SETTING_ATTACK] = offsetof (FlitzisSlotSettings, attack),
  [SETTING_RELEASE] = offsetof (FlitzisSlotSettings, release),
  [SETTING_CHOKE_GROUP] = offsetof (FlitzisSlotSettings, choke_group),
  [SETTING_CHOKE_RELEASE] = offsetof (FlitzisSlotSettings, choke_release),
  [SETTING_RETRIGGER] = offsetof (FlitzisSlotSettings, retrigger),
  [SETTING_PRIORITY] = offsetof (FlitzisSlotSettings, priority),
  [SETTING_QUANTIZE] = offsetof (FlitzisSlotSettings, grid),
  [SETTING_VARIATION] = offsetof (FlitzisSlotSettings, variation),
  [SETTING_RANDOM_GAIN] = offsetof (FlitzisSlotSettings, random_gain),
  [SETTING_RANDOM_RATE] = offsetof (FlitzisSlotSettings, random_rate),
  [SETTING_RANDOM_START] = offsetof (FlitzisSlotSettings, random_start),
  [SETTING_TARGET_LOUDNESS] = offsetof (FlitzisSlotSettings, target_loudness),
  [SETTING_TARGET_PEAK] = offsetof (FlitzisSlotSettings, target_peak),
};
/* clang-format on */

static gpointer
get_field (FlitzisSlot *self, guint setting)
{
  FlitzisSlotSettings *of_slot = &flitzis_control_get_settings (self->control)->slots[self->index];

  return (guint8 *) of_slot + offsets[setting];
}

/*
 * `read_TYPE` returns the value, or the default if no engine made the slot. `write_TYPE` ignores
 * values that are out of range, and notifies only a real change.
 */
#define DEFINE_ACCESS(type, name, SPEC, is_valid)                                           \
  static type                                                                               \
      read_##name (FlitzisSlot *self, guint setting)                                        \
  {                                                                                         \
    g_return_val_if_fail (FLITZIS_IS_SLOT (self), SPEC (settings[setting])->default_value); \
                                                                                            \
    if (self->control == NULL)                                                              \
      return SPEC (settings[setting])->default_value;                                       \
                                                                                            \
    return flitzis_get (*(_Atomic type *) get_field (self, setting));                       \
  }                                                                                         \
                                                                                            \
  static void                                                                               \
      write_##name (FlitzisSlot *self, guint setting, type value)                           \
  {                                                                                         \
    g_return_if_fail (FLITZIS_IS_SLOT (self));                                              \
    g_return_if_fail (is_valid (SPEC (settings[setting]), value));                          \
                                                                                            \
    if (self->control == NULL ||                                                            \
        flitzis_exchange (*(_Atomic type *) get_field (self, setting), value) == value)     \
      return;                                                                               \
                                                                                            \
    flitzis_settings_tell (flitzis_control_get_settings (self->control));                   \
    g_object_notify_by_pspec (G_OBJECT (self), settings[setting]);                          \
  }

#define IS_IN_RANGE(spec, value) ((value) >= (spec)->minimum && (value) <= (spec)->maximum)
#define IS_ANY(spec, value) TRUE
#define IS_MEMBER(spec, value) (g_enum_get_value ((spec)->enum_class, (int) (value)) != NULL)

DEFINE_ACCESS (double, double, G_PARAM_SPEC_DOUBLE, IS_IN_RANGE)
DEFINE_ACCESS (uint64_t, uint64, G_PARAM_SPEC_UINT64, IS_ANY)
DEFINE_ACCESS (uint32_t, uint, G_PARAM_SPEC_UINT, IS_ANY)
DEFINE_ACCESS (int32_t, int, G_PARAM_SPEC_INT, IS_ANY)
DEFINE_ACCESS (bool, boolean, G_PARAM_SPEC_BOOLEAN, IS_ANY)
DEFINE_ACCESS (uint32_t, enum, G_PARAM_SPEC_ENUM, IS_MEMBER)

/* Returns the place of a setting that tweens may move, or NULL. */
static FlitzisMoved *
get_moved (FlitzisSlot *self, guint setting)
{
  FlitzisMoved *moved = flitzis_control_get_settings (self->control)->slots[self->index].moved;

  switch (setting)
    {
    case SETTING_GAIN:
      return &moved[FLITZIS_MIXER_PARAMETER_GAIN];
    case SETTING_PAN:
      return &moved[FLITZIS_MIXER_PARAMETER_PAN];
    case SETTING_PLAYBACK_RATE:
      return &moved[FLITZIS_MIXER_PARAMETER_RATE];
    default:
      return NULL;
    }
}

static double
read_number (FlitzisSlot *self, guint setting)
{
  if (!FLITZIS_IS_SLOT (self) || self->control == NULL || get_moved (self, setting) == NULL)
    return read_double (self, setting);

  return flitzis_settings_get_moved (get_field (self, setting), get_moved (self, setting));
}

static void
write_number (FlitzisSlot *self, guint setting, double value)
{
  if (!FLITZIS_IS_SLOT (self) || self->control == NULL || get_moved (self, setting) == NULL)
    {
      write_double (self, setting, value);
      return;
    }

  g_return_if_fail (IS_IN_RANGE (G_PARAM_SPEC_DOUBLE (settings[setting]), value));

  if (flitzis_settings_set_moved (flitzis_control_get_settings (self->control),
                                  get_field (self, setting), get_moved (self, setting), value))
    g_object_notify_by_pspec (G_OBJECT (self), settings[setting]);
}

/* The mixer does not read the target itself, but factors that control computes from it. */
static void
write_target (FlitzisSlot *self, guint setting, double target)
{
  write_double (self, setting, target);

  if (FLITZIS_IS_SLOT (self) && self->control != NULL)
    flitzis_control_update_targets (self->control, self->index);
}

void
flitzis_slot_get_setting (FlitzisSlot *self, guint setting, GValue *value)
{
  GType type = G_PARAM_SPEC_VALUE_TYPE (settings[setting]);

  if (type == G_TYPE_DOUBLE)
    g_value_set_double (value, read_number (self, setting));
  else if (type == G_TYPE_UINT64)
    g_value_set_uint64 (value, read_uint64 (self, setting));
  else if (type == G_TYPE_UINT)
    g_value_set_uint (value, read_uint (self, setting));
  else if (type == G_TYPE_INT)
    g_value_set_int (value, read_int (self, setting));
  else if (type == G_TYPE_BOOLEAN)
    g_value_set_boolean (value, read_boolean (self, setting));
  else
    g_value_set_enum (value, (int) read_enum (self, setting));
}

void
flitzis_slot_set_setting (FlitzisSlot *self, guint setting, const GValue *value)
{
  GType type = G_PARAM_SPEC_VALUE_TYPE (settings[setting]);

  if (setting == SETTING_TARGET_LOUDNESS || setting == SETTING_TARGET_PEAK)
    write_target (self, setting, g_value_get_double (value));
  else if (type == G_TYPE_DOUBLE)
    write_number (self, setting, g_value_get_double (value));
  else if (type == G_TYPE_UINT64)
    write_uint64 (self, setting, g_value_get_uint64 (value));
  else if (type == G_TYPE_UINT)
    write_uint (self, setting, g_value_get_uint (value));
  else if (type == G_TYPE_INT)
    write_int (self, setting, g_value_get_int (value));
  else if (type == G_TYPE_BOOLEAN)
    write_boolean (self, setting, g_value_get_boolean (value));
  else
    write_enum (self, setting, (guint) g_value_get_enum (value));
}

void
flitzis_slot_install_settings (GObjectClass *klass, guint first)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * FlitzisSlot:gain: (getter get_gain) (setter set_gain)
   *
   * The factor on all voices of this slot, linear, 0 to 16.
   *
   * Voices that sound move to a new value within 5 ms, from the next block on.
   */
  settings[SETTING_GAIN] =
      g_param_spec_double ("gain", NULL, NULL, 0.0, 16.0, 1.0, flags);

  /**
   * FlitzisSlot:pan: (getter get_pan) (setter set_pan)
   *
   * The place of all voices of this slot, from -1 (left) to 1 (right).
   *
   * The pan has constant power, and both sides have gain 1 at the centre. The left gain is sqrt (2)
   * cos (p) and the right gain is sqrt (2) sin (p), with p from 0 to pi / 2 as the pan goes from -1
   * to 1 (Roads, The Computer Music Tutorial, chapter 10). A mono sample goes to both sides with
   * these gains. A stereo sample keeps its channels apart, and the gains work as a balance. At 0 no
   * bit is changed. The pan of a trigger or a voice is added, and the sum is kept between -1 and 1.
   *
   * Voices that sound move to a new value within 5 ms, from the next block on.
   */
  settings[SETTING_PAN] =
      g_param_spec_double ("pan", NULL, NULL, -1.0, 1.0, 0.0, flags);

  /**
   * FlitzisSlot:mute: (getter get_mute) (setter set_mute)
   *
   * Whether the voices of this slot are silent. They go on without a sound.
   *
   * Voices that sound fade out or in within 5 ms, from the next block on.
   */
  settings[SETTING_MUTE] =
      g_param_spec_boolean ("mute", NULL, NULL, FALSE, flags);

  /**
   * FlitzisSlot:start: (getter get_start) (setter set_start)
   *
   * The frame of the decoded sample at which the part that sounds begins, from 0.
   *
   * If the start is not before [property@Slot:end], the part is the single frame before the end. A
   * part that begins within the sample fades in during its first millisecond, at any rate. A change
   * takes effect with the next trigger.
   */
  settings[SETTING_START] =
      g_param_spec_uint64 ("start", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * FlitzisSlot:end: (getter get_end) (setter set_end)
   *
   * The frame after the last one of the part that sounds, a frame of the decoded sample.
   *
   * 0, or a frame beyond the sample, means the end of the sample. A part that ends within the
   * sample fades out during its last millisecond, at any rate. A change takes effect with the next
   * trigger.
   */
  settings[SETTING_END] =
      g_param_spec_uint64 ("end", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * FlitzisSlot:reverse: (getter get_reverse) (setter set_reverse)
   *
   * Whether the sample plays backwards, from the last frame of its part to the first.
   *
   * A change takes effect with the next trigger.
   */
  settings[SETTING_REVERSE] =
      g_param_spec_boolean ("reverse", NULL, NULL, FALSE, flags);

  /**
   * FlitzisSlot:playback-rate: (getter get_playback_rate) (setter set_playback_rate)
   *
   * The speed of the sample, 0.25 to 4: at 2 it is half as long and an octave higher.
   *
   * Voices that sound glide to a new value within 5 ms, from the next block on. If the sample is at
   * the engine's rate, a voice that has played at 1 from its start has exactly the bits of the
   * sample. After any other rate the voice stays between two frames of the sample, and
   * [property@Slot:interpolation] computes the values between them.
   */
  settings[SETTING_PLAYBACK_RATE] =
      g_param_spec_double ("playback-rate", NULL, NULL, 0.25, 4.0, 1.0, flags);

  /**
   * FlitzisSlot:interpolation: (getter get_interpolation) (setter set_interpolation)
   *
   * The way to compute values between the frames of the sample, for voices that do not run at the
   * engine's rate.
   *
   * A change takes effect with the next block.
   */
  settings[SETTING_INTERPOLATION] =
      g_param_spec_enum ("interpolation", NULL, NULL, FLITZIS_TYPE_INTERPOLATION,
                         FLITZIS_INTERPOLATION_SINC, flags);

  /**
   * FlitzisSlot:loop: (getter get_loop) (setter set_loop)
   *
   * Whether voices of this slot go back from the end of the loop to its start, until they are
   * stopped or have played the loop [property@Slot:loops] times.
   *
   * A change takes effect with the next block. When you switch the loop off, voices play on to
   * their end. Triggers that set `loops` in a [struct@Trigger] ignore this property.
   */
  settings[SETTING_LOOP] =
      g_param_spec_boolean ("loop", NULL, NULL, FALSE, flags);

  /**
   * FlitzisSlot:loop-start: (getter get_loop_start) (setter set_loop_start)
   *
   * The first frame of the loop, a frame of the decoded sample, from 0.
   *
   * Only the part of the loop between [property@Slot:start] and [property@Slot:end] is played. If
   * the whole loop lies outside, it shrinks to the nearest frame between them. If the loop's start
   * is not before its end, the loop is the single frame before its end. A change takes effect with
   * the next block. If the loop then ends before the place of a voice, the voice fades over into
   * the loop, within 5 ms.
   */
  settings[SETTING_LOOP_START] =
      g_param_spec_uint64 ("loop-start", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * FlitzisSlot:loop-end: (getter get_loop_end) (setter set_loop_end)
   *
   * The frame after the last one of the loop, a frame of the decoded sample; 0 for the end of the
   * sample.
   *
   * A change takes effect with the next block. If the loop then ends before the place of a voice,
   * the voice fades over into the loop, within 5 ms.
   */
  settings[SETTING_LOOP_END] =
      g_param_spec_uint64 ("loop-end", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * FlitzisSlot:loops: (getter get_loops) (setter set_loops)
   *
   * How many times voices play the loop while [property@Slot:loop] is set: 1 is once, without
   * going back; 0, the default, is for ever.
   *
   * After the last round a voice plays on, past the end of the loop to [property@Slot:end]. A
   * change takes effect with the next block. Rounds that a voice has already played count: a voice
   * that has played as many or more leaves the loop at its end. Triggers that set `loops` in a
   * [struct@Trigger] ignore this property.
   */
  settings[SETTING_LOOPS] =
      g_param_spec_uint ("loops", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * FlitzisSlot:loop-crossfade: (getter get_loop_crossfade) (setter set_loop_crossfade)
   *
   * The length of the fade from the end of the loop to its start, in seconds of the sample, 0 to
   * 60.
   *
   * The frames just before the loop's start fade in, with constant power, while the loop's last
   * frames fade out. So the loop keeps its length. The fade takes at most half of the loop, and at
   * most the frames between [property@Slot:start] and [property@Slot:loop-start]. Without a fade,
   * 0, the loop has no gap and changes no bit. A change takes effect with the next block.
   */
  settings[SETTING_LOOP_CROSSFADE] =
      g_param_spec_double ("loop-crossfade", NULL, NULL, 0.0, MAX_SECONDS, 0.0, flags);

  /**
   * FlitzisSlot:loop-from-file: (getter get_loop_from_file) (setter set_loop_from_file)
   *
   * Whether a load sets the loop of this slot to the loop of the file.
   *
   * While this is set, each load into layer 0 that succeeds sets [property@Slot:loop],
   * [property@Slot:loop-start], [property@Slot:loop-end] and [property@Slot:loops] from the
   * sample's [property@Sample:has-loop], [property@Sample:loop-start], [property@Sample:loop-end]
   * and [property@Sample:loop-count]. A file without a loop sets them to %FALSE and 0. A trigger
   * after the load plays the loop. [method@Engine.set_sample] changes none of them.
   */
  settings[SETTING_LOOP_FROM_FILE] =
      g_param_spec_boolean ("loop-from-file", NULL, NULL, FALSE, flags);

  /**
   * FlitzisSlot:storage: (getter get_storage) (setter set_storage)
   *
   * Whether files that are loaded into this slot are kept in memory, or streamed.
   *
   * With `FLITZIS_STORAGE_STREAM` only the first half second is in memory, so a trigger sounds at
   * once. The rest is read while it plays: each voice has a pipeline of its own, which reads up to
   * two seconds ahead. Use it for music, ambience and speech of minutes or
   * hours. A file that is not longer than half a second is in memory in any case.
   *
   * A streamed sample sounds exactly like one in memory, with these limits:
   *
   * - It cannot be played backwards or with [property@Slot:loop-crossfade]: a trigger fails with
   *   `FLITZIS_ENGINE_ERROR_UNSUPPORTED`.
   * - At most [property@Engine:n-streams] streamed voices play at once; further triggers are
   *   rejected.
   * - A change of the loop is heard after the frames that have been read ahead.
   * - A voice that begins after the first half second of the file is heard when its frames have
   *   been read, within about 100 ms.
   * - A voice whose frames do not come in time fades out, and goes on when they come
   *   ([property@Engine:n-underruns]).
   * - [method@Sample.get_bytes] is %NULL.
   *
   * The file must stay as it is for as long as the slot holds the sample. Takes effect with the
   * next load.
   */
  settings[SETTING_STORAGE] =
      g_param_spec_enum ("storage", NULL, NULL, FLITZIS_TYPE_STORAGE, FLITZIS_STORAGE_MEMORY,
                         flags);

  /**
   * FlitzisSlot:attack: (getter get_attack) (setter set_attack)
   *
   * The time in which a voice fades in, on a straight line, in seconds, 0 to 60.
   *
   * At 0 the first frame sounds at full gain. A change takes effect with the next trigger.
   */
  settings[SETTING_ATTACK] =
      g_param_spec_double ("attack", NULL, NULL, 0.0, MAX_SECONDS, 0.0, flags);

  /**
   * FlitzisSlot:release: (getter get_release) (setter set_release)
   *
   * The time in which a stopped voice fades out, on a straight line, in seconds, 0 to 60.
   *
   * It is rounded to the nearest frame. A change takes effect with the next stop.
   */
  settings[SETTING_RELEASE] =
      g_param_spec_double ("release", NULL, NULL, 0.0, MAX_SECONDS, 0.005, flags);

  /**
   * FlitzisSlot:choke-group: (getter get_choke_group) (setter set_choke_group)
   *
   * The group of slots that silence one another; 0 for none.
   *
   * A trigger of a slot in a group silences the other slots of that group, as a closed hi-hat
   * silences the open one. Their voices fade out within their [property@Slot:choke-release] and end
   * as `FLITZIS_END_REASON_CHOKED`. For voices of the same slot, [property@Slot:retrigger] decides.
   * A change takes effect with the next trigger: a voice keeps the group that its slot had at its
   * trigger.
   */
  settings[SETTING_CHOKE_GROUP] =
      g_param_spec_uint ("choke-group", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * FlitzisSlot:choke-release: (getter get_choke_release) (setter set_choke_release)
   *
   * The time in which a choked voice fades out, on a straight line, in seconds, 0 to 60.
   *
   * It is rounded to the nearest frame. A change takes effect with the next choke. While all
   * [property@Engine:n-voices] voices sound, the voices that a trigger chokes fade out in 5 ms, so
   * that they make room for it.
   */
  settings[SETTING_CHOKE_RELEASE] =
      g_param_spec_double ("choke-release", NULL, NULL, 0.0, MAX_SECONDS, 0.005, flags);

  /**
   * FlitzisSlot:retrigger: (getter get_retrigger) (setter set_retrigger)
   *
   * The effect of a trigger on the voices of this slot that sound already.
   *
   * A change takes effect with the next trigger.
   */
  settings[SETTING_RETRIGGER] =
      g_param_spec_enum ("retrigger", NULL, NULL, FLITZIS_TYPE_RETRIGGER,
                         FLITZIS_RETRIGGER_OVERLAP, flags);

  /**
   * FlitzisSlot:priority: (getter get_priority) (setter set_priority)
   *
   * The priority of the voices of this slot. A voice never makes room for a voice of lower
   * priority.
   *
   * Among the voices that may make room, [property@Engine:steal] chooses. If there are none, the
   * trigger is rejected. A change takes effect with the next trigger: a voice keeps the priority
   * that its slot had at its trigger.
   */
  settings[SETTING_PRIORITY] =
      g_param_spec_int ("priority", NULL, NULL, G_MININT, G_MAXINT, 0, flags);

  /**
   * FlitzisSlot:quantize: (getter get_quantize) (setter set_quantize)
   *
   * The point of the clock that triggers of this slot wait for while [property@Engine:clock] runs.
   *
   * The engine chooses the point when the next block begins, with the clock as it is then; the
   * point may lie inside that block. The trigger keeps its point. It moves with the point when the
   * tempo or the swing changes, and stays in its place when [property@Clock:beats-per-bar] or
   * [property@Clock:steps-per-beat] changes. After [method@Clock.restart] the engine chooses
   * another point.
   *
   * A waiting trigger is one of the engine's events, so [method@Engine.cancel_scheduled] and
   * [method@Engine.stop_voice] end it, and [method@Engine.stop_sample] does not. At most 1024
   * triggers can wait for the clock. A trigger that has a frame waits only for that frame. A change
   * takes effect with the next trigger.
   */
  settings[SETTING_QUANTIZE] =
      g_param_spec_enum ("quantize", NULL, NULL, FLITZIS_TYPE_QUANTIZE, FLITZIS_QUANTIZE_NONE,
                         flags);

  /**
   * FlitzisSlot:variation: (getter get_variation) (setter set_variation)
   *
   * How a trigger of this slot chooses one of the layers that [method@Engine.add_layer] added.
   *
   * The layer is chosen when the voice starts. A trigger that names its layer ([struct@Trigger])
   * ignores this property. Takes effect with the next trigger.
   */
  settings[SETTING_VARIATION] =
      g_param_spec_enum ("variation", NULL, NULL, FLITZIS_TYPE_VARIATION,
                         FLITZIS_VARIATION_VELOCITY, flags);

  /**
   * FlitzisSlot:random-gain: (getter get_random_gain) (setter set_random_gain)
   *
   * The largest random change of a voice's gain, up or down, in dB, 0 to 24.
   *
   * Each trigger draws a random number of its own; [property@Engine:seed] makes these numbers
   * repeatable. Takes effect with the next trigger.
   */
  settings[SETTING_RANDOM_GAIN] =
      g_param_spec_double ("random-gain", NULL, NULL, 0.0, MAX_RANDOM_GAIN, 0.0, flags);

  /**
   * FlitzisSlot:random-rate: (getter get_random_rate) (setter set_random_rate)
   *
   * The largest random change of a voice's rate, up or down, in cents (hundredths of a semitone), 0
   * to 1200.
   *
   * The random rate multiplies [property@Slot:playback-rate]. Takes effect with the next trigger.
   */
  settings[SETTING_RANDOM_RATE] =
      g_param_spec_double ("random-rate", NULL, NULL, 0.0, MAX_RANDOM_RATE, 0.0, flags);

  /**
   * FlitzisSlot:random-start: (getter get_random_start) (setter set_random_start)
   *
   * The largest number of frames of the decoded sample that a voice skips at random at its
   * beginning.
   *
   * These are the first frames after [property@Slot:start], or, in reverse, the last ones before
   * [property@Slot:end]. At least one frame is played. A voice that begins within the sample fades
   * in, as with [property@Slot:start]. Takes effect with the next trigger.
   */
  settings[SETTING_RANDOM_START] =
      g_param_spec_uint ("random-start", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * FlitzisSlot:target-loudness: (getter get_target_loudness) (setter set_target_loudness)
   *
   * The loudness at which all samples of this slot play: -70 to 0 LUFS, or 0 for off.
   *
   * A worker thread measures every sample of the slot and of its layers, as
   * [method@Sample.measure_loudness] does. Each sample is measured only once, even if several slots
   * and engines hold it. The voices of a measured sample are multiplied by one more factor beside
   * [property@Slot:gain], which brings the sample to this loudness, or as close to it as
   * [property@Slot:target-peak] allows. Sounding voices move to the factor within 5 ms. A sample
   * that is not measured yet, is silent, or cannot be measured, is played unchanged.
   *
   * Triggers do not wait for the measurement. If the first voice must be as loud as all others,
   * measure the sample before you put it into the slot. [method@Engine.render] and
   * [method@Engine.render_to_file] first wait until the samples of all slots with a target are
   * measured, so they always give the same frames. `FLITZIS_STEAL_QUIETEST` compares voices that
   * start in the current block without this factor.
   */
  settings[SETTING_TARGET_LOUDNESS] =
      g_param_spec_double ("target-loudness", NULL, NULL, MIN_LOUDNESS, 0.0, 0.0, flags);

  /**
   * FlitzisSlot:target-peak: (getter get_target_peak) (setter set_target_peak)
   *
   * The highest true peak to which [property@Slot:target-loudness] may amplify a sample: -70 to 24
   * dBTP.
   *
   * Gains, velocity and pan are applied afterwards, so the output can be louder.
   */
  settings[SETTING_TARGET_PEAK] =
      g_param_spec_double ("target-peak", NULL, NULL, MIN_LOUDNESS, MAX_PEAK, -1.0, flags);

  for (guint i = 0; i < N_SETTINGS; i++)
    g_object_class_install_property (klass, first + i, settings[i]);
}

/**
 * flitzis_slot_get_gain: (get-property gain)
 * @self: a slot
 *
 * Gets the factor on all voices of this slot.
 *
 * Returns: the gain, linear
 */
double
flitzis_slot_get_gain (FlitzisSlot *self)
{
  return read_number (self, SETTING_GAIN);
}

/**
 * flitzis_slot_set_gain: (set-property gain)
 * @self: a slot
 * @gain: 0 to 16, linear
 *
 * Sets the factor on all voices of this slot. This ends a tween of the gain that is under way.
 *
 * Voices that sound move to the new gain within 5 ms, from the next block on.
 */
void
flitzis_slot_set_gain (FlitzisSlot *self, double gain)
{
  write_number (self, SETTING_GAIN, gain);
}

/**
 * flitzis_slot_get_pan: (get-property pan)
 * @self: a slot
 *
 * Gets the place of all voices of this slot, from left to right.
 *
 * Returns: the pan, -1 to 1
 */
double
flitzis_slot_get_pan (FlitzisSlot *self)
{
  return read_number (self, SETTING_PAN);
}

/**
 * flitzis_slot_set_pan: (set-property pan)
 * @self: a slot
 * @pan: -1 (left) to 1 (right)
 *
 * Sets the place of all voices of this slot, from left to right. This ends a tween of the pan that
 * is under way.
 *
 * Voices that sound move to the new place within 5 ms, from the next block on.
 */
void
flitzis_slot_set_pan (FlitzisSlot *self, double pan)
{
  write_number (self, SETTING_PAN, pan);
}

/**
 * flitzis_slot_get_mute: (get-property mute)
 * @self: a slot
 *
 * Gets whether the voices of this slot are silent.
 *
 * Returns: %TRUE if they are silent
 */
gboolean
flitzis_slot_get_mute (FlitzisSlot *self)
{
  return read_boolean (self, SETTING_MUTE);
}

/**
 * flitzis_slot_set_mute: (set-property mute)
 * @self: a slot
 * @mute: %TRUE for silence
 *
 * Sets whether the voices of this slot are silent.
 *
 * Voices that sound fade out or in within 5 ms, from the next block on.
 */
void
flitzis_slot_set_mute (FlitzisSlot *self, gboolean mute)
{
  write_boolean (self, SETTING_MUTE, mute);
}

/**
 * flitzis_slot_get_start: (get-property start)
 * @self: a slot
 *
 * Gets the frame of the sample at which the part that sounds begins.
 *
 * Returns: the frame
 */
guint64
flitzis_slot_get_start (FlitzisSlot *self)
{
  return read_uint64 (self, SETTING_START);
}

/**
 * flitzis_slot_set_start: (set-property start)
 * @self: a slot
 * @start: a frame of the decoded sample, from 0
 *
 * Sets the frame of the sample at which the part that sounds begins.
 *
 * The change takes effect with the next trigger.
 */
void
flitzis_slot_set_start (FlitzisSlot *self, guint64 start)
{
  write_uint64 (self, SETTING_START, start);
}

/**
 * flitzis_slot_get_end: (get-property end)
 * @self: a slot
 *
 * Gets the frame after the last one of the part that sounds.
 *
 * Returns: the frame; 0 for the end of the sample
 */
guint64
flitzis_slot_get_end (FlitzisSlot *self)
{
  return read_uint64 (self, SETTING_END);
}

/**
 * flitzis_slot_set_end: (set-property end)
 * @self: a slot
 * @end: a frame of the decoded sample; 0 for its end
 *
 * Sets the frame after the last one of the part that sounds.
 *
 * The change takes effect with the next trigger.
 */
void
flitzis_slot_set_end (FlitzisSlot *self, guint64 end)
{
  write_uint64 (self, SETTING_END, end);
}

/**
 * flitzis_slot_get_reverse: (get-property reverse)
 * @self: a slot
 *
 * Gets whether the sample plays backwards.
 *
 * Returns: %TRUE if it plays backwards
 */
gboolean
flitzis_slot_get_reverse (FlitzisSlot *self)
{
  return read_boolean (self, SETTING_REVERSE);
}

/**
 * flitzis_slot_set_reverse: (set-property reverse)
 * @self: a slot
 * @reverse: %TRUE for backwards
 *
 * Sets whether the sample plays backwards.
 *
 * The change takes effect with the next trigger.
 */
void
flitzis_slot_set_reverse (FlitzisSlot *self, gboolean reverse)
{
  write_boolean (self, SETTING_REVERSE, reverse);
}

/**
 * flitzis_slot_get_playback_rate: (get-property playback-rate)
 * @self: a slot
 *
 * Gets the speed of the sample.
 *
 * Returns: the rate; 1 is the sample's own
 */
double
flitzis_slot_get_playback_rate (FlitzisSlot *self)
{
  return read_number (self, SETTING_PLAYBACK_RATE);
}

/**
 * flitzis_slot_set_playback_rate: (set-property playback-rate)
 * @self: a slot
 * @playback_rate: 0.25 to 4
 *
 * Sets the speed of the sample.
 *
 * Voices that sound glide to the new rate within 5 ms, from the next block on.
 */
void
flitzis_slot_set_playback_rate (FlitzisSlot *self, double playback_rate)
{
  write_number (self, SETTING_PLAYBACK_RATE, playback_rate);
}

/**
 * flitzis_slot_get_interpolation: (get-property interpolation)
 * @self: a slot
 *
 * Gets the way to compute values between the frames of the sample.
 *
 * Returns: the interpolation
 */
FlitzisInterpolation
flitzis_slot_get_interpolation (FlitzisSlot *self)
{
  return (FlitzisInterpolation) read_enum (self, SETTING_INTERPOLATION);
}

/**
 * flitzis_slot_set_interpolation: (set-property interpolation)
 * @self: a slot
 * @interpolation: the interpolation
 *
 * Sets the way to compute values between the frames of the sample.
 *
 * The change takes effect with the next block.
 */
void
flitzis_slot_set_interpolation (FlitzisSlot *self, FlitzisInterpolation interpolation)
{
  write_enum (self, SETTING_INTERPOLATION, (guint) interpolation);
}

/**
 * flitzis_slot_get_loop: (get-property loop)
 * @self: a slot
 *
 * Gets whether voices of this slot go back from the end of the loop to its start.
 *
 * Returns: %TRUE if they do
 */
gboolean
flitzis_slot_get_loop (FlitzisSlot *self)
{
  return read_boolean (self, SETTING_LOOP);
}

/**
 * flitzis_slot_set_loop: (set-property loop)
 * @self: a slot
 * @loop: %TRUE to loop
 *
 * Sets whether voices of this slot go back from the end of the loop to its start.
 *
 * The change takes effect with the next block.
 */
void
flitzis_slot_set_loop (FlitzisSlot *self, gboolean loop)
{
  write_boolean (self, SETTING_LOOP, loop);
}

/**
 * flitzis_slot_get_loop_start: (get-property loop-start)
 * @self: a slot
 *
 * Gets the first frame of the loop.
 *
 * Returns: the frame
 */
guint64
flitzis_slot_get_loop_start (FlitzisSlot *self)
{
  return read_uint64 (self, SETTING_LOOP_START);
}

/**
 * flitzis_slot_set_loop_start: (set-property loop-start)
 * @self: a slot
 * @loop_start: a frame of the decoded sample, from 0
 *
 * Sets the first frame of the loop.
 *
 * The change takes effect with the next block.
 */
void
flitzis_slot_set_loop_start (FlitzisSlot *self, guint64 loop_start)
{
  write_uint64 (self, SETTING_LOOP_START, loop_start);
}

/**
 * flitzis_slot_get_loop_end: (get-property loop-end)
 * @self: a slot
 *
 * Gets the frame after the last one of the loop.
 *
 * Returns: the frame; 0 for the end of the sample
 */
guint64
flitzis_slot_get_loop_end (FlitzisSlot *self)
{
  return read_uint64 (self, SETTING_LOOP_END);
}

/**
 * flitzis_slot_set_loop_end: (set-property loop-end)
 * @self: a slot
 * @loop_end: a frame of the decoded sample; 0 for its end
 *
 * Sets the frame after the last one of the loop.
 *
 * The change takes effect with the next block.
 */
void
flitzis_slot_set_loop_end (FlitzisSlot *self, guint64 loop_end)
{
  write_uint64 (self, SETTING_LOOP_END, loop_end);
}

/**
 * flitzis_slot_get_loops: (get-property loops)
 * @self: a slot
 *
 * Gets how many times voices play the loop.
 *
 * Returns: the number of rounds; 0 for ever
 */
guint
flitzis_slot_get_loops (FlitzisSlot *self)
{
  return read_uint (self, SETTING_LOOPS);
}

/**
 * flitzis_slot_set_loops: (set-property loops)
 * @self: a slot
 * @loops: the number of rounds; 0 for ever
 *
 * Sets how many times voices play the loop.
 *
 * Takes effect with the next block.
 */
void
flitzis_slot_set_loops (FlitzisSlot *self, guint loops)
{
  write_uint (self, SETTING_LOOPS, loops);
}

/**
 * flitzis_slot_get_loop_from_file: (get-property loop-from-file)
 * @self: a slot
 *
 * Gets whether a load sets the loop of this slot to the loop of the file.
 *
 * Returns: %TRUE if it does
 */
gboolean
flitzis_slot_get_loop_from_file (FlitzisSlot *self)
{
  return read_boolean (self, SETTING_LOOP_FROM_FILE);
}

/**
 * flitzis_slot_set_loop_from_file: (set-property loop-from-file)
 * @self: a slot
 * @loop_from_file: %TRUE to take the loop of each file that is loaded
 *
 * Sets whether a load sets the loop of this slot to the loop of the file.
 *
 * Takes effect with the next load.
 */
void
flitzis_slot_set_loop_from_file (FlitzisSlot *self, gboolean loop_from_file)
{
  write_boolean (self, SETTING_LOOP_FROM_FILE, loop_from_file);
}

/**
 * flitzis_slot_get_loop_crossfade: (get-property loop-crossfade)
 * @self: a slot
 *
 * Gets the length of the fade from the end of the loop to its start.
 *
 * Returns: the time in seconds
 */
double
flitzis_slot_get_loop_crossfade (FlitzisSlot *self)
{
  return read_double (self, SETTING_LOOP_CROSSFADE);
}

/**
 * flitzis_slot_set_loop_crossfade: (set-property loop-crossfade)
 * @self: a slot
 * @loop_crossfade: seconds of the sample, 0 to 60
 *
 * Sets the length of the fade from the end of the loop to its start.
 *
 * The change takes effect with the next block.
 */
void
flitzis_slot_set_loop_crossfade (FlitzisSlot *self, double loop_crossfade)
{
  write_double (self, SETTING_LOOP_CROSSFADE, loop_crossfade);
}

/**
 * flitzis_slot_get_attack: (get-property attack)
 * @self: a slot
 *
 * Gets the time in which a voice fades in.
 *
 * Returns: the time in seconds
 */
double
flitzis_slot_get_attack (FlitzisSlot *self)
{
  return read_double (self, SETTING_ATTACK);
}

/**
 * flitzis_slot_set_attack: (set-property attack)
 * @self: a slot
 * @attack: seconds, 0 to 60
 *
 * Sets the time in which a voice fades in.
 *
 * The change takes effect with the next trigger.
 */
void
flitzis_slot_set_attack (FlitzisSlot *self, double attack)
{
  write_double (self, SETTING_ATTACK, attack);
}

/**
 * flitzis_slot_get_release: (get-property release)
 * @self: a slot
 *
 * Gets the time in which a stopped voice fades out.
 *
 * Returns: the time in seconds
 */
double
flitzis_slot_get_release (FlitzisSlot *self)
{
  return read_double (self, SETTING_RELEASE);
}

/**
 * flitzis_slot_set_release: (set-property release)
 * @self: a slot
 * @release: seconds, 0 to 60
 *
 * Sets the time in which a stopped voice fades out.
 *
 * The change takes effect with the next stop.
 */
void
flitzis_slot_set_release (FlitzisSlot *self, double release)
{
  write_double (self, SETTING_RELEASE, release);
}

/**
 * flitzis_slot_get_choke_group: (get-property choke-group)
 * @self: a slot
 *
 * Gets the group of slots that silence one another.
 *
 * Returns: the group; 0 for none
 */
guint
flitzis_slot_get_choke_group (FlitzisSlot *self)
{
  return read_uint (self, SETTING_CHOKE_GROUP);
}

/**
 * flitzis_slot_set_choke_group: (set-property choke-group)
 * @self: a slot
 * @choke_group: the group; 0 for none
 *
 * Sets the group of slots that silence one another.
 *
 * The change takes effect with the next trigger.
 */
void
flitzis_slot_set_choke_group (FlitzisSlot *self, guint choke_group)
{
  write_uint (self, SETTING_CHOKE_GROUP, choke_group);
}

/**
 * flitzis_slot_get_choke_release: (get-property choke-release)
 * @self: a slot
 *
 * Gets the time in which a choked voice fades out.
 *
 * Returns: the time in seconds
 */
double
flitzis_slot_get_choke_release (FlitzisSlot *self)
{
  return read_double (self, SETTING_CHOKE_RELEASE);
}

/**
 * flitzis_slot_set_choke_release: (set-property choke-release)
 * @self: a slot
 * @choke_release: seconds, 0 to 60
 *
 * Sets the time in which a choked voice fades out.
 *
 * The change takes effect with the next choke.
 */
void
flitzis_slot_set_choke_release (FlitzisSlot *self, double choke_release)
{
  write_double (self, SETTING_CHOKE_RELEASE, choke_release);
}

/**
 * flitzis_slot_get_retrigger: (get-property retrigger)
 * @self: a slot
 *
 * Gets the effect of a trigger on the voices of this slot.
 *
 * Returns: the effect
 */
FlitzisRetrigger
flitzis_slot_get_retrigger (FlitzisSlot *self)
{
  return (FlitzisRetrigger) read_enum (self, SETTING_RETRIGGER);
}

/**
 * flitzis_slot_set_retrigger: (set-property retrigger)
 * @self: a slot
 * @retrigger: the effect
 *
 * Sets the effect of a trigger on the voices of this slot.
 *
 * The change takes effect with the next trigger.
 */
void
flitzis_slot_set_retrigger (FlitzisSlot *self, FlitzisRetrigger retrigger)
{
  write_enum (self, SETTING_RETRIGGER, (guint) retrigger);
}

/**
 * flitzis_slot_get_priority: (get-property priority)
 * @self: a slot
 *
 * Gets the priority of the voices of this slot.
 *
 * Returns: the priority
 */
gint
flitzis_slot_get_priority (FlitzisSlot *self)
{
  return read_int (self, SETTING_PRIORITY);
}

/**
 * flitzis_slot_set_priority: (set-property priority)
 * @self: a slot
 * @priority: higher is more important
 *
 * Sets the priority of the voices of this slot.
 *
 * The change takes effect with the next trigger.
 */
void
flitzis_slot_set_priority (FlitzisSlot *self, gint priority)
{
  write_int (self, SETTING_PRIORITY, priority);
}

/**
 * flitzis_slot_get_quantize: (get-property quantize)
 * @self: a slot
 *
 * Gets the point of the clock that triggers of this slot wait for.
 *
 * Returns: the point
 */
FlitzisQuantize
flitzis_slot_get_quantize (FlitzisSlot *self)
{
  return (FlitzisQuantize) read_enum (self, SETTING_QUANTIZE);
}

/**
 * flitzis_slot_set_quantize: (set-property quantize)
 * @self: a slot
 * @quantize: the point
 *
 * Sets the point of the clock that triggers of this slot wait for while the clock runs.
 *
 * The change takes effect with the next trigger.
 */
void
flitzis_slot_set_quantize (FlitzisSlot *self, FlitzisQuantize quantize)
{
  write_enum (self, SETTING_QUANTIZE, (guint) quantize);
}

/**
 * flitzis_slot_get_storage: (get-property storage)
 * @self: a slot
 *
 * Gets whether files that are loaded into this slot are kept in memory, or streamed.
 *
 * Returns: the storage
 */
FlitzisStorage
flitzis_slot_get_storage (FlitzisSlot *self)
{
  return (FlitzisStorage) read_enum (self, SETTING_STORAGE);
}

/**
 * flitzis_slot_set_storage: (set-property storage)
 * @self: a slot
 * @storage: the storage
 *
 * Sets whether files that are loaded into this slot from now on are kept in memory, or streamed.
 */
void
flitzis_slot_set_storage (FlitzisSlot *self, FlitzisStorage storage)
{
  write_enum (self, SETTING_STORAGE, (guint) storage);
}

/**
 * flitzis_slot_get_variation: (get-property variation)
 * @self: a slot
 *
 * Gets how a trigger of this slot chooses its layer.
 *
 * Returns: the way to choose a layer
 */
FlitzisVariation
flitzis_slot_get_variation (FlitzisSlot *self)
{
  return (FlitzisVariation) read_enum (self, SETTING_VARIATION);
}

/**
 * flitzis_slot_set_variation: (set-property variation)
 * @self: a slot
 * @variation: the way to choose a layer
 *
 * Sets how a trigger of this slot chooses its layer.
 *
 * Takes effect with the next trigger.
 */
void
flitzis_slot_set_variation (FlitzisSlot *self, FlitzisVariation variation)
{
  write_enum (self, SETTING_VARIATION, (guint) variation);
}

/**
 * flitzis_slot_get_random_gain: (get-property random-gain)
 * @self: a slot
 *
 * Gets the largest random change of a voice's gain.
 *
 * Returns: the maximum, in dB
 */
double
flitzis_slot_get_random_gain (FlitzisSlot *self)
{
  return read_double (self, SETTING_RANDOM_GAIN);
}

/**
 * flitzis_slot_set_random_gain: (set-property random-gain)
 * @self: a slot
 * @random_gain: 0 to 24, in dB
 *
 * Sets the largest random change of a voice's gain.
 *
 * Takes effect with the next trigger.
 */
void
flitzis_slot_set_random_gain (FlitzisSlot *self, double random_gain)
{
  write_double (self, SETTING_RANDOM_GAIN, random_gain);
}

/**
 * flitzis_slot_get_random_rate: (get-property random-rate)
 * @self: a slot
 *
 * Gets the largest random change of a voice's rate.
 *
 * Returns: the maximum, in cents
 */
double
flitzis_slot_get_random_rate (FlitzisSlot *self)
{
  return read_double (self, SETTING_RANDOM_RATE);
}

/**
 * flitzis_slot_set_random_rate: (set-property random-rate)
 * @self: a slot
 * @random_rate: 0 to 1200, in cents
 *
 * Sets the largest random change of a voice's rate.
 *
 * Takes effect with the next trigger.
 */
void
flitzis_slot_set_random_rate (FlitzisSlot *self, double random_rate)
{
  write_double (self, SETTING_RANDOM_RATE, random_rate);
}

/**
 * flitzis_slot_get_random_start: (get-property random-start)
 * @self: a slot
 *
 * Gets the largest number of frames that a voice skips at random at its beginning.
 *
 * Returns: the maximum, in frames
 */
guint
flitzis_slot_get_random_start (FlitzisSlot *self)
{
  return read_uint (self, SETTING_RANDOM_START);
}

/**
 * flitzis_slot_set_random_start: (set-property random-start)
 * @self: a slot
 * @random_start: frames of the decoded sample
 *
 * Sets the largest number of frames that a voice skips at random at its beginning.
 *
 * Takes effect with the next trigger.
 */
void
flitzis_slot_set_random_start (FlitzisSlot *self, guint random_start)
{
  write_uint (self, SETTING_RANDOM_START, random_start);
}

/**
 * flitzis_slot_get_target_loudness: (get-property target-loudness)
 * @self: a slot
 *
 * Gets the loudness at which all samples of this slot play.
 *
 * Returns: the loudness in LUFS; 0 for off
 */
double
flitzis_slot_get_target_loudness (FlitzisSlot *self)
{
  return read_double (self, SETTING_TARGET_LOUDNESS);
}

/**
 * flitzis_slot_set_target_loudness: (set-property target-loudness)
 * @self: a slot
 * @target_loudness: -70 to 0, in LUFS; 0 for off
 *
 * Sets the loudness at which all samples of this slot play.
 *
 * Takes effect once a sample is measured; its sounding voices move to the new gain within 5 ms.
 */
void
flitzis_slot_set_target_loudness (FlitzisSlot *self, double target_loudness)
{
  write_target (self, SETTING_TARGET_LOUDNESS, target_loudness);
}

/**
 * flitzis_slot_get_target_peak: (get-property target-peak)
 * @self: a slot
 *
 * Gets the highest true peak to which the target loudness may amplify a sample.
 *
 * Returns: the peak in dBTP
 */
double
flitzis_slot_get_target_peak (FlitzisSlot *self)
{
  return read_double (self, SETTING_TARGET_PEAK);
}

/**
 * flitzis_slot_set_target_peak: (set-property target-peak)
 * @self: a slot
 * @target_peak: -70 to 24, in dBTP
 *
 * Sets the highest true peak to which the target loudness may amplify a sample.
 *
 * Sounding voices move to the new gain within 5 ms, from the next block on.
 */
void
flitzis_slot_set_target_peak (FlitzisSlot *self, double target_peak)
{
  write_target (self, SETTING_TARGET_PEAK, target_peak);
}
