/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Decodes a file piece by piece: pulls buffers from a pipeline that waits while nobody reads.
 *
 * All positions are counted, never taken from the clock of a seek: a seek leads to somewhere before
 * the wanted frame, the timestamp of the first buffer says which frame that is, and the frames up
 * to the wanted one are thrown away.
 */

#include "config.h"

#include "decode/stream-reader.h"

#include "decode/containers.h"
#include "decode/decoding.h"
#include "decode/gstreamer.h"
#include "decode/input.h"
#include "decode/pipeline.h"
#include "decode/request.h"
#include "decode/tags.h"
#include "flitzis-error.h"

#include <gio/gfiledescriptorbased.h>
#include <string.h>

/* The buffers that wait in the sink while nobody reads. */
#define N_BUFFERS 4

/* To reach a frame this soon after the start or after the current frame, the reader does not seek:
 * it decodes the frames before it and throws them away. This is exact for every format. */
#define NEAR_S 10

/* A decoder begins this time before the wanted frame: until then its frames may depend on those
 * before the seek. */
#define SETTLE_MS 300

/* A rough seek may end at most this time before the frame. After MAX_TRIES seeks, the file is
 * decoded from its start. */
#define ROUGH_S 3
#define MAX_TRIES 8

/* The buffers whose timestamps are compared before the first seek of a pipeline. Those that are
 * rounded to milliseconds, as in Matroska, do not all agree with the frames. */
#define N_TIMES 8

struct _FlitzisStreamSource
{
  int ref_count;

  /* constant */
  GFile  *file;
  GBytes *bytes;
  char   *name;
  guint   rate;

  /* any thread, under the lock */
  GMutex        lock;
  char         *state;      /* of the first file that was opened; NULL until then or if unknown */
  guint         n_channels; /* 0 until a reader has decoded the first frames */
  gboolean      has_header;
  FlitzisHeader header; /* without facts */
  gboolean      use_codec;
};

struct _FlitzisStreamReader
{
  FlitzisStreamSource *source;
  GCancellable        *cancellable;
  GInputStream        *stream;
  char                *state;
  gboolean             is_nameless; /* when it was opened */
  FlitzisHeader        header;
  FlitzisFacts         facts;
  gboolean             use_codec;

  guint  n_channels;
  guint  rate; /* of the file, Hz */
  gint64 length;

  FlitzisDecoding *decoding; /* NULL after a failure */
  gboolean         is_over;  /* it has given all frames */
  GError          *failure;
  guint64          position; /* of the next read */
  guint64          n_early;  /* frames to throw away before it */
  gsize            n_taken;  /* frames that were taken from the builder's */

  /* The timestamp of the decoder's first frame, which may be below 0, and whether the timestamps of
   * later buffers agree with the number of frames that have come. Otherwise no seek of a pipeline
   * can be trusted. */
  gint64   origin;
  guint    n_times;
  gboolean has_times;
};

FlitzisStreamSource *
flitzis_stream_source_new (GFile *file, GBytes *bytes, guint sample_rate)
{
  FlitzisStreamSource *self = g_new0 (FlitzisStreamSource, 1);

  self->ref_count = 1;
  if (file != NULL)
    self->file = g_object_ref (file);
  else
    self->bytes = g_bytes_ref (bytes);
  self->name = file != NULL ? flitzis_input_name_file (file) : flitzis_input_name_bytes (bytes);
  self->rate = sample_rate;
  g_mutex_init (&self->lock);

  return self;
}

FlitzisStreamSource *
flitzis_stream_source_ref (FlitzisStreamSource *self)
{
  g_atomic_int_inc (&self->ref_count);

  return self;
}

void
flitzis_stream_source_unref (FlitzisStreamSource *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  g_clear_object (&self->file);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->name);
  g_free (self->state);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
set_replaced (GError **error)
{
  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                       "it was changed or replaced after it was loaded");
}

