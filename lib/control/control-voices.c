/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/control.h"

#include "control/control-private.h"
#include "flitzis-error.h"
#include "rt/atomics.h"

#include <math.h>

/*
 * Methods that start, stop and change voices. Triggers and stops go through the command queue. The
 * gain, pan and rate of a voice are settings, and so is the cancelling of events.
 */

#define MAX_FADE 60.0     /* seconds */
#define MAX_TWEEN 86400.0 /* seconds */
#define MAX_TWEEN_BEATS 1e6

G_STATIC_ASSERT ((int) FLITZIS_MIXER_STEAL_OLDEST == FLITZIS_STEAL_OLDEST);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_STEAL_QUIETEST == FLITZIS_STEAL_QUIETEST);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_STEAL_REJECT == FLITZIS_STEAL_REJECT);
G_STATIC_ASSERT ((int) FLITZIS_GRID_NONE == FLITZIS_QUANTIZE_NONE);
G_STATIC_ASSERT ((int) FLITZIS_GRID_STEP == FLITZIS_QUANTIZE_STEP);
G_STATIC_ASSERT ((int) FLITZIS_GRID_BEAT == FLITZIS_QUANTIZE_BEAT);
G_STATIC_ASSERT ((int) FLITZIS_GRID_BAR == FLITZIS_QUANTIZE_BAR);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_RETRIGGER_OVERLAP == FLITZIS_RETRIGGER_OVERLAP);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_RETRIGGER_RESTART == FLITZIS_RETRIGGER_RESTART);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_VARIATION_VELOCITY == FLITZIS_VARIATION_VELOCITY);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_VARIATION_ROUND_ROBIN == FLITZIS_VARIATION_ROUND_ROBIN);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_VARIATION_RANDOM == FLITZIS_VARIATION_RANDOM);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_VARIATION_RANDOM_NO_REPEAT ==
                 FLITZIS_VARIATION_RANDOM_NO_REPEAT);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_INTERPOLATION_LINEAR == FLITZIS_INTERPOLATION_LINEAR);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_INTERPOLATION_SINC == FLITZIS_INTERPOLATION_SINC);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_PARAMETER_GAIN == FLITZIS_PARAMETER_GAIN);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_PARAMETER_PAN == FLITZIS_PARAMETER_PAN);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_PARAMETER_RATE == FLITZIS_PARAMETER_RATE);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_CURVE_LINEAR == FLITZIS_CURVE_LINEAR);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_CURVE_DECIBEL == FLITZIS_CURVE_DECIBEL);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_CURVE_SMOOTH == FLITZIS_CURVE_SMOOTH);
G_STATIC_ASSERT ((int) FLITZIS_MIXER_CURVE_EQUAL_POWER == FLITZIS_CURVE_EQUAL_POWER);

static guint32
get_n_frames (FlitzisControl *self, double seconds)
{
  return (guint32) (seconds * self->mixer->sample_rate + 0.5);
}

/* Returns whether this number of records fits. Samples that wait for room go first. */
static gboolean
has_room (FlitzisControl *self, guint n_records)
{
  FlitzisQueue *commands = &self->mixer->commands;

  flitzis_sample_table_send_pending (&self->samples);

  return !flitzis_sample_table_has_pending (&self->samples) &&
         flitzis_queue_get_n_waiting (commands) + n_records <= commands->capacity;
}

static gboolean
send (FlitzisControl *self, const FlitzisCommand *command)
{
  return has_room (self, 1) && flitzis_queue_push (&self->mixer->commands, command);
}

/* Sends a command without a frame with one, for constant timing. Returns FALSE if the timing is not
 * constant, or if there is no room. */
static gboolean
send_stamped (FlitzisControl *self, FlitzisCommand *command)
{
  guint64 frame;

  if (!flitzis_timeline_stamp (&self->timeline, &frame) || !has_room (self, 1) ||
      flitzis_waiting_events_are_full (&self->events))
    return FALSE;

  command->is_stamped = TRUE;
  flitzis_waiting_events_send (&self->events, command, frame);

  return TRUE;
}

static gboolean
check_room (FlitzisControl *self, guint slot, guint n_records, GError **error)
{
  if (flitzis_voice_accounts_are_full (&self->voices))
    flitzis_control_read_reports (self);

  if (flitzis_voice_accounts_are_full (&self->voices))
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
                   "Could not trigger slot %u: %u voices are triggered and have not ended", slot,
                   self->voices.n_voices);
      return FALSE;
    }

  if (has_room (self, n_records))
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
               "Could not trigger slot %u: the command queue is full", slot);

  return FALSE;
}

