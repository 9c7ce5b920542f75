/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Runs a pipeline: takes its frames, reads its bus, and words what went wrong. */

#include "config.h"

#include "decode/pipeline.h"

#include "decode/elements.h"
#include "decode/resample.h"
#include "flitzis-error.h"
#include "flitzis-sample-private.h"

#include <gst/app/app.h>
#include <gst/audio/audio.h>
#include <gst/pbutils/pbutils.h>
#include <string.h>

/* A decoder that gave no frame for so long gives none: some spin or sleep on broken files. */
#define DEADLINE_US (5 * G_USEC_PER_SEC)

/* How long a cancel or an error may go unseen while no frame arrives. */
#define PULL_TIMEOUT (20 * GST_MSECOND)

/* The most that is set aside because a file says so. */
#define MAX_RESERVED_BYTES (256 * 1024 * 1024)

/* What a load may hold beyond the bytes that its sample will have, without counting them. */
#define MAX_UNCOUNTED_BYTES (4 * 1024 * 1024)

typedef struct
{
  FlitzisElements   elements;
  FlitzisDecodeJob *job;
  FlitzisFrames    *frames;

  GstCaps     *caps;
  GstClockTime duration;
  char        *missing_decoder;
  char        *missing_other;
} Pipeline;

gboolean
flitzis_pipeline_init (GError **error)
{
  static gsize   initialised = 0;
  static GError *init_error = NULL;

  if (g_once_init_enter (&initialised))
    {
      if (gst_init_check (NULL, NULL, &init_error))
        gst_pb_utils_init ();
      g_once_init_leave (&initialised, 1);
    }

  if (init_error != NULL)
    {
      g_propagate_error (error, g_error_copy (init_error));
      return FALSE;
    }

  return TRUE;
}

static double
get_seconds (Pipeline *self)
{
  return self->frames->rate > 0
             ? (double) flitzis_frames_count (self->frames) / self->frames->rate
             : 0.0;
}

static void
set_corrupt (Pipeline *self, const char *why, GError **error)
{
  if (self->frames->n_values == 0)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "before its first frame: %s", why);
  else
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                 "after %" G_GSIZE_FORMAT " frames (%.3f s): %s",
                 flitzis_frames_count (self->frames), get_seconds (self), why);
}

static void
set_unsupported (Pipeline *self, const char *why, GError **error)
{
  if (self->missing_decoder != NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "GStreamer has no %s installed that Flitzis uses", self->missing_decoder);
  else if (self->missing_other != NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                 "it holds no audio (it needs a %s)", self->missing_other);
  else
    g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED, why);
}

/* Whether what is missing is for the sound: that of a picture is missing because we left it out. */
static gboolean
is_for_audio (GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  const GValue       *detail = gst_structure_get_value (structure, "detail");
  const GstCaps      *caps;

  if (detail == NULL || !GST_VALUE_HOLDS_CAPS (detail))
    return FALSE;

  caps = gst_value_get_caps (detail);

  return caps != NULL && gst_caps_get_size (caps) > 0 &&
         g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps, 0)), "audio/");
}

static void
note_missing (Pipeline *self, GstMessage *message)
{
  char **description = is_for_audio (message) ? &self->missing_decoder : &self->missing_other;

  if (*description == NULL)
    *description = gst_missing_plugin_message_get_description (message);
}

static void
translate_error (Pipeline *self, GstMessage *message, GError **error)
{
  g_autoptr (GError) reported = NULL;

  gst_message_parse_error (message, &reported, NULL);

  if (g_error_matches (reported, GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND) ||
      g_error_matches (reported, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE) ||
      g_error_matches (reported, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND) ||
      g_error_matches (reported, GST_STREAM_ERROR, GST_STREAM_ERROR_NOT_IMPLEMENTED) ||
      g_error_matches (reported, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN))
    set_unsupported (self, "it is not audio that can be decoded", error);
  else if (self->missing_decoder != NULL && self->frames->n_values == 0)
    set_unsupported (self, reported->message, error);
  else if (reported->domain == GST_RESOURCE_ERROR)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, reported->message);
  else
    set_corrupt (self, reported->message, error);
}

/* FALSE when the decoding has failed. */
static gboolean
read_bus (Pipeline *self, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->elements.pipeline);
  GError *stream_error;

  while (TRUE)
    {
      g_autoptr (GstMessage) message =
          gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);

      /* What we refused makes elements fail as well: the cause comes first. */
      stream_error = flitzis_elements_steal_error (&self->elements);
      if (stream_error != NULL)
        {
          g_propagate_error (error, stream_error);
          return FALSE;
        }

      if (message == NULL)
        return TRUE;

      if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
        {
          translate_error (self, message, error);
          return FALSE;
        }

      if (gst_is_missing_plugin_message (message))
        note_missing (self, message);
    }
}

