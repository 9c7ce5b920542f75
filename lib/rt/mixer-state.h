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

/* The number of commands that can wait for the next block. */
#define FLITZIS_N_COMMANDS 1024

/* The largest age of a trigger for now at its first block, compared with the newest trigger. Also
 * the longest time without a block after which triggers are still accepted. If two blocks are
 * longer, that is the limit. */
#define FLITZIS_MAX_AGE_NS UINT64_C (250000000)

/* The time at which a block began. */
typedef struct
{
  uint64_t position;   /* frames of the mixer */
  uint64_t nsec;       /* CLOCK_MONOTONIC */
  double   rate;       /* frames of the mixer a second */
  uint64_t quantum_ns; /* until the next block */
  uint64_t run;        /* of the output */
} FlitzisBlockTime;

_Static_assert(FLITZIS_SEQLOCK_FITS (FlitzisTempoGrid), "the grid crosses in a seqlock");
_Static_assert(FLITZIS_SEQLOCK_FITS (FlitzisBlockTime), "a block's time crosses in a seqlock");

/* Everything that the audio callback may touch. */
typedef struct
{
  /* constant */
  uint32_t n_slots;
  uint32_t n_voices;
  uint32_t n_events;      /* that can wait for their frame */
  uint32_t max_quantized; /* of them, triggers that may wait for a point of the grid */
  uint32_t sample_rate;   /* Hz */
  uint32_t n_streams;     /* streamed voices at once */
  uint32_t max_voices;    /* ids that control may have outstanding: sent, with their end unread */
  uint32_t max_handles;   /* the handles that control can send or hold back */

  /* any thread */
  _Atomic uint32_t owner;     /* a FlitzisOwner */
  _Atomic bool     streaming; /* the callback runs, and it alone applies commands */
  FlitzisSettings  settings;
  FlitzisSeqlock   grid_told;  /* a FlitzisTempoGrid; control writes it */
  FlitzisSeqlock   block_time; /* a FlitzisBlockTime; the callback writes it */

  /* control writes commands and reads reports; the owner does the reverse */
  FlitzisQueue commands;
  FlitzisQueue reports;

  FlitzisRing *rings; /* of streamed voices; a feeder writes the marked fields */

  /* control makes them; n_holds belongs to the owner from sending until they come back */
  FlitzisHandle *handles;

  /* the owner; any thread reads the marked fields of the pool */
  FlitzisPool      pool;
  FlitzisSchedule  schedule;
  FlitzisLimiter   limiter;
  FlitzisRamp      master; /* 1, or 0 while all stands still */
  bool             is_paused;
  uint64_t         cancel_below; /* the mark, as of the start of this block */
  uint32_t         n_marks_seen; /* of the settings */
  FlitzisTempoGrid grid;         /* as of the start of this block */
  uint32_t         grid_sequence;

  /* the owner writes, any thread reads */
  _Atomic uint64_t position; /* frames rendered */
  _Atomic uint64_t end;      /* the same, with the frames of a block that is under way */
  _Atomic uint64_t n_late;
  _Atomic uint64_t n_xruns;
  _Atomic uint64_t n_events_done;    /* taken out of the schedule */
  _Atomic uint64_t n_quantized_done; /* of them, triggers that waited for a point of the grid */

  /* the output counts each beginning and end of a stream; the callback follows the clock of one
   * run */
  _Atomic uint32_t run;
  uint32_t         clock_run;
  uint32_t         driver_id;
  uint64_t         next_clock; /* of the driver, if it skips no cycle; 0: unknown */

  /* the silence at the beginning: the output sets it, the callback counts it down */
  _Atomic uint32_t n_lead_in_frames;

  /* the callback writes, the output reads */
  _Atomic uint32_t n_blocks; /* rendered after that silence */
} FlitzisMixer;
