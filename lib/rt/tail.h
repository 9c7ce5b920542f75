/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"
#include "voice.h"

#include <stdint.h>

/*
 * The fades of voices that were cut off, rendered ahead into a ring of `n_frames` stereo frames
 * that begins at `head`. The next `n_waiting` frames hold sound; the others are 0.
 */
typedef struct
{
  float   *frames;
  uint32_t n_frames;
  uint32_t head;
  uint32_t n_waiting;
} FlitzisTail;

/* Renders the fade-out of a voice ahead, `n_frames` at most the length of the ring. After that
 * nothing of the voice is needed any more. */
void flitzis_tail_take (FlitzisTail    *tail,
                        FlitzisVoice   *voice,
                        FlitzisScratch *scratch,
                        uint32_t        n_frames) FLITZIS_REALTIME;

/* Adds the next frames to `out`. */
void flitzis_tail_add (FlitzisTail          *tail,
                       const FlitzisKernels *kernels,
                       float                *out,
                       uint32_t              n_frames) FLITZIS_REALTIME;
