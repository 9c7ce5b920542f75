/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-tween.h"

#include "atomics.h"
#include "pool-follow.h"
#include "pool-sound.h"

/* A setting of the engine, a slot or a voice, which tweens can move. */
typedef struct
{
  FlitzisTweenTarget    target;
  FlitzisMixerParameter parameter;
  uint32_t              slot;
  FlitzisVoice         *voice; /* NULL unless it is one */
} Setting;

static Setting
get_setting (FlitzisPool *pool, const FlitzisTweenRun *run) FLITZIS_REALTIME
{
  uint32_t index = (uint32_t) (run - pool->tweens.runs), of;

  if (index == 0)
    return (Setting){ .target = FLITZIS_TWEEN_ENGINE };

  of = (index - 1) / FLITZIS_N_PARAMETERS;

  return (Setting){
    .target = of < pool->tweens.n_slots ? FLITZIS_TWEEN_SLOT : FLITZIS_TWEEN_VOICE,
    .parameter = (index - 1) % FLITZIS_N_PARAMETERS,
    .slot = of,
    .voice = of < pool->tweens.n_slots ? NULL : &pool->voices[of - pool->tweens.n_slots],
  };
}

/* Not for voices. */
static FlitzisMoved *
get_moved (FlitzisPool *pool, const Setting *setting) FLITZIS_REALTIME
{
  return setting->target == FLITZIS_TWEEN_ENGINE
             ? &pool->settings->moved
             : &pool->settings->slots[setting->slot].moved[setting->parameter];
}

static uint32_t
get_n_sets (FlitzisPool *pool, const Setting *setting) FLITZIS_REALTIME
{
  if (setting->voice != NULL)
    return flitzis_get (flitzis_settings_get_voice (pool->settings, setting->voice->id)
                            ->n_sets[setting->parameter]);

  return atomic_load_explicit (&get_moved (pool, setting)->n_sets, memory_order_acquire);
}

/* Sets the present value of a setting. It holds until control sets the setting once more: until
 * then, control has set it `n_sets` times. */
static void
put (FlitzisPool *pool, const Setting *setting, double value, uint32_t n_sets) FLITZIS_REALTIME
{
  FlitzisMoved *moved;

  if (setting->voice != NULL)
    {
      setting->voice->moved[setting->parameter] = (FlitzisVoiceMoved){ n_sets, value };
      return;
    }

  moved = get_moved (pool, setting);
  flitzis_set (moved->value, value);
  atomic_store_explicit (&moved->n_sets_moved, n_sets, memory_order_release);
}

static void
set_moving (FlitzisPool *pool, const Setting *setting, bool is_moving) FLITZIS_REALTIME
{
  if (setting->voice != NULL)
    return;

  flitzis_set (get_moved (pool, setting)->is_moving, is_moving);

  if (!is_moving)
    atomic_fetch_add_explicit (&pool->tweens.n_ends, 1, memory_order_release);
}

/* Returns the value of a setting that no tween moves. */
static double
get_resting_value (FlitzisPool *pool, const Setting *setting) FLITZIS_REALTIME
{
  FlitzisSettings      *settings = pool->settings;
  FlitzisSlotSettings  *slot;
  FlitzisVoiceSettings *own;
  FlitzisValues         values;

  if (setting->target == FLITZIS_TWEEN_ENGINE)
    return flitzis_settings_get_moved (&settings->gain, &settings->moved);

  slot = &settings->slots[setting->voice != NULL ? setting->voice->slot : setting->slot];
  values = flitzis_settings_get_values (settings, (uint32_t) (slot - settings->slots),
                                        setting->voice != NULL ? setting->voice->id : 0);

  if (setting->voice == NULL)
    return values.slot[setting->parameter];

  own = flitzis_settings_get_voice (settings, setting->voice->id);

  return setting->voice->moved[setting->parameter].n_sets ==
                 flitzis_get (own->n_sets[setting->parameter])
             ? setting->voice->moved[setting->parameter].value
             : values.voice[setting->parameter];
}

void
flitzis_pool_drop_tween (FlitzisPool *pool) FLITZIS_REALTIME
{
  uint64_t n_done = flitzis_get (pool->tweens.n_done);

  atomic_store_explicit (&pool->tweens.n_done, n_done + 1, memory_order_release);
}

