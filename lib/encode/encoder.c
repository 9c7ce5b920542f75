/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Frames are converted to the rate and the values of the file, and a stream encodes and writes
 * them. Statements that the stream does not write are added when it has ended.
 */

#include "config.h"

#include "encode/encoder.h"

#include "decode/gstreamer.h"
#include "decode/resampler.h"
#include "encode/format.h"
#include "encode/quantizer.h"
#include "encode/statements.h"
#include "encode/stream.h"
#include "encode/target.h"
#include "flitzis-error.h"

#include <gst/gst.h>
#include <string.h>

/* More than any title or list of labels, and little enough for each format. */
#define MAX_TEXT_BYTES (1024 * 1024)

/* opusenc of 1.22 loses the end of a stream that fits into one packet. Shorter sounds get silence
 * at the end. */
#define OPUS_MIN_FRAMES 961

struct _FlitzisEncoder
{
  /* constant */
  const FlitzisFormat *format;
  char                *name; /* of the file, for error messages */
  guint                n_channels;
  guint                sample_rate; /* of the file */
  guint64              n_frames;    /* of the file */
  FlitzisFacts         facts;       /* in frames of the file; the texts belong to the caller */

  /* of WAV and AIFF: chunks after the sound; of MP3: a tag in front of it; otherwise NULL */
  GByteArray *statements;

  FlitzisTarget *target;
  FlitzisStream *stream;

  /* the caller's thread */
  FlitzisResampler *resampler; /* NULL if the rate is the caller's */
  FlitzisFrames     resampled;
  FlitzisQuantizer  quantizer;
  guint64           n_given;   /* frames of the caller */
  guint64           n_written; /* frames of the file */
};

static gboolean
choose_values (FlitzisEncoder *self, const FlitzisEncoding *encoding, GError **error)
{
  FlitzisBitDepth bit_depth;

  if (!flitzis_format_choose_bit_depth (self->format, encoding->bit_depth, &bit_depth))
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "Could not write “%s”: a %s file holds 16 or 24 bits, no floats", self->name,
                   self->format->ending);
      return FALSE;
    }

  self->quantizer = (FlitzisQuantizer){
    .bit_depth = bit_depth,
    .is_big = self->format->kind == FLITZIS_FORMAT_AIFF,
    .is_clipped = self->format->kind != FLITZIS_FORMAT_WAVE,
    .is_dithered = encoding->dither,
  };

  return TRUE;
}

static gsize
count_bytes (const char *text)
{
  return text != NULL ? strlen (text) : 0;
}

static gboolean
check_texts (FlitzisEncoder *self, const FlitzisFacts *facts, GError **error)
{
  gsize n_bytes = count_bytes (facts->title) + count_bytes (facts->artist);

  for (guint i = 0; facts->cues != NULL && i < facts->cues->len; i++)
    n_bytes += count_bytes (g_array_index (facts->cues, FlitzisFactsCue, i).label);

  if (n_bytes <= MAX_TEXT_BYTES)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
               "Could not write “%s”: title, artist and labels of cues have %" G_GSIZE_FORMAT
               " bytes together, and %d are allowed",
               self->name, n_bytes, MAX_TEXT_BYTES);

  return FALSE;
}

static gboolean
check_loop (FlitzisEncoder *self, const FlitzisFacts *facts, guint64 n_frames, GError **error)
{
  if (!facts->has_loop || (facts->loop_start < facts->loop_end && facts->loop_end <= n_frames))
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "Could not write “%s”: there is no loop from frame %" G_GUINT64_FORMAT
               " to %" G_GUINT64_FORMAT " in %" G_GUINT64_FORMAT " frames",
               self->name, facts->loop_start, facts->loop_end, n_frames);

  return FALSE;
}

/* Converts a frame of the caller's rate to one of the file. */
static guint64
convert_frame (const FlitzisEncoder *self, guint64 frame, guint rate)
{
  return MIN (gst_util_uint64_scale_round (frame, self->sample_rate, rate), self->n_frames);
}

static void
take_facts (FlitzisEncoder *self, const FlitzisFacts *facts, guint rate)
{
  self->facts = *facts;
  self->facts.cues = NULL;

  /* a very short loop must not become empty */
  self->facts.loop_end = MAX (convert_frame (self, facts->loop_end, rate), 1);
  self->facts.loop_start =
      MIN (convert_frame (self, facts->loop_start, rate), self->facts.loop_end - 1);

  if (facts->cues == NULL)
    return;

  self->facts.cues = g_array_new (FALSE, FALSE, sizeof (FlitzisFactsCue));
  for (guint i = 0; i < facts->cues->len; i++)
    {
      FlitzisFactsCue cue = g_array_index (facts->cues, FlitzisFactsCue, i);

      cue.position = convert_frame (self, cue.position, rate);
      g_array_append_val (self->facts.cues, cue);
    }
}

