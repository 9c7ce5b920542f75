/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Converts the values of decoders to floats once, directly into their final place. */

#include "config.h"

#include "decode/values.h"

#include <string.h>

/* The number of values of rarer formats that are unpacked at a time. */
#define BLOCK_VALUES 1024

/* The number of values converted at a time, so that compilers can use vector registers. */
#define GROUP_VALUES 8

static void
s16_to_float (const gint16 *restrict values, float *restrict out, gsize n_values)
{
  gsize done = 0;

  for (; done + GROUP_VALUES <= n_values; done += GROUP_VALUES)
    for (gsize i = 0; i < GROUP_VALUES; i++)
      out[done + i] = values[done + i] * 0x1p-15f;

  for (; done < n_values; done++)
    out[done] = values[done] * 0x1p-15f;
}

static void
unpack (const GstAudioFormatInfo *format, gconstpointer values, float *out, gsize n_values)
{
  union
  {
    gint32 integers[BLOCK_VALUES];
    double floats[BLOCK_VALUES];
  } block;

  format->unpack_func (format, GST_AUDIO_PACK_FLAG_TRUNCATE_RANGE, &block, values, (int) n_values);

  if (format->unpack_format == GST_AUDIO_FORMAT_F64)
    {
      for (gsize i = 0; i < n_values; i++)
        out[i] = (float) block.floats[i];
    }
  else
    {
      for (gsize i = 0; i < n_values; i++)
        out[i] = (float) block.integers[i] * 0x1p-31f;
    }
}

void
flitzis_values_to_float (const GstAudioFormatInfo *format,
                         gconstpointer             values,
                         float                    *out,
                         gsize                     n_values)
{
  gsize size = GST_AUDIO_FORMAT_INFO_WIDTH (format) / 8;

  if (format->format == GST_AUDIO_FORMAT_F32)
    {
      memcpy (out, values, n_values * sizeof (float));
    }
  else if (format->format == GST_AUDIO_FORMAT_S16)
    {
      s16_to_float (values, out, n_values);
    }
  else
    {
      for (gsize done = 0; done < n_values; done += BLOCK_VALUES)
        unpack (format, (const guint8 *) values + done * size, out + done,
                MIN (n_values - done, BLOCK_VALUES));
    }
}
