/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

/*
 * Marks every function that runs in the audio callback: it does not allocate, lock, log or make a
 * system call. clang 20 and newer prove this at compile time, and the tests check it elsewhere.
 */
#if defined(__clang__) && __clang_major__ >= 20
#define FLITZIS_REALTIME __attribute__ ((nonblocking))
#else
#define FLITZIS_REALTIME
#endif

/*
 * Arithmetic with denormals is up to a hundred times slower, so the mixer treats them as 0 while it
 * runs. `flitzis_denormals_off` returns what `flitzis_denormals_restore` needs.
 */
#if defined(__SSE__)
#include <xmmintrin.h>

static inline unsigned int
flitzis_denormals_off (void) FLITZIS_REALTIME
{
  const unsigned int flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
  unsigned int       saved = _mm_getcsr ();

  _mm_setcsr (saved | flush_to_zero | denormals_are_zero);

  return saved;
}

static inline void
flitzis_denormals_restore (unsigned int saved) FLITZIS_REALTIME
{
  _mm_setcsr (saved);
}
#elif defined(__aarch64__)
static inline unsigned int
flitzis_denormals_off (void) FLITZIS_REALTIME
{
  const unsigned long flush_to_zero = 1ul << 24;
  unsigned long       saved;

  __asm__ volatile("mrs %0, fpcr"
                   : "=r"(saved));
  __asm__ volatile("msr fpcr, %0"
                   :
                   : "r"(saved | flush_to_zero));

  return (unsigned int) saved;
}

static inline void
flitzis_denormals_restore (unsigned int saved) FLITZIS_REALTIME
{
  __asm__ volatile("msr fpcr, %0"
                   :
                   : "r"((unsigned long) saved));
}
#else
static inline unsigned int
flitzis_denormals_off (void) FLITZIS_REALTIME
{
  return 0;
}

static inline void
flitzis_denormals_restore (unsigned int saved) FLITZIS_REALTIME
{
  (void) saved;
}
#endif
