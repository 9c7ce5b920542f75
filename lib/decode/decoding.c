/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Checks the buffers of a pipeline, hands their frames to a builder, and writes the error
 * messages. */

#include "config.h"

#include "decode/decoding.h"

#include "decode/pipeline.h"
#include "decode/substream.h"
#include "flitzis-error.h"

/* The smallest gap in an Ogg file: no packet has fewer frames. */
#define MIN_MISSING_FRAMES 16

FlitzisDecoding *
flitzis_decoding_new (const FlitzisHeader *header, guint rate)
{
  FlitzisDecoding *self = g_new0 (FlitzisDecoding, 1);

  self->ref_count = 1;
  self->header = *header;
  self->rate = rate;
  self->start = GST_CLOCK_TIME_NONE;
  flitzis_diagnosis_init (&self->diagnosis, &self->header);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);

  return self;
}

void
flitzis_decoding_unref (FlitzisDecoding *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  gst_clear_object (&self->pipeline);
  flitzis_frame_builder_clear (&self->builder);
  gst_clear_caps (&self->caps);
  flitzis_diagnosis_clear (&self->diagnosis);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
flitzis_decoding_open (FlitzisDecoding *self,
                       GInputStream    *stream,
                       gboolean         use_codec,
                       GError         **error)
{
  g_autoptr (GInputStream) part = flitzis_substream_new (stream, &self->diagnosis);

  self->pipeline = flitzis_pipeline_new (part, use_codec, &self->diagnosis, &self->sink, error);

  return self->pipeline != NULL;
}

static double
get_seconds (FlitzisDecoding *self)
{
  guint64 n_frames = self->builder.n_sound;

  return n_frames > 0 ? (double) n_frames / self->builder.info.rate : 0.0;
}

static void
set_corrupt (FlitzisDecoding *self, const char *why, GError **error)
{
  if (self->builder.n_sound == 0)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "before its first frame: %s", why);
  else
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "after %" G_GUINT64_FORMAT " frames (%.3f s): %s", self->builder.n_sound,
                 get_seconds (self), why);
}

void
flitzis_decoding_set_no_memory (FlitzisDecoding *self, GError **error)
{
  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
               "there is no memory for more than %.3f s", get_seconds (self));
}

void
flitzis_decoding_set_failed (FlitzisDecoding *self, const char *why, GError **error)
{
  if (self->builder.n_decoded > 0 || !flitzis_diagnosis_explain (&self->diagnosis, error))
    set_corrupt (self, why, error);
}

static gboolean
adopt_caps (FlitzisDecoding *self, GstCaps *caps, GError **error)
{
  GstAudioInfo *known = &self->builder.info;
  GstAudioInfo  info;

  if (!gst_audio_info_from_caps (&info, caps))
    {
      set_corrupt (self, "the decoder does not say what its frames are", error);
      return FALSE;
    }

  if (known->finfo == NULL)
    {
      if (flitzis_frame_builder_begin (&self->builder, &info, &self->header, self->rate))
        return TRUE;

      flitzis_decoding_set_no_memory (self, error);
      return FALSE;
    }

  if (known->rate != info.rate || known->channels != info.channels)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "it changes from %d Hz, %d channels to %d Hz, %d channels after %.3f s",
                   known->rate, known->channels, info.rate, info.channels, get_seconds (self));
      return FALSE;
    }

  *known = info;

  return TRUE;
}

gboolean
flitzis_decoding_adopt (FlitzisDecoding *self, GstSample *sample, GError **error)
{
  GstCaps *caps = gst_sample_get_caps (sample);

  if (caps != self->caps && !adopt_caps (self, caps, error))
    return FALSE;

  gst_caps_replace (&self->caps, caps);

  return TRUE;
}

/*
 * Whether frames are missing before this buffer. Decoders skip packets that they cannot decode, but
 * the next buffer keeps the timestamp of its Ogg page.
 */
static gboolean
is_behind (FlitzisDecoding *self, const GstSegment *segment, const GstBuffer *buffer)
{
  guint64      n_decoded = self->builder.n_decoded;
  GstClockTime time;

  if (!self->header.has_positions)
    return FALSE;

  time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (time == GST_CLOCK_TIME_NONE)
    return FALSE;

  if (n_decoded == self->n_first)
    self->start = time;

  return self->start != GST_CLOCK_TIME_NONE &&
         time > self->start + gst_util_uint64_scale (n_decoded - self->n_first + MIN_MISSING_FRAMES,
                                                     GST_SECOND, self->builder.info.rate);
}

