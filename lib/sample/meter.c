/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "sample/meter.h"

#include "flitzis-error.h"

#include <math.h>

#ifdef HAVE_EBUR128

#include <ebur128.h>

/* The filter of BS.1770 has a corner at 1682 Hz, which must be well below half the sample rate. */
#define MIN_SAMPLE_RATE 8000

/* The filter that finds true peaks is some frames late. This much silence after the last frame
 * brings out its last peaks. */
#define N_FLUSH_FRAMES 64

struct _FlitzisLoudnessMeter
{
  ebur128_state *state;
  guint64        n_frames; /* so far */
};

static gboolean
fail_for_memory (GError **error)
{
  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                       "Could not measure the loudness: there is not enough memory");

  return FALSE;
}

/* A mono sample is measured as it plays, on both sides. */
FlitzisLoudnessMeter *
flitzis_loudness_meter_new (guint n_channels, guint sample_rate, GError **error)
{
  g_autoptr (FlitzisLoudnessMeter) self = NULL;

  if (sample_rate < MIN_SAMPLE_RATE)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "Could not measure the loudness: the rate of %u Hz is below %u Hz", sample_rate,
                   MIN_SAMPLE_RATE);
      return NULL;
    }

  self = g_new0 (FlitzisLoudnessMeter, 1);
  self->state = ebur128_init (n_channels, sample_rate,
                              EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);

  if (self->state == NULL)
    {
      fail_for_memory (error);
      return NULL;
    }

  if (n_channels == 1)
    ebur128_set_channel (self->state, 0, EBUR128_DUAL_MONO);

  return g_steal_pointer (&self);
}

void
flitzis_loudness_meter_free (FlitzisLoudnessMeter *self)
{
  if (self->state != NULL)
    ebur128_destroy (&self->state);

  g_free (self);
}

gboolean
flitzis_loudness_meter_add (FlitzisLoudnessMeter *self,
                            const float          *values,
                            gsize                 n_frames,
                            GError              **error)
{
  self->n_frames += n_frames;

  return ebur128_add_frames_float (self->state, values, n_frames) == EBUR128_SUCCESS ||
         fail_for_memory (error);
}

static gboolean
add_silence (FlitzisLoudnessMeter *self, guint64 n_frames, GError **error)
{
  static const float silence[2 * N_FLUSH_FRAMES];

  for (guint64 i = 0; i < n_frames; i += N_FLUSH_FRAMES)
    if (!flitzis_loudness_meter_add (self, silence, MIN (n_frames - i, N_FLUSH_FRAMES), error))
      return FALSE;

  return TRUE;
}

static double
get_true_peak (FlitzisLoudnessMeter *self)
{
  double highest = 0.0;

  for (guint i = 0; i < self->state->channels; i++)
    {
      double peak = 0.0;

      ebur128_true_peak (self->state, i, &peak);
      highest = MAX (highest, peak);
    }

  return 20.0 * log10 (highest);
}

/* The loudness is read before the silence that brings out the last true peaks is added, since that
 * silence could complete another block. */
gboolean
flitzis_loudness_meter_finish (FlitzisLoudnessMeter *self,
                               FlitzisMeterResult   *result,
                               GError              **error)
{
  guint64 n_block_frames = (self->state->samplerate + 5) / 10 * 4;
  guint64 n_missing = self->n_frames < n_block_frames ? n_block_frames - self->n_frames : 0;

  if (!add_silence (self, n_missing, error))
    return FALSE;

  if (ebur128_loudness_global (self->state, &result->integrated) != EBUR128_SUCCESS ||
      ebur128_loudness_range (self->state, &result->range) != EBUR128_SUCCESS)
    return fail_for_memory (error);

  if (!add_silence (self, N_FLUSH_FRAMES, error))
    return FALSE;

  result->true_peak = get_true_peak (self);

  return TRUE;
}

#else

FlitzisLoudnessMeter *
flitzis_loudness_meter_new (guint n_channels, guint sample_rate, GError **error)
{
  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                       "Could not measure the loudness: Flitzis is built without "
                       "libebur128");

  return NULL;
}

/* There is no meter to call these with. */

void
flitzis_loudness_meter_free (FlitzisLoudnessMeter *self)
{
}

gboolean
flitzis_loudness_meter_add (FlitzisLoudnessMeter *self,
                            const float          *values,
                            gsize                 n_frames,
                            GError              **error)
{
  return FALSE;
}

gboolean
flitzis_loudness_meter_finish (FlitzisLoudnessMeter *self,
                               FlitzisMeterResult   *result,
                               GError              **error)
{
  return FALSE;
}

#endif

gboolean
flitzis_meter_measure (FlitzisPass        *pass,
                       guint               n_channels,
                       guint               sample_rate,
                       GCancellable       *cancellable,
                       FlitzisMeterResult *result,
                       GError            **error)
{
  g_autoptr (FlitzisLoudnessMeter) meter = NULL;
  const float *frames;
  gssize       n;

  *result = (FlitzisMeterResult){ .integrated = -INFINITY, .true_peak = -INFINITY };

  while ((n = flitzis_pass_read (pass, FLITZIS_PASS_FRAMES, &frames, error)) > 0)
    if ((meter == NULL &&
         (meter = flitzis_loudness_meter_new (n_channels, sample_rate, error)) == NULL) ||
        g_cancellable_set_error_if_cancelled (cancellable, error) ||
        !flitzis_loudness_meter_add (meter, frames, (gsize) n, error))
      return FALSE;

  return n == 0 && (meter == NULL || flitzis_loudness_meter_finish (meter, result, error));
}
