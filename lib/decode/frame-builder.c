/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/frame-builder.h"

#include "decode/values.h"
#include "sample/mend.h"

/* The largest room that is reserved because of a file's header. */
#define MAX_RESERVED_BYTES (256 * 1024 * 1024)

/* The decoder may give AAC at twice the rate that the file states. */
static guint64
at_rate (guint64 n_frames, const FlitzisHeader *header, const GstAudioInfo *info)
{
  return header->rate > 0 ? gst_util_uint64_scale_round (n_frames, info->rate, header->rate)
                          : n_frames;
}

gboolean
flitzis_frame_builder_begin (FlitzisFrameBuilder *self,
                             const GstAudioInfo  *info,
                             const FlitzisHeader *header,
                             guint                rate)
{
  self->info = *info;
  self->rate = rate;
  self->frames.n_channels = info->channels;
  self->n_delay = at_rate (header->n_delay, header, info);
  self->n_stated = at_rate (header->n_frames, header, info);
  self->n_needed =
      at_rate (header->n_frames - MIN (header->n_frames, header->n_slack), header, info);
  self->n_wanted = header->has_padding ? self->n_stated : G_MAXUINT64;

  if ((guint) info->rate == rate)
    return TRUE;

  self->part.n_channels = info->channels;
  self->resampler = flitzis_resampler_new (info->channels, info->rate, rate);

  return self->resampler != NULL;
}

guint64
flitzis_frame_builder_seek (FlitzisFrameBuilder *self,
                            const FlitzisHeader *header,
                            guint64              frame,
                            guint64             *n_early)
{
  guint64 start = frame;

  *n_early = 0;
  if (self->resampler != NULL)
    start = flitzis_resampler_seek (self->resampler, frame, n_early);

  self->frames.n_values = 0;
  self->n_sound = start;
  self->n_wanted = header->has_padding ? self->n_stated - MIN (start, self->n_stated)
                                       : G_MAXUINT64;
  self->n_decoded = 0;
  self->n_delay = at_rate (header->n_delay, header, &self->info) + start;

  return self->n_delay;
}

gboolean
flitzis_frame_builder_set_decoded (FlitzisFrameBuilder *self, guint64 n_decoded)
{
  if (n_decoded > self->n_delay)
    return FALSE;

  self->n_decoded = n_decoded;
  self->n_delay -= n_decoded;

  return TRUE;
}

void
flitzis_frame_builder_reserve (FlitzisFrameBuilder *self, guint64 n_frames)
{
  guint64 n_max = MAX_RESERVED_BYTES / (self->info.channels * sizeof (float));

  n_frames = MIN (n_frames, self->n_wanted);
  if (self->resampler != NULL)
    n_frames = flitzis_resample_length (n_frames, self->info.rate, self->rate);

  flitzis_frames_reserve (&self->frames, MIN (n_frames, n_max));
}

gsize
flitzis_frame_builder_count_bytes (const FlitzisFrameBuilder *self, guint64 n_frames)
{
  guint64 frame_size = self->info.channels * sizeof (float);
  guint64 n_out = flitzis_resample_length (n_frames, self->info.rate, self->rate);

  return MIN (n_out, G_MAXSIZE / 2 / frame_size) * frame_size;
}

gboolean
flitzis_frame_builder_add (FlitzisFrameBuilder *self, gconstpointer data, gsize size)
{
  FlitzisFrames *target = self->resampler != NULL ? &self->part : &self->frames;
  guint          frame_size = GST_AUDIO_INFO_BPF (&self->info);
  gsize          n_frames = size / frame_size;
  gsize          n_out = MIN (n_frames, self->n_delay);
  gsize          n_in = MIN (n_frames - n_out, self->n_wanted);
  gsize          n_values = n_in * self->info.channels;
  float         *values;

  self->n_decoded += n_frames;
  self->n_delay -= n_out;
  self->n_wanted -= n_in;
  self->n_sound += n_in;

  /* some decoders begin with an empty buffer */
  if (n_in == 0)
    return TRUE;

  self->part.n_values = 0;
  if (!flitzis_frames_extend (target, n_values, &values))
    return FALSE;

  flitzis_values_to_float (self->info.finfo, (const guint8 *) data + n_out * frame_size, values,
                           n_values);
  if (GST_AUDIO_INFO_IS_FLOAT (&self->info))
    self->n_mended += flitzis_mend_values (values, n_values);

  return self->resampler == NULL ||
         flitzis_resampler_feed (self->resampler, values, n_in, &self->frames);
}

gboolean
flitzis_frame_builder_finish (FlitzisFrameBuilder *self)
{
  return self->resampler == NULL || self->n_sound == 0 ||
         flitzis_resampler_finish (self->resampler, self->n_sound, &self->frames);
}

void
flitzis_frame_builder_clear (FlitzisFrameBuilder *self)
{
  g_clear_pointer (&self->resampler, flitzis_resampler_free);
  flitzis_frames_clear (&self->part);
  flitzis_frames_clear (&self->frames);
}
