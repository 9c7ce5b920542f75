/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * The dither is that of Lipshitz, Wannamaker and Vanderkooy, "Quantization and Dither: A
 * Theoretical Survey", JAES 40 (5), 1992: noise of a triangular distribution, two steps wide, makes
 * the error of the rounding independent of the sound in its mean and its power. The random numbers
 * are those of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA
 * 2014.
 */

#include "config.h"

#include "encode/quantizer.h"

#include <gst/gst.h>
#include <math.h>

guint
flitzis_quantizer_get_size (const FlitzisQuantizer *self)
{
  switch (self->bit_depth)
    {
    case FLITZIS_BIT_DEPTH_INT16:
      return 2;
    case FLITZIS_BIT_DEPTH_INT24:
      return 3;
    default:
      return 4;
    }
}

const char *
flitzis_quantizer_get_format (const FlitzisQuantizer *self)
{
  switch (self->bit_depth)
    {
    case FLITZIS_BIT_DEPTH_INT16:
      return self->is_big ? "S16BE" : "S16LE";
    case FLITZIS_BIT_DEPTH_INT24:
      return self->is_big ? "S24BE" : "S24LE";
    default:
      return "F32LE";
    }
}

static guint64
get_random (FlitzisQuantizer *self)
{
  guint64 z = self->random += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);

  return z ^ (z >> 31);
}

/* Returns the difference of two equally distributed numbers, in steps. */
static double
get_dither (FlitzisQuantizer *self)
{
  guint64 random = get_random (self);

  return ((double) (random >> 32) - (double) (random & G_MAXUINT32)) / 4294967296.0;
}

static gint32
round_to_step (double value, gint32 n_steps)
{
  return (gint32) CLAMP (rint (value), -(double) n_steps, n_steps - 1.0);
}

void
flitzis_quantizer_pack (FlitzisQuantizer *self, const float *values, gsize n_values, guint8 *out)
{
  gboolean is_float = self->bit_depth == FLITZIS_BIT_DEPTH_FLOAT32;
  guint    size = flitzis_quantizer_get_size (self);

  for (gsize i = 0; i < n_values; i++, out += size)
    {
      float  value = values[i];
      gint32 step;

      if ((!is_float || self->is_clipped) && (value > 1.0f || value < -1.0f))
        {
          value = CLAMP (value, -1.0f, 1.0f);
          self->n_clipped++;
        }

      if (is_float)
        {
          GST_WRITE_FLOAT_LE (out, value);
        }
      else if (size == 3)
        {
          step = round_to_step ((double) value * 8388608.0, 8388608);
          if (self->is_big)
            GST_WRITE_UINT24_BE (out, step);
          else
            GST_WRITE_UINT24_LE (out, step);
        }
      else
        {
          step = round_to_step (
              (double) value * 32768.0 + (self->is_dithered ? get_dither (self) : 0.0), 32768);
          if (self->is_big)
            GST_WRITE_UINT16_BE (out, (guint16) step);
          else
            GST_WRITE_UINT16_LE (out, (guint16) step);
        }
    }
}
