/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "playhead.h"

#include "dsp/tables.h"

#include <string.h>

/* A part that begins or ends within the sample fades over a thousandth of a second. */
#define EDGES_PER_SECOND 1000

static uint64_t
min (uint64_t a, uint64_t b) FLITZIS_REALTIME
{
  return a < b ? a : b;
}

/* A part of the sample in places: mirrored where it is played in reverse. */
static void
to_places (const FlitzisPlayhead *playhead, uint64_t *start, uint64_t *end) FLITZIS_REALTIME
{
  uint64_t n_frames = playhead->handle->n_frames;

  if (*end == 0 || *end > n_frames)
    *end = n_frames;

  if (*start >= *end)
    *start = *end - 1;

  if (playhead->is_reverse)
    {
      uint64_t mirrored = n_frames - *end;

      *end = n_frames - *start;
      *start = mirrored;
    }
}

void
flitzis_playhead_begin (FlitzisPlayhead     *playhead,
                        const FlitzisHandle *handle,
                        uint64_t             start,
                        uint64_t             end,
                        bool                 is_reverse) FLITZIS_REALTIME
{
  *playhead = (FlitzisPlayhead){
    .handle = handle,
    .is_reverse = is_reverse,
    .n_edge_frames = handle->sample_rate / EDGES_PER_SECOND,
  };

  to_places (playhead, &start, &end);
  playhead->start = start;
  playhead->end = end;
  playhead->position = start << 32;
}

bool
flitzis_playhead_set_loop (FlitzisPlayhead *playhead,
                           uint64_t         loop_start,
                           uint64_t         loop_end,
                           uint32_t         n_fade_frames,
                           uint32_t         n_loops) FLITZIS_REALTIME
{
  uint64_t position = playhead->position;

  playhead->n_loops = n_loops;

  if (n_loops == 0)
    return true;

  to_places (playhead, &loop_start, &loop_end);
  playhead->loop_end = loop_end > playhead->start ? min (loop_end, playhead->end) : playhead->end;
  playhead->loop_start = loop_start > playhead->start ? loop_start : playhead->start;

  if (playhead->loop_start >= playhead->loop_end)
    playhead->loop_start = playhead->loop_end - 1;

  /* it is on its way into the loop once more, and has come from where it is */
  if (position >> 32 < playhead->loop_start)
    playhead->n_rounds = 0;

  /* what fades in lies before the loop, and the fade is over before it begins anew */
  playhead->n_fade_frames =
      (uint32_t) min (n_fade_frames, min (playhead->loop_start - playhead->start,
                                          (playhead->loop_end - playhead->loop_start) / 2));
  flitzis_playhead_move (playhead, position);

  return playhead->position == position;
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

      if (playhead->n_loops != FLITZIS_LOOP_FOREVER)
        playhead->n_loops -= (uint32_t) n;
    }

  playhead->position = position;
}

/* Frames that follow one another in the sample and are treated alike. */
typedef struct
{
  uint64_t place; /* of the first */
  uint32_t n_frames;
  bool     is_silent;
  bool     is_first; /* has not been around the loop */
  bool     is_last;  /* does not go around it any more */
} Run;

/* The longest run from `place` on. */
static Run
find_run (const FlitzisPlayhead *playhead, int64_t place, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t length = playhead->loop_end - playhead->loop_start;
  uint64_t n_loops = playhead->n_loops;
  uint64_t end = playhead->end;
  Run      run = { .is_first = playhead->n_rounds == 0, .is_last = n_loops == 0 };

  /* before the start of this round are those before it, and before the first what it came from */
  if (playhead->n_rounds > 0 && place < (int64_t) playhead->loop_start)
    {
      uint64_t before = (uint64_t) ((int64_t) playhead->loop_start - place);
      uint64_t n = min ((before + length - 1) / length, playhead->n_rounds);

      place += (int64_t) (n * length);
      run.is_first = n == playhead->n_rounds;
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
      run.is_first = false;
      run.is_last = n == n_loops && n_loops != FLITZIS_LOOP_FOREVER;
    }

  if (!run.is_last)
    end = playhead->loop_end;

  if (run.place >= end)
    {
      run.is_silent = true;
      run.n_frames = n_frames;
    }
  else
    {
      run.n_frames = (uint32_t) min (end - run.place, n_frames);
    }

  return run;
}

static const float *
get_frames (const FlitzisPlayhead *playhead, uint64_t place) FLITZIS_REALTIME
{
  const FlitzisHandle *handle = playhead->handle;
  uint64_t             frame = playhead->is_reverse ? handle->n_frames - 1 - place : place;

  return handle->frames + frame * handle->n_channels;
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

/* With constant power: a quarter of a sine up, one of a cosine down. */
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

/* Whether an edge of the part lies within the sample, so that the run has to fade there. */
static bool
is_at_start (const FlitzisPlayhead *playhead, const Run *run) FLITZIS_REALTIME
{
  return run->is_first && !run->is_silent && playhead->start > 0 &&
         run->place < playhead->start + playhead->n_edge_frames;
}

static bool
is_at_end (const FlitzisPlayhead *playhead, const Run *run) FLITZIS_REALTIME
{
  return run->is_last && !run->is_silent && playhead->end < playhead->handle->n_frames &&
         run->place + run->n_frames + playhead->n_edge_frames > playhead->end;
}

static float
get_edge_gain (const FlitzisPlayhead *playhead, uint64_t n_frames) FLITZIS_REALTIME
{
  return n_frames < playhead->n_edge_frames
             ? (float) n_frames / (float) playhead->n_edge_frames
             : 1.0f;
}

static void
fade_edges (const FlitzisPlayhead *playhead, const Run *run, float *out) FLITZIS_REALTIME
{
  uint32_t n_channels = playhead->handle->n_channels;
  bool     at_start = is_at_start (playhead, run), at_end = is_at_end (playhead, run);

  for (uint32_t i = 0; i < run->n_frames; i++)
    {
      float gain = 1.0f;

      if (at_start)
        gain *= get_edge_gain (playhead, run->place + i - playhead->start + 1);

      if (at_end)
        gain *= get_edge_gain (playhead, playhead->end - run->place - i);

      for (uint32_t c = 0; c < n_channels; c++)
        out[i * n_channels + c] *= gain;
    }
}

/* How many of these come before a place. */
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

  if (run.is_silent || playhead->is_reverse || is_at_start (playhead, &run))
    return 0;

  if (is_in_crossfade (playhead, &run))
    run.n_frames = count_before (&run, playhead->loop_end - playhead->n_fade_frames);

  if (is_at_end (playhead, &run))
    run.n_frames = playhead->end > playhead->n_edge_frames
                       ? count_before (&run, playhead->end - playhead->n_edge_frames)
                       : 0;

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

      if (is_at_start (playhead, &run) || is_at_end (playhead, &run))
        fade_edges (playhead, &run, out);

      out += run.n_frames * playhead->handle->n_channels;
      place += run.n_frames;
      n_frames -= run.n_frames;

      if (n_frames == 0)
        return scratch;
    }
}