static void
make_statements (FlitzisEncoder *self)
{
  if (self->format->kind == FLITZIS_FORMAT_WAVE)
    self->statements =
        flitzis_statements_make_wave (&self->facts, self->sample_rate, self->n_frames);
  else if (self->format->kind == FLITZIS_FORMAT_AIFF)
    self->statements = flitzis_statements_make_aiff (&self->facts);
  else if (self->format->kind == FLITZIS_FORMAT_MP3)
    self->statements =
        flitzis_statements_make_id3 (&self->facts, self->sample_rate, self->n_frames);
}

static gboolean
check_length (FlitzisEncoder *self, GError **error)
{
  guint64 max_frames = flitzis_format_get_max_frames (
      self->format, flitzis_quantizer_get_size (&self->quantizer) * self->n_channels,
      self->statements != NULL ? self->statements->len : 0);

  if (self->n_frames <= max_frames)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
               "Could not write “%s”: a %s file holds %" G_GUINT64_FORMAT
               " frames, not %" G_GUINT64_FORMAT,
               self->name, self->format->ending, max_frames, self->n_frames);

  return FALSE;
}

static gboolean
fail_for_memory (FlitzisEncoder *self, GError **error)
{
  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
               "Could not write “%s”: there is no memory to convert the rate", self->name);

  return FALSE;
}

static gboolean
prepare (FlitzisEncoder        *self,
         const FlitzisEncoding *encoding,
         guint                  rate,
         guint64                n_frames,
         GError               **error)
{
  self->sample_rate = flitzis_format_choose_rate (self->format, rate);
  self->n_frames = n_frames;

  if (self->sample_rate != rate)
    {
      self->n_frames = MAX (flitzis_resample_length (n_frames, rate, self->sample_rate), 1);
      self->resampled.n_channels = self->n_channels;
      self->resampler = flitzis_resampler_new (self->n_channels, rate, self->sample_rate);
      if (self->resampler == NULL)
        return fail_for_memory (self, error);
    }

  if (!choose_values (self, encoding, error) || !check_texts (self, &encoding->facts, error) ||
      !check_loop (self, &encoding->facts, n_frames, error))
    return FALSE;

  take_facts (self, &encoding->facts, rate);
  make_statements (self);

  return check_length (self, error);
}

/* Returns the number of bytes in front of the stream. */
static guint64
get_offset (const FlitzisEncoder *self)
{
  if (self->format->kind != FLITZIS_FORMAT_MP3)
    return 0;

  return self->statements->len + flitzis_statements_get_mp3_info_size (self->sample_rate);
}

static gboolean
open_file (FlitzisEncoder *self, const char *path, double quality, GError **error)
{
  FlitzisStreamInfo info = {
    .format = self->format,
    .name = self->name,
    .values = flitzis_quantizer_get_format (&self->quantizer),
    .quality = quality,
    .n_channels = self->n_channels,
    .sample_rate = self->sample_rate,
    .facts = &self->facts,
    .offset = get_offset (self),
  };

  self->target = flitzis_target_open (path, error);
  if (self->target == NULL)
    return FALSE;

  self->stream = flitzis_stream_new (&info, self->target, error);

  return self->stream != NULL;
}

