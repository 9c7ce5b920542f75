/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "sinc.h"

#include <math.h>

/* For a beta of 12, the next term of the window's power series is 1e-17 of its sum. */
#define N_TERMS 25

/* Eight places side by side; the compiler uses as many registers as they need. */
typedef double Eight __attribute__ ((vector_size (64)));

void
flitzis_sinc_fill (double *values,
                   int     n,
                   double  first,
                   double  step,
                   double  half,
                   double  cutoff,
                   double  beta)
{
  /* A group of eight takes one sine and one cosine: sin (a + b) = sin a cos b + cos a sin b. */
  const Eight lanes = { 0, 1, 2, 3, 4, 5, 6, 7 };
  Eight       sines, cosines;

  for (int i = 0; i < 8; i++)
    {
      sines[i] = sin (M_PI * cutoff * step * i);
      cosines[i] = cos (M_PI * cutoff * step * i);
    }

  for (int k = 0; k < n; k += 8)
    {
      double turn = M_PI * cutoff * (first + k * step);
      Eight  x = first + (k + lanes) * step;
      Eight  y = (1.0 - x * x / (half * half)) * (beta * beta / 4.0);
      Eight  turns = M_PI * cutoff * x;
      Eight  sine = sin (turn) * cosines + cos (turn) * sines;
      Eight  window = { 1, 1, 1, 1, 1, 1, 1, 1 };

      /* The modified Bessel function of the first kind and order 0, of twice the square root of y
       * (Abramowitz and Stegun, Handbook of Mathematical Functions, 9.6.12). */
#pragma GCC unroll 5
      for (int term = N_TERMS; term > 0; term--)
        window = 1.0 + window * (y * (1.0 / (term * term)));

      for (int i = 0; i < 8; i++)
        values[k + i] = turns[i] == 0.0 ? window[i] : window[i] * sine[i] / turns[i];
    }
}