/* Takes the i-th of those that move out of their list. */
static void
remove_run (FlitzisPool *pool, uint32_t i) FLITZIS_REALTIME
{
  FlitzisTweens *tweens = &pool->tweens;

  tweens->runs[tweens->moving[i]].is_moving = false;
  tweens->moving[i] = tweens->moving[--tweens->n_moving];
  flitzis_pool_drop_tween (pool);
}

static FlitzisTweenRun *
find_run (FlitzisPool *pool, const FlitzisCommand *command) FLITZIS_REALTIME
{
  const FlitzisVoice *voice;

  switch (command->tween.target)
    {
    case FLITZIS_TWEEN_ENGINE:
      return flitzis_pool_get_engine_run (pool);
    case FLITZIS_TWEEN_SLOT:
      return flitzis_pool_get_slot_runs (pool, command->slot) + command->tween.parameter;
    case FLITZIS_TWEEN_VOICE:
      break;
    }

  voice = flitzis_pool_find_voice (pool, command->tween.voice);

  return voice != NULL ? flitzis_pool_get_voice_runs (pool, voice) + command->tween.parameter
                       : NULL;
}

static FlitzisGridPoint
get_point (int64_t step, uint32_t steps_per_beat) FLITZIS_REALTIME
{
  return (FlitzisGridPoint){
    .step = step,
    .steps_per_beat = steps_per_beat != 0 ? steps_per_beat : FLITZIS_PARTS_PER_BEAT,
    .is_swung = steps_per_beat != 0,
  };
}

static uint64_t
get_n_frames (const FlitzisCommand *command, const FlitzisTempoGrid *grid) FLITZIS_REALTIME
{
  FlitzisGridPoint begin, end;
  uint64_t         begin_frame, end_frame;

  switch (command->tween.unit)
    {
    case FLITZIS_TWEEN_FRAMES:
      break;
    case FLITZIS_TWEEN_BEATS:
      return flitzis_tempo_grid_get_n_frames (grid, command->tween.length);
    case FLITZIS_TWEEN_POINTS:
      begin = get_point (command->tween.begin, command->steps_per_beat);
      end = get_point (command->tween.length, command->tween.end_steps_per_beat);
      begin_frame = flitzis_tempo_grid_get_frame (grid, &begin);
      end_frame = flitzis_tempo_grid_get_frame (grid, &end);
      return end_frame > begin_frame ? end_frame - begin_frame : 0;
    }

  return (uint64_t) command->tween.length;
}

/* A short tween has its points closer together, so that it keeps its shape. */
static uint32_t
get_n_point_frames (uint64_t n_frames) FLITZIS_REALTIME
{
  uint32_t n = FLITZIS_MAX_POINT_FRAMES;

  while (n > 1 && n_frames < (uint64_t) n * FLITZIS_MIN_LINES)
    n /= 2;

  return n;
}

void
flitzis_pool_begin_tween (FlitzisPool            *pool,
                          const FlitzisCommand   *command,
                          const FlitzisTempoGrid *grid,
                          uint64_t                now) FLITZIS_REALTIME
{
  FlitzisTweens   *tweens = &pool->tweens;
  FlitzisTweenRun *run = find_run (pool, command);
  uint64_t         n_frames = get_n_frames (command, grid), voice = 0;
  Setting          setting;
  uint32_t         n_sets;
  double           from;

  if (run == NULL)
    {
      flitzis_pool_drop_tween (pool);
      return;
    }

  setting = get_setting (pool, run);
  n_sets = get_n_sets (pool, &setting);
  voice = setting.voice != NULL ? setting.voice->id : 0;

  if ((command->is_next || command->is_stamped) && command->tween.n_sets != n_sets)
    {
      flitzis_pool_drop_tween (pool);
      return;
    }

  if (run->is_moving && run->voice == voice && run->n_sets == n_sets)
    from = flitzis_tween_run_get_value (run, now);
  else
    from = get_resting_value (pool, &setting);

  if (run->is_moving)
    flitzis_pool_drop_tween (pool);
  else
    tweens->moving[tweens->n_moving++] = (uint32_t) (run - tweens->runs);

  *run = (FlitzisTweenRun){
    .event = command->event,
    .voice = voice,
    .begin = now,
    .end = now + n_frames,
    .shape = flitzis_curve_shape (command->tween.curve, from, command->tween.to),
    .n_point_frames = get_n_point_frames (n_frames),
    .n_sets = n_sets,
    .is_moving = true,
    .frame = UINT64_MAX,
  };
  put (pool, &setting, from, n_sets);
  set_moving (pool, &setting, true);
  tweens->next_point = now;
}

