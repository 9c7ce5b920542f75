/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "playhead.h"

#include "dsp/tables.h"

#include <string.h>

static uint64_t
min (uint64_t a, uint64_t b) FLITZIS_REALTIME
{
  return a < b ? a : b;
}

/* Converts a part of the sample to places, which are mirrored in reverse. */
static FlitzisRange
to_places (const FlitzisPlayhead *playhead, uint64_t start, uint64_t end) FLITZIS_REALTIME
{
  uint64_t     n_frames = playhead->handle->n_frames;
  FlitzisRange part = flitzis_range_make (start, end, n_frames);

  return playhead->is_reverse ? (FlitzisRange){ n_frames - part.end, n_frames - part.start } : part;
}

void
flitzis_playhead_begin (FlitzisPlayhead     *playhead,
                        const FlitzisHandle *handle,
                        uint64_t             start,
                        uint64_t             end,
                        bool                 is_reverse) FLITZIS_REALTIME
{
  FlitzisRange part;

  *playhead = (FlitzisPlayhead){
    .handle = handle,
    .is_reverse = is_reverse,
  };

  part = to_places (playhead, start, end);
  playhead->start = part.start;
  playhead->end = part.end;
  playhead->is_cut_out = part.end < handle->n_frames;
  playhead->position = part.start << 32;
}

void
flitzis_playhead_begin_stream (FlitzisPlayhead     *playhead,
                               const FlitzisHandle *handle,
                               FlitzisRing         *ring,
                               uint32_t             first,
                               uint32_t             n_head) FLITZIS_REALTIME
{
  *playhead = (FlitzisPlayhead){
    .handle = handle,
    .end = FLITZIS_END_UNKNOWN,
    .ring = ring,
    .n_ready = n_head,
    .n_head = n_head,
    .first = first,
  };
}

uint64_t
flitzis_playhead_get_length (const FlitzisPlayhead *playhead) FLITZIS_REALTIME
{
  uint64_t length = playhead->loop_end - playhead->loop_start;

  if (playhead->n_loops == 0)
    return playhead->end;

  if (playhead->n_loops == FLITZIS_LOOP_FOREVER)
    return UINT64_MAX;

  return playhead->end + playhead->n_loops * length;
}

/* Returns how many frames are still to come; UINT64_MAX if they never end. */
static uint64_t
count_left (const FlitzisPlayhead *playhead) FLITZIS_REALTIME
{
  uint64_t length = flitzis_playhead_get_length (playhead), place = playhead->position >> 32;

  return length == UINT64_MAX ? UINT64_MAX : place < length ? length - place
                                                            : 0;
}

static bool
has_begun_to_end (const FlitzisPlayhead *playhead) FLITZIS_REALTIME
{
  return playhead->is_cut_out && count_left (playhead) < playhead->n_end_fade_frames;
}

void
flitzis_playhead_set_end_fade (FlitzisPlayhead *playhead, uint64_t n_frames) FLITZIS_REALTIME
{
  if (!has_begun_to_end (playhead))
    playhead->n_end_fade_frames = min (n_frames, count_left (playhead));
}

/* A position has 32 bits of frames, so place 0 moves along with a sound that lasts for hours. */
static void
move_origin (FlitzisPlayhead *playhead) FLITZIS_REALTIME
{
  uint64_t n = UINT32_MAX / 4;

  if (playhead->position >> 32 <= UINT32_MAX / 2)
    return;

  playhead->origin += n;
  playhead->position -= n << 32;
  playhead->n_head = 0;

  if (playhead->end != FLITZIS_END_UNKNOWN)
    playhead->end -= n;
}

bool
flitzis_playhead_follow_ring (FlitzisPlayhead *playhead, const FlitzisRingContent *content)
    FLITZIS_REALTIME
{
  move_origin (playhead);
  playhead->n_ready = content->end - playhead->origin;

  if (!content->is_complete || playhead->end != FLITZIS_END_UNKNOWN)
    return false;

  playhead->end = playhead->n_ready;
  playhead->is_cut_out = content->is_cut;

  /* a fade-out that should have begun already begins now */
  playhead->n_end_fade_frames = min (playhead->n_end_fade_frames, count_left (playhead));

  return true;
}

