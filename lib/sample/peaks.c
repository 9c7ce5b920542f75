/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "sample/peaks.h"

#include "flitzis-error.h"

#define BLOCK FLITZIS_PEAKS_BLOCK

/* The number of values compared at once. Their order does not matter, so each lane has its own
 * peak. */
#define N_LANES 16

void
flitzis_peaks_init (FlitzisPeaks *self, const float *values, guint64 n_frames, guint n_channels)
{
  *self = (FlitzisPeaks){
    .values = values,
    .is_streamed = values == NULL,
    .n_channels = n_channels,
    .n_frames = n_frames,
  };
}

void
flitzis_peaks_clear (FlitzisPeaks *self)
{
  g_clear_pointer (&self->nodes, g_free);
  g_clear_error (&self->error);
}

static gsize
count_nodes (gsize n_blocks)
{
  gsize n_nodes = 0;

  for (gsize n = n_blocks; n > 0; n /= 2)
    n_nodes += n;

  return n_nodes;
}

gsize
flitzis_peaks_count_nodes (gsize n_values)
{
  return count_nodes (n_values / BLOCK);
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

/* The lowest level while it grows. */
typedef struct
{
  FlitzisPeak *nodes;
  gsize        n_nodes;
  gsize        n_room;
  guint        n_free; /* values that the last block still takes */
  guint64      n_values;
} Blocks;

static gboolean
make_room (Blocks *self, gsize n_nodes)
{
  FlitzisPeak *nodes = g_try_renew (FlitzisPeak, self->nodes, n_nodes);

  if (nodes == NULL)
    return FALSE;

  self->nodes = nodes;
  self->n_room = n_nodes;

  return TRUE;
}

static gboolean
add_to_blocks (Blocks *self, const float *values, gsize n_values)
{
  for (gsize n; n_values > 0; values += n, n_values -= n)
    {
      if (self->n_free == 0)
        {
          if (self->n_nodes == self->n_room && !make_room (self, MAX (2 * self->n_room, 1024)))
            return FALSE;

          self->nodes[self->n_nodes++] = nothing;
          self->n_free = BLOCK;
        }

      n = MIN (n_values, self->n_free);
      add_values (&self->nodes[self->n_nodes - 1], values, n);
      self->n_free -= (guint) n;
      self->n_values += n;
    }

  return TRUE;
}

/* Returns FALSE if there is not enough memory. If the pass fails, the blocks end there. */
static gboolean
read_values (Blocks *self, FlitzisPass *pass, guint n_channels, GError **error)
{
  const float *frames;
  gssize       n;

  while ((n = flitzis_pass_read (pass, FLITZIS_PASS_FRAMES, &frames, error)) > 0)
    if (!add_to_blocks (self, frames, (gsize) n * n_channels))
      return FALSE;

  return TRUE;
}

/* Appends the higher levels to the lowest one, and gives back the memory that is left. */
static gboolean
add_levels (Blocks *self)
{
  FlitzisPeak *below, *node;

  if (self->n_nodes == 0)
    return TRUE;

  if (!make_room (self, count_nodes (self->n_nodes)))
    return FALSE;

  below = self->nodes;
  node = self->nodes + self->n_nodes;

  for (gsize n = self->n_nodes / 2; n > 0; n /= 2)
    {
      FlitzisPeak *level = node;

      for (gsize i = 0; i < n; i++, node++)
        {
          *node = below[2 * i];
          add (node, below[2 * i + 1].min, below[2 * i + 1].max);
        }

      below = level;
    }

  return TRUE;
}

static void
build (FlitzisPeaks *self, FlitzisPass *pass)
{
  gsize    n_nodes = flitzis_peaks_count_nodes (self->n_frames * self->n_channels) + 1;
  Blocks   blocks = { 0 };
  gboolean is_built;

  is_built = (self->is_streamed || make_room (&blocks, n_nodes)) &&
             read_values (&blocks, pass, self->n_channels, &self->error);

  /* its values are in memory */
  if (blocks.n_free > 0 && !self->is_streamed)
    blocks.n_nodes--;

  if (!is_built || !add_levels (&blocks))
    {
      g_clear_pointer (&blocks.nodes, g_free);

      if (self->is_streamed && self->error == NULL)
        g_set_error_literal (&self->error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                             "Could not prepare the peaks: there is not enough memory");
      return;
    }

  if (self->is_streamed)
    self->n_frames = blocks.n_values / self->n_channels;

  self->n_blocks = blocks.n_nodes;
  self->nodes = blocks.nodes;
}

/* Values in memory that are less than a block have no nodes, and need none. */
gboolean
flitzis_peaks_is_built (FlitzisPeaks *self)
{
  return g_atomic_pointer_get (&self->once) != 0 ||
         (!self->is_streamed && self->n_frames * self->n_channels < BLOCK);
}

gboolean
flitzis_peaks_build (FlitzisPeaks *self, FlitzisPass *pass, GError **error)
{
  if (!flitzis_peaks_is_built (self) && g_once_init_enter (&self->once))
    {
      build (self, pass);
      g_once_init_leave (&self->once, 1);
    }

  if (self->error != NULL && error != NULL)
    *error = g_error_copy (self->error);

  return self->error == NULL;
}

guint64
flitzis_peaks_get_n_frames (FlitzisPeaks *self)
{
  return self->n_frames;
}

/* Adds the values from `begin` up to `end`, which lie in one block. If the whole block is within
 * the peak, the values need not be read, which would wait for memory. */
static gsize
read_border (FlitzisPeaks *self, gsize begin, gsize end, FlitzisPeak *peak)
{
  gsize              block = begin / BLOCK;
  const FlitzisPeak *node = &self->nodes[block];

  if (begin == end)
    return 0;

  if (block < self->n_blocks && node->min >= peak->min && node->max <= peak->max)
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
  gsize              n_nodes = self->n_blocks;
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

/* Another thread may be building them. */
static gboolean
has_nodes (FlitzisPeaks *self)
{
  return g_atomic_pointer_get (&self->once) != 0 && self->nodes != NULL;
}

/* Adds the values from `begin` up to `end`. Returns the number of values and nodes that it has
 * read. */
static gsize
read_part (FlitzisPeaks *self, gsize begin, gsize end, FlitzisPeak *peak)
{
  gsize first = (begin + BLOCK - 1) / BLOCK;
  gsize last = end / BLOCK;
  gsize n_read;

  if (self->is_streamed)
    return read_blocks (self, begin / BLOCK, (end + BLOCK - 1) / BLOCK, peak);

  if (first >= last || !has_nodes (self))
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