static guint32
get_release (FlitzisControl *self, guint slot)
{
  return get_n_frames (self, flitzis_get (self->mixer->settings.slots[slot].release));
}

static FlitzisCommand
make_stop (guint64 voice, guint32 n_frames)
{
  return (FlitzisCommand){
    .kind = FLITZIS_COMMAND_STOP_VOICE,
    .stop = { .voice = voice, .n_frames = n_frames },
  };
}

/* The moment at which a trigger is to sound. */
typedef struct
{
  gboolean         is_timed;
  guint64          frame;
  FlitzisGridUnit  unit;
  FlitzisGridPoint point;      /* FLITZIS_GRID_GIVEN */
  gboolean         is_stamped; /* the frame is not the program's */
  guint64          called_ns;  /* the time of a call that means now; else 0 */
  guint64          follows;    /* a voice, at whose end; 0: none */
} Moment;

static Moment
find_moment (FlitzisControl *self, guint slot, const guint64 *frame, const double *beat)
{
  Moment moment = { .is_timed = TRUE };

  if (frame != NULL)
    {
      moment.frame = *frame;
      return moment;
    }

  if (beat != NULL)
    {
      moment.unit = FLITZIS_GRID_GIVEN;
      moment.point = flitzis_tempo_find_point (&self->tempo, *beat);
      return moment;
    }

  if (flitzis_tempo_is_running (&self->tempo))
    moment.unit = (FlitzisGridUnit) flitzis_get (self->mixer->settings.slots[slot].grid);

  if (moment.unit == FLITZIS_GRID_NONE)
    moment.called_ns = flitzis_timeline_get_call_time ();

  return moment;
}

/* After the end of a voice that has ended already is now. */
static Moment
find_moment_after (FlitzisControl *self, guint64 voice)
{
  if (flitzis_voice_accounts_find (&self->voices, voice) != NULL)
    return (Moment){ .is_timed = TRUE, .follows = voice };

  return (Moment){ .called_ns = flitzis_timeline_get_call_time () };
}

/* Returns whether the moment is a frame, a beat or an end that the program has named. */
static gboolean
is_named (const Moment *moment)
{
  return moment->unit == FLITZIS_GRID_GIVEN ||
         (moment->unit == FLITZIS_GRID_NONE && moment->called_ns == 0);
}

/* With constant timing, a trigger that is to sound now gets a frame, too. */
static void
stamp_moment (FlitzisControl *self, Moment *moment)
{
  if (moment->called_ns > 0)
    moment->is_timed = moment->is_stamped = flitzis_timeline_stamp (&self->timeline,
                                                                    &moment->frame);
}

/* Returns whether a trigger that means now would sound too late or never. Old triggers must not
 * sound later. */
static gboolean
is_out_of_reach (FlitzisControl *self, const Moment *moment)
{
  if (self->state == FLITZIS_STATE_RECONNECTING)
    return TRUE;

  if (moment->called_ns == 0)
    return FALSE;

  return (self->state == FLITZIS_STATE_STARTING && flitzis_sink_table_is_empty (&self->sinks)) ||
         (self->state == FLITZIS_STATE_RUNNING && !self->is_asleep &&
          flitzis_timeline_is_stalled (&self->timeline, moment->called_ns));
}

static guint8
get_layer (const FlitzisTrigger *trigger)
{
  return trigger->layer < 0 ? FLITZIS_ANY_LAYER : (guint8) trigger->layer;
}

/* There must be room. The record is filled inside the queue, because copying it would take longer
 * than filling it. */
