/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "source.h"

#include "tables.h"

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
to_places (const FlitzisSource *source, uint64_t *start, uint64_t *end) FLITZIS_REALTIME
{
  uint64_t n_frames = source->handle->n_frames;

  if (*end == 0 || *end > n_frames)
    *end = n_frames;

  if (*start >= *end)
    *start = *end - 1;

  if (source->is_reverse)
    {
      uint64_t mirrored = n_frames - *end;

      *end = n_frames - *start;
      *start = mirrored;
    }
}

void
flitzis_source_begin (FlitzisSource       *source,
                      const FlitzisHandle *handle,
                      uint64_t             start,
                      uint64_t             end,
                      bool                 is_reverse) FLITZIS_REALTIME
{
  *source = (FlitzisSource){
    .handle = handle,
    .is_reverse = is_reverse,
    .n_edge_frames = handle->sample_rate / EDGES_PER_SECOND,
  };

  to_places (source, &start, &end);
  source->start = start;
  source->end = end;
  source->position = start << 32;
}

bool
flitzis_source_set_loop (FlitzisSource *source,
                         uint64_t       loop_start,
                         uint64_t       loop_end,
                         uint32_t       n_fade_frames,
                         uint32_t       n_loops) FLITZIS_REALTIME
{
  uint64_t position = source->position;

  source->n_loops = n_loops;

  if (n_loops == 0)
    return true;

  to_places (source, &loop_start, &loop_end);
  source->loop_end = loop_end > source->start ? min (loop_end, source->end) : source->end;
  source->loop_start = loop_start > source->start ? loop_start : source->start;

  if (source->loop_start >= source->loop_end)
    source->loop_start = source->loop_end - 1;

  /* it is on its way into the loop once more, and has come from where it is */
  if (position >> 32 < source->loop_start)
    source->n_rounds = 0;

  /* what fades in lies before the loop, and the fade is over before it begins anew */
  source->n_fade_frames =
      (uint32_t) min (n_fade_frames, min (source->loop_start - source->start,
                                          (source->loop_end - source->loop_start) / 2));
  flitzis_source_move (source, position);

  return source->position == position;
}

uint64_t
flitzis_source_get_length (const FlitzisSource *source) FLITZIS_REALTIME
{
  uint64_t length = source->loop_end - source->loop_start;

  if (source->n_loops == 0)
    return source->end;

  if (source->n_loops == FLITZIS_LOOP_FOREVER)
    return UINT64_MAX;

  return source->end + source->n_loops * length;
}

