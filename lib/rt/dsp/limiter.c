/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "limiter.h"

#include <string.h>

/* A little below -0.1 dBFS. */
#define CEILING 0.9885f

/* The time constant of the recovery: after this time 1/e of the reduction is left. */
#define RECOVERY_SECONDS 0.1f

void
flitzis_limiter_init (FlitzisLimiter *limiter,
                      uint32_t        sample_rate,
                      uint32_t        n_frames,
                      float          *delayed,
                      float          *gains,
                      FlitzisLimit   *limits)
{
  limiter->n_frames = n_frames;
  limiter->recovery = 1.0f / (RECOVERY_SECONDS * (float) sample_rate);
  limiter->delayed = delayed;
  limiter->gains = gains;
  limiter->limits = limits;
}

static void
clear (FlitzisLimiter *limiter) FLITZIS_REALTIME
{
  memset (limiter->delayed, 0, 2 * limiter->n_frames * sizeof (float));

  for (uint32_t i = 0; i < limiter->n_frames; i++)
    limiter->gains[i] = 1.0f;

  limiter->sum = limiter->n_frames;
  limiter->gain = 1.0f;
  limiter->frame = 0;
  limiter->n_limits = 0;
}

void
flitzis_limiter_set_on (FlitzisLimiter *limiter, bool is_on, uint32_t n_frames) FLITZIS_REALTIME
{
  if (limiter->is_on == is_on)
    return;

  if (is_on && flitzis_ramp_is_resting (&limiter->wetness))
    {
      clear (limiter);
      limiter->n_until_wet = n_frames > 0 ? limiter->n_frames : 0;
    }

  limiter->is_on = is_on;
  flitzis_ramp_move (&limiter->wetness, is_on ? 1.0f : 0.0f, n_frames);
}

static float
get_limit (float left, float right) FLITZIS_REALTIME
{
  float peak;

  left = left < 0.0f ? -left : left;
  right = right < 0.0f ? -right : right;
  peak = left > right ? left : right;

  return peak > CEILING ? CEILING / peak : 1.0f;
}

/* Returns the smallest limit of this frame and of the n_frames before it. */
static float
hold (FlitzisLimiter *limiter, float limit) FLITZIS_REALTIME
{
  uint32_t      size = limiter->n_frames + 2;
  FlitzisLimit *limits = limiter->limits;

  while (limiter->n_limits > 0 &&
         limits[(limiter->first_limit + limiter->n_limits - 1) % size].gain >= limit)
    limiter->n_limits--;

  limits[(limiter->first_limit + limiter->n_limits) % size] =
      (FlitzisLimit){ limiter->frame, limit };
  limiter->n_limits++;

  if (limits[limiter->first_limit].frame + limiter->n_frames < limiter->frame)
    {
      limiter->first_limit = (limiter->first_limit + 1) % size;
      limiter->n_limits--;
    }

  return limits[limiter->first_limit].gain;
}

/* Takes the limit of the next frame to go in, and returns the gain of the frame that comes out. */
static float
follow (FlitzisLimiter *limiter, float limit) FLITZIS_REALTIME
{
  float *last = &limiter->gains[limiter->frame % limiter->n_frames];
  float  held = hold (limiter, limit);
  float  recovered = limiter->gain + (1.0f - limiter->gain) * limiter->recovery;

  limiter->gain = held < recovered ? held : recovered;
  limiter->sum += (double) limiter->gain - (double) *last;
  *last = limiter->gain;

  return (float) (limiter->sum / limiter->n_frames);
}

static float
get_wetness (FlitzisLimiter *limiter) FLITZIS_REALTIME
{
  float wetness = 1.0f;

  if (limiter->n_until_wet > 0)
    {
      limiter->n_until_wet--;
      return 0.0f;
    }

  flitzis_ramp_multiply (&limiter->wetness, &wetness, 1);

  return wetness;
}

void
flitzis_limiter_process (FlitzisLimiter *limiter, float *frames, uint32_t n_frames) FLITZIS_REALTIME
{
  if (!limiter->is_on && flitzis_ramp_is_resting (&limiter->wetness))
    return;

  for (uint32_t i = 0; i < n_frames; i++)
    {
      float *in = frames + 2 * i;
      float *delayed = &limiter->delayed[2 * (limiter->frame % limiter->n_frames)];
      float  gain = follow (limiter, get_limit (in[0], in[1]));
      float  wetness = get_wetness (limiter);

      limiter->frame++;

      for (uint32_t c = 0; c < 2; c++)
        {
          float wet = gain * delayed[c], dry = in[c];

          delayed[c] = dry;
          in[c] = wetness == 1.0f ? wet : wetness * wet + (1.0f - wetness) * dry;
        }
    }
}
