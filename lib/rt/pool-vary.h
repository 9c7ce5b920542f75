/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* How a hit differs from the one before: by its layer, its gain, its rate and its start. */

/* At the start of a block: if the seed was set, numbers and turns begin anew. */
void flitzis_pool_follow_seed (FlitzisPool *pool) FLITZIS_REALTIME;

/* The sample that the trigger plays, which takes its turn; NULL if no layer is for it. */
FlitzisHandle *flitzis_pool_choose_layer (FlitzisPool          *pool,
                                          const FlitzisCommand *command) FLITZIS_REALTIME;

/* What a trigger is varied by. */
typedef struct
{
  double   gain, rate; /* factors */
  uint32_t start;      /* frames later */
} FlitzisVariance;

FlitzisVariance flitzis_pool_vary (FlitzisPool          *pool,
                                   const FlitzisCommand *command) FLITZIS_REALTIME;
