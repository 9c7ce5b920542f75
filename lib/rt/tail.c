/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "tail.h"

#include <string.h>

static uint32_t
min (uint32_t a, uint32_t b) FLITZIS_REALTIME
{
  return a < b ? a : b;
}

void
flitzis_tail_take (FlitzisTail    *tail,
                   FlitzisVoice   *voice,
                   FlitzisScratch *scratch,
                   uint32_t        n_frames) FLITZIS_REALTIME
{
  FlitzisRamp fade;

  flitzis_ramp_jump (&fade, 1.0f);
  flitzis_ramp_move (&fade, 0.0f, n_frames);

  for (uint32_t done = 0; done < n_frames;)
    {
      uint32_t at = (tail->head + done) % tail->n_frames;
      uint32_t n = min (min (n_frames - done, tail->n_frames - at), FLITZIS_CHUNK_FRAMES);

      flitzis_voice_render (voice, scratch, &fade, tail->frames + 2 * at, n);
      done += n;
    }

  if (tail->n_waiting < n_frames)
    tail->n_waiting = n_frames;
}

void
flitzis_tail_add (FlitzisTail *tail, const FlitzisKernels *kernels, float *out, uint32_t n_frames)
    FLITZIS_REALTIME
{
  n_frames = min (n_frames, tail->n_waiting);
  tail->n_waiting -= n_frames;

  while (n_frames > 0)
    {
      float       *frames = tail->frames + 2 * tail->head;
      uint32_t     n = min (n_frames, tail->n_frames - tail->head);
      FlitzisInput input = { .frames = frames, .left = 1.0f, .right = 1.0f };

      kernels->mix (out, &input, 1, false, 2, n);
      memset (frames, 0, 2 * n * sizeof (float));
      tail->head = (tail->head + n) % tail->n_frames;
      out += 2 * n;
      n_frames -= n;
    }
}
