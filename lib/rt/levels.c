/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "levels.h"

#include "atomics.h"

void
flitzis_levels_init (FlitzisLevels *levels,
                     uint32_t       sample_rate,
                     FlitzisMeter  *slots,
                     _Atomic float *slot_levels)
{
  levels->n_interval_frames = sample_rate / FLITZIS_LEVELS_PER_SECOND;
  levels->n_frames_left = levels->n_interval_frames;
  levels->slots = slots;
  levels->slot_levels = slot_levels;
}

static void
tell (FlitzisLevels *levels) FLITZIS_REALTIME
{
  uint32_t *link = &levels->first;

  while (*link != 0)
    {
      uint32_t      index = *link - 1;
      FlitzisMeter *slot = &levels->slots[index];

      flitzis_set (levels->slot_levels[index], slot->peak);

      if (slot->peak > 0.0f)
        {
          link = &slot->next;
        }
      else
        {
          slot->is_listed = false;
          *link = slot->next;
        }

      slot->peak = 0.0f;
    }

  flitzis_set (levels->left_level, levels->left);
  flitzis_set (levels->right_level, levels->right);
  atomic_fetch_add_explicit (&levels->n_told, 1, memory_order_release);
  levels->left = levels->right = 0.0f;
  levels->n_frames_left = levels->n_interval_frames;
}

void
flitzis_levels_add_output (FlitzisLevels        *levels,
                           const FlitzisKernels *kernels,
                           const float          *frames,
                           uint32_t              n_frames) FLITZIS_REALTIME
{
  float peaks[2];

  kernels->get_peaks (frames, peaks, n_frames);
  levels->left = peaks[0] > levels->left ? peaks[0] : levels->left;
  levels->right = peaks[1] > levels->right ? peaks[1] : levels->right;
  levels->n_frames_left -= n_frames;

  if (levels->n_frames_left == 0)
    tell (levels);
}

void
flitzis_levels_drop (FlitzisLevels *levels) FLITZIS_REALTIME
{
  if (levels->first == 0)
    return;

  for (uint32_t link = levels->first; link != 0; link = levels->slots[link - 1].next)
    levels->slots[link - 1].peak = 0.0f;

  levels->left = levels->right = 0.0f;
  tell (levels);
}