/* Opens the file and checks that it is the one that was opened first. */
static gboolean
open_stream (FlitzisStreamReader *self, GError **error)
{
  FlitzisStreamSource *source = self->source;
  GError              *failure = NULL;
  gboolean             is_same;

  if (source->bytes != NULL)
    {
      self->stream = g_memory_input_stream_new_from_bytes (source->bytes);
    }
  else
    {
      self->stream = flitzis_input_open_file (source->file, self->cancellable, error);
      if (self->stream == NULL)
        return FALSE;

      self->state = flitzis_input_get_state (self->stream, self->cancellable);
      self->is_nameless = flitzis_input_is_nameless (self->stream);
    }

  g_mutex_lock (&source->lock);
  if (source->state == NULL)
    source->state = g_strdup (self->state);
  is_same = self->state == NULL || g_str_equal (source->state, self->state);
  g_mutex_unlock (&source->lock);

  if (!is_same)
    set_replaced (&failure);
  else if (!flitzis_input_is_seekable (self->stream))
    g_set_error_literal (&failure, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                         "it cannot be streamed, because it cannot be read from the middle");
  else
    flitzis_input_check_bytes (self->stream, self->cancellable, &failure);

  if (failure != NULL)
    flitzis_input_propagate (source->name, failure, error);

  return failure == NULL;
}

/* Sets an error if the file is not what it was when it was opened. */
static void
check_file (FlitzisStreamReader *self, GError **error)
{
  g_autofree char *state = NULL;

  if (self->state == NULL)
    return;

  if (flitzis_input_is_nameless (self->stream) != self->is_nameless)
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                           "it was deleted or replaced while it was read");
      return;
    }

  state = flitzis_input_get_state (self->stream, self->cancellable);

  /* after a cancel, it is unknown */
  if (state != NULL && !g_str_equal (state, self->state))
    flitzis_input_set_changed (error);
}

/* A pipeline that does not stop within `time_us` keeps the stream. */
static void
stop (FlitzisStreamReader *self, gint64 time_us)
{
  gboolean is_stopped =
      self->decoding == NULL || self->decoding->pipeline == NULL ||
      flitzis_decoding_stop_within (self->decoding, time_us);

  g_clear_pointer (&self->decoding, flitzis_decoding_unref);
  if (!is_stopped)
    g_clear_object (&self->stream);
}

/* Keeps the errors, and the statements of demuxers if they are needed: nobody reads the others, and
 * some elements send them all the time. */
static GstBusSyncReply
bus_sync_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  const FlitzisHeader *header = user_data;
  GstMessageType       wanted = GST_MESSAGE_ERROR;

  if (flitzis_tags_are_needed (header))
    wanted |= GST_MESSAGE_TAG | GST_MESSAGE_TOC;

  if (GST_MESSAGE_TYPE (message) & wanted)
    return GST_BUS_PASS;

  /* a handler that drops a message owns it */
  gst_message_unref (message);

  return GST_BUS_DROP;
}

/* Starts a pipeline at the part of the file that the header names. */
static gboolean
start (FlitzisStreamReader *self, const FlitzisHeader *header, GError **error)
{
  g_autoptr (GstBus) bus = NULL;

  stop (self, FLITZIS_DECODE_DEADLINE_US);
  self->is_over = FALSE;
  self->n_taken = 0;
  self->n_times = 0;
  self->has_times = TRUE;
  self->decoding = flitzis_decoding_new (header, self->source->rate);
  if (self->stream == NULL)
    {
      flitzis_decoding_set_failed (self->decoding, FLITZIS_DECODING_STOPPED, error);
      return FALSE;
    }

  if (!flitzis_decoding_open (self->decoding, self->stream, self->use_codec, error))
    return FALSE;

  bus = gst_element_get_bus (self->decoding->pipeline);
  gst_bus_set_sync_handler (bus, bus_sync_cb, &self->decoding->header, NULL);
  if (flitzis_pipeline_start_pulled (self->decoding->pipeline, self->decoding->sink, N_BUFFERS))
    return TRUE;

  flitzis_decoding_set_failed (self->decoding, "the decoder cannot be started", error);

  return FALSE;
}