gboolean
flitzis_decoding_take (FlitzisDecoding *self, GstSample *sample, GError **error)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  gboolean   has_room;
  GstMapInfo map;

  if (is_behind (self, gst_sample_get_segment (sample), buffer))
    {
      set_corrupt (self, FLITZIS_DECODING_MISSING, error);
      return FALSE;
    }

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      set_corrupt (self, "the decoder gave a buffer that cannot be read", error);
      return FALSE;
    }

  has_room = flitzis_frame_builder_add (&self->builder, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  if (!has_room)
    flitzis_decoding_set_no_memory (self, error);

  return has_room;
}

void
flitzis_decoding_restart (FlitzisDecoding *self, guint64 n_decoded)
{
  self->n_first = n_decoded;
  self->start = GST_CLOCK_TIME_NONE;
}

gboolean
flitzis_decoding_finish (FlitzisDecoding *self, GError **error)
{
  if (!flitzis_diagnosis_has_stream (&self->diagnosis))
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                           "it has no audio stream");
      return FALSE;
    }

  if (flitzis_diagnosis_has_gap (&self->diagnosis))
    {
      set_corrupt (self, FLITZIS_DECODING_MISSING, error);
      return FALSE;
    }

  if (!flitzis_frame_builder_finish (&self->builder))
    {
      flitzis_decoding_set_no_memory (self, error);
      return FALSE;
    }

  return TRUE;
}

gboolean
flitzis_decoding_check (FlitzisDecoding *self, GError *cause, GstMessage *message, GError **error)
{
  g_autoptr (GError) reported = NULL;
  GError *found = flitzis_diagnosis_steal_error (&self->diagnosis);

  if (found != NULL)
    g_clear_error (&cause);
  else
    found = cause;

  if (found != NULL)
    {
      g_propagate_error (error, found);
      return FALSE;
    }

  if (message == NULL || GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return TRUE;

  gst_message_parse_error (message, &reported, NULL);
  if (reported->domain == GST_RESOURCE_ERROR)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, reported->message);
  else
    flitzis_decoding_set_failed (self, FLITZIS_DECODING_NO_SENSE, error);

  return FALSE;
}

static gpointer
stop_worker (gpointer data)
{
  FlitzisDecoding *self = data;

  flitzis_pipeline_stop (self->pipeline, self->sink);
  g_mutex_lock (&self->lock);
  self->is_stopped = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  flitzis_decoding_unref (self);

  return NULL;
}

gboolean
flitzis_decoding_stop_within (FlitzisDecoding *self, gint64 time_us)
{
  gint64   end_us = g_get_monotonic_time () + time_us;
  GThread *thread;
  gboolean is_stopped;

  g_atomic_int_inc (&self->ref_count);
  thread = g_thread_try_new ("flitzis-stop", stop_worker, self, NULL);
  if (thread == NULL)
    stop_worker (self);
  else
    g_thread_unref (thread);

  g_mutex_lock (&self->lock);
  while (!self->is_stopped && g_cond_wait_until (&self->cond, &self->lock, end_us))
    ;
  is_stopped = self->is_stopped;
  g_mutex_unlock (&self->lock);

  return is_stopped;
}

gboolean
flitzis_decoding_set_cut (const FlitzisFrameBuilder *builder, guint64 n_frames, GError **error)
{
  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
               "it breaks off after %" G_GUINT64_FORMAT " frames (%.3f s)", n_frames,
               (double) n_frames / builder->info.rate);

  return FALSE;
}

static gboolean
check_length (const FlitzisFrameBuilder *builder, const FlitzisHeader *header, GError **error)
{
  guint64 n_sound = builder->n_sound;

  if (n_sound == 0)
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                           "it holds no frames");
      return FALSE;
    }

  if (header->is_cut)
    return flitzis_decoding_set_cut (builder, MIN (n_sound, header->n_whole_frames), error);

  if (n_sound >= builder->n_needed)
    return TRUE;

  if (header->has_padding)
    return flitzis_decoding_set_cut (builder, n_sound, error);

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
               "only %" G_GUINT64_FORMAT " of its %" G_GUINT64_FORMAT " frames are there", n_sound,
               builder->n_stated);

  return FALSE;
}

gboolean
flitzis_decoding_judge (const FlitzisFrameBuilder *builder,
                        const FlitzisHeader       *header,
                        GError                    *failure,
                        GError                   **error)
{
  if (failure == NULL)
    return check_length (builder, header, error);

  /* a decoder fails somewhere before the place where the file is cut */
  if (header->is_cut && header->n_whole_frames != G_MAXUINT64 && builder->n_sound > 0 &&
      g_error_matches (failure, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT))
    {
      g_error_free (failure);
      return flitzis_decoding_set_cut (builder, header->n_whole_frames, error);
    }

  g_propagate_error (error, failure);

  return FALSE;
}

gboolean
flitzis_decoding_can_search (const FlitzisHeader *header)
{
  return header->codec < FLITZIS_CODEC_PCM || header->codec > FLITZIS_CODEC_HEADERLESS_ALAC;
}
