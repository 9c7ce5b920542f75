/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "pool-vary.h"

#include "atomics.h"
#include "dsp/random.h"

#define LN_2 0.69314718055994530942
#define LN_10 2.30258509299404568402

/* The terms of the series that matter to a double, for up to 24 dB. */
#define N_TERMS 30

void
flitzis_pool_follow_seed (FlitzisPool *pool) FLITZIS_REALTIME
{
  if (!flitzis_settings_have_changed (&pool->settings->n_seeds, &pool->n_seeds_seen))
    return;

  pool->random = flitzis_get (pool->settings->seed);
  pool->first_hit = pool->n_hits;
}

/* The layers that a trigger may play, one bit each. */
static uint32_t
find_layers (const FlitzisPoolSlot *slot, const FlitzisCommand *command) FLITZIS_REALTIME
{
  uint32_t found = 0;

  if (command->layer != FLITZIS_ANY_LAYER)
    return slot->held & (1u << command->layer);

  for (uint32_t i = 0; slot->held >> i != 0; i++)
    if ((slot->held >> i & 1) != 0 &&
        flitzis_velocity_range_holds (slot->layers[i].range, command->variation,
                                      command->play.velocity))
      found |= 1u << i;

  return found;
}

/* When a layer was played last: 0 if it was not since the seed was set. */
static uint64_t
get_hit (const FlitzisPool *pool, const FlitzisPoolSlot *slot, uint32_t i) FLITZIS_REALTIME
{
  return slot->layers[i].hit > pool->first_hit ? slot->layers[i].hit : 0;
}

/* The one whose turn it is: played the longest time ago, of several the first. So layers with
 * ranges that overlap take turns in each part of them. */
static uint32_t
choose_oldest (const FlitzisPool *pool, const FlitzisPoolSlot *slot, uint32_t found)
    FLITZIS_REALTIME
{
  uint32_t oldest = FLITZIS_N_LAYERS;

  for (uint32_t i = 0; found >> i != 0; i++)
    if ((found >> i & 1) != 0 && (oldest == FLITZIS_N_LAYERS ||
                                  get_hit (pool, slot, i) < get_hit (pool, slot, oldest)))
      oldest = i;

  return oldest;
}

/* The layer of the slot that was played last, as a bit; 0 if none was. */
static uint32_t
find_last (const FlitzisPool *pool, const FlitzisPoolSlot *slot) FLITZIS_REALTIME
{
  uint64_t newest = 0;
  uint32_t last = 0;

  for (uint32_t i = 0; i < FLITZIS_N_LAYERS; i++)
    if (get_hit (pool, slot, i) > newest)
      {
        newest = get_hit (pool, slot, i);
        last = 1u << i;
      }

  return last;
}

static uint32_t
choose_random (FlitzisPool *pool, uint32_t found) FLITZIS_REALTIME
{
  uint32_t n_found = 0, n, i;

  for (uint32_t rest = found; rest != 0; rest &= rest - 1)
    n_found++;

  /* one alone needs no number */
  n = n_found > 1 ? flitzis_random_below (&pool->random, n_found) : 0;

  for (i = 0; n > 0 || (found >> i & 1) == 0; i++)
    n -= found >> i & 1;

  return i;
}

static uint32_t
choose (FlitzisPool           *pool,
        const FlitzisPoolSlot *slot,
        FlitzisMixerVariation  variation,
        uint32_t               found) FLITZIS_REALTIME
{
  uint32_t others = found;

  if (variation < FLITZIS_MIXER_VARIATION_RANDOM)
    return choose_oldest (pool, slot, found);

  if (variation == FLITZIS_MIXER_VARIATION_RANDOM_NO_REPEAT)
    others &= ~find_last (pool, slot);

  return choose_random (pool, others != 0 ? others : found);
}

FlitzisHandle *
flitzis_pool_choose_layer (FlitzisPool *pool, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisPoolSlot *slot = &pool->slots[command->slot];
  uint32_t         found = find_layers (slot, command), i = 0;

  if (found == 0)
    return NULL;

  if (found != 1)
    i = choose (pool, slot, command->variation, found);

  slot->layers[i].hit = ++pool->n_hits;

  return slot->layers[i].handle;
}

/* e to the power of x, by its series. */
static double
get_power (double x) FLITZIS_REALTIME
{
  double sum = 1.0;

  for (uint32_t i = N_TERMS; i > 0; i--)
    sum = 1.0 + sum * x / i;

  return sum;
}

FlitzisVariance
flitzis_pool_vary (FlitzisPool *pool, const FlitzisCommand *command) FLITZIS_REALTIME
{
  FlitzisVoiceSettings *own = flitzis_settings_get_voice (pool->settings, command->play.voice);
  double                gain = flitzis_get (own->random_gain) * FLITZIS_RANDOM_GAIN_STEP;
  double                rate = flitzis_get (own->random_rate) * FLITZIS_RANDOM_RATE_STEP;
  FlitzisVariance       variance = { 1.0, 1.0, 0 };

  if (gain > 0.0)
    variance.gain = get_power (LN_10 / 20.0 * gain * flitzis_random_sign (&pool->random));

  if (rate > 0.0)
    variance.rate = get_power (LN_2 / 1200.0 * rate * flitzis_random_sign (&pool->random));

  if (command->play.random_start > 0)
    variance.start =
        flitzis_random_below (&pool->random, (uint64_t) command->play.random_start + 1);

  return variance;
}
