/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* Makes each hit differ from the one before: in its layer, gain, rate and start. */

/* Call this at the start of a block. If the seed was set, the random numbers and the turns of the
 * layers start again. */
void flitzis_pool_follow_seed (FlitzisPool *pool) FLITZIS_REALTIME;

/* Chooses the layer that the trigger plays, and returns its sample. Returns NULL if no layer holds
 * the velocity. The layer has then had its turn. */
FlitzisHandle *flitzis_pool_choose_layer (FlitzisPool          *pool,
                                          const FlitzisCommand *command) FLITZIS_REALTIME;

typedef struct
{
  double   gain, rate; /* factors */
  uint32_t start;      /* frames to leave out at the beginning */
} FlitzisVariance;

/* Draws the random changes of the trigger. A change that is off draws no number. */
FlitzisVariance flitzis_pool_vary (FlitzisPool          *pool,
                                   const FlitzisCommand *command) FLITZIS_REALTIME;
