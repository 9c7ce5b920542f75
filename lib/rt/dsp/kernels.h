/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "ramp.h"
#include "../realtime.h"

#include <stdbool.h>
#include <stdint.h>

/* Inputs that are mixed in one go. */
#define FLITZIS_MAX_INPUTS 4

/* What is added to a mix. */
typedef struct
{
  const float *frames;
  float        left, right; /* gains */
  float        peak;        /* set by the mix: the largest magnitude that it added */
} FlitzisInput;

/* The gains of an input that is on the move: on each side, times all factors. */
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
 * unless said otherwise; nothing overlaps. All kinds give the same bits: they round alike, and what
 * they sum up they sum up in the same order.
 */
typedef struct
{
  const char *name;

  /* out += gain * frames for each input in turn, FLITZIS_MAX_INPUTS at most; mono goes to both
   * sides. Where `is_first`, nothing has been put into `out` yet, and it counts as 0. */
  void (*mix) (float        *out,
               FlitzisInput *inputs,
               uint32_t      n_inputs,
               bool          is_first,
               uint32_t      n_channels,
               uint32_t      n_frames) FLITZIS_REALTIME;

  /* the same of one input with moving gains; returns the peak */
  float (*mix_moving) (float             *out,
                       const float       *frames,
                       const FlitzisMove *move,
                       uint32_t           n_channels,
                       uint32_t           n_frames) FLITZIS_REALTIME;

  /* The largest magnitudes of stereo frames: of the left side, and of the right. */
  void (*get_peaks) (const float *frames,
                     float       *peaks,
                     uint32_t     n_frames) FLITZIS_REALTIME;

  /*
   * Frames between those of `in`, of as many channels: out[i] is at `places[i]`, in frames of `in`,
   * 32.32 fixed point. On straight lines; `in` has a frame behind the last place.
   */
  void (*interpolate_linear) (float          *out,
                              const float    *in,
                              uint32_t        n_channels,
                              const uint64_t *places,
                              uint32_t        n_frames) FLITZIS_REALTIME;

  /*
   * The same through a low-pass, that of the tables with the number `filters[i]`. `in` has the
   * frames that it reaches: half of its taps before a place, and as many from it on.
   */
  void (*interpolate_sinc) (float          *out,
                            const float    *in,
                            uint32_t        n_channels,
                            const uint64_t *places,
                            const uint8_t  *filters,
                            uint32_t        n_frames) FLITZIS_REALTIME;
} FlitzisKernels;

/* For any processor, and for those of x86 with AVX2. */
extern const FlitzisKernels flitzis_kernels_plain __attribute__ ((visibility ("hidden")));
extern const FlitzisKernels flitzis_kernels_avx2 __attribute__ ((visibility ("hidden")));
