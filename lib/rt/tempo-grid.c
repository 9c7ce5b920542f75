/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "tempo-grid.h"

typedef __int128 Wide;

/* The least common multiple of 1 to 32: a beat of this many parts can be divided into each number
 * of steps, and into FLITZIS_PARTS_PER_BEAT. */
#define PLACES_PER_BEAT 144403552893600

static Wide
divide_down (Wide n, Wide by) FLITZIS_REALTIME
{
  return n / by - (n % by < 0);
}

uint64_t
flitzis_tempo_grid_get_n_parts (const FlitzisTempoGrid *grid) FLITZIS_REALTIME
{
  return (uint64_t) FLITZIS_MICRO * 60 * grid->sample_rate;
}

static uint32_t
get_swing (const FlitzisTempoGrid *grid, const FlitzisGridPoint *point) FLITZIS_REALTIME
{
  return point->is_swung && point->step % 2 != 0 ? grid->swing : 0;
}

__int128
flitzis_tempo_grid_get_place (const FlitzisTempoGrid *grid, const FlitzisGridPoint *point)
    FLITZIS_REALTIME
{
  Wide place = (Wide) point->step * FLITZIS_MICRO + get_swing (grid, point);

  return place * (PLACES_PER_BEAT / point->steps_per_beat);
}

static Wide
get_anchor (const FlitzisTempoGrid *grid) FLITZIS_REALTIME
{
  return (Wide) grid->anchor_beat * flitzis_tempo_grid_get_n_parts (grid) + grid->anchor_part;
}

/*
 * Works before the first frame, too. It divides the whole beats from the anchor by the tempo first,
 * and then the parts of a beat with the remainder. So nothing overflows, wherever the anchor and
 * the point are.
 */
static Wide
get_frame (const FlitzisTempoGrid *grid, const FlitzisGridPoint *point) FLITZIS_REALTIME
{
  Wide n_parts = flitzis_tempo_grid_get_n_parts (grid);
  Wide scale = (Wide) point->steps_per_beat * FLITZIS_MICRO;
  Wide beat = divide_down (point->step, point->steps_per_beat);
  Wide step = point->step - beat * point->steps_per_beat;
  Wide whole = (beat - grid->anchor_beat) * n_parts - (Wide) grid->anchor_part;
  Wide n_frames = divide_down (whole, grid->tempo);
  Wide left = (whole - n_frames * grid->tempo) * scale +
              (step * FLITZIS_MICRO + get_swing (grid, point)) * n_parts;
  Wide frames_by = scale * grid->tempo;

  return n_frames + divide_down (2 * left + frames_by, 2 * frames_by) + grid->anchor_frame;
}

uint64_t
flitzis_tempo_grid_get_frame (const FlitzisTempoGrid *grid, const FlitzisGridPoint *point)
    FLITZIS_REALTIME
{
  Wide frame = get_frame (grid, point);

  return frame < 0 ? 0 : frame > (Wide) UINT64_MAX ? UINT64_MAX
                                                   : (uint64_t) frame;
}

uint64_t
flitzis_tempo_grid_get_n_frames (const FlitzisTempoGrid *grid, int64_t length) FLITZIS_REALTIME
{
  Wide frames_by = (Wide) grid->tempo * FLITZIS_PARTS_PER_BEAT;
  Wide n_parts = (Wide) length * flitzis_tempo_grid_get_n_parts (grid);

  return (uint64_t) divide_down (2 * n_parts + frames_by, 2 * frames_by);
}

FlitzisGridPoint
flitzis_tempo_grid_find_next (const FlitzisTempoGrid *grid, FlitzisGridUnit unit, uint64_t frame)
    FLITZIS_REALTIME
{
  uint32_t n_steps = unit == FLITZIS_GRID_STEP ? grid->steps_per_beat : 1;
  uint32_t n_apart = unit == FLITZIS_GRID_BAR ? grid->beats_per_bar : 1;
  Wide     place = get_anchor (grid) + ((Wide) frame - grid->anchor_frame) * grid->tempo;
  Wide     step = divide_down (place * n_steps, flitzis_tempo_grid_get_n_parts (grid));

  /* a point that is before the frame, even rounded and swung; the result is at most three later */
  FlitzisGridPoint point = {
    .step = (int64_t) (divide_down (step - 1, n_apart) * n_apart),
    .steps_per_beat = n_steps,
    .n_restarts = grid->n_restarts,
    .is_swung = unit == FLITZIS_GRID_STEP,
  };

  while (get_frame (grid, &point) < frame)
    point.step += n_apart;

  return point;
}

void
flitzis_tempo_grid_move_anchor (FlitzisTempoGrid *grid, uint64_t frame)
{
  Wide n_parts = flitzis_tempo_grid_get_n_parts (grid);
  Wide place = get_anchor (grid);

  if (grid->is_running)
    place += ((Wide) frame - grid->anchor_frame) * grid->tempo;

  grid->anchor_frame = frame;
  grid->anchor_beat = (int64_t) divide_down (place, n_parts);
  grid->anchor_part = (uint64_t) (place - grid->anchor_beat * n_parts);
}
