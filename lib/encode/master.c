/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "encode/master.h"

#include "rt/dsp/limiter.h"

/* The same as in the engine's limiter. */
#define LIMITS_AHEAD_PER_SECOND 500

/* The limiter takes stereo only. Mono frames are doubled for it, this many at a time. */
#define N_PAIRS 256

struct _FlitzisMaster
{
  /* constant */
  guint    n_channels;
  float    gain;
  gboolean is_limited;

  FlitzisLimiter limiter;
  float         *delayed;
  float         *gains;
  FlitzisLimit  *limits;
  guint          n_to_skip; /* frames of silence that the limiter puts in front of the sound */
};

FlitzisMaster *
flitzis_master_new (guint n_channels, guint sample_rate, float gain, gboolean is_limited)
{
  FlitzisMaster *self = g_new0 (FlitzisMaster, 1);
  guint          n_ahead = MAX (sample_rate / LIMITS_AHEAD_PER_SECOND, 1);

  self->n_channels = n_channels;
  self->gain = gain;
  self->is_limited = is_limited;

  if (is_limited)
    {
      self->delayed = g_new0 (float, 2 * n_ahead);
      self->gains = g_new0 (float, n_ahead);
      self->limits = g_new0 (FlitzisLimit, n_ahead + 2);
      self->n_to_skip = n_ahead;
      flitzis_limiter_init (&self->limiter, sample_rate, n_ahead, self->delayed, self->gains,
                            self->limits);
      flitzis_limiter_set_on (&self->limiter, TRUE, 0);
    }

  return self;
}

void
flitzis_master_free (FlitzisMaster *self)
{
  g_free (self->delayed);
  g_free (self->gains);
  g_free (self->limits);
  g_free (self);
}

guint
flitzis_master_get_n_ahead (const FlitzisMaster *self)
{
  return self->is_limited ? self->limiter.n_frames : 0;
}

static void
limit_mono (FlitzisMaster *self, float *frames, guint n_frames)
{
  float pairs[2 * N_PAIRS];

  for (guint done = 0; done < n_frames; done += N_PAIRS)
    {
      guint n = MIN (n_frames - done, N_PAIRS);

      for (guint i = 0; i < n; i++)
        pairs[2 * i] = pairs[2 * i + 1] = frames[done + i];

      flitzis_limiter_process (&self->limiter, pairs, n);

      for (guint i = 0; i < n; i++)
        frames[done + i] = pairs[2 * i];
    }
}

float *
flitzis_master_process (FlitzisMaster *self, float *frames, guint *n_frames)
{
  guint n_skipped;

  if (self->gain != 1.0f)
    for (gsize i = 0; i < (gsize) *n_frames * self->n_channels; i++)
      frames[i] *= self->gain;

  if (self->is_limited && self->n_channels == 2)
    flitzis_limiter_process (&self->limiter, frames, *n_frames);
  else if (self->is_limited)
    limit_mono (self, frames, *n_frames);

  n_skipped = MIN (self->n_to_skip, *n_frames);
  self->n_to_skip -= n_skipped;
  *n_frames -= n_skipped;

  return frames + (gsize) n_skipped * self->n_channels;
}
