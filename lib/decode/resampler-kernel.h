/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/resampler-filter.h"

G_BEGIN_DECLS

/* The number of stretches of a block that are converted side by side. */
#define FLITZIS_BLOCK_STRETCHES 8

/* The number of frames that a filter with groups of rows converts at a time. */
typedef struct
{
  const FlitzisRateFilter *filter;
  guint                    n_channels;

  /* FLITZIS_BLOCK_STRETCHES stretches of equal length, in whole cycles. After them come the frames
   * that the filter reads past their end, and 8 unused values. */
  gsize        n_frames;
  const float *frames;

  /* room for the same, side by side */
  float *spread;
} FlitzisBlock;

/* Returns the number of values that this takes. */
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
