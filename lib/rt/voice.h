/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "message.h"
#include "ramp.h"
#include "realtime.h"

#include <stdbool.h>
#include <stdint.h>

/* Frames that the mixer works on at a time: the size of every scratch buffer. */
#define FLITZIS_CHUNK_FRAMES 256

typedef struct _FlitzisVoice FlitzisVoice;

/* One sounding sample. */
struct _FlitzisVoice
{
  uint64_t       id;
  uint32_t       slot;
  bool           was_heard; /* rendered at least one frame, so that its end needs a fade */
  FlitzisHandle *handle;

  uint64_t position; /* of the next frame in the sample, 32.32 fixed point */
  uint64_t step;     /* frames of the sample to a frame out, 32.32 fixed point */

  double      velocity;
  FlitzisRamp gain;

  /* the mixer's lists: all voices in the order of their ids, and those of one slot (or the free) */
  FlitzisVoice *previous, *next;
  FlitzisVoice *previous_in_slot, *next_in_slot;
};

/* Buffers that hold one chunk; the same for all voices. */
typedef struct
{
  float frames[2 * FLITZIS_CHUNK_FRAMES];
  float gains[FLITZIS_CHUNK_FRAMES];
} FlitzisScratch;

void flitzis_voice_start (FlitzisVoice  *voice,
                          FlitzisHandle *handle,
                          uint32_t       engine_rate) FLITZIS_REALTIME;

/* Moves to `gain` over `n_frames`; at once where nothing has been heard yet. */
void flitzis_voice_set_gain (FlitzisVoice *voice,
                             float         gain,
                             uint32_t      n_frames) FLITZIS_REALTIME;

bool flitzis_voice_is_finished (const FlitzisVoice *voice) FLITZIS_REALTIME;

/* Adds the next `n_frames` (one chunk at most) to `out`; `fade`, if any, is multiplied in. */
void flitzis_voice_render (FlitzisVoice   *voice,
                           FlitzisScratch *scratch,
                           FlitzisRamp    *fade,
                           float          *out,
                           uint32_t        n_frames) FLITZIS_REALTIME;
