/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "dsp/limiter.h"
#include "message.h"
#include "pool.h"
#include "queue.h"
#include "realtime.h"
#include "schedule.h"
#include "seqlock.h"
#include "settings.h"
#include "tempo-grid.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Commands that can wait for the next block. */
#define FLITZIS_N_COMMANDS 1024

/* How much older than the newest a trigger for now may be when its first block begins, and how long
 * no block may have begun for it to be taken at all; two blocks, if they are longer. */
#define FLITZIS_MAX_AGE_NS UINT64_C (250000000)

/* When a block began. */
typedef struct
{
  uint64_t position;   /* frames of the mixer */
  uint64_t nsec;       /* CLOCK_MONOTONIC */
  double   rate;       /* frames of the mixer a second */
  uint64_t quantum_ns; /* until the next */
  uint64_t run;        /* of the output */
} FlitzisBlockTime;

_Static_assert(FLITZIS_SEQLOCK_FITS (FlitzisTempoGrid), "the grid crosses in a seqlock");
_Static_assert(FLITZIS_SEQLOCK_FITS (FlitzisBlockTime), "a block's time crosses in a seqlock");

/* All that the audio callback may touch. */
typedef struct
{
  /* constant */
  uint32_t n_slots;
  uint32_t n_voices;
  uint32_t n_events;      /* that may wait for their frame */
  uint32_t max_quantized; /* of them, triggers that may wait for a point of the grid */
  uint32_t sample_rate;   /* Hz */
  uint32_t max_voices;    /* ids that control may have outstanding: sent, their end not yet read */
  uint32_t max_handles;   /* handles that control has to send */

  /* any thread */
  _Atomic uint32_t owner;     /* a FlitzisOwner */
  _Atomic bool     streaming; /* the callback comes, and it alone applies commands */
  FlitzisSettings  settings;
  FlitzisSeqlock   grid_told;  /* a FlitzisTempoGrid; control writes it */
  FlitzisSeqlock   block_time; /* a FlitzisBlockTime; the callback writes it */

  /* control writes commands and reads reports, the owner the other way round */
  FlitzisQueue commands;
  FlitzisQueue reports;

  /* control makes them; n_holds is the owner's from when they are sent until they come back */
  FlitzisHandle *handles;

  /* the owner; of the pool any thread reads what it marks so */
  FlitzisPool      pool;
  FlitzisSchedule  schedule;
  FlitzisLimiter   limiter;
  FlitzisRamp      master; /* 1, and 0 where all stands still */
  bool             is_paused;
  uint64_t         cancel_below; /* the mark, as it was at the start of this block */
  uint32_t         n_marks_seen; /* of the settings */
  FlitzisTempoGrid grid;         /* as it was at the start of this block */
  uint32_t         grid_sequence;

  /* the owner writes, any thread reads */
  _Atomic uint64_t position; /* frames rendered */
  _Atomic uint64_t end;      /* the same, with those of a block that is under way */
  _Atomic uint64_t n_late;
  _Atomic uint64_t n_xruns;
  _Atomic uint64_t n_events_done;    /* taken out of the schedule */
  _Atomic uint64_t n_quantized_done; /* of them, triggers that waited for a point of the grid */

  /* the output counts up what it begins and ends; the callback follows the clock of one run */
  _Atomic uint32_t run;
  uint32_t         clock_run;
  uint32_t         driver_id;
  uint64_t         next_clock; /* of the driver, if it leaves no cycle out; 0: unknown */

  /* the output sets how much silence comes first, the callback counts it down */
  _Atomic uint32_t n_lead_in_frames;

  /* the callback writes, the output reads */
  _Atomic uint32_t n_blocks; /* rendered after that silence */
} FlitzisMixer;
