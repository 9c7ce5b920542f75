/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/resampler-filter.h"

G_BEGIN_DECLS

/* Stretches of a block that are converted side by side. */
#define FLITZIS_BLOCK_STRETCHES 8

/* Frames that are converted in one go by a filter with groups of rows. */
typedef struct
{
  const FlitzisRateFilter *filter;
  guint                    n_channels;

  /* FLITZIS_BLOCK_STRETCHES stretches of equal length, in whole cycles. The frames that the filter
   * reads past their end follow, and 8 values that do not matter. */
  gsize        n_frames;
  const float *frames;

  /* room for the same, side by side */
  float *spread;
} FlitzisBlock;

/* How many values that takes. */
static inline gsize
flitzis_block_get_spread (const FlitzisBlock *self)
{
  return (self->n_frames + (self->filter->n_taps + 8) * FLITZIS_BLOCK_STRETCHES) *
         self->n_channels;
}

/* Converts a block, to the same bits on each kind of processor. */
typedef void (*FlitzisResamplerKernel) (const FlitzisBlock *block,
                                        float              *out);

void flitzis_resampler_kernel_plain (const FlitzisBlock *block,
                                     float              *out);
void flitzis_resampler_kernel_avx2 (const FlitzisBlock *block,
                                    float              *out);

G_END_DECLS