static void
send_play (FlitzisControl       *self,
           guint64               voice,
           guint                 id,
           double                velocity,
           const Moment         *moment,
           const FlitzisTrigger *more)
{
  FlitzisSettings     *settings = &self->mixer->settings;
  FlitzisSlotSettings *slot = &settings->slots[id];
  FlitzisCommand      *command = flitzis_queue_get_room (&self->mixer->commands);
  FlitzisSound         sound;

  /* first, so that the mixer finds them when it reads the trigger */
  flitzis_settings_set_voice (settings, voice, more->gain, more->pan, more->rate);
  flitzis_settings_vary_voice (settings, voice, flitzis_get (slot->random_gain),
                               flitzis_get (slot->random_rate));
  sound = flitzis_settings_get_sound (settings, id, voice, velocity);

  *command = (FlitzisCommand){
    .kind = FLITZIS_COMMAND_PLAY,
    .is_timed = moment->is_timed,
    .is_stamped = moment->is_stamped,
    .is_follower = moment->follows != 0,
    .steal = (FlitzisMixerSteal) self->steal,
    .unit = moment->unit,
    .restarts = flitzis_get (slot->retrigger) == FLITZIS_MIXER_RETRIGGER_RESTART,
    .is_reverse = flitzis_get (slot->is_reverse),
    .variation = (FlitzisMixerVariation) flitzis_get (slot->variation),
    .slot = (guint16) id,
    .layer = get_layer (more),
    .steps_per_beat = moment->point.is_swung ? (guint8) moment->point.steps_per_beat : 0,
    .event = moment->is_timed ? flitzis_waiting_events_count (&self->events) : 0,
    .play = {
        .voice = voice,
        .velocity = velocity,
        .start = (guint32) MIN (flitzis_get (slot->start), G_MAXUINT32),
        .end = (guint32) MIN (flitzis_get (slot->end), G_MAXUINT32),
        .stop_frame = more->stop_frame,
        .n_passes = more->loops,
        .n_fade_in_frames = get_n_frames (self, more->fade_in >= 0.0
                                                    ? more->fade_in
                                                    : flitzis_get (slot->attack)),
        .gain = MAX (sound.left, sound.right),
        .choke_group = flitzis_get (slot->choke_group),
        .priority = flitzis_get (slot->priority),
        .random_start = flitzis_get (slot->random_start),
    },
  };

  /* these share a field */
  if (moment->unit == FLITZIS_GRID_GIVEN)
    command->step = moment->point.step;
  else if (moment->follows != 0)
    command->follows = moment->follows;
  else if (moment->is_timed)
    command->frame = moment->frame;
  else
    command->called_ns = moment->called_ns;

  flitzis_queue_push_room (&self->mixer->commands);

  if (more->stop_frame > 0)
    {
      FlitzisCommand stop = make_stop (voice, FLITZIS_SLOT_RELEASE);

      flitzis_waiting_events_send (&self->events, &stop, more->stop_frame);
    }
}

static void
count_voice (FlitzisControl *self, guint64 voice, guint slot, gboolean is_timed)
{
  if (flitzis_voice_accounts_add (&self->voices, voice, slot, is_timed))
    flitzis_control_push_slot_changed (self, slot, "playing");
}

/* Returns whether the slot has a layer for the trigger. */
static gboolean
has_layer (FlitzisControl *self, guint slot, double velocity, const FlitzisTrigger *more)
{
  guint32 variation = flitzis_get (self->mixer->settings.slots[slot].variation);

  return flitzis_sample_table_answers (&self->samples, slot, get_layer (more),
                                       (FlitzisMixerVariation) variation, velocity);
}

/* Returns whether a streamed sample of the slot can be played as the settings say. */
static gboolean
check_streams (FlitzisControl *self, guint id, const FlitzisTrigger *more, GError **error)
{
  FlitzisSlotSettings *slot = &self->mixer->settings.slots[id];
  guint                streamed = self->samples.slots[id].streamed;
  const char          *why = NULL;

  if (more->layer >= 0)
    streamed &= 1u << more->layer;

  if (streamed == 0)
    return TRUE;

  if (flitzis_get (slot->is_reverse))
    why = "be played backwards";
  else if (flitzis_get (slot->loop_crossfade) > 0.0 &&
           flitzis_settings_count_loops (slot, more->loops, 0) > 0)
    why = "have a loop with a crossfade";
  else
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
               "Could not trigger slot %u: a streamed sample cannot %s", id, why);

  return FALSE;
}

/* A trigger that waits for its frame needs no layer yet: the mixer chooses one when the frame
 * comes. */
