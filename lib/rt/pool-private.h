/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* What the files of the pool share. */

static inline uint32_t
flitzis_pool_get_n_frames (const FlitzisPool *pool, double seconds) FLITZIS_REALTIME
{
  return (uint32_t) (seconds * pool->sample_rate + 0.5);
}

void flitzis_pool_end_voice (FlitzisPool  *pool,
                             FlitzisVoice *voice,
                             FlitzisEnd    reason) FLITZIS_REALTIME;

/* Renders the fade of a voice at once, so that its sample and its place are free from here on. */
void flitzis_pool_cut_voice (FlitzisPool  *pool,
                             FlitzisVoice *voice,
                             FlitzisEnd    reason,
                             uint32_t      n_frames) FLITZIS_REALTIME;

/* What has to fall silent when this trigger sounds. If no voice is free, the first makes room. */
void flitzis_pool_choke (FlitzisPool          *pool,
                         const FlitzisCommand *command) FLITZIS_REALTIME;

/* A voice for this trigger, which may be stolen; NULL if there is none. */
FlitzisVoice *flitzis_pool_find_free_voice (FlitzisPool          *pool,
                                            const FlitzisCommand *command) FLITZIS_REALTIME;
