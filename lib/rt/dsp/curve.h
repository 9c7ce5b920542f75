/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "../realtime.h"

/* In the order of FlitzisCurve, which this folder cannot include. */
typedef enum
{
  FLITZIS_MIXER_CURVE_LINEAR,
  FLITZIS_MIXER_CURVE_DECIBEL,
  FLITZIS_MIXER_CURVE_SMOOTH,
  FLITZIS_MIXER_CURVE_EQUAL_POWER
} FlitzisMixerCurve;

/* -60 dB: in decibels, values below it count as this value. */
#define FLITZIS_DECIBEL_FLOOR 0.001

/* A way from one value to another. */
typedef struct
{
  FlitzisMixerCurve kind;
  double            from, to;
  double            first, log_ratio; /* DECIBEL: where it begins; ln of the end divided by it */
} FlitzisCurveShape;

FlitzisCurveShape flitzis_curve_shape (FlitzisMixerCurve kind,
                                       double            from,
                                       double            to) FLITZIS_REALTIME;

/* Returns the value at `x` of the way, 0..1; exactly `to` at 1. */
double flitzis_curve_shape_get_value (const FlitzisCurveShape *self,
                                      double                   x) FLITZIS_REALTIME;