/* Compares the time of a buffer with the number of frames before it. The time of the first buffer
 * does not count: it cannot be less than 0, even if an encoder's delay begins before that. */
static void
check_time (FlitzisStreamReader *self, const GstBuffer *buffer)
{
  const FlitzisFrameBuilder *builder = &self->decoding->builder;
  gint64                     origin;

  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    {
      self->has_times = FALSE;
      return;
    }

  origin = (gint64) GST_BUFFER_PTS (buffer) -
           (gint64) gst_util_uint64_scale (builder->n_decoded, GST_SECOND, builder->info.rate);
  if (self->n_times < 2)
    self->origin = origin;
  else if (ABS (self->origin - origin) > GST_SECOND / 2 / builder->info.rate)
    self->has_times = FALSE;
  self->n_times++;
}

/* Returns the number of the decoder's frame with which a buffer begins. */
static guint64
get_frame (FlitzisStreamReader *self, const GstBuffer *buffer)
{
  gint64 time = (gint64) GST_BUFFER_PTS (buffer) - self->origin;

  if (!GST_BUFFER_PTS_IS_VALID (buffer) || time < 0)
    return G_MAXUINT64;

  return gst_util_uint64_scale_round (time, self->rate, GST_SECOND);
}

/* Reads the messages of the pipeline. Returns FALSE if they are about an error. */
static gboolean
look (FlitzisStreamReader *self, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->decoding->pipeline);
  GstMessage *message;
  gboolean    is_good = TRUE;

  while (is_good && (message = gst_bus_pop (bus)) != NULL)
    {
      flitzis_tags_read (&self->facts, message);
      is_good = flitzis_decoding_check (self->decoding, NULL, message, error);
      gst_message_unref (message);
    }

  return is_good && flitzis_decoding_check (self->decoding, NULL, NULL, error);
}

/* Waits for the next buffer. Returns NULL at the end, and, with an error, after a failure. */
static GstSample *
pull (FlitzisStreamReader *self, GError **error)
{
  GstAppSink *sink = self->decoding->sink;
  gint64      end_us = g_get_monotonic_time () + FLITZIS_DECODE_DEADLINE_US;
  GstSample  *sample;
  gboolean    is_over;

  do
    {
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return NULL;

      sample = gst_app_sink_try_pull_sample (sink, FLITZIS_LOOK_US * GST_USECOND);
      if (sample != NULL)
        return sample;

      /* an element that fails says so before it ends the stream */
      is_over = gst_app_sink_is_eos (sink);
      if (!look (self, error) || is_over)
        return NULL;
    }
  while (g_get_monotonic_time () < end_us);

  flitzis_decoding_set_failed (self->decoding,
                               self->decoding->builder.n_decoded > 0 ? FLITZIS_DECODING_STOPPED
                                                                     : FLITZIS_DECODING_NO_SENSE,
                               error);

  return NULL;
}

/* Takes the last frames. */
static gboolean
end (FlitzisStreamReader *self, GError **error)
{
  FlitzisFrameBuilder *builder = &self->decoding->builder;

  if (!flitzis_decoding_finish (self->decoding, error) ||
      !flitzis_decoding_judge (builder, &self->header, NULL, error))
    return FALSE;

  self->is_over = TRUE;
  self->length =
      MAX (flitzis_resample_length (builder->n_sound, self->rate, self->source->rate), 1);

  return TRUE;
}

/* Fills the builder with the next frames, if there are any. */
static gboolean
advance (FlitzisStreamReader *self, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) change = NULL;
  g_autoptr (GstSample) sample = pull (self, &failure);
  FlitzisFrameBuilder *builder = &self->decoding->builder;

  builder->frames.n_values = 0;
  self->n_taken = 0;

  if (sample != NULL && flitzis_decoding_adopt (self->decoding, sample, &failure))
    {
      if (self->decoding->n_first == 0)
        check_time (self, gst_sample_get_buffer (sample));
      flitzis_decoding_take (self->decoding, sample, &failure);
    }
  else if (failure == NULL)
    {
      end (self, &failure);
    }

  /* a local file is checked each time, since that takes at most a microsecond */
  if (G_IS_FILE_DESCRIPTOR_BASED (self->stream) || self->is_over ||
      flitzis_input_is_about_contents (failure))
    check_file (self, &change);

  if (change != NULL)
    {
      g_clear_error (&failure);
      failure = g_steal_pointer (&change);
    }

  if (failure == NULL)
    return TRUE;

  return flitzis_decoding_judge (builder, &self->header, g_steal_pointer (&failure), error);
}

