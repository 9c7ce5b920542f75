/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdbool.h>
#include <stdint.h>

/* The samples of a slot: which of them a trigger may play. */

#define FLITZIS_N_LAYERS 16
#define FLITZIS_ANY_LAYER UINT8_MAX

typedef enum
{
  FLITZIS_MIXER_VARIATION_VELOCITY,
  FLITZIS_MIXER_VARIATION_ROUND_ROBIN,
  FLITZIS_MIXER_VARIATION_RANDOM,
  FLITZIS_MIXER_VARIATION_RANDOM_NO_REPEAT
} FlitzisMixerVariation;

/* The velocities of a layer. The high one belongs to the next layer, unless it is 1: so two that
 * meet do not both hold the velocity between them. */
typedef struct
{
  float low, high; /* 0..1 */
} FlitzisVelocityRange;

/* Rounded as the ends of the range are, so that a velocity which is one of them stays one. */
static inline bool
flitzis_velocity_range_holds (FlitzisVelocityRange  range,
                              FlitzisMixerVariation variation,
                              double                velocity) FLITZIS_REALTIME
{
  float rounded = (float) velocity;

  return variation == FLITZIS_MIXER_VARIATION_ROUND_ROBIN ||
         (rounded >= range.low && (rounded < range.high || range.high >= 1.0f));
}