bool
flitzis_playhead_set_loop (FlitzisPlayhead *playhead,
                           uint64_t         loop_start,
                           uint64_t         loop_end,
                           uint32_t         n_fade_frames,
                           uint32_t         n_loops) FLITZIS_REALTIME
{
  uint64_t position = playhead->position;
  bool     had_begun_to_end = has_begun_to_end (playhead);

  playhead->n_loops = n_loops;

  if (n_loops > 0)
    {
      FlitzisRange part = { playhead->start, playhead->end };
      FlitzisRange loop = flitzis_range_clip (to_places (playhead, loop_start, loop_end), part);

      playhead->loop_start = loop.start;
      playhead->loop_end = loop.end;

      /* a voice before the loop has not been around it: the frames before it are the sample's */
      if (position >> 32 < playhead->loop_start)
        playhead->n_rounds = 0;

      /* the frames that fade in lie before the loop, and a fade ends before the next one begins */
      playhead->n_fade_frames =
          (uint32_t) min (n_fade_frames, min (playhead->loop_start - playhead->start,
                                              (playhead->loop_end - playhead->loop_start) / 2));
      flitzis_playhead_move (playhead, position);
    }

  /* a fade-out that has not begun begins now, at full gain, however few frames are left for it */
  if (!had_begun_to_end)
    playhead->n_end_fade_frames = min (playhead->n_end_fade_frames, count_left (playhead));

  return playhead->position == position && had_begun_to_end == has_begun_to_end (playhead);
}

void
flitzis_playhead_move (FlitzisPlayhead *playhead, uint64_t position) FLITZIS_REALTIME
{
  uint64_t place = position >> 32;

  if (playhead->n_loops > 0 && place >= playhead->loop_end)
    {
      uint64_t length = playhead->loop_end - playhead->loop_start;
      uint64_t n = min ((place - playhead->loop_start) / length, playhead->n_loops);

      position -= (n * length) << 32;
      playhead->n_rounds += (uint32_t) min (n, UINT32_MAX - playhead->n_rounds);
      playhead->n_returns += (uint32_t) min (n, UINT32_MAX - playhead->n_returns);

      if (playhead->n_loops != FLITZIS_LOOP_FOREVER)
        playhead->n_loops -= (uint32_t) n;
    }

  playhead->position = position;
}

bool
flitzis_playhead_seek (FlitzisPlayhead *playhead, uint64_t frame) FLITZIS_REALTIME
{
  uint64_t n_frames = playhead->handle->n_frames, place = frame;

  if (playhead->is_reverse)
    place = frame < n_frames ? n_frames - 1 - frame : 0;

  if (place < playhead->start)
    place = playhead->start;

  if (place >= playhead->end)
    return false;

  if (playhead->n_loops != FLITZIS_LOOP_FOREVER && place >= playhead->loop_end)
    {
      playhead->n_returns += min (playhead->n_loops, UINT32_MAX - playhead->n_returns);
      playhead->n_loops = 0;
    }

  playhead->n_rounds = 0;
  playhead->n_end_fade_frames = 0;
  flitzis_playhead_move (playhead, place << 32);

  return true;
}

/* A run: successive frames of the sample that are all treated alike. */
typedef struct
{
  uint64_t place; /* of the first frame */
  uint32_t n_frames;
  uint64_t left; /* frames to the end, from the first on; UINT64_MAX if they never end */
  bool     is_silent;
  bool     is_last; /* after the last round of the loop */
} Run;

/* Returns how many of the next `n_frames` lie in a row; 0 if they cannot be read yet. */
static uint32_t
count_in_row (const FlitzisPlayhead *playhead, uint64_t place, uint32_t n_frames) FLITZIS_REALTIME
{
  if (playhead->ring == NULL)
    return n_frames;

  if (place < playhead->n_head)
    return (uint32_t) min (playhead->n_head - place, n_frames);

  if (place >= playhead->n_ready)
    return 0;

  n_frames = (uint32_t) min (playhead->n_ready - place, n_frames);

  return (uint32_t) min (flitzis_ring_count_in_row (playhead->ring, playhead->origin + place),
                         n_frames);
}

