/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "commands.h"

#include "atomics.h"
#include "pool-end.h"
#include "pool-seek.h"
#include "pool-start.h"
#include "pool-tween.h"
#include "pool-vary.h"

static bool
is_quantized (const FlitzisCommand *command) FLITZIS_REALTIME
{
  return command->unit != FLITZIS_GRID_NONE;
}

/* A tween counts as an event until it has ended. */
static void
count_done (FlitzisMixer *mixer, const FlitzisCommand *event) FLITZIS_REALTIME
{
  if (event->kind != FLITZIS_COMMAND_TWEEN)
    flitzis_count (&mixer->n_events_done, 1);

  if (is_quantized (event))
    flitzis_count (&mixer->n_quantized_done, 1);
}

/* Returns whether a mark stopped this trigger before its frame, or the trigger that this event
 * stops. */
static bool
is_of_stopped (FlitzisMixer *mixer, const FlitzisCommand *event) FLITZIS_REALTIME
{
  uint64_t voice;

  if (event->kind == FLITZIS_COMMAND_PLAY)
    voice = event->play.voice;
  else if (event->kind == FLITZIS_COMMAND_STOP_VOICE &&
           flitzis_pool_find_voice (&mixer->pool, event->stop.voice) == NULL)
    voice = event->stop.voice;
  else
    return false;

  return flitzis_get (flitzis_settings_get_voice (&mixer->settings, voice)->n_stop_frames) >= 0;
}

/* Drops an event that a mark has cancelled or stopped. Returns whether it did. */
static bool
drop_marked (FlitzisMixer *mixer, const FlitzisCommand *event) FLITZIS_REALTIME
{
  bool is_tween = event->kind == FLITZIS_COMMAND_TWEEN;
  bool is_cancelled = (!event->is_stamped || is_tween) && event->event < mixer->cancel_below;

  if (!is_cancelled && !is_of_stopped (mixer, event))
    return false;

  if (event->kind == FLITZIS_COMMAND_PLAY)
    flitzis_pool_report_end (&mixer->pool, event->play.voice,
                             is_cancelled ? FLITZIS_END_CANCELLED : FLITZIS_END_STOPPED);

  if (is_tween)
    flitzis_pool_drop_tween (&mixer->pool);

  count_done (mixer, event);

  return true;
}

/* Drops at most `n` triggers whose voice did not play to the end. Triggers that wait for these are
 * dropped after them. */
static void
drop_cancelled (FlitzisMixer *mixer, uint32_t n) FLITZIS_REALTIME
{
  FlitzisCommand event;

  for (; n > 0 && flitzis_schedule_pop_cancelled (&mixer->schedule, &event); n--)
    {
      flitzis_pool_report_end (&mixer->pool, event.play.voice, FLITZIS_END_CANCELLED);
      count_done (mixer, &event);
    }
}

static void
sweep (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  FlitzisSchedule      *schedule = &mixer->schedule;
  uint32_t              n_left = FLITZIS_N_SWEPT;
  const FlitzisCommand *event;

  while ((event = flitzis_schedule_sweep_next (schedule, &n_left)) != NULL)
    if (drop_marked (mixer, event))
      flitzis_schedule_remove_swept (schedule);

  drop_cancelled (mixer, n_left);
}

/* A trigger that waits begins at the frame later. */
static void
seek (FlitzisMixer *mixer, uint64_t voice, uint32_t frame, uint64_t now) FLITZIS_REALTIME
{
  FlitzisCommand *trigger = flitzis_schedule_find (&mixer->schedule, voice);

  if (trigger == NULL)
    {
      flitzis_pool_seek_voice (&mixer->pool, voice, frame, now);
      return;
    }

  trigger->seeks = true;
  trigger->play.seek_frame = frame;
}