/* Starts at frame 0 of the file and decodes its first frames. */
static gboolean
begin (FlitzisStreamReader *self, GError **error)
{
  if (!start (self, &self->header, error))
    return FALSE;

  while (self->decoding->builder.n_decoded == 0 && !self->is_over)
    if (!advance (self, error))
      return FALSE;

  return TRUE;
}

/* Returns whether decodebin could have another result. */
static gboolean
is_final (const GError *error)
{
  return error->domain == G_IO_ERROR ||
         g_error_matches (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE);
}

/* Uses the elements of the header's codec if they give any frames, and those that decodebin finds
 * otherwise. */
static gboolean
begin_first (FlitzisStreamReader *self, GError **error)
{
  gboolean is_searched = flitzis_decoding_can_search (&self->header);
  g_autoptr (GError) failure = NULL;

  self->use_codec = self->header.codec != FLITZIS_CODEC_OTHER &&
                    !(self->header.is_cut && is_searched);
  if (begin (self, &failure))
    return TRUE;

  if (!self->use_codec || !is_searched || is_final (failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  self->use_codec = FALSE;

  return begin (self, error);
}

/* Returns the number of frames that the header states exactly, at the wanted rate, or -1. */
static gint64
get_stated_length (FlitzisStreamReader *self)
{
  const FlitzisHeader *header = &self->header;
  guint64              n_frames = 0;

  if (header->has_padding)
    n_frames = self->decoding->builder.n_stated;
  else if (header->codec != FLITZIS_CODEC_OTHER && header->n_decoded_frames > header->n_delay)
    n_frames = header->n_decoded_frames - header->n_delay;

  if (n_frames == 0)
    return -1;

  return MAX (flitzis_resample_length (n_frames, self->rate, self->source->rate), 1);
}

/* Returns the frames that a decoder needs before its frames are exact. PCM needs none. */
static guint64
get_settle (FlitzisStreamReader *self)
{
  return (guint64) self->rate * SETTLE_MS / 1000;
}

static gboolean
read_header (FlitzisStreamReader *self, GError **error)
{
  return flitzis_header_read_briefly (&self->header, &self->facts, self->stream,
                                      self->cancellable, error);
}

static gboolean
open_reader (FlitzisStreamReader *self, GError **error)
{
  FlitzisStreamSource *source = self->source;
  gboolean             has_header, is_same;

  g_mutex_lock (&source->lock);
  has_header = source->has_header;
  if (has_header)
    {
      self->header = source->header;
      self->use_codec = source->use_codec;
    }
  g_mutex_unlock (&source->lock);

  if (has_header)
    {
      self->header.facts = &self->facts;
      if (!begin (self, error))
        return FALSE;
    }
  else if (!read_header (self, error) || !begin_first (self, error))
    {
      return FALSE;
    }

  self->n_channels = self->decoding->builder.info.channels;
  self->rate = self->decoding->builder.info.rate;
  if (self->header.is_cut && self->header.n_whole_frames != G_MAXUINT64)
    return flitzis_decoding_set_cut (&self->decoding->builder, self->header.n_whole_frames, error);

  if (self->length < 0)
    self->length = get_stated_length (self);

  g_mutex_lock (&source->lock);
  if (source->n_channels == 0)
    source->n_channels = self->n_channels;
  is_same = source->n_channels == self->n_channels;
  source->header = self->header;
  source->header.facts = NULL;
  source->use_codec = self->use_codec;
  source->has_header = TRUE;
  g_mutex_unlock (&source->lock);

  /* some file systems do not tell that it is another file */
  if (is_same)
    return look (self, error);

  set_replaced (error);

  return FALSE;
}

FlitzisStreamReader *
flitzis_stream_reader_new (FlitzisStreamSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlitzisStreamReader) self = g_new0 (FlitzisStreamReader, 1);
  GError *failure = NULL;

  self->source = flitzis_stream_source_ref (source);
  if (cancellable != NULL)
    self->cancellable = g_object_ref (cancellable);
  self->length = -1;

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !flitzis_gstreamer_init (error) || !open_stream (self, error))
    return NULL;

  if (open_reader (self, &failure))
    return g_steal_pointer (&self);

  flitzis_input_propagate (source->name, failure, error);

  return NULL;
}