/* Lets the voices follow that this run moves. */
static void
follow_run (FlitzisPool *pool, const FlitzisTweenRun *run, uint64_t now, bool has_changed)
    FLITZIS_REALTIME
{
  Setting setting = get_setting (pool, run);

  switch (setting.target)
    {
    case FLITZIS_TWEEN_ENGINE:
      for (FlitzisVoice *voice = pool->playing.oldest; voice != NULL; voice = voice->next)
        flitzis_pool_follow_sound (pool, voice, now, has_changed);
      break;
    case FLITZIS_TWEEN_SLOT:
      for (FlitzisVoice *voice = pool->slots[setting.slot].voices.oldest; voice != NULL;
           voice = voice->links[FLITZIS_LINK_SLOT].next)
        flitzis_pool_follow_sound (pool, voice, now, has_changed);
      break;
    case FLITZIS_TWEEN_VOICE:
      if (flitzis_pool_find_voice (pool, run->voice) != NULL)
        flitzis_pool_follow_sound (pool, setting.voice, now, has_changed);
      break;
    }
}

static bool
is_over (FlitzisPool *pool, const FlitzisTweenRun *run, uint64_t now) FLITZIS_REALTIME
{
  return now >= run->end ||
         (run->voice != 0 && flitzis_pool_find_voice (pool, run->voice) == NULL);
}

/* Puts the setting where the run is, and ends the run. */
static void
end_run (FlitzisPool *pool, uint32_t i, uint64_t now) FLITZIS_REALTIME
{
  FlitzisTweenRun *run = &pool->tweens.runs[pool->tweens.moving[i]];
  Setting          setting = get_setting (pool, run);

  if (setting.voice == NULL || setting.voice->id == run->voice)
    put (pool, &setting, flitzis_tween_run_get_value (run, now), run->n_sets);

  set_moving (pool, &setting, false);
  remove_run (pool, i);
}

void
flitzis_pool_follow_tweens (FlitzisPool *pool, uint64_t now) FLITZIS_REALTIME
{
  FlitzisTweens *tweens = &pool->tweens;

  if (now < tweens->next_point)
    return;

  for (uint32_t i = 0; i < tweens->n_moving; i++)
    {
      const FlitzisTweenRun *run = &tweens->runs[tweens->moving[i]];

      if (now == run->begin || now >= run->end || now % run->n_point_frames == 0)
        follow_run (pool, run, now, run->begin == run->end);
    }

  tweens->next_point = UINT64_MAX;

  for (uint32_t i = tweens->n_moving; i > 0; i--)
    {
      const FlitzisTweenRun *run = &tweens->runs[tweens->moving[i - 1]];
      uint64_t               next = flitzis_tween_run_get_next_point (run, now);

      if (is_over (pool, run, now))
        end_run (pool, i - 1, now);
      else if (next < tweens->next_point)
        tweens->next_point = next;
    }
}

void
flitzis_pool_cancel_tweens (FlitzisPool *pool, uint64_t below, uint64_t now) FLITZIS_REALTIME
{
  FlitzisTweens *tweens = &pool->tweens;

  for (uint32_t i = tweens->n_moving; i > 0; i--)
    {
      const FlitzisTweenRun *run = &tweens->runs[tweens->moving[i - 1]];

      if (run->event >= below)
        continue;

      end_run (pool, i - 1, now);
      follow_run (pool, run, now, true);
    }
}

void
flitzis_pool_drop_tweens (FlitzisPool *pool) FLITZIS_REALTIME
{
  FlitzisTweens *tweens = &pool->tweens;

  for (uint32_t i = tweens->n_moving; i > 0; i--)
    {
      const FlitzisTweenRun *run = &tweens->runs[tweens->moving[i - 1]];
      Setting                setting = get_setting (pool, run);

      if (get_n_sets (pool, &setting) != run->n_sets)
        remove_run (pool, i - 1);
    }
}

void
flitzis_pool_tell_tweens (FlitzisPool *pool, uint64_t now) FLITZIS_REALTIME
{
  FlitzisTweens *tweens = &pool->tweens;

  for (uint32_t i = 0; i < tweens->n_moving; i++)
    {
      FlitzisTweenRun *run = &tweens->runs[tweens->moving[i]];
      Setting          setting = get_setting (pool, run);

      if (setting.voice != NULL)
        continue;

      flitzis_set (get_moved (pool, &setting)->value, flitzis_tween_run_get_value (run, now));

      if (now >= run->end)
        set_moving (pool, &setting, false);
    }
}
