/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"
#include "rt/atomics.h"

/* The settings for all sound of an engine, and its levels. */

static FlitzisSettings *
get_settings (FlitzisEngine *self)
{
  return flitzis_control_get_settings (self->control);
}

/**
 * flitzis_engine_get_gain: (get-property gain)
 * @self: an engine
 *
 * Gets the factor on all voices.
 *
 * Returns: the gain, linear
 */
double
flitzis_engine_get_gain (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 1.0);

  return flitzis_settings_get_moved (&get_settings (self)->gain, &get_settings (self)->moved);
}

/**
 * flitzis_engine_set_gain: (set-property gain)
 * @self: an engine
 * @gain: 0 to 16, linear
 *
 * Sets the factor on all voices. This ends a tween of the gain that is under way.
 *
 * Voices that sound move to the new gain within 5 ms, from the next block on.
 */
void
flitzis_engine_set_gain (FlitzisEngine *self, double gain)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));
  g_return_if_fail (gain >= 0.0 && gain <= 16.0);

  if (flitzis_settings_set_moved (get_settings (self), &get_settings (self)->gain,
                                  &get_settings (self)->moved, gain))
    g_object_notify (G_OBJECT (self), "gain");
}

/**
 * flitzis_engine_get_paused: (get-property paused)
 * @self: an engine
 *
 * Gets whether the engine is paused.
 *
 * Returns: %TRUE if it is, or will be with the next block
 */
gboolean
flitzis_engine_get_paused (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_get (get_settings (self)->is_paused);
}

/**
 * flitzis_engine_set_paused: (set-property paused)
 * @self: an engine
 * @paused: %TRUE to pause
 *
 * Pauses the engine, or lets it go on.
 *
 * From the next block on the sound fades out, or goes on and fades in, within 5 ms.
 */
void
flitzis_engine_set_paused (FlitzisEngine *self, gboolean paused)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  paused = paused != FALSE;

  if (flitzis_exchange (get_settings (self)->is_paused, paused) == paused)
    return;

  if (!paused)
    flitzis_control_rouse (self->control);

  g_object_notify (G_OBJECT (self), "paused");
}

/**
 * flitzis_engine_get_limiter: (get-property limiter)
 * @self: an engine
 *
 * Gets whether a limiter keeps the sound below full scale.
 *
 * Returns: %TRUE if the limiter is on
 */
gboolean
flitzis_engine_get_limiter (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_get (get_settings (self)->is_limited);
}

/**
 * flitzis_engine_set_limiter: (set-property limiter)
 * @self: an engine
 * @limiter: %TRUE to keep the sound below full scale
 *
 * Sets whether a limiter keeps the sound below -0.1 dBFS, which delays it by 2 ms.
 */
void
flitzis_engine_set_limiter (FlitzisEngine *self, gboolean limiter)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  limiter = limiter != FALSE;

  if (flitzis_exchange (get_settings (self)->is_limited, limiter) == limiter)
    return;

  g_object_notify (G_OBJECT (self), "limiter");

  /* a latency that is known includes the limiter's delay, so it has changed */
  if (flitzis_engine_get_latency (self) >= 0)
    g_object_notify (G_OBJECT (self), "latency");
}

/**
 * flitzis_engine_get_level_left: (get-property level-left)
 * @self: an engine
 *
 * Gets the peak of the left channel over the last thirtieth of a second.
 *
 * Returns: the level, linear
 */
double
flitzis_engine_get_level_left (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0.0);

  return flitzis_control_get_level_left (self->control);
}

/**
 * flitzis_engine_get_level_right: (get-property level-right)
 * @self: an engine
 *
 * Gets the peak of the right channel over the last thirtieth of a second.
 *
 * Returns: the level, linear
 */
double
flitzis_engine_get_level_right (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0.0);

  return flitzis_control_get_level_right (self->control);
}

/**
 * flitzis_engine_get_steal: (get-property steal)
 * @self: an engine
 *
 * Gets the way to make room for a trigger when all voices sound.
 *
 * Returns: the way to make room
 */
FlitzisSteal
flitzis_engine_get_steal (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FLITZIS_STEAL_OLDEST);

  return flitzis_control_get_steal (self->control);
}

/**
 * flitzis_engine_set_steal: (set-property steal)
 * @self: an engine
 * @steal: the way to make room
 *
 * Sets the way to make room for a trigger when all voices sound.
 */
void
flitzis_engine_set_steal (FlitzisEngine *self, FlitzisSteal steal)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));
  g_return_if_fail (steal <= FLITZIS_STEAL_REJECT);

  if (flitzis_control_set_steal (self->control, steal))
    g_object_notify (G_OBJECT (self), "steal");
}

/**
 * flitzis_engine_get_seed: (get-property seed)
 * @self: an engine
 *
 * Gets the number from which all random numbers follow.
 *
 * Returns: the seed that was set last; 0 if none was
 */
guint64
flitzis_engine_get_seed (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_get (get_settings (self)->seed);
}

/**
 * flitzis_engine_set_seed: (set-property seed)
 * @self: an engine
 * @seed: any number
 *
 * Sets the number from which all random numbers follow.
 *
 * With the next block, the random numbers and the turns of all layers start again, even if the
 * value is the same.
 */
void
flitzis_engine_set_seed (FlitzisEngine *self, guint64 seed)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  if (flitzis_settings_set_seed (get_settings (self), seed))
    g_object_notify (G_OBJECT (self), "seed");
}

/**
 * flitzis_engine_get_memory_limit: (get-property memory-limit)
 * @self: an engine
 *
 * Gets the number of bytes of decoded audio that the engine may hold.
 *
 * Returns: the limit in bytes
 */
guint64
flitzis_engine_get_memory_limit (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_memory_limit (self->control);
}

/**
 * flitzis_engine_set_memory_limit: (set-property memory-limit)
 * @self: an engine
 * @memory_limit: the limit in bytes
 *
 * Sets the number of bytes of decoded audio that the engine may hold.
 */
void
flitzis_engine_set_memory_limit (FlitzisEngine *self, guint64 memory_limit)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  if (flitzis_control_set_memory_limit (self->control, memory_limit))
    g_object_notify (G_OBJECT (self), "memory-limit");
}
