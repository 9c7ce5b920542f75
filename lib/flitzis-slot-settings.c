/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-slot-private.h"
#include "rt/atomics.h"

/*
 * The settings of a slot: one table says where each lies among the atomics that the mixer reads,
 * and its pspec which values it takes.
 */

#define MAX_SECONDS 60.0
#define MIN_LOUDNESS -70.0 /* LUFS: below it nothing counts in BS.1770 */
#define MAX_PEAK 24.0      /* dBTP */

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
  SETTING_LOOP_CROSSFADE,
  SETTING_ATTACK,
  SETTING_RELEASE,
  SETTING_CHOKE_GROUP,
  SETTING_CHOKE_RELEASE,
  SETTING_RETRIGGER,
  SETTING_PRIORITY,
  SETTING_QUANTIZE,
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
  [SETTING_LOOP_CROSSFADE] = offsetof (FlitzisSlotSettings, loop_crossfade),
  [SETTING_ATTACK] = offsetof (FlitzisSlotSettings, attack),
  [SETTING_RELEASE] = offsetof (FlitzisSlotSettings, release),
  [SETTING_CHOKE_GROUP] = offsetof (FlitzisSlotSettings, choke_group),
  [SETTING_CHOKE_RELEASE] = offsetof (FlitzisSlotSettings, choke_release),
  [SETTING_RETRIGGER] = offsetof (FlitzisSlotSettings, retrigger),
  [SETTING_PRIORITY] = offsetof (FlitzisSlotSettings, priority),
  [SETTING_QUANTIZE] = offsetof (FlitzisSlotSettings, grid),
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
 * `read_TYPE` is the value, or the default of a slot that no engine made. `write_TYPE` notifies a
 * real change; it leaves alone what is out of range.
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

