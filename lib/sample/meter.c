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

#define N_CHUNK_FRAMES 65536 /* between two checks of the cancellable */

/* The filter that finds true peaks is some frames late. This much silence after the last frame
 * brings out its last peaks. */
#define N_FLUSH_FRAMES 64

typedef ebur128_state Meter;

static void
meter_free (Meter *self)
{
  ebur128_destroy (&self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Meter, meter_free)

static gboolean
fail_for_memory (GError **error)
{
  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                       "Could not measure the loudness: there is not enough memory");

  return FALSE;
}

/* A mono sample is measured as it plays, on both sides. */
static Meter *
meter_new (guint n_channels, guint sample_rate, GError **error)
{
  Meter *self = ebur128_init (n_channels, sample_rate,
                              EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);

  if (self == NULL)
    fail_for_memory (error);
  else if (n_channels == 1)
    ebur128_set_channel (self, 0, EBUR128_DUAL_MONO);

  return self;
}

static gboolean
add_frames (Meter        *self,
            const float  *values,
            guint64       n_frames,
            GCancellable *cancellable,
            GError      **error)
{
  for (guint64 i = 0; i < n_frames; i += N_CHUNK_FRAMES)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;

      if (ebur128_add_frames_float (self, values + i * self->channels,
                                    (size_t) MIN (n_frames - i, N_CHUNK_FRAMES)) != EBUR128_SUCCESS)
        return fail_for_memory (error);
    }

  return TRUE;
}

static gboolean
add_silence (Meter *self, guint64 n_frames, GError **error)
{
  static const float silence[2 * N_FLUSH_FRAMES];

  for (guint64 i = 0; i < n_frames; i += N_FLUSH_FRAMES)
    if (!add_frames (self, silence, MIN (n_frames - i, N_FLUSH_FRAMES), NULL, error))
      return FALSE;

  return TRUE;
}

static double
get_true_peak (Meter *self)
{
  double highest = 0.0;

  for (guint i = 0; i < self->channels; i++)
    {
      double peak = 0.0;

      ebur128_true_peak (self, i, &peak);
      highest = MAX (highest, peak);
    }

  return 20.0 * log10 (highest);
}

/* The loudness is read before the silence that brings out the last true peaks is added, since that
 * silence could complete another block. */
static gboolean
measure (Meter              *self,
         const float        *values,
         guint64             n_frames,
         GCancellable       *cancellable,
         FlitzisMeterResult *result,
         GError            **error)
{
  guint64 n_block_frames = (self->samplerate + 5) / 10 * 4;
  guint64 n_missing = n_frames < n_block_frames ? n_block_frames - n_frames : 0;

  if (!add_frames (self, values, n_frames, cancellable, error) ||
      !add_silence (self, n_missing, error))
    return FALSE;

  if (ebur128_loudness_global (self, &result->integrated) != EBUR128_SUCCESS ||
      ebur128_loudness_range (self, &result->range) != EBUR128_SUCCESS)
    return fail_for_memory (error);

  if (!add_silence (self, N_FLUSH_FRAMES, error))
    return FALSE;

  result->true_peak = get_true_peak (self);

  return TRUE;
}

gboolean
flitzis_meter_measure (const float        *values,
                       guint64             n_frames,
                       guint               n_channels,
                       guint               sample_rate,
                       GCancellable       *cancellable,
                       FlitzisMeterResult *result,
                       GError            **error)
{
  g_autoptr (Meter) self = NULL;

  *result = (FlitzisMeterResult){ .integrated = -INFINITY, .true_peak = -INFINITY };

  if (n_frames == 0)
    return TRUE;

  if (sample_rate < MIN_SAMPLE_RATE)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "Could not measure the loudness: the rate of %u Hz is below %u Hz", sample_rate,
                   MIN_SAMPLE_RATE);
      return FALSE;
    }

  self = meter_new (n_channels, sample_rate, error);

  return self != NULL && measure (self, values, n_frames, cancellable, result, error);
}

#else

gboolean
flitzis_meter_measure (const float        *values,
                       guint64             n_frames,
                       guint               n_channels,
                       guint               sample_rate,
                       GCancellable       *cancellable,
                       FlitzisMeterResult *result,
                       GError            **error)
{
  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                       "Could not measure the loudness: Flitzis is built without "
                       "libebur128");

  return FALSE;
}

#endif
