/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* A block of frames that grows while a file is decoded and ends as the bytes of a sample. */

#include "config.h"

#include "sample/frames.h"

#include "sample/padding.h"

#include <string.h>

#define FIRST_CAPACITY 16384

gsize
flitzis_frames_count (const FlitzisFrames *self)
{
  return self->n_channels > 0 ? self->n_values / self->n_channels : 0;
}

/* The size comes from files, so no function here may abort if memory is short. */
static gboolean
set_capacity (FlitzisFrames *self, gsize capacity)
{
  gboolean is_first = self->memory == NULL;
  gsize    offset = is_first ? 0 : (guint8 *) self->values - (guint8 *) self->memory;
  gpointer memory;

  if (capacity > (G_MAXSIZE - FLITZIS_PADDING_ROOM) / sizeof (float))
    return FALSE;

  memory = g_try_realloc (self->memory, capacity * sizeof (float) + FLITZIS_PADDING_ROOM);
  if (memory == NULL)
    return FALSE;

  self->memory = memory;
  self->values = is_first ? flitzis_padding_align (memory)
                          : (float *) ((guint8 *) memory + offset);
  self->capacity = capacity;

  return TRUE;
}

gboolean
flitzis_frames_reserve (FlitzisFrames *self, gsize n_frames)
{
  gsize capacity;

  if (!g_size_checked_mul (&capacity, n_frames, self->n_channels))
    return FALSE;

  return capacity <= self->capacity || set_capacity (self, capacity);
}

gboolean
flitzis_frames_extend (FlitzisFrames *self, gsize n_values, float **values)
{
  gsize needed;

  if (!g_size_checked_add (&needed, self->n_values, n_values))
    return FALSE;

  if (needed > self->capacity)
    {
      gsize doubled = MAX (self->capacity, FIRST_CAPACITY / 2) * 2;

      if (!set_capacity (self, MAX (needed, doubled)) && !set_capacity (self, needed))
        return FALSE;
    }

  *values = self->values + self->n_values;
  self->n_values = needed;

  return TRUE;
}

GBytes *
flitzis_frames_steal (FlitzisFrames *self)
{
  gsize    n_values = self->n_values;
  gpointer memory;
  float   *aligned;

  if (n_values < self->capacity)
    set_capacity (self, n_values);

  /* growing may have moved the block, and so its aligned place: large blocks by pages, small ones
   * by less */
  memory = g_steal_pointer (&self->memory);
  aligned = flitzis_padding_align (memory);
  if (aligned != self->values)
    memmove (aligned, self->values, n_values * sizeof (float));

  flitzis_frames_clear (self);

  return flitzis_padding_wrap (memory, n_values);
}

void
flitzis_frames_clear (FlitzisFrames *self)
{
  g_clear_pointer (&self->memory, g_free);
  self->values = NULL;
  self->n_values = 0;
  self->capacity = 0;
}
