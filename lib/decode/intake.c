/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/intake.h"

#include "decode/values.h"
#include "flitzis-sample-private.h"

/* The most that is set aside because a file says so. */
#define MAX_RESERVED_BYTES (256 * 1024 * 1024)

/* What a load may hold beyond the bytes that its sample will have, without counting them. */
#define MAX_UNCOUNTED_BYTES (4 * 1024 * 1024)

/* What an encoder has put in front and behind is left out as it comes. Frames that are converted as
 * they come are never held at both rates. */
gboolean
flitzis_intake_begin (FlitzisIntake       *self,
                      const GstAudioInfo  *info,
                      const FlitzisHeader *header,
                      gboolean             trimmed_later,
                      guint                rate)
{
  guint64  n_stated = header->n_packets * header->n_packet_frames;
  gboolean is_converted = (guint) info->rate != rate && !trimmed_later;

  self->info = *info;
  self->frames.rate = info->rate;
  self->frames.n_channels = info->channels;
  self->n_wanted = G_MAXUINT64;

  if (header->codec == FLITZIS_CODEC_MP3 && !trimmed_later)
    {
      self->frames.source_rate = info->rate;
      self->n_skipped = header->n_delay;
      self->n_wanted = header->n_frames > 0
                           ? header->n_frames
                           : n_stated - MIN (n_stated, header->n_delay + header->n_padding);
    }

  if (!is_converted)
    return TRUE;

  self->part.n_channels = info->channels;
  self->frames.rate = rate;
  self->frames.source_rate = info->rate;
  self->resampler = flitzis_resampler_new (info->channels, info->rate, rate);

  return self->resampler != NULL;
}

void
flitzis_intake_reserve (FlitzisIntake *self, guint64 n_frames)
{
  guint64 n_max = MAX_RESERVED_BYTES / (self->info.channels * sizeof (float));

  n_frames = MIN (n_frames, self->n_wanted);
  if (self->resampler != NULL)
    n_frames = flitzis_resample_length (n_frames, self->info.rate, self->frames.rate);

  flitzis_frames_reserve (&self->frames, MIN (n_frames, n_max));
}

gsize
flitzis_intake_count_bytes (const FlitzisIntake *self, guint64 n_frames, guint rate)
{
  guint64 frame_size = self->info.channels * sizeof (float);
  guint64 n_out = flitzis_resample_length (n_frames, self->info.rate, rate);
  guint64 n_most = G_MAXSIZE / 2 / frame_size;
  guint64 n_held_bytes = MIN (n_frames, n_most) * frame_size;
  guint64 n_bytes = MIN (n_out, n_most) * frame_size;

  /* What a higher rate holds until it is resampled counts too, but for little. */
  if (self->resampler == NULL && n_held_bytes > n_bytes + MAX_UNCOUNTED_BYTES)
    n_bytes = n_held_bytes - MAX_UNCOUNTED_BYTES;

  return n_bytes;
}

gboolean
flitzis_intake_append (FlitzisIntake *self, gconstpointer data, gsize size)
{
  FlitzisFrames *target = self->resampler != NULL ? &self->part : &self->frames;
  guint          frame_size = GST_AUDIO_INFO_BPF (&self->info);
  gsize          n_frames = size / frame_size;
  gsize          n_out = MIN (n_frames, self->n_skipped);
  gsize          n_in = MIN (n_frames - n_out, self->n_wanted);
  gsize          n_values = n_in * self->info.channels;
  float         *values;

  self->n_frames += n_frames;
  self->n_skipped -= n_out;
  self->n_wanted -= n_in;
  self->n_fed += n_in;

  /* some decoders begin with an empty buffer */
  if (n_in == 0)
    return TRUE;

  self->part.n_values = 0;
  if (!flitzis_frames_extend (target, n_values, &values))
    return FALSE;

  flitzis_values_to_float (self->info.finfo, (const guint8 *) data + n_out * frame_size, values,
                           n_values);
  if (GST_AUDIO_INFO_IS_FLOAT (&self->info))
    self->n_mended += flitzis_sample_mend (values, n_values);

  return self->resampler == NULL ||
         flitzis_resampler_feed (self->resampler, values, n_in, &self->frames);
}

gboolean
flitzis_intake_finish (FlitzisIntake *self)
{
  self->frames.n_source_frames = self->n_frames;

  return self->resampler == NULL || self->n_fed == 0 ||
         flitzis_resampler_finish (self->resampler, self->n_fed, &self->frames);
}

void
flitzis_intake_clear (FlitzisIntake *self)
{
  g_clear_pointer (&self->resampler, flitzis_resampler_free);
  flitzis_frames_clear (&self->part);
  flitzis_frames_clear (&self->frames);
}
