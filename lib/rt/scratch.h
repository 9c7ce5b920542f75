/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "dsp/kernels.h"

#include <stdint.h>

/* The number of frames that the mixer computes at a time; the size of every scratch buffer. */
#define FLITZIS_CHUNK_FRAMES 256

/* The number of frames of a sample that are read at a time for a voice at another rate than the
 * engine's. */
#define FLITZIS_WINDOW_FRAMES 2048

/* The kernels and the buffers of one chunk that all voices share. */
typedef struct
{
  const FlitzisKernels *kernels;

  float    window[2 * FLITZIS_WINDOW_FRAMES];
  float    frames[2 * FLITZIS_CHUNK_FRAMES];
  uint64_t places[FLITZIS_CHUNK_FRAMES];
  uint8_t  filters[FLITZIS_CHUNK_FRAMES];
  float    gains[FLITZIS_CHUNK_FRAMES];
} FlitzisScratch;