static guint64
play (FlitzisControl       *self,
      guint                 id,
      double                velocity,
      Moment                moment,
      const FlitzisTrigger *more,
      GError              **error)
{
  guint   n_events;
  guint64 voice;

  if (!is_named (&moment) && !has_layer (self, id, velocity, more))
    return 0;

  if (!check_streams (self, id, more, error))
    return 0;

  if (moment.called_ns > 0)
    flitzis_set (self->mixer->settings.newest_call_ns, moment.called_ns);

  if (is_out_of_reach (self, &moment))
    {
      flitzis_voice_accounts_reject (&self->voices);
      return 0;
    }

  stamp_moment (self, &moment);
  n_events = (moment.is_timed ? 1 : 0) + (more->stop_frame > 0 ? 1 : 0);

  if (moment.unit != FLITZIS_GRID_NONE &&
      !flitzis_waiting_events_check_quantized (&self->events, id, error))
    return 0;

  if ((n_events > 0 && !flitzis_waiting_events_check (&self->events, id, n_events, error)) ||
      !check_room (self, id, moment.is_timed ? n_events : n_events + 1, error))
    return 0;

  if (moment.unit != FLITZIS_GRID_NONE)
    flitzis_waiting_events_count_quantized (&self->events);

  voice = flitzis_voice_accounts_find_free (&self->voices);
  send_play (self, voice, id, velocity, &moment, more);
  count_voice (self, voice, id, moment.is_timed && !moment.is_stamped);
  flitzis_control_settle (self);

  return voice;
}

/* NaN is not in any range, either. */
static gboolean
check_range (double value, double minimum, double maximum, const char *name, GError **error)
{
  if (value >= minimum && value <= maximum)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "A %s is %g to %g, not %g", name, minimum, maximum, value);

  return FALSE;
}

static gboolean
check_gain (double gain, GError **error)
{
  return check_range (gain, 0.0, 16.0, "gain", error);
}

static gboolean
check_pan (double pan, GError **error)
{
  return check_range (pan, -1.0, 1.0, "pan", error);
}

static gboolean
check_rate (double rate, GError **error)
{
  return check_range (rate, 0.25, 4.0, "playback rate", error);
}

static gboolean
check_frames (const FlitzisTrigger *trigger, GError **error)
{
  if (trigger->stop_frame == 0 || trigger->stop_frame > trigger->frame)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "What starts at frame %" G_GUINT64_FORMAT " cannot stop at %" G_GUINT64_FORMAT,
               trigger->frame, trigger->stop_frame);

  return FALSE;
}

static gboolean
check_beat (const guint64 *frame, const double *beat, GError **error)
{
  if (beat == NULL)
    return TRUE;

  if (frame == NULL)
    return check_range (*beat, -FLITZIS_MAX_BEAT, FLITZIS_MAX_BEAT, "beat", error);

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "A trigger has a frame or a beat, not frame %" G_GUINT64_FORMAT " and beat %g",
               *frame, *beat);

  return FALSE;
}

static gboolean
check_velocity (double velocity, GError **error)
{
  return check_range (velocity, 0.0, 1.0, "velocity", error);
}

static gboolean
check_more (const FlitzisTrigger *more, GError **error)
{
  return check_gain (more->gain, error) &&
         check_pan (more->pan, error) &&
         check_rate (more->rate, error) &&
         (more->fade_in < 0.0 || check_range (more->fade_in, 0.0, MAX_FADE, "fade", error)) &&
         check_range (more->layer, -1, FLITZIS_N_LAYERS - 1, "layer", error) &&
         check_frames (more, error);
}

guint64
flitzis_control_play (FlitzisControl       *self,
                      guint                 slot,
                      double                velocity,
                      const guint64        *frame,
                      const double         *beat,
                      const FlitzisTrigger *more,
                      GError              **error)
{
  static const FlitzisTrigger plain = { .gain = 1.0, .rate = 1.0, .fade_in = -1.0, .layer = -1 };
  guint64                     voice;

  if (!flitzis_control_check_slot (self, slot, error))
    return 0;

  if (!check_velocity (velocity, error) || !check_beat (frame, beat, error) ||
      (more != NULL && !check_more (more, error)))
    {
      g_prefix_error (error, "Could not trigger slot %u: ", slot);
      return 0;
    }

  flitzis_control_lock (self);
  voice = play (self, slot, velocity, find_moment (self, slot, frame, beat),
                more != NULL ? more : &plain, error);
  flitzis_control_unlock (self);

  return voice;
}

static gboolean
check_no_moment (const FlitzisTrigger *trigger, GError **error)
{
  if (trigger->frame == 0 && isnan (trigger->beat))
    return TRUE;

  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                       "A trigger that follows a voice has no frame and no beat");

  return FALSE;
}