guint
flitzis_stream_reader_get_n_channels (FlitzisStreamReader *self)
{
  return self->n_channels;
}

guint
flitzis_stream_reader_get_source_rate (FlitzisStreamReader *self)
{
  return self->rate;
}

gint64
flitzis_stream_reader_get_length (FlitzisStreamReader *self)
{
  return self->length;
}

void
flitzis_stream_reader_steal_facts (FlitzisStreamReader *self, FlitzisFacts *facts)
{
  gint64  length = self->length;
  guint64 n_frames = length >= 0 ? (guint64) length : G_MAXUINT64;
  guint64 n_file_frames =
      length >= 0 ? flitzis_resample_length (length, self->source->rate, self->rate) : G_MAXUINT64;

  flitzis_facts_settle (&self->facts, self->rate, n_file_frames, self->source->rate, n_frames);
  *facts = self->facts;
  memset (&self->facts, 0, sizeof self->facts);
}

/* Takes the first buffer after a seek, which must begin at or before the frame that is needed.
 * `first` is the number of its first frame. */
static gboolean
take_first (FlitzisStreamReader *self, GstSample *sample, guint64 first, GError **error)
{
  FlitzisDecoding *decoding = self->decoding;

  if (!flitzis_frame_builder_set_decoded (&decoding->builder, first))
    return FALSE;

  flitzis_decoding_restart (decoding, first);

  return flitzis_decoding_take (decoding, sample, error);
}

/* Starts a pipeline at a later part of the file, if the header reader finds a place. */
static gboolean
seek_file (FlitzisStreamReader *self, guint64 frame, GError **error)
{
  FlitzisHeader part = self->header;
  guint64       needed, first;
  g_autoptr (GstSample) sample = NULL;

  needed = flitzis_frame_builder_seek (&self->decoding->builder, &self->header, frame,
                                       &self->n_early);
  stop (self, FLITZIS_DECODE_DEADLINE_US);
  if (self->stream == NULL ||
      !flitzis_header_shift (&part, self->stream, needed, get_settle (self), &first,
                             self->cancellable) ||
      !start (self, &part, error))
    return FALSE;

  sample = pull (self, error);
  if (sample == NULL || !flitzis_decoding_adopt (self->decoding, sample, error))
    return FALSE;

  flitzis_frame_builder_seek (&self->decoding->builder, &self->header, frame, &self->n_early);

  return take_first (self, sample, first + get_frame (self, gst_sample_get_buffer (sample)), error);
}

/*
 * Makes the demuxer or the parser of the pipeline seek. Each frame of FLAC states its number, so
 * rough seeks are tried until one ends a little before the frame: for an exact one, flacparse would
 * search the file from its start. Returns FALSE if no place before the frame is found.
 */
