/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdint.h>

/*
 * The loops over frames, and nothing else. `out` is interleaved stereo; nothing overlaps.
 */

/* out += gain * in; mono goes to both sides */
void flitzis_mix (float *restrict out,
                  const float *restrict in,
                  uint32_t n_channels,
                  float    gain,
                  uint32_t n_frames) FLITZIS_REALTIME;

/* the same with a gain for each frame */
void flitzis_mix_gains (float *restrict out,
                        const float *restrict in,
                        uint32_t n_channels,
                        const float *restrict gains,
                        uint32_t n_frames) FLITZIS_REALTIME;

/* out += in, stereo both */
void flitzis_add (float *restrict out,
                  const float *restrict in,
                  uint32_t n_frames) FLITZIS_REALTIME;

/*
 * Reads `n_frames` frames at a fractional position, on straight lines between the neighbours; past
 * the end lies silence. `position` and `step` are in frames of `in`, 32.32 fixed point.
 */
void flitzis_interpolate (float *restrict out,
                          const float *restrict in,
                          uint32_t n_channels,
                          uint64_t n_frames_in,
                          uint64_t position,
                          uint64_t step,
                          uint32_t n_frames) FLITZIS_REALTIME;