guint64
flitzis_control_play_after (FlitzisControl       *self,
                            guint64               voice,
                            const FlitzisTrigger *trigger,
                            GError              **error)
{
  guint64 follower;

  if (!flitzis_control_check_slot (self, trigger->slot, error))
    return 0;

  if (!check_velocity (trigger->velocity, error) || !check_no_moment (trigger, error) ||
      !check_more (trigger, error))
    {
      g_prefix_error (error, "Could not trigger slot %u: ", trigger->slot);
      return 0;
    }

  flitzis_control_lock (self);
  follower = play (self, trigger->slot, trigger->velocity, find_moment_after (self, voice),
                   trigger, error);
  flitzis_control_unlock (self);

  return follower;
}

static gboolean
is_sounding (FlitzisControl *self, guint64 voice)
{
  return flitzis_pool_get_place (&self->mixer->pool, voice, TRUE) >= 0;
}

/* Replaces a stop for which the queue has no room: marks all outstanding voices of these slots,
 * except those that wait for their frame. */
static void
mark_voices (FlitzisControl *self, guint first_slot, guint last_slot)
{
  FlitzisSettings *settings = &self->mixer->settings;

  for (guint64 i = 0; i <= settings->cell_mask; i++)
    {
      FlitzisVoiceSettings *cell = &settings->voices[i];

      if (cell->voice != 0 && cell->slot >= first_slot && cell->slot <= last_slot &&
          (!cell->is_timed || is_sounding (self, cell->voice)))
        flitzis_settings_mark_stop (settings, cell->voice, get_release (self, cell->slot));
    }
}

/* A stop goes through the queue to keep its place among the triggers. If the queue is full, it
 * becomes a mark. */

void
flitzis_control_stop_slot (FlitzisControl *self, guint slot)
{
  FlitzisCommand command = { .kind = FLITZIS_COMMAND_STOP_SLOT, .slot = slot };

  flitzis_control_lock (self);

  if (!send_stamped (self, &command) && !send (self, &command))
    mark_voices (self, slot, slot);

  flitzis_control_settle (self);
  flitzis_control_unlock (self);
}

void
flitzis_control_stop_all (FlitzisControl *self)
{
  FlitzisCommand command = { .kind = FLITZIS_COMMAND_STOP_ALL };

  flitzis_control_lock (self);

  if (!send_stamped (self, &command) && !send (self, &command))
    mark_voices (self, 0, G_MAXUINT);

  flitzis_control_settle (self);
  flitzis_control_unlock (self);
}

static gboolean
stop_slot_at (FlitzisControl *self, guint slot, guint64 frame, GError **error)
{
  FlitzisCommand command = { .kind = FLITZIS_COMMAND_STOP_SLOT, .slot = slot };

  if (!flitzis_waiting_events_check (&self->events, slot, 1, error))
    return FALSE;

  if (!has_room (self, 1))
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
                   "Could not schedule a stop of slot %u: the command queue is full", slot);
      return FALSE;
    }

  flitzis_waiting_events_send (&self->events, &command, frame);
  flitzis_control_settle (self);

  return TRUE;
}

gboolean
flitzis_control_stop_slot_at (FlitzisControl *self, guint slot, guint64 frame, GError **error)
{
  gboolean is_sent;

  if (!flitzis_control_check_slot (self, slot, error))
    return FALSE;

  flitzis_control_lock (self);
  is_sent = stop_slot_at (self, slot, frame, error);
  flitzis_control_unlock (self);

  return is_sent;
}

void
flitzis_control_cancel_scheduled (FlitzisControl *self)
{
  flitzis_control_lock (self);
  flitzis_waiting_events_cancel (&self->events);
  flitzis_control_settle (self);
  flitzis_control_unlock (self);
}

/* Returns the settings of one voice, or NULL if it has ended. Keeps the mutex locked. */
static FlitzisVoiceSettings *
lock_voice (FlitzisControl *self, guint64 voice)
{
  flitzis_control_lock (self);

  return flitzis_voice_accounts_find (&self->voices, voice);
}