/* Takes over the format of the first frames; a stream may not change it later. */
static gboolean
adopt_caps (Pipeline *self, GstCaps *caps, GError **error)
{
  FlitzisFrames *frames = self->frames;
  gint64         duration;
  GstAudioInfo   info;

  gst_audio_info_init (&info);
  if (caps == NULL || !gst_audio_info_from_caps (&info, caps))
    {
      set_corrupt (self, "the decoder does not say what its frames are", error);
      return FALSE;
    }

  if (self->caps != NULL &&
      (frames->rate != (guint) info.rate || frames->n_channels != (guint) info.channels))
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                   "it changes from %u Hz, %u channels to %d Hz, %d channels after %.3f s",
                   frames->rate, frames->n_channels, info.rate, info.channels,
                   get_seconds (self));
      return FALSE;
    }

  gst_caps_replace (&self->caps, caps);
  frames->rate = info.rate;
  frames->n_channels = info.channels;

  /* One frame more than the length says: times are rounded. */
  if (gst_element_query_duration (self->elements.decodebin, GST_FORMAT_TIME, &duration) &&
      duration > 0)
    {
      guint64 n_frames = gst_util_uint64_scale (duration, info.rate, GST_SECOND) + 1;
      guint64 n_max = MAX_RESERVED_BYTES / (info.channels * sizeof (float));

      self->duration = duration;
      flitzis_frames_reserve (frames, MIN (n_frames, n_max));
    }

  return TRUE;
}

static gboolean
report (Pipeline *self, GError **error)
{
  FlitzisDecodeJob    *job = self->job;
  const FlitzisFrames *frames = self->frames;
  guint64              n_in = flitzis_frames_count (frames);
  guint64              n_out = flitzis_resample_length (n_in, frames->rate, job->sample_rate);
  guint64              n_held_bytes = frames->n_values * sizeof (float);
  guint64              n_bytes = n_out * frames->n_channels * sizeof (float);
  double               progress = -1.0;

  if (job->func == NULL)
    return TRUE;

  if (self->duration != GST_CLOCK_TIME_NONE)
    progress = CLAMP (get_seconds (self) * GST_SECOND / self->duration, 0.0, 1.0);

  /* What a higher rate holds until it is resampled counts too, but for little. */
  if (n_held_bytes > n_bytes + MAX_UNCOUNTED_BYTES)
    n_bytes = n_held_bytes - MAX_UNCOUNTED_BYTES;

  if (job->func (n_bytes, progress, job->user_data, error))
    return TRUE;

  job->ended_by_func = TRUE;

  return FALSE;
}

static gboolean
collect (Pipeline *self, GstSample *sample, GError **error)
{
  GstBuffer     *buffer = gst_sample_get_buffer (sample);
  GstCaps       *caps = gst_sample_get_caps (sample);
  FlitzisFrames *frames = self->frames;
  gsize          n_before = frames->n_values;
  gboolean       has_room;
  GstMapInfo     map;

  if (caps != self->caps && !adopt_caps (self, caps, error))
    return FALSE;

  if (buffer == NULL || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      set_corrupt (self, "the decoder gave a buffer that cannot be read", error);
      return FALSE;
    }

  has_room = flitzis_frames_append (frames, (const float *) map.data, map.size / sizeof (float));
  gst_buffer_unmap (buffer, &map);
  if (!has_room)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "there is no memory for more than %.3f s", get_seconds (self));
      return FALSE;
    }

  self->job->n_mended +=
      flitzis_sample_mend (frames->values + n_before, frames->n_values - n_before);

  return report (self, error);
}

/* Until the stream has ended; FALSE when something else has ended it. */
static gboolean
collect_all (Pipeline *self, GError **error)
{
  gint64 last_frame_us = g_get_monotonic_time ();

  while (TRUE)
    {
      g_autoptr (GstSample) sample = NULL;

      if (g_cancellable_set_error_if_cancelled (self->job->cancellable, error))
        return FALSE;

      sample = gst_app_sink_try_pull_sample (GST_APP_SINK (self->elements.sink), PULL_TIMEOUT);
      if (sample != NULL)
        {
          gsize n_before = self->frames->n_values;

          if (!collect (self, sample, error))
            return FALSE;

          if (self->frames->n_values > n_before)
            last_frame_us = g_get_monotonic_time ();
          continue;
        }

      if (!read_bus (self, error))
        return FALSE;

      if (gst_app_sink_is_eos (GST_APP_SINK (self->elements.sink)))
        return TRUE;

      if (g_get_monotonic_time () - last_frame_us > DEADLINE_US)
        {
          set_corrupt (self, "the decoder has stopped without saying so", error);
          return FALSE;
        }
    }
}

static gboolean
run (Pipeline *self, GError **error)
{
  if (gst_element_set_state (self->elements.pipeline, GST_STATE_PLAYING) ==
      GST_STATE_CHANGE_FAILURE)
    {
      if (read_bus (self, error))
        set_corrupt (self, "the decoder cannot be started", error);
      return FALSE;
    }

  if (!collect_all (self, error))
    return FALSE;

  if (!flitzis_elements_have_audio (&self->elements))
    {
      set_unsupported (self, "it has no audio stream", error);
      return FALSE;
    }

  if (flitzis_elements_have_gap (&self->elements))
    {
      set_corrupt (self, "a part of it is missing", error);
      return FALSE;
    }

  return TRUE;
}

gboolean
flitzis_pipeline_run (GInputStream        *stream,
                      const FlitzisHeader *header,
                      gboolean             push_mode,
                      FlitzisDecodeJob    *job,
                      FlitzisFrames       *frames,
                      GError             **error)
{
  Pipeline self = {
    .job = job,
    .frames = frames,
    .duration = GST_CLOCK_TIME_NONE,
  };
  gboolean decoded = flitzis_elements_build (&self.elements, stream, header, push_mode, error) &&
                     run (&self, error);

  flitzis_elements_clear (&self.elements);
  gst_caps_replace (&self.caps, NULL);
  g_free (self.missing_decoder);
  g_free (self.missing_other);

  return decoded;
}