/* Finds the longest run from `place` on. */
static Run
find_run (const FlitzisPlayhead *playhead, int64_t place, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t length = playhead->loop_end - playhead->loop_start;
  uint64_t n_loops = playhead->n_loops;
  uint64_t end = playhead->end;
  uint64_t n_all = flitzis_playhead_get_length (playhead);
  Run      run = { .left = UINT64_MAX, .is_last = n_loops == 0 };

  if (n_all != UINT64_MAX)
    run.left = (int64_t) n_all > place ? (uint64_t) ((int64_t) n_all - place) : 0;

  /* before the start of this round come the rounds before it, and before the first round the frames
   * before the loop */
  if (playhead->n_rounds > 0 && place < (int64_t) playhead->loop_start)
    {
      uint64_t before = (uint64_t) ((int64_t) playhead->loop_start - place);
      uint64_t n = min ((before + length - 1) / length, playhead->n_rounds);

      place += (int64_t) (n * length);
      run.is_last = false;
    }

  if (place < (int64_t) playhead->start)
    {
      run.is_silent = true;
      run.n_frames = (uint32_t) min ((uint64_t) ((int64_t) playhead->start - place), n_frames);
      return run;
    }

  run.place = (uint64_t) place;

  if (n_loops > 0 && run.place >= playhead->loop_end)
    {
      uint64_t n = min ((run.place - playhead->loop_start) / length, n_loops);

      run.place -= n * length;
      run.is_last = n == n_loops && n_loops != FLITZIS_LOOP_FOREVER;
    }

  if (!run.is_last)
    end = playhead->loop_end;

  if (run.place < end)
    run.n_frames = count_in_row (playhead, run.place, (uint32_t) min (end - run.place, n_frames));

  if (run.n_frames == 0)
    {
      run.is_silent = true;
      run.n_frames = n_frames;
    }

  return run;
}

static const float *
get_frames (const FlitzisPlayhead *playhead, uint64_t place) FLITZIS_REALTIME
{
  const FlitzisHandle *handle = playhead->handle;
  uint64_t             frame = playhead->is_reverse ? handle->n_frames - 1 - place : place;

  if (playhead->ring != NULL && place >= playhead->n_head)
    return flitzis_ring_get_values (playhead->ring, playhead->origin + place, handle->n_channels);

  return handle->frames + (playhead->first + frame) * handle->n_channels;
}

static void
copy_run (const FlitzisPlayhead *playhead, const Run *run, float *out) FLITZIS_REALTIME
{
  uint32_t     n_channels = playhead->handle->n_channels;
  const float *in;

  if (run->is_silent)
    {
      memset (out, 0, run->n_frames * n_channels * sizeof *out);
      return;
    }

  in = get_frames (playhead, run->place);

  if (!playhead->is_reverse)
    {
      memcpy (out, in, run->n_frames * n_channels * sizeof *out);
      return;
    }

  for (uint32_t i = 0; i < run->n_frames; i++)
    {
      for (uint32_t c = 0; c < n_channels; c++)
        out[i * n_channels + c] = in[c];

      in -= n_channels;
    }
}

static bool
is_in_crossfade (const FlitzisPlayhead *playhead, const Run *run) FLITZIS_REALTIME
{
  return !run->is_last && !run->is_silent &&
         run->place + run->n_frames > playhead->loop_end - playhead->n_fade_frames;
}

/* Constant power: one side rises as a quarter of a sine, the other falls as a quarter of a
 * cosine. */
static void
add_crossfade (const FlitzisPlayhead *playhead, const Run *run, float *out) FLITZIS_REALTIME
{
  uint32_t n_channels = playhead->handle->n_channels;
  uint64_t first = playhead->loop_end - playhead->n_fade_frames;
  uint64_t length = playhead->loop_end - playhead->loop_start;

  for (uint32_t i = run->place < first ? (uint32_t) (first - run->place) : 0; i < run->n_frames;
       i++)
    {
      const float *in = get_frames (playhead, run->place + i - length);
      float        x = (float) (run->place + i - first) / (float) playhead->n_fade_frames;
      float        up = flitzis_quarter_sine (x), down = flitzis_quarter_sine (1.0f - x);

      for (uint32_t c = 0; c < n_channels; c++)
        out[i * n_channels + c] = down * out[i * n_channels + c] + up * in[c];
    }
}

