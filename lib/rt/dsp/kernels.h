/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "ramp.h"
#include "../realtime.h"

#include <stdbool.h>
#include <stdint.h>

/* The number of inputs that are mixed in one pass. */
#define FLITZIS_MAX_INPUTS 4

/* One input of a mix. */
typedef struct
{
  const float *frames;
  float        left, right; /* gains */
  float        peak;        /* set by the mix: the largest magnitude that it added */
} FlitzisInput;

/* The moving gains of an input: on each side, multiplied by all factors. */
#define FLITZIS_MAX_FACTORS 4

typedef struct
{
  FlitzisSlope left, right;
  bool         has_sides; /* if not, these stand still */
  uint32_t     n_factors;
  FlitzisSlope factors[FLITZIS_MAX_FACTORS];
} FlitzisMove;

/*
 * The loops over frames, and nothing else, for one kind of processor. `out` is interleaved stereo
 * unless stated otherwise, and no arrays overlap. All kinds give the same bits: they round alike
 * and sum up in the same order.
 */
typedef struct
{
  const char *name;

  /* out += gain * frames for each input in turn, FLITZIS_MAX_INPUTS at most; mono goes to both
   * sides. If `is_first`, the contents of `out` count as 0. */
  void (*mix) (float        *out,
               FlitzisInput *inputs,
               uint32_t      n_inputs,
               bool          is_first,
               uint32_t      n_channels,
               uint32_t      n_frames) FLITZIS_REALTIME;

  /* the same for one input with moving gains; returns the peak */
  float (*mix_moving) (float             *out,
                       const float       *frames,
                       const FlitzisMove *move,
                       uint32_t           n_channels,
                       uint32_t           n_frames) FLITZIS_REALTIME;

  /* The largest magnitudes of stereo frames, on the left side and on the right. */
  void (*get_peaks) (const float *frames,
                     float       *peaks,
                     uint32_t     n_frames) FLITZIS_REALTIME;

  /*
   * Interpolates on straight lines between the frames of `in`: out[i] is at `places[i]`, in frames
   * of `in`, 32.32 fixed point. `out` has the channels of `in`, and `in` has a frame after the last
   * place.
   */
  void (*interpolate_linear) (float          *out,
                              const float    *in,
                              uint32_t        n_channels,
                              const uint64_t *places,
                              uint32_t        n_frames) FLITZIS_REALTIME;

  /*
   * The same through the low-pass with the number `filters[i]` in the tables. `in` has all frames
   * that the filter reads: half of its taps before a place, and as many from the place on.
   */
  void (*interpolate_sinc) (float          *out,
                            const float    *in,
                            uint32_t        n_channels,
                            const uint64_t *places,
                            const uint8_t  *filters,
                            uint32_t        n_frames) FLITZIS_REALTIME;
} FlitzisKernels;

/* For any processor, and for x86 processors with AVX2. */
extern const FlitzisKernels flitzis_kernels_plain __attribute__ ((visibility ("hidden")));
extern const FlitzisKernels flitzis_kernels_avx2 __attribute__ ((visibility ("hidden")));
