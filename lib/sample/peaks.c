/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "sample/peaks.h"

#define BLOCK FLITZIS_PEAKS_BLOCK

/* The number of values compared at once. Their order does not matter, so each lane has its own
 * peak. */
#define N_LANES 16

void
flitzis_peaks_init (FlitzisPeaks *self, const float *values, guint64 n_frames, guint n_channels)
{
  *self = (FlitzisPeaks){
    .values = values,
    .n_frames = n_frames,
    .n_channels = n_channels,
  };
}

void
flitzis_peaks_clear (FlitzisPeaks *self)
{
  g_clear_pointer (&self->nodes, g_free);
}

gsize
flitzis_peaks_count_nodes (gsize n_values)
{
  gsize n_nodes = 0;

  for (gsize n = n_values / BLOCK; n > 0; n /= 2)
    n_nodes += n;

  return n_nodes;
}

static inline void
add (FlitzisPeak *self, float min, float max)
{
  self->min = min < self->min ? min : self->min;
  self->max = max > self->max ? max : self->max;
}

static void
add_values (FlitzisPeak *self, const float *values, gsize n_values)
{
  float min[N_LANES], max[N_LANES];

  for (guint lane = 0; lane < N_LANES; lane++)
    {
      min[lane] = self->min;
      max[lane] = self->max;
    }

  for (; n_values >= N_LANES; n_values -= N_LANES, values += N_LANES)
    {
      for (guint lane = 0; lane < N_LANES; lane++)
        {
          float value = values[lane];

          min[lane] = value < min[lane] ? value : min[lane];
          max[lane] = value > max[lane] ? value : max[lane];
        }
    }

  for (guint lane = 0; lane < N_LANES; lane++)
    add (self, min[lane], max[lane]);

  for (; n_values > 0; n_values--, values++)
    add (self, *values, *values);
}

static const FlitzisPeak nothing = { G_MAXFLOAT, -G_MAXFLOAT };

static FlitzisPeak *
make_nodes (const float *values, gsize n_values)
{
  FlitzisPeak *nodes = g_try_new (FlitzisPeak, flitzis_peaks_count_nodes (n_values));
  FlitzisPeak *below = nodes;
  FlitzisPeak *node = nodes;

  if (nodes == NULL)
    return NULL;

  for (gsize i = 0; i < n_values / BLOCK; i++, node++)
    {
      *node = nothing;
      add_values (node, values + i * BLOCK, BLOCK);
    }

  for (gsize n = n_values / BLOCK / 2; n > 0; n /= 2)
    {
      FlitzisPeak *level = node;

      for (gsize i = 0; i < n; i++, node++)
        {
          *node = below[2 * i];
          add (node, below[2 * i + 1].min, below[2 * i + 1].max);
        }

      below = level;
    }

  return nodes;
}

/* A sample shorter than a block has no nodes, and needs none. */
gboolean
flitzis_peaks_is_built (FlitzisPeaks *self)
{
  return self->n_frames * self->n_channels < BLOCK || g_atomic_pointer_get (&self->nodes) != NULL;
}

void
flitzis_peaks_build (FlitzisPeaks *self)
{
  if (!flitzis_peaks_is_built (self) && g_once_init_enter (&self->once))
    {
      g_atomic_pointer_set (&self->nodes,
                            make_nodes (self->values, self->n_frames * self->n_channels));
      g_once_init_leave (&self->once, 1);
    }
}

/* Adds the values from `begin` up to `end`, which lie in one block. If the whole block is within
 * the peak, the values need not be read, which would wait for memory. */
static gsize
read_border (FlitzisPeaks *self, gsize begin, gsize end, FlitzisPeak *peak)
{
  gsize              block = begin / BLOCK;
  gsize              n_blocks = self->n_frames * self->n_channels / BLOCK;
  const FlitzisPeak *node = &self->nodes[block];

  if (begin == end)
    return 0;

  if (block < n_blocks && node->min >= peak->min && node->max <= peak->max)
    return 1;

  add_values (peak, self->values + begin, end - begin);

  return 1 + end - begin;
}

/* Adds the blocks from `first` up to `last`. A node with an odd index is only half of the node
 * above it. */
static gsize
read_blocks (FlitzisPeaks *self, gsize first, gsize last, FlitzisPeak *peak)
{
  const FlitzisPeak *level = self->nodes;
  gsize              n_nodes = self->n_frames * self->n_channels / BLOCK;
  gsize              n_read = 0;

  while (first < last)
    {
      if (first % 2 == 1)
        {
          add (peak, level[first].min, level[first].max);
          first++;
          n_read++;
        }

      if (last % 2 == 1)
        {
          last--;
          add (peak, level[last].min, level[last].max);
          n_read++;
        }

      level += n_nodes;
      n_nodes /= 2;
      first /= 2;
      last /= 2;
    }

  return n_read;
}

/* Adds the values from `begin` up to `end`. Returns the number of values and nodes that it has
 * read. */
static gsize
read_part (FlitzisPeaks *self, gsize begin, gsize end, FlitzisPeak *peak)
{
  gsize first = (begin + BLOCK - 1) / BLOCK;
  gsize last = end / BLOCK;
  gsize n_read;

  if (first >= last || g_atomic_pointer_get (&self->nodes) == NULL)
    {
      add_values (peak, self->values + begin, end - begin);
      return end - begin;
    }

  n_read = read_blocks (self, first, last, peak);
  n_read += read_border (self, begin, first * BLOCK, peak);
  n_read += read_border (self, last * BLOCK, end, peak);

  return n_read;
}

/* n_frames * i / n_bins, without an overflow. */
static guint64
divide (guint64 n_frames, guint64 i, guint n_bins)
{
  return n_frames / n_bins * i + n_frames % n_bins * i / n_bins;
}

gsize
flitzis_peaks_read (FlitzisPeaks *self,
                    guint64       first_frame,
                    guint64       last_frame,
                    guint         n_bins,
                    FlitzisPeak  *bins)
{
  guint64 n_frames = last_frame > first_frame ? last_frame - first_frame : 0;
  gsize   n_read = 0;

  for (guint i = 0; i < n_bins; i++)
    {
      guint64 begin = first_frame + divide (n_frames, i, n_bins);
      guint64 end = first_frame + divide (n_frames, i + 1, n_bins);

      bins[i] = nothing;

      if (begin < self->n_frames)
        n_read += read_part (self, begin * self->n_channels,
                             CLAMP (end, begin + 1, self->n_frames) * self->n_channels, &bins[i]);

      if (begin >= self->n_frames || end > self->n_frames)
        add (&bins[i], 0.0f, 0.0f);

      /* makes 0 of -0, so that the result does not depend on which zero came first */
      bins[i].min += 0.0f;
      bins[i].max += 0.0f;
    }

  return n_read;
}