static gboolean
seek_pipeline (FlitzisStreamReader *self, guint64 frame, GError **error)
{
  FlitzisDecoding *decoding = self->decoding;
  gboolean         is_rough = self->use_codec && self->header.codec == FLITZIS_CODEC_FLAC;
  guint64          needed, first, target, missed;

  while (self->n_times < N_TIMES && self->has_times && !self->is_over)
    if (!advance (self, error))
      return FALSE;

  if (!self->has_times)
    return FALSE;

  needed = flitzis_frame_builder_seek (&decoding->builder, &self->header, frame, &self->n_early);
  target = needed - MIN (needed, get_settle (self));
  self->n_taken = 0;
  self->is_over = FALSE;

  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_autoptr (GstSample) sample = NULL;

      if (!gst_element_seek_simple (
              GST_ELEMENT (decoding->sink), GST_FORMAT_TIME,
              GST_SEEK_FLAG_FLUSH | (is_rough ? GST_SEEK_FLAG_KEY_UNIT : GST_SEEK_FLAG_ACCURATE),
              MAX (self->origin + (gint64) gst_util_uint64_scale (target, GST_SECOND, self->rate),
                   0)))
        return FALSE;

      sample = pull (self, error);
      if (sample == NULL || !flitzis_decoding_adopt (decoding, sample, error))
        return FALSE;

      first = get_frame (self, gst_sample_get_buffer (sample));
      missed = needed - MIN (first, needed);
      if (!is_rough || (first <= needed && missed < (guint64) self->rate * ROUGH_S))
        return take_first (self, sample, first, error);

      if (first > needed)
        target -= MIN (target, first - needed + self->rate);
      else
        target += missed - self->rate;
    }

  return FALSE;
}

static gboolean
seek (FlitzisStreamReader *self, guint64 frame, GError **error)
{
  guint64 near = (guint64) self->source->rate * NEAR_S;
  g_autoptr (GError) failure = NULL;

  if (self->failure == NULL && frame >= self->position &&
      (frame - self->position <= near || self->is_over))
    {
      self->n_early += frame - self->position;
      return TRUE;
    }

  if (frame > near && self->failure == NULL)
    {
      gboolean is_shifted = self->use_codec && (self->header.codec == FLITZIS_CODEC_MP3 ||
                                                (self->header.codec >= FLITZIS_CODEC_PCM &&
                                                 self->header.codec <= FLITZIS_CODEC_MULAW));

      if ((is_shifted ? seek_file : seek_pipeline) (self, frame, &failure))
        return TRUE;

      if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }

  self->n_early = frame;

  return begin (self, error);
}

/* Sets the error of the last seek or read. */
static void
set_failure (FlitzisStreamReader *self, GError **error)
{
  flitzis_input_propagate (self->source->name, g_error_copy (self->failure), error);
}

gboolean
flitzis_stream_reader_seek (FlitzisStreamReader *self, guint64 frame, GError **error)
{
  GError *failure = NULL;

  if (self->length >= 0)
    frame = MIN (frame, (guint64) self->length);

  seek (self, frame, &failure);
  g_clear_error (&self->failure);
  self->failure = failure;
  self->position = frame;
  if (failure != NULL)
    set_failure (self, error);

  return failure == NULL;
}

gssize
flitzis_stream_reader_read (FlitzisStreamReader *self, float *out, gsize n_frames, GError **error)
{
  gsize n_read = 0;

  while (n_read < n_frames && self->failure == NULL)
    {
      FlitzisFrames *frames = &self->decoding->builder.frames;
      gsize          n_held = flitzis_frames_count (frames) - self->n_taken;
      gsize          n_out = MIN (n_held, self->n_early);

      self->n_taken += n_out;
      self->n_early -= n_out;
      n_held = MIN (n_held - n_out, n_frames - n_read);
      if (n_held > 0)
        memcpy (out + n_read * self->n_channels, frames->values + self->n_taken * self->n_channels,
                n_held * self->n_channels * sizeof (float));
      self->n_taken += n_held;
      n_read += n_held;

      if (n_read < n_frames && (self->is_over || !advance (self, &self->failure)))
        break;
    }

  self->position += n_read;
  if (n_read == 0 && n_frames > 0 && self->failure != NULL)
    {
      set_failure (self, error);
      return -1;
    }

  return n_read;
}

void
flitzis_stream_reader_free (FlitzisStreamReader *self)
{
  stop (self, FLITZIS_LOOK_US);
  g_clear_object (&self->stream);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->failure);
  flitzis_facts_clear (&self->facts);
  g_free (self->state);
  flitzis_stream_source_unref (self->source);
  g_free (self);
}
