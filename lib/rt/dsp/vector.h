/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "../realtime.h"

#include <stdint.h>

#if defined(__AVX__)
#include <immintrin.h>
#elif defined(__SSE__)
#include <xmmintrin.h>
#endif

/*
 * Eight floats, or four stereo frames, for computing with all of them at once. The compiler uses
 * the registers that the processor has. Memory need not be aligned.
 */

#define FLITZIS_VECTOR_FRAMES 4

#define FLITZIS_INLINE static inline __attribute__ ((always_inline, unused))

/* For code that is repeated for each number of channels, unless the code has to be small. */
#if defined(__OPTIMIZE_SIZE__)
#define FLITZIS_REPEATED static __attribute__ ((noinline))
#else
#define FLITZIS_REPEATED static inline __attribute__ ((always_inline))
#endif

typedef float   FlitzisVector __attribute__ ((vector_size (32)));
typedef int32_t FlitzisBits __attribute__ ((vector_size (32)));
typedef float   FlitzisHalfVector __attribute__ ((vector_size (16)));

typedef FlitzisVector     FlitzisLooseVector __attribute__ ((aligned (4), may_alias));
typedef FlitzisHalfVector FlitzisLooseHalfVector __attribute__ ((aligned (4), may_alias));

FLITZIS_INLINE float
flitzis_abs (float value) FLITZIS_REALTIME
{
  return value < 0.0f ? -value : value;
}

FLITZIS_INLINE float
flitzis_max (float a, float b) FLITZIS_REALTIME
{
  return a > b ? a : b;
}

FLITZIS_INLINE FlitzisVector
flitzis_vector_load (const float *values) FLITZIS_REALTIME
{
  return *(const FlitzisLooseVector *) values;
}

FLITZIS_INLINE void
flitzis_vector_store (float *values, FlitzisVector vector) FLITZIS_REALTIME
{
  *(FlitzisLooseVector *) values = vector;
}

/* Loads four frames from the i-th on; mono goes to both sides. */
FLITZIS_INLINE FlitzisVector
flitzis_vector_load_frames (const float *frames, uint32_t i, uint32_t n_channels) FLITZIS_REALTIME
{
#if defined(__AVX__)
  const __m256i twice = _mm256_setr_epi32 (0, 0, 1, 1, 2, 2, 3, 3);
#else
  FlitzisHalfVector mono;
#endif

  if (n_channels == 2)
    return *(const FlitzisLooseVector *) (frames + 2 * i);

#if defined(__AVX__)
  return _mm256_permutevar_ps (_mm256_broadcast_ps ((const __m128 *) (frames + i)), twice);
#else
  mono = *(const FlitzisLooseHalfVector *) (frames + i);

  return __builtin_shufflevector (mono, mono, 0, 0, 1, 1, 2, 2, 3, 3);
#endif
}

FLITZIS_INLINE FlitzisVector
flitzis_vector_of_sides (float left, float right) FLITZIS_REALTIME
{
#if defined(__AVX__)
  return _mm256_unpacklo_ps (_mm256_set1_ps (left), _mm256_set1_ps (right));
#else
  return (FlitzisVector){ left, right, left, right, left, right, left, right };
#endif
}

FLITZIS_INLINE FlitzisVector
flitzis_vector_abs (FlitzisVector a) FLITZIS_REALTIME
{
  return (FlitzisVector) ((FlitzisBits) a & INT32_MAX);
}

FLITZIS_INLINE FlitzisVector
flitzis_vector_max (FlitzisVector a, FlitzisVector b) FLITZIS_REALTIME
{
#if defined(__AVX__)
  return _mm256_max_ps (a, b);
#elif defined(__SSE__)
  union
  {
    FlitzisVector whole;
    __m128        halves[2];
  } x = { a }, y = { b };

  x.halves[0] = _mm_max_ps (x.halves[0], y.halves[0]);
  x.halves[1] = _mm_max_ps (x.halves[1], y.halves[1]);

  return x.whole;
#else
  FlitzisBits is_larger = a > b;

  return (FlitzisVector) (((FlitzisBits) a & is_larger) | ((FlitzisBits) b & ~is_larger));
#endif
}

/* Chooses one of two values in each lane. */
FLITZIS_INLINE FlitzisVector
flitzis_vector_choose (FlitzisBits which, FlitzisVector a, FlitzisVector b) FLITZIS_REALTIME
{
#if defined(__AVX__)
  return _mm256_blendv_ps (b, a, (__m256) which);
#else
  return (FlitzisVector) (((FlitzisBits) a & which) | ((FlitzisBits) b & ~which));
#endif
}

FLITZIS_INLINE float
flitzis_vector_get_largest (FlitzisVector a) FLITZIS_REALTIME
{
  a = flitzis_vector_max (a, __builtin_shufflevector (a, a, 4, 5, 6, 7, 0, 1, 2, 3));
  a = flitzis_vector_max (a, __builtin_shufflevector (a, a, 2, 3, 0, 1, 6, 7, 4, 5));

  return a[0] > a[1] ? a[0] : a[1];
}