/* A command stops voices that sound. Only a mark can stop a voice that waits for its frame. */
static void
stop_voice (FlitzisControl *self, guint64 voice, guint32 n_frames)
{
  FlitzisCommand        command = make_stop (voice, n_frames);
  FlitzisVoiceSettings *cell = flitzis_voice_accounts_find (&self->voices, voice);

  if (cell->is_timed || (!send_stamped (self, &command) && !send (self, &command)))
    flitzis_settings_mark_stop (&self->mixer->settings, voice,
                                n_frames == FLITZIS_SLOT_RELEASE ? get_release (self, cell->slot)
                                                                 : n_frames);

  flitzis_control_settle (self);
}

void
flitzis_control_stop_voice (FlitzisControl *self, guint64 voice)
{
  if (lock_voice (self, voice) != NULL)
    stop_voice (self, voice, FLITZIS_SLOT_RELEASE);

  flitzis_control_unlock (self);
}

gboolean
flitzis_control_stop_voice_with_fade (FlitzisControl *self,
                                      guint64         voice,
                                      double          seconds,
                                      GError        **error)
{
  if (!flitzis_fork_check (error) || !check_range (seconds, 0.0, MAX_FADE, "fade", error))
    return FALSE;

  if (lock_voice (self, voice) != NULL)
    stop_voice (self, voice, get_n_frames (self, seconds));

  flitzis_control_unlock (self);

  return TRUE;
}

static void
end_tween (FlitzisVoiceSettings *settings, FlitzisMixerParameter parameter)
{
  atomic_fetch_add_explicit (&settings->n_sets[parameter], 1, memory_order_release);
}

gboolean
flitzis_control_set_voice_gain (FlitzisControl *self, guint64 voice, double gain, GError **error)
{
  FlitzisVoiceSettings *settings;

  if (!flitzis_fork_check (error) || !check_gain (gain, error))
    return FALSE;

  settings = lock_voice (self, voice);

  if (settings != NULL)
    {
      flitzis_set (settings->gain, gain);
      end_tween (settings, FLITZIS_MIXER_PARAMETER_GAIN);
    }

  flitzis_settings_tell (&self->mixer->settings);

  flitzis_control_unlock (self);

  return TRUE;
}

gboolean
flitzis_control_set_voice_pan (FlitzisControl *self, guint64 voice, double pan, GError **error)
{
  FlitzisVoiceSettings *settings;

  if (!flitzis_fork_check (error) || !check_pan (pan, error))
    return FALSE;

  settings = lock_voice (self, voice);

  if (settings != NULL)
    {
      flitzis_set (settings->pan, (float) pan);
      end_tween (settings, FLITZIS_MIXER_PARAMETER_PAN);
    }

  flitzis_settings_tell (&self->mixer->settings);

  flitzis_control_unlock (self);

  return TRUE;
}

gboolean
flitzis_control_set_voice_rate (FlitzisControl *self, guint64 voice, double rate, GError **error)
{
  FlitzisVoiceSettings *settings;

  if (!flitzis_fork_check (error) || !check_rate (rate, error))
    return FALSE;

  settings = lock_voice (self, voice);

  if (settings != NULL)
    {
      flitzis_set (settings->rate, rate);
      end_tween (settings, FLITZIS_MIXER_PARAMETER_RATE);
    }

  flitzis_settings_tell (&self->mixer->settings);

  flitzis_control_unlock (self);

  return TRUE;
}

void
flitzis_control_set_voice_paused (FlitzisControl *self, guint64 voice, gboolean is_paused)
{
  FlitzisVoiceSettings *settings = lock_voice (self, voice);

  if (settings != NULL)
    flitzis_set (settings->is_paused, is_paused);

  flitzis_settings_tell (&self->mixer->settings);

  flitzis_control_unlock (self);
}

gboolean
flitzis_control_seek_voice (FlitzisControl *self, guint64 voice, guint64 frame, GError **error)
{
  FlitzisCommand command = {
    .kind = FLITZIS_COMMAND_SEEK_VOICE,
    .seek = { .voice = voice, .frame = (guint32) MIN (frame, G_MAXUINT32) },
  };
  gboolean is_sent;

  if (!flitzis_fork_check (error))
    return FALSE;

  is_sent = lock_voice (self, voice) == NULL || send_stamped (self, &command) ||
            send (self, &command);
  flitzis_control_settle (self);
  flitzis_control_unlock (self);

  if (!is_sent)
    g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
                         "Could not move a voice to another frame: the command queue is full");

  return is_sent;
}

