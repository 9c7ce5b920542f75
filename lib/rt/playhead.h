/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "message.h"
#include "range.h"
#include "realtime.h"
#include "ring.h"
#include "settings.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The frames of a sample in the order in which a voice plays them: a part of the sample, forwards
 * or backwards, with a loop.
 *
 * Places count in the direction of playing. Place 0 is the sample's first frame, or its last frame
 * in reverse. While the voice is in a loop, the places after the loop's end are the frames from the
 * loop's start once more. After the first round, the places before the loop's start are the frames
 * before its end.
 *
 * If the sample is streamed, the frames come from a ring, which has gone around the loop already.
 * Place 0 is the frame at which the voice began, or to which it jumped last. The end is unknown
 * until the feeder has come to it.
 */
typedef struct
{
  uint64_t             position; /* 32.32 fixed point, the place of the next frame */
  bool                 is_reverse;
  bool                 is_cut_out; /* the part ends within the sample */
  const FlitzisHandle *handle;

  /* the part that sounds; if it is cut out, its last frames fade out */
  uint64_t start, end;
  uint64_t n_end_fade_frames;

  /* n_loops counts how often it goes back; if it is not 0, start <= loop_start < loop_end <= end */
  uint64_t loop_start, loop_end;
  uint32_t n_fade_frames; /* of the crossfade before the loop's end */
  uint32_t n_loops;
  uint32_t n_rounds;  /* the number of times that it has gone back in the loop that is set now */
  uint32_t n_returns; /* the number of times that it has gone back since the voice began */

  /* of a streamed sample; else NULL, and the other fields are 0 */
  FlitzisRing *ring;
  uint64_t     origin;  /* place 0 in the ring */
  uint64_t     n_ready; /* the places before this one can be read */
  uint32_t     n_head;  /* the places before this one are in memory */
  uint32_t     first;   /* the frame of the sample at place 0, if it is there */
} FlitzisPlayhead;

/* Begins a part from `start` to `end`, frames of the sample. An `end` of 0 or beyond the sample is
 * the sample's end. */
void flitzis_playhead_begin (FlitzisPlayhead     *playhead,
                             const FlitzisHandle *handle,
                             uint64_t             start,
                             uint64_t             end,
                             bool                 is_reverse) FLITZIS_REALTIME;

/* Begins a streamed sample at frame `first`. Its next `n_head` frames are in memory. */
void flitzis_playhead_begin_stream (FlitzisPlayhead     *playhead,
                                    const FlitzisHandle *handle,
                                    FlitzisRing         *ring,
                                    uint32_t             first,
                                    uint32_t             n_head) FLITZIS_REALTIME;

/* Takes over what has been written into the ring. Returns whether the end has become known. */
bool flitzis_playhead_follow_ring (FlitzisPlayhead          *playhead,
                                   const FlitzisRingContent *content) FLITZIS_REALTIME;

/*
 * Sets the length of the fade-out at the end of the part, in frames of the sample. A fade that has
 * begun is not changed. A fade that should have begun already begins now.
 */
void flitzis_playhead_set_end_fade (FlitzisPlayhead *playhead,
                                    uint64_t         n_frames) FLITZIS_REALTIME;

/*
 * Sets a loop from `loop_start` to `loop_end`, frames of the sample as above. Only its frames
 * within the part are played. A loop that lies before the part becomes the part's first frame, and
 * one that lies after it becomes the part's last frame. Returns false if the next frame does not
 * continue the sound: the position was after the loop's end and has been moved into the loop, or
 * the end of the part had begun to fade out.
 */
bool flitzis_playhead_set_loop (FlitzisPlayhead *playhead,
                                uint64_t         loop_start,
                                uint64_t         loop_end,
                                uint32_t         n_fade_frames,
                                uint32_t         n_loops) FLITZIS_REALTIME;

/*
 * Moves to a frame of the sample. In the direction of playing, a frame before the part is its first
 * one. If the frame is after the part, nothing changes, and the function returns false.
 *
 * A frame after the end of a loop that never ends goes around it. If the loop ends, the rounds that
 * are left are skipped.
 */
bool flitzis_playhead_seek (FlitzisPlayhead *playhead,
                            uint64_t         frame) FLITZIS_REALTIME;

/* Returns the number of frames from place 0 of this round; UINT64_MAX if they never end. */
uint64_t flitzis_playhead_get_length (const FlitzisPlayhead *playhead) FLITZIS_REALTIME;

/* Returns how many frames from `place` on are the sample's own, one for one, and sets `frames` to
 * the first of them. */
uint32_t flitzis_playhead_find (const FlitzisPlayhead *playhead,
                                int64_t                place,
                                const float          **frames) FLITZIS_REALTIME;

/* Returns the frames from `place` on, inside the sample or composed in `scratch`. */
const float *flitzis_playhead_read (const FlitzisPlayhead *playhead,
                                    int64_t                place,
                                    uint32_t               n_frames,
                                    float                 *scratch) FLITZIS_REALTIME;

/* Moves on to a position of the same round; a position after the loop's end goes around the
 * loop. */
void flitzis_playhead_move (FlitzisPlayhead *playhead,
                            uint64_t         position) FLITZIS_REALTIME;

/* Returns how many times it has gone back since the voice began. */
uint32_t flitzis_playhead_count_returns (const FlitzisPlayhead *playhead) FLITZIS_REALTIME;

/* Returns the frame of the sample that sounds next. */
uint64_t flitzis_playhead_get_frame (const FlitzisPlayhead *playhead) FLITZIS_REALTIME;
