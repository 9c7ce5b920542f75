/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "message.h"
#include "realtime.h"

#include <stdbool.h>
#include <stdint.h>

/* Loops that never end. */
#define FLITZIS_LOOP_FOREVER UINT32_MAX

/*
 * The frames of a sample in the order in which a voice hears them: a part of it, forwards or
 * backwards, some of it again and again.
 *
 * Places are counted in the direction of playing: place 0 is the sample's first frame, or its last
 * one in reverse. While the voice is in a loop, the places behind the loop's end are those from its
 * start on once more, and before its start, once it has been around, lies what it came from.
 */
typedef struct
{
  uint64_t             position; /* 32.32 fixed point, the place of the next frame */
  bool                 is_reverse;
  const FlitzisHandle *handle;

  /* the part that sounds; if its end is within the sample, its last frames fade out */
  uint64_t start, end;
  uint64_t n_end_fade_frames;

  /* start <= loop_start < loop_end <= end where n_loops, how often it goes back, is not 0 */
  uint64_t loop_start, loop_end;
  uint32_t n_fade_frames; /* of the crossfade before the loop's end */
  uint32_t n_loops;
  uint32_t n_rounds;  /* how often it has gone back in this loop */
  uint32_t n_returns; /* and in all, wherever the loop was then */
} FlitzisPlayhead;

/* From `start` to `end`, frames of the sample; an `end` of 0 or beyond the sample is its end. */
void flitzis_playhead_begin (FlitzisPlayhead     *playhead,
                             const FlitzisHandle *handle,
                             uint64_t             start,
                             uint64_t             end,
                             bool                 is_reverse) FLITZIS_REALTIME;

/*
 * How many frames of the sample the end of the part fades out over. A fade that has begun is not
 * changed, and one that would have begun already begins now.
 */
void flitzis_playhead_set_end_fade (FlitzisPlayhead *playhead,
                                    uint64_t         n_frames) FLITZIS_REALTIME;

/* Whether the part begins within the sample, so that it has to be faded in. */
static inline bool
flitzis_playhead_is_cut_in (const FlitzisPlayhead *playhead) FLITZIS_REALTIME
{
  return playhead->start > 0;
}

/*
 * From here on it loops from `loop_start` to `loop_end`, frames of the sample as above, as far as
 * they lie in the part that sounds, which is one frame at least: if all of it lies before the part,
 * the part's first frame, and if it lies after, its last one. False if what sounds next does not
 * follow on what sounded before: the position was past the loop's end and has been brought back
 * into it, or the end of the part had begun to fade out.
 */
bool flitzis_playhead_set_loop (FlitzisPlayhead *playhead,
                                uint64_t         loop_start,
                                uint64_t         loop_end,
                                uint32_t         n_fade_frames,
                                uint32_t         n_loops) FLITZIS_REALTIME;

/* How many frames there are from place 0 of this round; UINT64_MAX if they never end. */
uint64_t flitzis_playhead_get_length (const FlitzisPlayhead *playhead) FLITZIS_REALTIME;

/* How many frames from `place` on are just those that lie in the sample, at `frames`. */
uint32_t flitzis_playhead_find (const FlitzisPlayhead *playhead,
                                int64_t                place,
                                const float          **frames) FLITZIS_REALTIME;

/* The frames from `place` on, where they lie in the sample or put together in `scratch`. */
const float *flitzis_playhead_read (const FlitzisPlayhead *playhead,
                                    int64_t                place,
                                    uint32_t               n_frames,
                                    float                 *scratch) FLITZIS_REALTIME;

/* Moves on to a position of the same round, around the loop where that is behind its end. */
void flitzis_playhead_move (FlitzisPlayhead *playhead,
                            uint64_t         position) FLITZIS_REALTIME;

/* The frame of the sample that sounds next. */
static inline uint64_t
flitzis_playhead_get_frame (const FlitzisPlayhead *playhead) FLITZIS_REALTIME
{
  uint64_t place = playhead->position >> 32;

  return playhead->is_reverse ? playhead->handle->n_frames - 1 - place : place;
}
