/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-sample-private.h"

#include <string.h>

/* The magnitudes of the smallest normal number and of 2^100, beyond which a mix of 1024 voices at
 * full gain could become infinite. */
#define MIN_NORMAL_BITS 0x00800000
#define MAX_VALUE_BITS 0x71800000

/* Values looked at before any is touched: nearly all are sound. */
#define BLOCK_VALUES 256

/* By the bits: threads that treat denormals as 0 - and decoders leave such behind - see none. */
static inline gboolean
is_broken (float value)
{
  gint32 bits;

  memcpy (&bits, &value, sizeof bits);
  bits &= 0x7fffffff;

  return (bits != 0) & ((bits < MIN_NORMAL_BITS) | (bits > MAX_VALUE_BITS));
}

gsize
flitzis_sample_count_broken (const float *values, gsize n_values)
{
  gsize n_broken = 0;

  for (gsize done = 0; done < n_values; done += BLOCK_VALUES)
    {
      guint n = (guint) MIN (n_values - done, BLOCK_VALUES);
      int   n_here = 0;

      for (guint i = 0; i < n; i++)
        n_here += is_broken (values[done + i]);
      n_broken += n_here;
    }

  return n_broken;
}

gsize
flitzis_sample_mend (float *values, gsize n_values)
{
  gsize n_mended = 0;

  for (gsize done = 0; done < n_values; done += BLOCK_VALUES)
    {
      gsize n = MIN (n_values - done, BLOCK_VALUES);
      gsize n_broken = flitzis_sample_count_broken (values + done, n);

      for (gsize i = done; n_broken > 0 && i < done + n; i++)
        if (is_broken (values[i]))
          values[i] = 0.0f;
      n_mended += n_broken;
    }

  return n_mended;
}
