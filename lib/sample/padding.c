/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "sample/padding.h"

#include <string.h>

float *
flitzis_padding_align (gpointer memory)
{
  return (float *) ((guint8 *) memory + -(guintptr) memory % FLITZIS_PADDING_ALIGNMENT);
}

GBytes *
flitzis_padding_wrap (gpointer memory, gsize n_values)
{
  float *values = flitzis_padding_align (memory);
  gsize  size = n_values * sizeof (float);

  memset (values + n_values, 0, 2 * FLITZIS_PADDING_ALIGNMENT - size % FLITZIS_PADDING_ALIGNMENT);

  return g_bytes_new_with_free_func (values, size, g_free, memory);
}