/* The mixer writes the id of the place's voice last, and removes it when the voice ends. */
static gint64
get_place (FlitzisControl *self, guint64 voice, gboolean is_start)
{
  gint64 frame = -1;

  if (lock_voice (self, voice) != NULL)
    frame = flitzis_pool_get_place (&self->mixer->pool, voice, is_start);

  flitzis_control_unlock (self);

  return frame;
}

gint64
flitzis_control_get_voice_position (FlitzisControl *self, guint64 voice)
{
  return get_place (self, voice, FALSE);
}

gint64
flitzis_control_get_voice_start_frame (FlitzisControl *self, guint64 voice)
{
  return get_place (self, voice, TRUE);
}

static gboolean
check_value (FlitzisParameter parameter, double value, GError **error)
{
  switch (parameter)
    {
    case FLITZIS_PARAMETER_GAIN:
      return check_gain (value, error);
    case FLITZIS_PARAMETER_PAN:
      return check_pan (value, error);
    case FLITZIS_PARAMETER_RATE:
      return check_rate (value, error);
    }

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "There is no parameter %d", (int) parameter);

  return FALSE;
}

static gboolean
check_curve (FlitzisParameter parameter, FlitzisCurve curve, GError **error)
{
  if ((guint) curve > FLITZIS_CURVE_EQUAL_POWER)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                 "There is no curve %d", (int) curve);
  else if (parameter == FLITZIS_PARAMETER_PAN && curve == FLITZIS_CURVE_DECIBEL)
    g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                         "A pan cannot move in decibels");
  else
    return TRUE;

  return FALSE;
}

/* A field is unset if it is negative; NaN is not. */
static gboolean
check_length (double length, double maximum, const char *name, GError **error)
{
  return length < 0.0 || check_range (length, 0.0, maximum, name, error);
}

static gboolean
check_tween (FlitzisParameter    parameter,
             double              value,
             const FlitzisTween *tween,
             GError            **error)
{
  gboolean has_beat = !isnan (tween->beat);

  if (has_beat && tween->frame > 0)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "A tween has a frame or a beat, not frame %" G_GUINT64_FORMAT " and beat %g",
                   tween->frame, tween->beat);
      return FALSE;
    }

  if (tween->duration >= 0.0 && tween->beats >= 0.0)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "A tween takes seconds or beats, not %g s and %g beats", tween->duration,
                   tween->beats);
      return FALSE;
    }

  return check_value (parameter, value, error) &&
         check_curve (parameter, tween->curve, error) &&
         (!has_beat ||
          check_range (tween->beat, -FLITZIS_MAX_BEAT, FLITZIS_MAX_BEAT, "beat", error)) &&
         check_length (tween->duration, MAX_TWEEN, "duration of a tween", error) &&
         check_length (tween->beats, MAX_TWEEN_BEATS, "number of beats", error);
}

static gboolean
check_tween_room (FlitzisControl *self, gboolean has_beat, GError **error)
{
  guint n_quantized = (guint) (self->events.n_quantized -
                               flitzis_get (self->mixer->n_quantized_done));

  if (flitzis_waiting_events_are_full (&self->events))
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
                 "%u events wait or move already", self->mixer->n_events);
  else if (has_beat && n_quantized >= self->mixer->max_quantized)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
                 "%u events wait for beats already", n_quantized);
  else if (!has_room (self, 1))
    g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_BUSY,
                         "the command queue is full");
  else
    return TRUE;

  return FALSE;
}

static void
set_length (FlitzisControl *self, FlitzisCommand *command, const FlitzisTween *tween)
{
  FlitzisGridPoint end;

  if (tween->beats < 0.0)
    {
      command->tween.unit = FLITZIS_TWEEN_FRAMES;
      command->tween.length = llround (MAX (tween->duration, 0.0) * self->mixer->sample_rate);
    }
  else if (isnan (tween->beat))
    {
      command->tween.unit = FLITZIS_TWEEN_BEATS;
      command->tween.length = llround (tween->beats * FLITZIS_PARTS_PER_BEAT);
    }
  else
    {
      end = flitzis_tempo_find_point (&self->tempo, tween->beat + tween->beats);
      command->tween.unit = FLITZIS_TWEEN_POINTS;
      command->tween.begin = command->step;
      command->tween.length = end.step;
      command->tween.end_steps_per_beat = end.is_swung ? (guint8) end.steps_per_beat : 0;
    }
}