static void
apply (FlitzisMixer *mixer, const FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  switch (command->kind)
    {
    case FLITZIS_COMMAND_PLAY:
      flitzis_pool_play (&mixer->pool, command, now);
      break;
    case FLITZIS_COMMAND_STOP_VOICE:
      flitzis_pool_stop_voice (&mixer->pool, command->stop.voice, command->stop.n_frames);
      break;
    case FLITZIS_COMMAND_STOP_SLOT:
      flitzis_pool_stop_slot (&mixer->pool, command->slot);
      break;
    case FLITZIS_COMMAND_STOP_ALL:
      flitzis_pool_stop_all (&mixer->pool);
      break;
    case FLITZIS_COMMAND_SEEK_VOICE:
      seek (mixer, command->seek.voice, command->seek.frame, now);
      break;
    case FLITZIS_COMMAND_PUBLISH:
      flitzis_pool_publish (&mixer->pool, command->slot, command->layer, command->publish.handle,
                            command->publish.range);
      break;
    case FLITZIS_COMMAND_TWEEN:
      flitzis_pool_begin_tween (&mixer->pool, command, &mixer->grid, now);
      break;
    }
}

/* A trigger that follows a voice which has ended plays now. */
static void
take_follower (FlitzisMixer *mixer, const FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  FlitzisVoice *voice = flitzis_pool_find_voice (&mixer->pool, command->follows);

  if (voice == NULL && flitzis_schedule_find (&mixer->schedule, command->follows) == NULL)
    {
      count_done (mixer, command);
      apply (mixer, command, now);
      return;
    }

  flitzis_schedule_add (&mixer->schedule, command);

  if (voice != NULL)
    flitzis_pool_add_leader (&mixer->pool, voice);
}

/* Adds a tween that begins with the next block, among all that waits for its first frame. */
static void
add_next (FlitzisMixer *mixer, const FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  FlitzisCommand tween = *command;

  tween.is_next = true;
  tween.frame = now;
  flitzis_schedule_add (&mixer->schedule, &tween);
}

/* Late triggers and stops are carried out now, before those that wait for this frame. Late tweens
 * begin with the next block. */
static void
take (FlitzisMixer *mixer, const FlitzisCommand *command, uint64_t now) FLITZIS_REALTIME
{
  if (!command->is_timed)
    {
      apply (mixer, command, now);
      return;
    }

  if (drop_marked (mixer, command))
    return;

  if (command->is_follower)
    {
      take_follower (mixer, command, now);
      return;
    }

  if (command->is_next)
    {
      add_next (mixer, command, now);
      return;
    }

  if (is_quantized (command) || command->frame >= now)
    {
      flitzis_schedule_add (&mixer->schedule, command);
      return;
    }

  flitzis_count (&mixer->n_late, 1);

  if (command->kind == FLITZIS_COMMAND_TWEEN)
    {
      add_next (mixer, command, now);
      return;
    }

  count_done (mixer, command);
  apply (mixer, command, now);
}

void
flitzis_mixer_apply_commands (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  uint64_t       now = flitzis_get (mixer->position);
  uint32_t       n_waiting = flitzis_queue_get_n_waiting (&mixer->commands);
  bool           has_marks = flitzis_settings_have_changed (&mixer->settings.n_marks,
                                                            &mixer->n_marks_seen);
  FlitzisCommand command;

  mixer->cancel_below = flitzis_get (mixer->settings.cancel_below);
  flitzis_pool_follow_seed (&mixer->pool);

  if (has_marks)
    {
      flitzis_pool_stop_marked (&mixer->pool);
      flitzis_pool_cancel_tweens (&mixer->pool, mixer->cancel_below, now);
      flitzis_schedule_begin_sweep (&mixer->schedule);
    }

  for (uint32_t i = 0; i < n_waiting && flitzis_queue_pop (&mixer->commands, &command); i++)
    take (mixer, &command, now);

  sweep (mixer);
}

void
flitzis_mixer_apply_events (FlitzisMixer *mixer, uint64_t now) FLITZIS_REALTIME
{
  FlitzisCommand command;

  while (flitzis_schedule_pop (&mixer->schedule, now, &command))
    if (!drop_marked (mixer, &command))
      {
        flitzis_count (&mixer->n_late, command.is_late ? 1 : 0);
        count_done (mixer, &command);
        apply (mixer, &command, now);
        flitzis_pool_begin_newest (&mixer->pool);
      }
}
