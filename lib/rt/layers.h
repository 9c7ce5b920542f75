/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdbool.h>
#include <stdint.h>

/* The layers of a slot, and the velocities that play them. */

#define FLITZIS_N_LAYERS 16
#define FLITZIS_ANY_LAYER UINT8_MAX

typedef enum
{
  FLITZIS_MIXER_VARIATION_VELOCITY,
  FLITZIS_MIXER_VARIATION_ROUND_ROBIN,
  FLITZIS_MIXER_VARIATION_RANDOM,
  FLITZIS_MIXER_VARIATION_RANDOM_NO_REPEAT
} FlitzisMixerVariation;

/* The velocities that play a layer, from `low` up to `high`. The range does not hold `high` itself,
 * unless it is 1. So of two ranges that meet, only one holds the velocity between them. */
typedef struct
{
  float low, high; /* 0..1 */
} FlitzisVelocityRange;

/* The velocity is rounded to a float as `low` and `high` were. So a velocity that equals one of
 * them in the program still does here. */
static inline bool
flitzis_velocity_range_holds (FlitzisVelocityRange  range,
                              FlitzisMixerVariation variation,
                              double                velocity) FLITZIS_REALTIME
{
  float rounded = (float) velocity;

  return variation == FLITZIS_MIXER_VARIATION_ROUND_ROBIN ||
         (rounded >= range.low && (rounded < range.high || range.high >= 1.0f));
}
