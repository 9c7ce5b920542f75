/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "sample/mend.h"

#include <string.h>

/* The magnitudes of the smallest normal number and of 2^100, beyond which a mix of 1024 voices at
 * full gain could become infinite. */
#define MIN_NORMAL_BITS 0x00800000
#define MAX_VALUE_BITS 0x71800000

/* The number of values that are checked at a time, so that compilers can use vector registers. */
#define GROUP_VALUES 64

/* Compares the bits: a thread that treats denormals as 0, as some decoders leave it, would see
 * none. */
static inline int
is_broken (float value)
{
  gint32 bits;

  memcpy (&bits, &value, sizeof bits);
  bits &= 0x7fffffff;

  return (bits != 0) & ((bits < MIN_NORMAL_BITS) | (bits > MAX_VALUE_BITS));
}

static int
count_in_group (const float *values)
{
  int n_broken = 0;

  for (gsize i = 0; i < GROUP_VALUES; i++)
    n_broken += is_broken (values[i]);

  return n_broken;
}

gsize
flitzis_mend_count (const float *values, gsize n_values)
{
  gsize n_broken = 0;

  for (; n_values >= GROUP_VALUES; n_values -= GROUP_VALUES, values += GROUP_VALUES)
    n_broken += count_in_group (values);
  for (; n_values > 0; n_values--, values++)
    n_broken += is_broken (*values);

  return n_broken;
}

gsize
flitzis_mend_values (float *values, gsize n_values)
{
  gsize n_mended = flitzis_mend_count (values, n_values);

  /* in most samples there is none */
  for (gsize i = 0; n_mended > 0 && i < n_values; i++)
    if (is_broken (values[i]))
      values[i] = 0.0f;

  return n_mended;
}