void
flitzis_source_move (FlitzisSource *source, uint64_t position) FLITZIS_REALTIME
{
  uint64_t place = position >> 32;

  if (source->n_loops > 0 && place >= source->loop_end)
    {
      uint64_t length = source->loop_end - source->loop_start;
      uint64_t n = min ((place - source->loop_start) / length, source->n_loops);

      position -= (n * length) << 32;
      source->n_rounds += (uint32_t) min (n, UINT32_MAX - source->n_rounds);

      if (source->n_loops != FLITZIS_LOOP_FOREVER)
        source->n_loops -= (uint32_t) n;
    }

  source->position = position;
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
find_run (const FlitzisSource *source, int64_t place, uint32_t n_frames) FLITZIS_REALTIME
{
  uint64_t length = source->loop_end - source->loop_start;
  uint64_t n_loops = source->n_loops;
  uint64_t end = source->end;
  Run      run = { .is_first = source->n_rounds == 0, .is_last = n_loops == 0 };

  /* before the start of this round are those before it, and before the first what it came from */
  if (source->n_rounds > 0 && place < (int64_t) source->loop_start)
    {
      uint64_t before = (uint64_t) ((int64_t) source->loop_start - place);
      uint64_t n = min ((before + length - 1) / length, source->n_rounds);

      place += (int64_t) (n * length);
      run.is_first = n == source->n_rounds;
      run.is_last = false;
    }

  if (place < (int64_t) source->start)
    {
      run.is_silent = true;
      run.n_frames = (uint32_t) min ((uint64_t) ((int64_t) source->start - place), n_frames);
      return run;
    }

  run.place = (uint64_t) place;

  if (n_loops > 0 && run.place >= source->loop_end)
    {
      uint64_t n = min ((run.place - source->loop_start) / length, n_loops);

      run.place -= n * length;
      run.is_first = false;
      run.is_last = n == n_loops && n_loops != FLITZIS_LOOP_FOREVER;
    }

  if (!run.is_last)
    end = source->loop_end;

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
get_frames (const FlitzisSource *source, uint64_t place) FLITZIS_REALTIME
{
  const FlitzisHandle *handle = source->handle;
  uint64_t             frame = source->is_reverse ? handle->n_frames - 1 - place : place;

  return handle->frames + frame * handle->n_channels;
}

static void
copy_run (const FlitzisSource *source, const Run *run, float *out) FLITZIS_REALTIME
{
  uint32_t     n_channels = source->handle->n_channels;
  const float *in;

  if (run->is_silent)
    {
      memset (out, 0, run->n_frames * n_channels * sizeof *out);
      return;
    }

  in = get_frames (source, run->place);

  if (!source->is_reverse)
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
is_in_crossfade (const FlitzisSource *source, const Run *run) FLITZIS_REALTIME
{
  return !run->is_last && !run->is_silent &&
         run->place + run->n_frames > source->loop_end - source->n_fade_frames;
}

/* With constant power: a quarter of a sine up, one of a cosine down. */
static void
add_crossfade (const FlitzisSource *source, const Run *run, float *out) FLITZIS_REALTIME
{
  uint32_t n_channels = source->handle->n_channels;
  uint64_t first = source->loop_end - source->n_fade_frames;
  uint64_t length = source->loop_end - source->loop_start;

  for (uint32_t i = run->place < first ? (uint32_t) (first - run->place) : 0; i < run->n_frames;
       i++)
    {
      const float *in = get_frames (source, run->place + i - length);
      float        x = (float) (run->place + i - first) / (float) source->n_fade_frames;
      float        up = flitzis_quarter_sine (x), down = flitzis_quarter_sine (1.0f - x);

      for (uint32_t c = 0; c < n_channels; c++)
        out[i * n_channels + c] = down * out[i * n_channels + c] + up * in[c];
    }
}

/* Whether an edge of the part lies within the sample, so that the run has to fade there. */
static bool
is_at_start (const FlitzisSource *source, const Run *run) FLITZIS_REALTIME
{
  return run->is_first && !run->is_silent && source->start > 0 &&
         run->place < source->start + source->n_edge_frames;
}

static bool
is_at_end (const FlitzisSource *source, const Run *run) FLITZIS_REALTIME
{
  return run->is_last && !run->is_silent && source->end < source->handle->n_frames &&
         run->place + run->n_frames + source->n_edge_frames > source->end;
}

static float
get_edge_gain (const FlitzisSource *source, uint64_t n_frames) FLITZIS_REALTIME
{
  return n_frames < source->n_edge_frames ? (float) n_frames / (float) source->n_edge_frames : 1.0f;
}

static void
fade_edges (const FlitzisSource *source, const Run *run, float *out) FLITZIS_REALTIME
{
  uint32_t n_channels = source->handle->n_channels;
  bool     at_start = is_at_start (source, run), at_end = is_at_end (source, run);

  for (uint32_t i = 0; i < run->n_frames; i++)
    {
      float gain = 1.0f;

      if (at_start)
        gain *= get_edge_gain (source, run->place + i - source->start + 1);

      if (at_end)
        gain *= get_edge_gain (source, source->end - run->place - i);

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
flitzis_source_find (const FlitzisSource *source, int64_t place, const float **frames)
    FLITZIS_REALTIME
{
  Run run = find_run (source, place, UINT32_MAX);

  if (run.is_silent || source->is_reverse || is_at_start (source, &run))
    return 0;

  if (is_in_crossfade (source, &run))
    run.n_frames = count_before (&run, source->loop_end - source->n_fade_frames);

  if (is_at_end (source, &run))
    run.n_frames = source->end > source->n_edge_frames
                       ? count_before (&run, source->end - source->n_edge_frames)
                       : 0;

  *frames = get_frames (source, run.place);

  return run.n_frames;
}

const float *
flitzis_source_read (const FlitzisSource *source,
                     int64_t              place,
                     uint32_t             n_frames,
                     float               *scratch) FLITZIS_REALTIME
{
  const float *found;

  if (flitzis_source_find (source, place, &found) >= n_frames)
    return found;

  for (float *out = scratch;;)
    {
      Run run = find_run (source, place, n_frames);

      copy_run (source, &run, out);

      if (is_in_crossfade (source, &run))
        add_crossfade (source, &run, out);

      if (is_at_start (source, &run) || is_at_end (source, &run))
        fade_edges (source, &run, out);

      out += run.n_frames * source->handle->n_channels;
      place += run.n_frames;
      n_frames -= run.n_frames;

      if (n_frames == 0)
        return scratch;
    }
}
