/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "curve.h"

#include "tables.h"

#include <stdint.h>
#include <string.h>

#define LN_2 0.69314718055994530942

/* The bits of a double (IEEE 754): its exponent is above its mantissa. */
#define MANTISSA_BITS 52
#define EXPONENT_OF_ONE 1023

/* With this many terms, both series are exact to a double within the ranges to which the functions
 * reduce them (Muller, Elementary Functions, chapter 3). */
#define N_LOG_TERMS 12
#define N_EXP_TERMS 14

/* The callback may not call the functions of libm, so this is the natural logarithm of a normal
 * number above 0. */
static double
get_log (double x) FLITZIS_REALTIME
{
  uint64_t bits;
  int      exponent;
  double   s, power, sum = 0.0;

  memcpy (&bits, &x, sizeof bits);
  exponent = (int) (bits >> MANTISSA_BITS) - EXPONENT_OF_ONE;
  bits -= (uint64_t) (int64_t) exponent << MANTISSA_BITS;
  memcpy (&x, &bits, sizeof x);

  /* x is now 1..2, and its logarithm is twice the inverse hyperbolic tangent of s */
  if (x > 1.41421356)
    {
      x /= 2.0;
      exponent++;
    }

  s = power = (x - 1.0) / (x + 1.0);

  for (int i = 0; i < N_LOG_TERMS; i++)
    {
      sum += power / (2 * i + 1);
      power *= s * s;
    }

  return 2.0 * sum + exponent * LN_2;
}

/* e to the power of x, for -500..500 */
static double
get_exp (double x) FLITZIS_REALTIME
{
  int      exponent = (int) (x / LN_2 + (x < 0.0 ? -0.5 : 0.5));
  double   rest = x - exponent * LN_2, sum = 1.0, scale;
  uint64_t bits = (uint64_t) (exponent + EXPONENT_OF_ONE) << MANTISSA_BITS;

  for (int i = N_EXP_TERMS; i > 0; i--)
    sum = 1.0 + sum * rest / i;

  memcpy (&scale, &bits, sizeof scale);

  return sum * scale;
}

static double
get_audible (double value) FLITZIS_REALTIME
{
  return value > FLITZIS_DECIBEL_FLOOR ? value : FLITZIS_DECIBEL_FLOOR;
}

FlitzisCurveShape
flitzis_curve_shape (FlitzisMixerCurve kind, double from, double to) FLITZIS_REALTIME
{
  FlitzisCurveShape self = { .kind = kind, .from = from, .to = to };

  if (kind == FLITZIS_MIXER_CURVE_DECIBEL)
    {
      self.first = get_audible (from);
      self.log_ratio = get_log (get_audible (to) / self.first);
    }

  return self;
}

/* A value below the floor is reached in one step, at the beginning or at the end. */
static double
get_decibel_value (const FlitzisCurveShape *self, double x) FLITZIS_REALTIME
{
  double low = self->from < self->to ? self->from : self->to;
  double high = self->from < self->to ? self->to : self->from;
  double value = self->first * get_exp (x * self->log_ratio);

  return value < low ? low : value > high ? high
                                          : value;
}

double
flitzis_curve_shape_get_value (const FlitzisCurveShape *self, double x) FLITZIS_REALTIME
{
  double from = self->from, to = self->to;

  if (x >= 1.0)
    return to;

  if (x <= 0.0)
    return from;

  switch (self->kind)
    {
    case FLITZIS_MIXER_CURVE_LINEAR:
      break;
    case FLITZIS_MIXER_CURVE_DECIBEL:
      return get_decibel_value (self, x);
    case FLITZIS_MIXER_CURVE_SMOOTH:
      x *= x * (3.0 - 2.0 * x);
      break;
    case FLITZIS_MIXER_CURVE_EQUAL_POWER:
      /* a rise is a sine, a fall is a cosine */
      x = to > from ? (double) flitzis_quarter_sine ((float) x)
                    : 1.0 - (double) flitzis_quarter_sine ((float) (1.0 - x));
      break;
    }

  return from + (to - from) * x;
}
