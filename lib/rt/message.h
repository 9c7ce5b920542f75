/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "dsp/curve.h"
#include "layers.h"
#include "tempo-grid.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The records that control and the mixer send each other.
 *
 * Both queues carry records of a fixed size, by value. The only pointer in them is a handle.
 * Control makes it, and the mixer keeps it in the pool and in voices. When neither holds it any
 * more, the mixer sends the same pointer back as retired. Only control frees it.
 */

typedef struct
{
  /* set by control before the handle is sent, then constant */
  const float *frames;      /* interleaved, finite, no denormals */
  uint64_t     n_frames;    /* in memory, 1..2^32 - 97 */
  uint32_t     sample_rate; /* Hz, 1000..768000; of the mixer, if it is streamed */
  uint16_t     n_channels;  /* 1..2 */
  bool         is_streamed; /* `frames` are its head, and the others come from a ring */
  uint32_t     length;      /* streamed: the number of all frames; 0: not known */

  /* for the mixer alone: one hold of the pool, and one of each voice */
  uint32_t n_holds;

  /* linear; control sets them at any time, the peak first: the factor that brings the sample to 0
   * LUFS, or 0 while its loudness is not known; the true peak of the sample */
  _Atomic float loudness_gain;
  _Atomic float true_peak;
} FlitzisHandle;

typedef enum
{
  FLITZIS_COMMAND_PLAY,
  FLITZIS_COMMAND_STOP_VOICE,
  FLITZIS_COMMAND_STOP_SLOT,
  FLITZIS_COMMAND_STOP_ALL,
  FLITZIS_COMMAND_SEEK_VOICE,
  FLITZIS_COMMAND_PUBLISH,
  FLITZIS_COMMAND_TWEEN
} FlitzisCommandKind;

/* In the order of FlitzisParameter, which this folder cannot include. */
typedef enum
{
  FLITZIS_MIXER_PARAMETER_GAIN,
  FLITZIS_MIXER_PARAMETER_PAN,
  FLITZIS_MIXER_PARAMETER_RATE,
  FLITZIS_N_PARAMETERS
} FlitzisMixerParameter;

typedef enum
{
  FLITZIS_TWEEN_ENGINE,
  FLITZIS_TWEEN_SLOT,
  FLITZIS_TWEEN_VOICE
} FlitzisTweenTarget;

typedef enum
{
  FLITZIS_TWEEN_FRAMES,
  FLITZIS_TWEEN_BEATS,
  FLITZIS_TWEEN_POINTS
} FlitzisTweenUnit;

typedef enum
{
  FLITZIS_MIXER_STEAL_OLDEST,
  FLITZIS_MIXER_STEAL_QUIETEST,
  FLITZIS_MIXER_STEAL_REJECT
} FlitzisMixerSteal;

/* A fade as long as the slot's release, as it is when the voice stops. */
#define FLITZIS_SLOT_RELEASE UINT32_MAX

/*
 * The effect of a command depends only on the commands before it and on its own record, not on the
 * time at which the mixer reads it. So the same calls between two blocks have the same result live
 * and offline.
 */
typedef struct
{
  FlitzisCommandKind kind : 4;
  bool               is_timed : 1; /* PLAY, stops, SEEK_VOICE: at this frame, not now */

  /* timed, but without a frame from the program: stops apply to it */
  bool is_stamped : 1;

  bool is_next : 1; /* TWEEN, which is always timed: with the next block, not at its frame */

  /* PLAY: it has the settings of the slot and the engine as they were at the call. With a unit it
   * is timed, too: it waits for the next point of the grid, which is found when a block begins, or
   * for the point that it names. A TWEEN waits only for points that it names. */
  FlitzisMixerSteal steal : 4;
  FlitzisGridUnit   unit : 4;
  bool              restarts : 1; /* ends the voices of its slot */
  bool              is_reverse : 1;

  FlitzisMixerVariation variation : 4; /* how the layer is chosen */

  bool is_follower : 1; /* timed: it waits for the end of a voice */

  /* for the mixer alone */
  bool is_late : 1; /* the point that it names had passed when it was read */
  bool seeks : 1;   /* the voice begins at `seek_frame` */

  uint16_t slot;           /* 0..n_slots - 1; PLAY, STOP_SLOT, PUBLISH, TWEEN of a slot */
  uint8_t  steps_per_beat; /* for the mixer alone: of its point, if it has one; else 0. With
                              FLITZIS_GRID_GIVEN of the point; 0: FLITZIS_PARTS_PER_BEAT, unswung */
  uint8_t layer;           /* 0..FLITZIS_N_LAYERS - 1; PLAY: or FLITZIS_ANY_LAYER; PUBLISH */
  union
  {
    uint64_t frame;     /* timed: a position */
    uint64_t follows;   /* is_follower: the id of a voice */
    int64_t  step;      /* for the mixer alone: of its point; FLITZIS_GRID_GIVEN: a position */
    uint64_t called_ns; /* PLAY, not timed: CLOCK_MONOTONIC of the call; 0: it does not matter */
  };
  uint64_t event; /* its number among the timed commands, ascending from 0 */
  union
  {
    struct
    {
      uint64_t voice;            /* id, ascending from 1 */
      double   velocity;         /* 0..1, linear */
      uint64_t stop_frame;       /* a voice that would begin there or later ends at once; 0: none */
      uint32_t start, end;       /* frames of the sample; an end of 0: the sample's end */
      uint32_t n_passes;         /* through the loop in all; 0: the slot decides */
      uint32_t n_fade_in_frames; /* the attack */
      float    gain;             /* of the slot, velocity and engine, linear */
      uint32_t choke_group;      /* 0: none */
      int32_t  priority;
      uint32_t random_start; /* frames: the most that are left out after `start` */
      uint32_t seek_frame;   /* of the sample */
    } play;
    struct
    {
      uint64_t voice;    /* id */
      uint32_t n_frames; /* of its fade, or FLITZIS_SLOT_RELEASE */
    } stop;
    struct
    {
      uint64_t voice; /* id */
      uint32_t frame; /* of the sample */
    } seek;
    struct
    {
      FlitzisHandle       *handle; /* NULL empties the layer */
      FlitzisVelocityRange range;
    } publish;
    struct
    {
      uint64_t voice; /* id */
      double   to;
      int64_t  begin;              /* POINTS: `step` of the command */
      int64_t  length;             /* FRAMES; BEATS: parts of a beat; POINTS: the step of the end */
      uint32_t n_sets;             /* of the setting, if it begins now: a later change ends it */
      uint8_t  end_steps_per_beat; /* POINTS: as `steps_per_beat` of the command */

      FlitzisTweenTarget    target : 4;
      FlitzisTweenUnit      unit : 4;
      FlitzisMixerParameter parameter : 4;
      FlitzisMixerCurve     curve : 4;
    } tween;
  };
} FlitzisCommand;

/* In the order of FlitzisEndReason, which this folder cannot include. */
typedef enum
{
  FLITZIS_END_FINISHED,
  FLITZIS_END_STOPPED,
  FLITZIS_END_STOLEN,
  FLITZIS_END_CHOKED,
  FLITZIS_END_UNLOADED,
  FLITZIS_END_REJECTED,
  FLITZIS_END_CANCELLED,
  FLITZIS_END_FAILED
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