FlitzisEncoder *
flitzis_encoder_new (const char            *path,
                     const FlitzisEncoding *encoding,
                     guint                  n_channels,
                     guint                  sample_rate,
                     guint64                n_frames,
                     GError               **error)
{
  g_autoptr (FlitzisEncoder) self = g_new0 (FlitzisEncoder, 1);

  self->name = g_filename_display_basename (path);
  self->n_channels = n_channels;
  self->format = flitzis_format_find (path, self->name, error);

  if (self->format == NULL)
    return NULL;

  if (!flitzis_gstreamer_init (error))
    {
      g_prefix_error (error, "Could not write “%s”: ", self->name);
      return NULL;
    }

  if (!prepare (self, encoding, sample_rate, n_frames, error) ||
      !open_file (self, path, encoding->quality, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
flitzis_encoder_free (FlitzisEncoder *self)
{
  g_clear_pointer (&self->stream, flitzis_stream_free);
  g_clear_pointer (&self->target, flitzis_target_free);
  g_clear_pointer (&self->resampler, flitzis_resampler_free);
  flitzis_frames_clear (&self->resampled);
  g_clear_pointer (&self->statements, g_byte_array_unref);
  g_clear_pointer (&self->facts.cues, g_array_unref);
  g_free (self->name);
  g_free (self);
}

/* Writes frames of the file's rate. */
static gboolean
push (FlitzisEncoder *self, const float *frames, gsize n_frames, GError **error)
{
  gsize   n_values = n_frames * self->n_channels;
  gsize   n_bytes = n_values * flitzis_quantizer_get_size (&self->quantizer);
  guint8 *values = g_malloc (n_bytes);

  flitzis_quantizer_pack (&self->quantizer, frames, n_values, values);
  self->n_written += n_frames;

  return flitzis_stream_push (self->stream, values, n_bytes, n_frames, error);
}

static gboolean
push_resampled (FlitzisEncoder *self, GError **error)
{
  gsize    n_frames = flitzis_frames_count (&self->resampled);
  gboolean is_pushed = n_frames == 0 || push (self, self->resampled.values, n_frames, error);

  /* keeps the memory for the next block */
  self->resampled.n_values = 0;

  return is_pushed;
}

gboolean
flitzis_encoder_write (FlitzisEncoder *self, const float *frames, guint n_frames, GError **error)
{
  if (n_frames == 0)
    return TRUE;

  self->n_given += n_frames;

  if (self->resampler == NULL)
    return push (self, frames, n_frames, error);

  if (!flitzis_resampler_feed (self->resampler, frames, n_frames, &self->resampled))
    return fail_for_memory (self, error);

  return push_resampled (self, error);
}

static gboolean
push_rest (FlitzisEncoder *self, GError **error)
{
  gsize             n_missing;
  g_autofree float *silence = NULL;

  if (self->resampler != NULL)
    {
      if (!flitzis_resampler_finish (self->resampler, self->n_given, &self->resampled))
        return fail_for_memory (self, error);
      if (!push_resampled (self, error))
        return FALSE;
    }

  if (self->format->kind != FLITZIS_FORMAT_OPUS || self->n_written >= OPUS_MIN_FRAMES)
    return TRUE;

  n_missing = OPUS_MIN_FRAMES - self->n_written;
  silence = g_new0 (float, n_missing * self->n_channels);

  return push (self, silence, n_missing, error);
}

/* Appends the chunks, and corrects the size of the whole file in its head. */
static gboolean
append_chunks (FlitzisEncoder *self, GError **error)
{
  const guint8 padding = 0;
  guint8       head[4];
  guint64      size;

  if (self->statements->len == 0)
    return TRUE;

  if (!flitzis_target_get_size (self->target, &size, error))
    return FALSE;

  if (size % 2 > 0 && !flitzis_target_write (self->target, &padding, 1, size++, error))
    return FALSE;

  if (!flitzis_target_write (self->target, self->statements->data, self->statements->len, size,
                             error))
    return FALSE;

  size += self->statements->len - 8;
  if (self->format->kind == FLITZIS_FORMAT_AIFF)
    GST_WRITE_UINT32_BE (head, (guint32) size);
  else
    GST_WRITE_UINT32_LE (head, (guint32) size);

  return flitzis_target_write (self->target, head, sizeof head, 4, error);
}

/* Writes the tag, and the packet that has the lengths, which are known now. */
static gboolean
write_mp3_front (FlitzisEncoder *self, GError **error)
{
  g_autoptr (GByteArray) info = NULL;
  const guint8 *head;
  guint64       n_packets = flitzis_stream_get_packets (self->stream, &head), size;

  if (!flitzis_target_get_size (self->target, &size, error))
    return FALSE;

  info = flitzis_statements_make_mp3_info (head, self->sample_rate, n_packets,
                                           size - get_offset (self), self->n_frames);

  return flitzis_target_write (self->target, self->statements->data, self->statements->len, 0,
                               error) &&
         flitzis_target_write (self->target, info->data, info->len, self->statements->len, error);
}

static gboolean
write_statements (FlitzisEncoder *self, GError **error)
{
  if (self->statements == NULL)
    return TRUE;

  return self->format->kind == FLITZIS_FORMAT_MP3 ? write_mp3_front (self, error)
                                                  : append_chunks (self, error);
}

gboolean
flitzis_encoder_finish (FlitzisEncoder *self, guint64 *n_clipped, GError **error)
{
  if (!push_rest (self, error) || !flitzis_stream_finish (self->stream, error))
    return FALSE;

  *n_clipped = self->quantizer.n_clipped;

  return write_statements (self, error) && flitzis_target_commit (self->target, error);
}