/* The mixer has them as factors, which control sets. */
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
    g_value_set_double (value, read_double (self, setting));
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
    write_double (self, setting, g_value_get_double (value));
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
   * Where all voices of this slot are, from -1 (left) to 1 (right).
   *
   * Constant power, and 1 on both sides at the centre: the left gain is sqrt (2) cos (p) and the
   * right one sqrt (2) sin (p), with p from 0 to pi / 2 as the pan goes from -1 to 1 (Roads, The
   * Computer Music Tutorial, chapter 10). A mono sample goes to both sides so; a stereo one keeps
   * its channels apart and has these gains on them, as a balance. At 0 nothing is changed, to the
   * bit. The pan of a trigger or a voice is added, and the sum kept within -1 and 1.
   *
   * Voices that sound move to a new value within 5 ms, from the next block on.
   */
  settings[SETTING_PAN] =
      g_param_spec_double ("pan", NULL, NULL, -1.0, 1.0, 0.0, flags);

  /**
   * FlitzisSlot:mute: (getter get_mute) (setter set_mute)
   *
   * Whether the voices of this slot are silent; they go on all the same.
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
   * One that is not before [property@Slot:end] leaves that one's last frame. A part that begins
   * within the sample fades in during its first millisecond, at any rate. Takes effect with the
   * next trigger.
   */
  settings[SETTING_START] =
      g_param_spec_uint64 ("start", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * FlitzisSlot:end: (getter get_end) (setter set_end)
   *
   * The frame of the decoded sample before which the part that sounds ends; 0 for its end, as is
   * one beyond it.
   *
   * A part that ends within the sample fades out during its last millisecond, at any rate. Takes
   * effect with the next trigger.
   */
  settings[SETTING_END] =
      g_param_spec_uint64 ("end", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * FlitzisSlot:reverse: (getter get_reverse) (setter set_reverse)
   *
   * Whether the part that sounds does so backwards, from its last frame to its first.
   *
   * Takes effect with the next trigger.
   */
  settings[SETTING_REVERSE] =
      g_param_spec_boolean ("reverse", NULL, NULL, FALSE, flags);

  /**
   * FlitzisSlot:playback-rate: (getter get_playback_rate) (setter set_playback_rate)
   *
   * How fast the sample sounds, 0.25 to 4: at 2 it is half as long and an octave higher.
   *
   * Voices that sound glide to a new value within 5 ms, from the next block on. A voice that has
   * played at 1 from its start, of a sample at the engine's rate, sounds as the sample is, to the
   * bit. After any other rate it is between two frames of the sample and stays so, and
   * [property@Slot:interpolation] says what lies between them.
   */
  settings[SETTING_PLAYBACK_RATE] =
      g_param_spec_double ("playback-rate", NULL, NULL, 0.25, 4.0, 1.0, flags);

  /**
   * FlitzisSlot:interpolation: (getter get_interpolation) (setter set_interpolation)
   *
   * What lies between the frames of the sample, where a voice does not run at the engine's rate.
   *
   * Takes effect with the next block.
   */
  settings[SETTING_INTERPOLATION] =
      g_param_spec_enum ("interpolation", NULL, NULL, FLITZIS_TYPE_INTERPOLATION,
                         FLITZIS_INTERPOLATION_SINC, flags);

  /**
   * FlitzisSlot:loop: (getter get_loop) (setter set_loop)
   *
   * Whether voices of this slot go back to the start of the loop, at its end, until they are
   * stopped.
   *
   * Takes effect with the next block: without it a voice plays on to its end. A trigger that says
   * how many times ([struct@Trigger]) does not ask here.
   */
  settings[SETTING_LOOP] =
      g_param_spec_boolean ("loop", NULL, NULL, FALSE, flags);

  /**
   * FlitzisSlot:loop-start: (getter get_loop_start) (setter set_loop_start)
   *
   * The first frame of the loop, a frame of the decoded sample, from 0.
   *
   * The loop is as much of it as lies between [property@Slot:start] and [property@Slot:end]. If
   * none of it does, the loop is the one frame of that part which is nearest to it; a start that is
   * not before the end leaves the frame before the end. Takes effect with the next block; a voice
   * that is left behind by the loop's end is faded over into it, within 5 ms.
   */
  settings[SETTING_LOOP_START] =
      g_param_spec_uint64 ("loop-start", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * FlitzisSlot:loop-end: (getter get_loop_end) (setter set_loop_end)
   *
   * The frame before which the loop ends, a frame of the decoded sample; 0 for its end.
   *
   * Takes effect with the next block; a voice that is left behind by it is faded over into the
   * loop, within 5 ms.
   */
  settings[SETTING_LOOP_END] =
      g_param_spec_uint64 ("loop-end", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * FlitzisSlot:loop-crossfade: (getter get_loop_crossfade) (setter set_loop_crossfade)
   *
   * How long the end of the loop is faded over into its start, in seconds of the sample, 0 to 60.
   *
   * The frames just before the loop's start fade in, with constant power, while the loop's last
   * frames fade out, so the loop keeps its length. It takes at most half the loop, and at most the
   * frames between [property@Slot:start] and [property@Slot:loop-start]. 0 is none: a gapless loop
   * that changes no bit. Takes effect with the next block.
   */
  settings[SETTING_LOOP_CROSSFADE] =
      g_param_spec_double ("loop-crossfade", NULL, NULL, 0.0, MAX_SECONDS, 0.0, flags);

  /**
   * FlitzisSlot:attack: (getter get_attack) (setter set_attack)
   *
   * How long a voice fades in, on a straight line, in seconds, 0 to 60.
   *
   * At 0 its first frame sounds as it is. Takes effect with the next trigger.
   */
  settings[SETTING_ATTACK] =
      g_param_spec_double ("attack", NULL, NULL, 0.0, MAX_SECONDS, 0.0, flags);

  /**
   * FlitzisSlot:release: (getter get_release) (setter set_release)
   *
   * How long a voice that is stopped fades out, on a straight line, in seconds, 0 to 60.
   *
   * Rounded to the nearest frame. Takes effect with the next stop.
   */
  settings[SETTING_RELEASE] =
      g_param_spec_double ("release", NULL, NULL, 0.0, MAX_SECONDS, 0.005, flags);

  /**
   * FlitzisSlot:choke-group: (getter get_choke_group) (setter set_choke_group)
   *
   * Which slots silence one another; 0 for none.
   *
   * A trigger of a slot in a group fades out what sounds of the other slots of that group, as an
   * open hi-hat ends with the closed one: within their [property@Slot:choke-release], and they end
   * as `FLITZIS_END_REASON_CHOKED`. Voices of its own slot follow [property@Slot:retrigger]. Takes
   * effect with the next trigger: a voice keeps the group that its slot had at its trigger.
   */
  settings[SETTING_CHOKE_GROUP] =
      g_param_spec_uint ("choke-group", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * FlitzisSlot:choke-release: (getter get_choke_release) (setter set_choke_release)
   *
   * How long a voice that is choked fades out, on a straight line, in seconds, 0 to 60.
   *
   * Rounded to the nearest frame. Takes effect with the next choke. While
   * [property@Engine:n-voices] sound, all voices that a trigger chokes fade out in 5 ms, so that
   * they make room for it.
   */
  settings[SETTING_CHOKE_RELEASE] =
      g_param_spec_double ("choke-release", NULL, NULL, 0.0, MAX_SECONDS, 0.005, flags);

  /**
   * FlitzisSlot:retrigger: (getter get_retrigger) (setter set_retrigger)
   *
   * What a trigger of this slot does to its voices that sound.
   *
   * Takes effect with the next trigger.
   */
  settings[SETTING_RETRIGGER] =
      g_param_spec_enum ("retrigger", NULL, NULL, FLITZIS_TYPE_RETRIGGER,
                         FLITZIS_RETRIGGER_OVERLAP, flags);

  /**
   * FlitzisSlot:priority: (getter get_priority) (setter set_priority)
   *
   * How important the voices of this slot are: none makes room for one of a lower priority.
   *
   * Among those that may, [property@Engine:steal] chooses; if there is none, the trigger is
   * rejected. Takes effect with the next trigger: a voice keeps the priority that its slot had at
   * its trigger.
   */
  settings[SETTING_PRIORITY] =
      g_param_spec_int ("priority", NULL, NULL, G_MININT, G_MAXINT, 0, flags);

  /**
   * FlitzisSlot:quantize: (getter get_quantize) (setter set_quantize)
   *
   * What a trigger of this slot waits for while [property@Engine:clock] runs.
   *
   * The point is found when the next block begins, by the clock as it is then, and may lie inside
   * that block. The trigger keeps its point: when the tempo or the swing changes it moves with it,
   * and when [property@Clock:beats-per-bar] or [property@Clock:steps-per-beat] change it keeps its
   * place. [method@Clock.restart] has it find another one. A waiting trigger is one of the engine's
   * events, so [method@Engine.cancel_scheduled] and [method@Engine.stop_voice] end it, and
   * [method@Engine.stop_sample] does not. At most 1024 can wait for the grid. A trigger with a
   * frame waits for its frame alone. Takes effect with the next trigger.
   */
  settings[SETTING_QUANTIZE] =
      g_param_spec_enum ("quantize", NULL, NULL, FLITZIS_TYPE_QUANTIZE, FLITZIS_QUANTIZE_NONE,
                         flags);

  /**
   * FlitzisSlot:target-loudness: (getter get_target_loudness) (setter set_target_loudness)
   *
   * The loudness in LUFS that samples of this slot are brought to, -70 to 0; 0 for off.
   *
   * A worker measures the sample of the slot, as [method@Sample.measure_loudness] does, and each
   * new one. Each sample is measured once at most, whichever slots and engines it is in. Once it is
   * measured, its voices have one more factor beside [property@Slot:gain]: the one that brings it
   * to this loudness, or to [property@Slot:target-peak] if that is less. Voices that sound move to
   * it within 5 ms. Until then, and if the sample is silent or cannot be measured, there is no
   * factor. Measure the sample before you set it if its first voice must be as loud as the others.
   *
   * A trigger never waits. [method@Engine.render] and [method@Engine.render_to_file] first wait
   * until all samples of the engine are measured, so they always give the same frames. Among voices
   * that are triggered before the next block, `FLITZIS_STEAL_QUIETEST` chooses without this factor.
   */
  settings[SETTING_TARGET_LOUDNESS] =
      g_param_spec_double ("target-loudness", NULL, NULL, MIN_LOUDNESS, 0.0, 0.0, flags);

  /**
   * FlitzisSlot:target-peak: (getter get_target_peak) (setter set_target_peak)
   *
   * The true peak in dBTP that [property@Slot:target-loudness] brings no sample above, -70 to 24.
   *
   * This is about the sample and that one factor: the gains, the velocity and the pan come on top.
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
  return read_double (self, SETTING_GAIN);
}

/**
 * flitzis_slot_set_gain: (set-property gain)
 * @self: a slot
 * @gain: 0 to 16, linear
 *
 * Sets the factor on all voices of this slot.
 *
 * Voices that sound move to it within 5 ms, from the next block on.
 */
void
flitzis_slot_set_gain (FlitzisSlot *self, double gain)
{
  write_double (self, SETTING_GAIN, gain);
}

/**
 * flitzis_slot_get_pan: (get-property pan)
 * @self: a slot
 *
 * Gets where all voices of this slot are, from left to right.
 *
 * Returns: the place, -1 to 1
 */
double
flitzis_slot_get_pan (FlitzisSlot *self)
{
  return read_double (self, SETTING_PAN);
}

/**
 * flitzis_slot_set_pan: (set-property pan)
 * @self: a slot
 * @pan: -1 (left) to 1 (right)
 *
 * Sets where all voices of this slot are, from left to right.
 *
 * Voices that sound move to it within 5 ms, from the next block on.
 */
void
flitzis_slot_set_pan (FlitzisSlot *self, double pan)
{
  write_double (self, SETTING_PAN, pan);
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
 * Takes effect with the next trigger.
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
 * Gets the frame of the sample before which the part that sounds ends.
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
 * Sets the frame of the sample before which the part that sounds ends.
 *
 * Takes effect with the next trigger.
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
 * Gets whether the sample sounds backwards.
 *
 * Returns: %TRUE if it sounds backwards
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
 * Sets whether the sample sounds backwards.
 *
 * Takes effect with the next trigger.
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
 * Gets how fast the sample sounds.
 *
 * Returns: the rate; 1 is its own
 */
double
flitzis_slot_get_playback_rate (FlitzisSlot *self)
{
  return read_double (self, SETTING_PLAYBACK_RATE);
}

/**
 * flitzis_slot_set_playback_rate: (set-property playback-rate)
 * @self: a slot
 * @playback_rate: 0.25 to 4
 *
 * Sets how fast the sample sounds.
 *
 * Voices that sound glide to it within 5 ms, from the next block on.
 */
void
flitzis_slot_set_playback_rate (FlitzisSlot *self, double playback_rate)
{
  write_double (self, SETTING_PLAYBACK_RATE, playback_rate);
}

/**
 * flitzis_slot_get_interpolation: (get-property interpolation)
 * @self: a slot
 *
 * Gets what lies between the frames of the sample.
 *
 * Returns: the way to find it
 */
FlitzisInterpolation
flitzis_slot_get_interpolation (FlitzisSlot *self)
{
  return (FlitzisInterpolation) read_enum (self, SETTING_INTERPOLATION);
}

/**
 * flitzis_slot_set_interpolation: (set-property interpolation)
 * @self: a slot
 * @interpolation: the way to find it
 *
 * Sets what lies between the frames of the sample.
 *
 * Takes effect with the next block.
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
 * Gets whether voices of this slot go back to the start of the loop at its end.
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
 * Sets whether voices of this slot go back to the start of the loop at its end.
 *
 * Takes effect with the next block.
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
 * Takes effect with the next block.
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
 * Gets the frame behind the loop.
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
 * Sets the frame behind the loop.
 *
 * Takes effect with the next block.
 */
void
flitzis_slot_set_loop_end (FlitzisSlot *self, guint64 loop_end)
{
  write_uint64 (self, SETTING_LOOP_END, loop_end);
}

/**
 * flitzis_slot_get_loop_crossfade: (get-property loop-crossfade)
 * @self: a slot
 *
 * Gets how long the end of the loop is faded over into its start.
 *
 * Returns: the length in seconds
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
 * Sets how long the end of the loop is faded over into its start.
 *
 * Takes effect with the next block.
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
 * Gets how long a voice fades in.
 *
 * Returns: the length in seconds
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
 * Sets how long a voice fades in.
 *
 * Takes effect with the next trigger.
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
 * Gets how long a voice that is stopped fades out.
 *
 * Returns: the length in seconds
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
 * Sets how long a voice that is stopped fades out.
 *
 * Takes effect with the next stop.
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
 * Gets which slots silence one another.
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
 * Sets which slots silence one another.
 *
 * Takes effect with the next trigger.
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
 * Gets how long a voice that is choked fades out.
 *
 * Returns: the length in seconds
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
 * Sets how long a voice that is choked fades out.
 *
 * Takes effect with the next choke.
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
 * Gets what a trigger does to the voices of this slot.
 *
 * Returns: what happens to them
 */
FlitzisRetrigger
flitzis_slot_get_retrigger (FlitzisSlot *self)
{
  return (FlitzisRetrigger) read_enum (self, SETTING_RETRIGGER);
}

/**
 * flitzis_slot_set_retrigger: (set-property retrigger)
 * @self: a slot
 * @retrigger: what happens to them
 *
 * Sets what a trigger does to the voices of this slot.
 *
 * Takes effect with the next trigger.
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
 * Gets how important the voices of this slot are.
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
 * Sets how important the voices of this slot are.
 *
 * Takes effect with the next trigger.
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
 * Gets what a trigger of this slot waits for.
 *
 * Returns: what it is
 */
FlitzisQuantize
flitzis_slot_get_quantize (FlitzisSlot *self)
{
  return (FlitzisQuantize) read_enum (self, SETTING_QUANTIZE);
}

/**
 * flitzis_slot_set_quantize: (set-property quantize)
 * @self: a slot
 * @quantize: what it is
 *
 * Sets what a trigger of this slot waits for while the clock runs.
 *
 * Takes effect with the next trigger.
 */
void
flitzis_slot_set_quantize (FlitzisSlot *self, FlitzisQuantize quantize)
{
  write_enum (self, SETTING_QUANTIZE, (guint) quantize);
}

/**
 * flitzis_slot_get_target_loudness: (get-property target-loudness)
 * @self: a slot
 *
 * Gets the loudness that samples of this slot are brought to.
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
 * Sets the loudness that samples of this slot are brought to.
 *
 * Takes effect once the sample is measured; voices that sound move to it within 5 ms.
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
 * Gets the true peak that no sample is brought above.
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
 * Sets the true peak that no sample is brought above.
 *
 * Voices that sound move to it within 5 ms, from the next block on.
 */
void
flitzis_slot_set_target_peak (FlitzisSlot *self, double target_peak)
{
  write_target (self, SETTING_TARGET_PEAK, target_peak);
}
