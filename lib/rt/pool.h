/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "atomics.h"
#include "followers.h"
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

/* Voices, the oldest first. */
typedef struct
{
  FlitzisVoice *oldest, *newest;
} FlitzisVoiceList;

typedef struct
{
  FlitzisHandle       *handle; /* NULL: empty */
  FlitzisVelocityRange range;
  uint64_t             hit; /* the number of the last trigger that played it, from 1; 0: none did */
} FlitzisLayer;

typedef struct
{
  FlitzisVoiceList voices;
  uint32_t         held; /* the layers that are not empty, one bit each */
  FlitzisLayer     layers[FLITZIS_N_LAYERS];
} FlitzisPoolSlot;

/* The place of a voice, for any thread. */
typedef struct
{
  _Atomic uint64_t voice; /* the id, while it sounds; set last */
  _Atomic uint64_t start; /* the frame of the mixer's position at which it began to sound */
  _Atomic uint64_t frame; /* of the sample, the next */
} FlitzisVoicePlace;

/*
 * The samples in the slots and the voices that play them. Only the mixer's owner may touch the
 * pool, except for the marked fields.
 *
 * This file keeps the lists. Other files handle the voices: pool-start, pool-vary (the layer and
 * the random changes), pool-end (stop and choke), pool-steal, pool-follow (the settings),
 * pool-seek and pool-render.
 */
typedef struct
{
  /* constant */
  uint32_t         sample_rate; /* Hz */
  uint32_t         ramp_frames; /* of a gain move */
  uint32_t         group_mask;
  FlitzisSettings *settings;
  FlitzisQueue    *reports;
  FlitzisScratch  *scratch;

  FlitzisFollowers *followers; /* triggers that wait for the end of a voice */

  FlitzisPoolSlot  *slots;
  FlitzisVoiceList  playing;
  FlitzisVoiceList  leaders; /* voices that sound, and whose end triggers wait for */
  FlitzisVoiceList *groups;  /* the voices of each choke group, at its number & group_mask */
  FlitzisVoice     *unset;   /* the oldest that has not followed the settings yet */
  FlitzisVoice     *voices;  /* all voices */
  FlitzisVoice     *free;
  uint64_t          n_added;   /* voices, ever */
  uint64_t          n_hits;    /* triggers that have played a layer, ever */
  uint64_t          first_hit; /* `n_hits` when the seed was last set */
  uint64_t          random;    /* the state of the random numbers */
  uint32_t          n_seeds_seen;
  FlitzisTail       tail;
  FlitzisLevels     levels;
  uint32_t          n_changes_seen; /* of the settings */
  bool              is_frozen;      /* nothing sounds, so nothing needs a fade */

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
  uint64_t value = flitzis_get (*counter);

  flitzis_set (*counter, value + n);
}

/* setup */
void flitzis_pool_init (FlitzisPool  *pool,
                        FlitzisVoice *voices,
                        uint32_t      n_voices);

static inline uint32_t
flitzis_pool_get_n_frames (const FlitzisPool *pool, double seconds) FLITZIS_REALTIME
{
  return (uint32_t) (seconds * pool->sample_rate + 0.5);
}

/* The voices whose choke group has the same hash as this one. */
static inline FlitzisVoiceList *
flitzis_pool_get_group (FlitzisPool *pool, uint32_t choke_group) FLITZIS_REALTIME
{
  return &pool->groups[choke_group & pool->group_mask];
}

/* Takes a free voice for this trigger; there must be one. It becomes the newest voice, holds the
 * handle, and waits. */
FlitzisVoice *flitzis_pool_add_voice (FlitzisPool          *pool,
                                      const FlitzisCommand *command,
                                      FlitzisHandle        *handle) FLITZIS_REALTIME;

/* From now on, other triggers wait for the end of this voice. */
void flitzis_pool_add_leader (FlitzisPool  *pool,
                              FlitzisVoice *voice) FLITZIS_REALTIME;

/* Ends a voice: reports the end, and gives up its place and its hold of the sample. A voice that
 * still waits counts as started, unless it is rejected. */
void flitzis_pool_end_voice (FlitzisPool  *pool,
                             FlitzisVoice *voice,
                             FlitzisEnd    reason) FLITZIS_REALTIME;

/* The same, with a fade-out of `n_frames` that is rendered ahead. */
void flitzis_pool_cut_voice (FlitzisPool  *pool,
                             FlitzisVoice *voice,
                             FlitzisEnd    reason,
                             uint32_t      n_frames) FLITZIS_REALTIME;

/* Reports the end of a voice that was never in the pool. What follows the voice is due if it has
 * played to the end, and is cancelled otherwise. */
void flitzis_pool_report_end (FlitzisPool *pool,
                              uint64_t     voice,
                              FlitzisEnd   reason) FLITZIS_REALTIME;

/* Puts a sample into a layer of a slot, or empties the layer if the handle is NULL. */
void flitzis_pool_publish (FlitzisPool         *pool,
                           uint32_t             slot,
                           uint32_t             layer,
                           FlitzisHandle       *handle,
                           FlitzisVelocityRange range) FLITZIS_REALTIME;

/* Returns NULL if the voice does not sound. */
FlitzisVoice *flitzis_pool_find_voice (FlitzisPool *pool,
                                       uint64_t     voice) FLITZIS_REALTIME;

/* Publishes the places of the voices for other threads. */
void flitzis_pool_tell_places (FlitzisPool *pool) FLITZIS_REALTIME;

/* Any thread: returns the frame of the voice, or the frame at which it began; -1 unless it
 * sounds. */
int64_t flitzis_pool_get_place (FlitzisPool *pool,
                                uint64_t     voice,
                                bool         is_start);