/* Returns whether the end of the part fades out in this run. */
static bool
is_in_end_fade (const FlitzisPlayhead *playhead, const Run *run) FLITZIS_REALTIME
{
  return playhead->is_cut_out && !run->is_silent &&
         run->left - run->n_frames < playhead->n_end_fade_frames;
}

static void
fade_end (const FlitzisPlayhead *playhead, const Run *run, float *out) FLITZIS_REALTIME
{
  uint32_t n_channels = playhead->handle->n_channels;
  uint64_t n_fade = playhead->n_end_fade_frames;

  for (uint32_t i = 0; i < run->n_frames; i++)
    {
      uint64_t left = run->left - i;
      float    gain = left < n_fade ? (float) left / (float) n_fade : 1.0f;

      for (uint32_t c = 0; c < n_channels; c++)
        out[i * n_channels + c] *= gain;
    }
}

/* Returns how many of these frames come before a place. */
static uint32_t
count_before (const Run *run, uint64_t place) FLITZIS_REALTIME
{
  return run->place < place ? (uint32_t) min (place - run->place, run->n_frames) : 0;
}

uint32_t
flitzis_playhead_find (const FlitzisPlayhead *playhead, int64_t place, const float **frames)
    FLITZIS_REALTIME
{
  Run run = find_run (playhead, place, UINT32_MAX);

  if (run.is_silent || playhead->is_reverse)
    return 0;

  if (is_in_crossfade (playhead, &run))
    run.n_frames = count_before (&run, playhead->loop_end - playhead->n_fade_frames);

  if (is_in_end_fade (playhead, &run))
    run.n_frames = (uint32_t) min (run.n_frames, run.left > playhead->n_end_fade_frames
                                                     ? run.left - playhead->n_end_fade_frames
                                                     : 0);

  *frames = get_frames (playhead, run.place);

  return run.n_frames;
}

const float *
flitzis_playhead_read (const FlitzisPlayhead *playhead,
                       int64_t                place,
                       uint32_t               n_frames,
                       float                 *scratch) FLITZIS_REALTIME
{
  const float *found;

  if (flitzis_playhead_find (playhead, place, &found) >= n_frames)
    return found;

  for (float *out = scratch;;)
    {
      Run run = find_run (playhead, place, n_frames);

      copy_run (playhead, &run, out);

      if (is_in_crossfade (playhead, &run))
        add_crossfade (playhead, &run, out);

      if (is_in_end_fade (playhead, &run))
        fade_end (playhead, &run, out);

      out += run.n_frames * playhead->handle->n_channels;
      place += run.n_frames;
      n_frames -= run.n_frames;

      if (n_frames == 0)
        return scratch;
    }
}

/* Returns the frame at a place of a streamed sample. Before the feeder has written it, that is the
 * one after the last frame. */
static FlitzisRingFrame
get_ring_frame (const FlitzisPlayhead *playhead, uint64_t place) FLITZIS_REALTIME
{
  const FlitzisRingRequest *asked = &playhead->ring->asked;
  FlitzisRingFrame          frame;

  if (place < playhead->n_head || playhead->n_ready <= playhead->n_head)
    return (FlitzisRingFrame){ (uint32_t) (playhead->first + place), asked->n_returns };

  if (place < playhead->n_ready)
    return *flitzis_ring_get_frame (playhead->ring, playhead->origin + place);

  frame = *flitzis_ring_get_frame (playhead->ring, playhead->origin + playhead->n_ready - 1);
  frame.number++;

  return frame;
}

uint64_t
flitzis_playhead_get_frame (const FlitzisPlayhead *playhead) FLITZIS_REALTIME
{
  uint64_t place = playhead->position >> 32;

  if (playhead->ring != NULL)
    return get_ring_frame (playhead, place).number;

  return playhead->is_reverse ? playhead->handle->n_frames - 1 - place : place;
}

uint32_t
flitzis_playhead_count_returns (const FlitzisPlayhead *playhead) FLITZIS_REALTIME
{
  return playhead->ring != NULL ? get_ring_frame (playhead, playhead->position >> 32).n_returns
                                : playhead->n_returns;
}