/* A tween for now gets a frame, too, if the timing is constant. */
static void
set_begin (FlitzisControl *self, FlitzisCommand *command, const FlitzisTween *tween)
{
  FlitzisGridPoint point;
  guint64          frame;

  command->is_timed = TRUE;

  if (!isnan (tween->beat))
    {
      point = flitzis_tempo_find_point (&self->tempo, tween->beat);
      command->unit = FLITZIS_GRID_GIVEN;
      command->step = point.step;
      command->steps_per_beat = point.is_swung ? (guint8) point.steps_per_beat : 0;
      flitzis_waiting_events_count_quantized (&self->events);
    }
  else if (tween->frame > 0)
    {
      command->frame = tween->frame;
    }
  else if (flitzis_timeline_stamp (&self->timeline, &frame))
    {
      command->is_stamped = TRUE;
      command->frame = frame;
    }
  else
    {
      command->is_next = TRUE;
    }
}

/* The command has all but the time of the tween, and how many times its setting has been set. */
static gboolean
send_tween (FlitzisControl     *self,
            FlitzisCommand     *command,
            const FlitzisTween *tween,
            _Atomic uint32_t   *n_sets,
            GError            **error)
{
  if (!check_tween_room (self, !isnan (tween->beat), error))
    return FALSE;

  command->kind = FLITZIS_COMMAND_TWEEN;
  command->tween.curve = (FlitzisMixerCurve) tween->curve;
  command->tween.n_sets = flitzis_get (*n_sets);
  set_begin (self, command, tween);
  set_length (self, command, tween);
  command->event = flitzis_waiting_events_count (&self->events);
  flitzis_tween_table_count (&self->tweens);
  flitzis_queue_push (&self->mixer->commands, command);
  flitzis_control_settle (self);

  return TRUE;
}

gboolean
flitzis_control_tween_engine (FlitzisControl     *self,
                              double              value,
                              const FlitzisTween *tween,
                              GError            **error)
{
  FlitzisCommand command = { .tween = { .target = FLITZIS_TWEEN_ENGINE, .to = value } };
  gboolean       is_sent = FALSE;

  if (!flitzis_fork_check (error))
    return FALSE;

  flitzis_control_lock (self);

  if (check_tween (FLITZIS_PARAMETER_GAIN, value, tween, error))
    is_sent = send_tween (self, &command, tween, &self->mixer->settings.moved.n_sets, error);

  flitzis_control_unlock (self);

  if (!is_sent)
    g_prefix_error (error, "Could not tween the gain: ");

  return is_sent;
}

gboolean
flitzis_control_tween_slot (FlitzisControl     *self,
                            guint               slot,
                            FlitzisParameter    parameter,
                            double              value,
                            const FlitzisTween *tween,
                            GError            **error)
{
  FlitzisCommand command = {
    .slot = (guint16) slot,
    .tween = {
        .target = FLITZIS_TWEEN_SLOT,
        .parameter = (FlitzisMixerParameter) parameter,
        .to = value,
    },
  };
  gboolean is_sent = FALSE;

  if (!flitzis_control_check_slot (self, slot, error))
    return FALSE;

  flitzis_control_lock (self);

  if (check_tween (parameter, value, tween, error))
    is_sent = send_tween (self, &command, tween,
                          &self->mixer->settings.slots[slot].moved[parameter].n_sets, error);

  flitzis_control_unlock (self);

  if (!is_sent)
    g_prefix_error (error, "Could not tween slot %u: ", slot);

  return is_sent;
}

gboolean
flitzis_control_tween_voice (FlitzisControl     *self,
                             guint64             voice,
                             FlitzisParameter    parameter,
                             double              value,
                             const FlitzisTween *tween,
                             GError            **error)
{
  FlitzisVoiceSettings *settings;
  FlitzisCommand        command = {
           .tween = {
               .voice = voice,
               .target = FLITZIS_TWEEN_VOICE,
               .parameter = (FlitzisMixerParameter) parameter,
               .to = value,
    },
  };
  gboolean is_fine;

  if (!flitzis_fork_check (error))
    return FALSE;

  settings = lock_voice (self, voice);
  is_fine = check_tween (parameter, value, tween, error) &&
            (settings == NULL ||
             send_tween (self, &command, tween, &settings->n_sets[parameter], error));
  flitzis_control_unlock (self);

  if (!is_fine)
    g_prefix_error (error, "Could not tween voice %" G_GUINT64_FORMAT ": ", voice);

  return is_fine;
}
