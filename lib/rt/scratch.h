/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "dsp/kernels.h"

#include <stdint.h>

/* Frames that the mixer works on at a time: the size of every scratch buffer. */
#define FLITZIS_CHUNK_FRAMES 256

/* Frames of a sample that are read at a time for a voice that does not run at the engine's rate. */
#define FLITZIS_WINDOW_FRAMES 2048

/* What all voices are rendered with: the kernels, and buffers that hold one chunk. */
typedef struct
{
  const FlitzisKernels *kernels;

  float    window[2 * FLITZIS_WINDOW_FRAMES];
  float    frames[2 * FLITZIS_CHUNK_FRAMES];
  uint64_t places[FLITZIS_CHUNK_FRAMES];
  uint8_t  filters[FLITZIS_CHUNK_FRAMES];
  float    gains[FLITZIS_CHUNK_FRAMES];
} FlitzisScratch;
