/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "../realtime.h"

#include <stdint.h>

/*
 * SplitMix64: Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014,
 * with the constants of its reference implementation. Every state works, even 0.
 */
static inline uint64_t
flitzis_random_next (uint64_t *state) FLITZIS_REALTIME
{
  uint64_t z = *state += UINT64_C (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C (0x94d049bb133111eb);

  return z ^ (z >> 31);
}

/* 0..n - 1 */
static inline uint32_t
flitzis_random_below (uint64_t *state, uint64_t n) FLITZIS_REALTIME
{
  return (uint32_t) (((flitzis_random_next (state) >> 32) * n) >> 32);
}

/* -1..1 */
static inline double
flitzis_random_sign (uint64_t *state) FLITZIS_REALTIME
{
  return (double) (int64_t) flitzis_random_next (state) * 0x1p-63;
}
