/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdbool.h>
#include <stdint.h>

#define FLITZIS_ONE_FRAME ((uint64_t) 1 << 32)

/*
 * How fast a voice runs: frames of the sample to a frame out, 32.32 fixed point. A change is a
 * straight line, as a ramp is.
 */
typedef struct
{
  uint64_t from, to;
  uint32_t n_frames; /* of the whole change */
  uint32_t frame;    /* done so far; n_frames: at rest */
} FlitzisGlide;

static inline bool
flitzis_glide_is_resting (const FlitzisGlide *glide) FLITZIS_REALTIME
{
  return glide->frame >= glide->n_frames;
}

static inline uint64_t
flitzis_glide_get_step (const FlitzisGlide *glide, uint32_t frame) FLITZIS_REALTIME
{
  int64_t change = (int64_t) (glide->to - glide->from);

  return frame < glide->n_frames ? glide->from + (uint64_t) (change / glide->n_frames * frame)
                                 : glide->to;
}

static inline void
flitzis_glide_jump (FlitzisGlide *glide, uint64_t step) FLITZIS_REALTIME
{
  *glide = (FlitzisGlide){ .from = step, .to = step };
}

static inline void
flitzis_glide_move (FlitzisGlide *glide, uint64_t step, uint32_t n_frames) FLITZIS_REALTIME
{
  if (step != glide->to)
    *glide = (FlitzisGlide){ flitzis_glide_get_step (glide, glide->frame), step, n_frames, 0 };
}

/* So many frames have passed. */
static inline void
flitzis_glide_advance (FlitzisGlide *glide, uint32_t n_frames) FLITZIS_REALTIME
{
  if (n_frames < glide->n_frames - glide->frame)
    glide->frame += n_frames;
  else
    *glide = (FlitzisGlide){ .from = glide->to, .to = glide->to };
}
