/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "tempo-grid.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * What crosses between control and the mixer.
 *
 * Both queues carry records of a fixed size, by value. The only pointer in them is a handle:
 * control makes it, the mixer keeps it in the pool and in voices, and sends the same pointer back
 * as retired when neither holds it any more. Only control frees it.
 */

typedef struct
{
  /* set by control before it is sent, then constant */
  const float *frames;      /* interleaved, finite, no denormals */
  uint64_t     n_frames;    /* 1..2^32 - 97 */
  uint32_t     n_channels;  /* 1..2 */
  uint32_t     sample_rate; /* Hz, 1000..768000 */

  /* the mixer's own: the pool's hold and one for each voice */
  uint32_t n_holds;

  /* control sets them at any time, the peak first: the factor from the loudness of the sample to 0
   * LUFS, linear, 0 while it is not known; and its true peak, linear */
  _Atomic float loudness_gain;
  _Atomic float true_peak;
} FlitzisHandle;

typedef enum
{
  FLITZIS_COMMAND_PLAY,
  FLITZIS_COMMAND_STOP_VOICE,
  FLITZIS_COMMAND_STOP_SLOT,
  FLITZIS_COMMAND_STOP_ALL,
  FLITZIS_COMMAND_PUBLISH
} FlitzisCommandKind;

typedef enum
{
  FLITZIS_MIXER_STEAL_OLDEST,
  FLITZIS_MIXER_STEAL_QUIETEST,
  FLITZIS_MIXER_STEAL_REJECT
} FlitzisMixerSteal;

/* A fade of as many frames as the slot's release is when the voice stops. */
#define FLITZIS_SLOT_RELEASE UINT32_MAX

/*
 * What a command decides depends on the commands before it and on its own record alone, not on
 * when the mixer comes to read it: so the same calls between two blocks have the same outcome live
 * and offline.
 */
typedef struct
{
  FlitzisCommandKind kind : 4;
  bool               is_timed : 1; /* PLAY, STOP_VOICE, STOP_SLOT: at this frame, not now */

  /* timed, but the program did not say for when: a stop means it */
  bool is_stamped : 1;

  /* PLAY: all that its trigger takes from the slot and the engine is as it was at the call. With a
   * unit it is timed, too: it waits for the next point of the grid when a block begins, or for the
   * one that it names. */
  FlitzisMixerSteal steal : 4;
  FlitzisGridUnit   unit : 4;
  bool              restarts : 1; /* ends the voices of its slot */
  bool              is_reverse : 1;

  bool is_late : 1; /* the mixer's own: the point that it names had passed when it was looked at */

  uint16_t slot;           /* 0..n_slots - 1; PLAY, STOP_SLOT, PUBLISH */
  uint8_t  steps_per_beat; /* the mixer's own: of its point, once it has found one; else 0. With
                              FLITZIS_GRID_GIVEN of the point; 0: FLITZIS_PARTS_PER_BEAT, unswung */
  union
  {
    uint64_t frame;     /* timed: a position */
    int64_t  step;      /* the mixer's own: of its point; FLITZIS_GRID_GIVEN: a position */
    uint64_t called_ns; /* PLAY, not timed: CLOCK_MONOTONIC of the call; 0: it does not matter */
  };
  uint64_t event; /* its number among the timed ones, ascending from 0 */
  union
  {
    struct
    {
      uint64_t voice;            /* id, ascending from 1 */
      double   velocity;         /* 0..1, linear */
      uint64_t stop_frame;       /* if it would begin there or later it is over; 0: none */
      uint32_t start, end;       /* frames of the sample; an end of 0 is the sample's */
      uint32_t n_passes;         /* through the loop in all; 0: as the slot says */
      uint32_t n_fade_in_frames; /* the attack */
      float    gain;             /* of the slot, velocity and engine, linear */
      uint32_t choke_group;      /* 0: none */
      int32_t  priority;
    } play;
    struct
    {
      uint64_t voice;    /* id */
      uint32_t n_frames; /* of its fade; FLITZIS_SLOT_RELEASE */
    } stop;
    struct
    {
      FlitzisHandle *handle; /* NULL empties the slot */
    } publish;
  };
} FlitzisCommand;

/* In the order of FlitzisEndReason, which this room cannot see. */
typedef enum
{
  FLITZIS_END_FINISHED,
  FLITZIS_END_STOPPED,
  FLITZIS_END_STOLEN,
  FLITZIS_END_CHOKED,
  FLITZIS_END_UNLOADED,
  FLITZIS_END_REJECTED,
  FLITZIS_END_CANCELLED
} FlitzisEnd;

typedef enum
{
  FLITZIS_REPORT_ENDED,
  FLITZIS_REPORT_RETIRED
} FlitzisReportKind;

typedef struct
{
  FlitzisReportKind kind;
  FlitzisEnd        reason; /* ENDED */
  union
  {
    uint64_t       voice;  /* ENDED: its id */
    FlitzisHandle *handle; /* RETIRED */
  };
} FlitzisReport;
