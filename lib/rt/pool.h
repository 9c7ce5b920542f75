/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "levels.h"
#include "message.h"
#include "queue.h"
#include "realtime.h"
#include "settings.h"
#include "tail.h"
#include "voice.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct
{
  FlitzisHandle *handle; /* NULL: empty */
  FlitzisVoice  *voices;
  uint64_t       stop_below; /* the last mark that was carried out */
} FlitzisPoolSlot;

/* Where a voice is, for any thread. */
typedef struct
{
  _Atomic uint64_t voice; /* the id, while it sounds; set last */
  _Atomic uint64_t start; /* the frame of the mixer's position at which it began to sound */
  _Atomic uint64_t frame; /* of the sample, the next */
} FlitzisVoicePlace;

/* The samples in the slots and the voices that play them: who starts, and who has to make room. All
 * of it is the mixer's owner's, but for what is marked. */
typedef struct
{
  /* constant */
  uint32_t         sample_rate; /* Hz */
  uint32_t         ramp_frames; /* of a gain move */
  FlitzisSettings *settings;
  FlitzisQueue    *reports;
  FlitzisScratch  *scratch;

  FlitzisPoolSlot *slots;
  FlitzisVoice    *oldest, *newest;
  FlitzisVoice    *unset;  /* the oldest that has not been asked to follow the settings yet */
  FlitzisVoice    *voices; /* all that there are */
  FlitzisVoice    *free;
  FlitzisTail      tail;
  FlitzisLevels    levels;
  uint64_t         stop_below;                      /* the last mark that was carried out */
  uint32_t         n_changes_marked, n_changes_set; /* of the settings, that are followed */
  bool             is_frozen;                       /* nothing sounds, so nothing has to fade */

  /* the owner writes, any thread reads */
  _Atomic uint16_t  *cells;  /* the voice whose id & settings.cell_mask it is, from 1; or 0 */
  FlitzisVoicePlace *places; /* as `voices` */
  _Atomic uint32_t   n_playing;
  _Atomic uint64_t   n_started;
  _Atomic uint64_t   n_stolen;
  _Atomic uint64_t   n_rejected;
} FlitzisPool;

/* Only one thread adds to a counter. */
static inline void
flitzis_count (_Atomic uint64_t *counter, uint64_t n) FLITZIS_REALTIME
{
  uint64_t value = atomic_load_explicit (counter, memory_order_relaxed);

  atomic_store_explicit (counter, value + n, memory_order_relaxed);
}

/* Starts a voice, or reports why not. `now` is the position. */
void flitzis_pool_play (FlitzisPool          *pool,
                        const FlitzisCommand *command,
                        uint64_t              now) FLITZIS_REALTIME;

/* Gives a slot another sample, or none. */
void flitzis_pool_publish (FlitzisPool   *pool,
                           uint32_t       slot,
                           FlitzisHandle *handle) FLITZIS_REALTIME;

/* NULL if it does not sound */
FlitzisVoice *flitzis_pool_find_voice (FlitzisPool *pool,
                                       uint64_t     voice) FLITZIS_REALTIME;

/* Any thread: the frame a voice is at, or began at; -1 unless it sounds. */
int64_t flitzis_pool_get_place (FlitzisPool *pool,
                                uint64_t     voice,
                                bool         is_start) FLITZIS_REALTIME;

void flitzis_pool_stop_voice (FlitzisPool *pool,
                              uint64_t     voice) FLITZIS_REALTIME;
void flitzis_pool_stop_slot (FlitzisPool *pool,
                             uint32_t     slot) FLITZIS_REALTIME;
void flitzis_pool_stop_all (FlitzisPool *pool) FLITZIS_REALTIME;

/* Carries out the stops that are settings. */
void flitzis_pool_apply_marks (FlitzisPool *pool) FLITZIS_REALTIME;

/* Has the voices follow the settings: all where one has changed, else those that are new. */
void flitzis_pool_apply_settings (FlitzisPool *pool) FLITZIS_REALTIME;

/* The next `n_frames`, one chunk at most. */
void flitzis_pool_render (FlitzisPool *pool,
                          float       *out,
                          uint32_t     n_frames) FLITZIS_REALTIME;

/* Tells any thread where the voices are. */
void flitzis_pool_tell_places (FlitzisPool *pool) FLITZIS_REALTIME;

/* Reports that a voice has ended that never was in the pool. */
void flitzis_pool_report_end (FlitzisPool *pool,
                              uint64_t     voice,
                              FlitzisEnd   reason) FLITZIS_REALTIME;
