/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "tempo-grid.h"

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

  /* PLAY, as they were when it was triggered; with a grid it is timed: for the first point from
   * when the mixer reads it on */
  FlitzisMixerSteal steal : 4;
  FlitzisGridUnit   unit : 4;
  bool              restarts : 1; /* ends the voices of its slot */

  uint16_t slot;  /* 0..n_slots - 1; PLAY, STOP_SLOT, PUBLISH */
  uint64_t frame; /* a position */
  uint64_t event; /* its number among the timed ones, ascending from 0 */
  union
  {
    struct
    {
      uint64_t         voice;       /* id, ascending from 1 */
      double           velocity;    /* 0..1, linear */
      uint64_t         stop_frame;  /* whatever begins there or later is over; 0: none */
      uint32_t         n_rounds;    /* through the loop in all; 0: as the slot says */
      float            gain;        /* slot gain x velocity x engine gain, linear, as it was */
      uint32_t         choke_group; /* as it was; 0: none */
      int32_t          priority;    /* as it was */
      FlitzisGridPoint point;       /* the mixer's own; zeroes while there is none */
    } play;
    struct
    {
      uint64_t voice; /* id */
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
