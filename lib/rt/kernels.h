/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdint.h>

/*
 * The loops over frames, and nothing else. `out` is interleaved stereo unless said otherwise;
 * nothing overlaps.
 */

/* out += gain * in, with a gain for each side; mono goes to both */
void flitzis_mix (float *restrict out,
                  const float *restrict in,
                  uint32_t n_channels,
                  float    left,
                  float    right,
                  uint32_t n_frames) FLITZIS_REALTIME;

/* the same with gains for each frame */
void flitzis_mix_gains (float *restrict out,
                        const float *restrict in,
                        uint32_t n_channels,
                        const float *restrict left,
                        const float *restrict right,
                        uint32_t n_frames) FLITZIS_REALTIME;

/* out += in, stereo both */
void flitzis_add (float *restrict out,
                  const float *restrict in,
                  uint32_t n_frames) FLITZIS_REALTIME;

/* The largest magnitude among `n_frames` values that lie `stride` apart. */
float flitzis_get_peak (const float *values,
                        uint32_t     stride,
                        uint32_t     n_frames) FLITZIS_REALTIME;

/* The same of each value times its gain. */
float flitzis_get_peak_gains (const float *values,
                              uint32_t     stride,
                              const float *gains,
                              uint32_t     n_frames) FLITZIS_REALTIME;

/*
 * Frames between those of `in`, of as many channels: out[i] is at `places[i]`, in frames of `in`,
 * 32.32 fixed point. On straight lines; `in` has a frame behind the last place.
 */
void flitzis_interpolate_linear (float *restrict out,
                                 const float *restrict in,
                                 uint32_t n_channels,
                                 const uint64_t *restrict places,
                                 uint32_t n_frames) FLITZIS_REALTIME;

/* How many frames of `in` the filter looks at, before a place and from it on. */
uint32_t flitzis_get_filter_reach (float stretch) FLITZIS_REALTIME;

/*
 * The same through the low-pass of the tables, stretched by `stretches[i]` >= 1 to so much lower a
 * cut-off. `in` has the frames that the filter reaches.
 */
void flitzis_interpolate_sinc (float *restrict out,
                               const float *restrict in,
                               uint32_t n_channels,
                               const uint64_t *restrict places,
                               const float *restrict stretches,
                               uint32_t n_frames) FLITZIS_REALTIME;
