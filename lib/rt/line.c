/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "line.h"

typedef __int128 Wide;

static Wide
divide_down (Wide n, Wide by) FLITZIS_REALTIME
{
  return n / by - (n % by < 0);
}

uint64_t
flitzis_line_get_n_parts (const FlitzisLine *line) FLITZIS_REALTIME
{
  return (uint64_t) FLITZIS_MICRO * 60 * line->sample_rate;
}

static Wide
get_anchor (const FlitzisLine *line) FLITZIS_REALTIME
{
  return (Wide) line->anchor_beat * flitzis_line_get_n_parts (line) + line->anchor_part;
}

/* Before the first frame, too. */
static Wide
get_frame (const FlitzisLine *line, const FlitzisGridPoint *point) FLITZIS_REALTIME
{
  uint32_t swing = point->is_swung && point->step % 2 != 0 ? line->swing : 0;
  Wide     scale = (Wide) point->steps_per_beat * FLITZIS_MICRO;
  Wide     place = ((Wide) point->step * FLITZIS_MICRO + swing) * flitzis_line_get_n_parts (line);
  Wide     frames_by = scale * line->tempo;
  Wide     n_frames = divide_down (2 * (place - get_anchor (line) * scale) + frames_by,
                                   2 * frames_by);

  return n_frames + line->anchor_frame;
}

uint64_t
flitzis_line_get_frame (const FlitzisLine *line, const FlitzisGridPoint *point) FLITZIS_REALTIME
{
  Wide frame = get_frame (line, point);

  return frame < 0 ? 0 : frame > (Wide) UINT64_MAX ? UINT64_MAX
                                                   : (uint64_t) frame;
}

FlitzisGridPoint
flitzis_line_find_next (const FlitzisLine *line, FlitzisGrid grid, uint64_t frame) FLITZIS_REALTIME
{
  uint32_t n_steps = grid == FLITZIS_GRID_STEP ? line->steps_per_beat : 1;
  uint32_t n_apart = grid == FLITZIS_GRID_BAR ? line->beats_per_bar : 1;
  Wide     place = get_anchor (line) + ((Wide) frame - line->anchor_frame) * line->tempo;
  Wide     step = divide_down (place * n_steps, flitzis_line_get_n_parts (line));

  /* One before the frame, however it is rounded and swung; three on at most. */
  FlitzisGridPoint point = {
    .step = (int64_t) (divide_down (step - 1, n_apart) * n_apart),
    .steps_per_beat = n_steps,
    .n_restarts = line->n_restarts,
    .is_swung = grid == FLITZIS_GRID_STEP,
  };

  while (get_frame (line, &point) < frame)
    point.step += n_apart;

  return point;
}

void
flitzis_line_move_anchor (FlitzisLine *line, uint64_t frame) FLITZIS_REALTIME
{
  Wide n_parts = flitzis_line_get_n_parts (line);
  Wide place = get_anchor (line);

  if (line->is_running)
    place += ((Wide) frame - line->anchor_frame) * line->tempo;

  line->anchor_frame = frame;
  line->anchor_beat = (int64_t) divide_down (place, n_parts);
  line->anchor_part = (uint64_t) (place - line->anchor_beat * n_parts);
}
