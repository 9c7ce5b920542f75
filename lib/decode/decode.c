/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Loads a file or bytes: lets a pipeline decode them, and makes the sample. */

#include "config.h"

#include "decode/decode.h"

#include "decode/containers.h"
#include "decode/decoder.h"
#include "decode/decoding.h"
#include "decode/gstreamer.h"
#include "decode/input.h"
#include "flitzis-error.h"
#include "flitzis-sample-private.h"

/* The limit for a stream that cannot seek: it is held in memory, since demuxers jump back and
 * forth. */
#define MAX_UNSEEKABLE_BYTES (256 * 1024 * 1024)

#define READ_SIZE 65536

/* Makes room for `size` bytes. The size comes from the stream, so this must not abort. */
static gboolean
grow (char **data, gsize size, GError **error)
{
  char *grown = g_try_realloc (*data, size);

  if (grown == NULL)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "it cannot be read from the middle, and there is no memory for %zu bytes", size);
      return FALSE;
    }

  *data = grown;

  return TRUE;
}

/* Reads all of a stream that cannot seek. Its bytes count like decoded bytes. */
static GInputStream *
read_all (GInputStream *stream, FlitzisDecodeRequest *request, GError **error)
{
  g_autofree char *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize  n_bytes = 0, capacity = 0;
  gssize n_read;

  do
    {
      if (n_bytes == capacity)
        {
          capacity = MAX (capacity * 2, READ_SIZE);
          if (!grow (&data, capacity, error))
            return NULL;
        }

      n_read = g_input_stream_read (stream, data + n_bytes, MIN (capacity - n_bytes, READ_SIZE),
                                    request->cancellable, error);
      if (n_read < 0)
        return NULL;

      n_bytes += n_read;
      request->n_held_bytes = n_bytes;
      if (!flitzis_decode_request_check (request, error))
        return NULL;

      if (n_bytes > MAX_UNSEEKABLE_BYTES)
        {
          g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                       "it cannot be read from the middle and is longer than %u MiB",
                       MAX_UNSEEKABLE_BYTES / (1024 * 1024));
          return NULL;
        }
    }
  while (n_read > 0);

  bytes = g_bytes_new_take (g_steal_pointer (&data), n_bytes);

  return g_memory_input_stream_new_from_bytes (bytes);
}

static gboolean
decode_frames (GInputStream         *stream,
               FlitzisDecodeRequest *request,
               FlitzisFrameBuilder  *builder,
               FlitzisFacts         *facts,
               GError              **error)
{
  GError       *failure = NULL;
  FlitzisHeader header;

  if (!flitzis_header_read (&header, facts, stream, request->cancellable, error))
    return FALSE;

  flitzis_decoder_run (stream, &header, request, builder, &failure);

  return flitzis_decoding_judge (builder, &header, failure, error);
}

/* Takes `stream`. */
static FlitzisSample *
decode_stream (GInputStream *stream, FlitzisDecodeRequest *request, GError **error)
{
  g_autoptr (GInputStream) source = stream;
  g_autoptr (GInputStream) owned = g_object_ref (stream);
  g_autofree char *state = flitzis_input_get_state (source, request->cancellable);
  g_auto (FlitzisFrameBuilder) builder = { 0 };
  g_auto (FlitzisFacts) facts = { 0 };
  g_autoptr (GError) local_error = NULL;
  gboolean decoded;

  if (!flitzis_gstreamer_init (error))
    return NULL;

  if (!flitzis_input_is_seekable (owned))
    {
      GInputStream *held = read_all (owned, request, error);

      if (held == NULL)
        return NULL;

      g_object_unref (owned);
      owned = held;
    }

  if (!flitzis_input_check_bytes (owned, request->cancellable, error))
    return NULL;

  decoded = decode_frames (owned, request, &builder, &facts, &local_error);
  if (!request->is_abandoned && state != NULL &&
      (decoded || flitzis_input_is_about_contents (local_error)))
    {
      g_autofree char *state_now = flitzis_input_get_state (source, request->cancellable);

      /* after a cancel, it is unknown */
      if (state_now != NULL && !g_str_equal (state, state_now))
        {
          decoded = FALSE;
          g_clear_error (&local_error);
          flitzis_input_set_changed (&local_error);
        }
    }

  if (!decoded)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  if (flitzis_frames_count (&builder.frames) > FLITZIS_SAMPLE_MAX_FRAMES)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "it has more than %u frames", FLITZIS_SAMPLE_MAX_FRAMES);
      return NULL;
    }

  flitzis_facts_settle (&facts, builder.info.rate, builder.n_sound, request->sample_rate,
                        flitzis_frames_count (&builder.frames));

  return flitzis_sample_new_decoded (flitzis_frames_steal (&builder.frames),
                                     builder.info.channels, request->sample_rate,
                                     builder.info.rate, builder.n_mended, &facts);
}

static FlitzisSample *
decode_file (FlitzisDecodeRequest *request, GFile *file, GError **error)
{
  g_autofree char *name = flitzis_input_name_file (file);
  GInputStream    *stream = flitzis_input_open_file (file, request->cancellable, error);
  GError          *failure = NULL;
  FlitzisSample   *sample;

  if (stream == NULL)
    return NULL;

  sample = decode_stream (stream, request, &failure);
  if (sample == NULL)
    flitzis_input_propagate (name, failure, error);

  return sample;
}

static FlitzisSample *
decode_bytes (FlitzisDecodeRequest *request, GBytes *bytes, GError **error)
{
  g_autofree char *name = flitzis_input_name_bytes (bytes);
  GError          *failure = NULL;
  FlitzisSample   *sample;

  sample = decode_stream (g_memory_input_stream_new_from_bytes (bytes), request, &failure);
  if (sample == NULL)
    flitzis_input_propagate (name, failure, error);

  return sample;
}

FlitzisSample *
flitzis_decode_file (GFile            *file,
                     guint             sample_rate,
                     GCancellable     *cancellable,
                     FlitzisDecodeFunc func,
                     gpointer          user_data,
                     GError          **error)
{
  FlitzisDecodeRequest request =
      flitzis_decode_request_make (sample_rate, cancellable, func, user_data);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  return decode_file (&request, file, error);
}

FlitzisSample *
flitzis_decode_bytes (GBytes           *bytes,
                      guint             sample_rate,
                      GCancellable     *cancellable,
                      FlitzisDecodeFunc func,
                      gpointer          user_data,
                      GError          **error)
{
  FlitzisDecodeRequest request =
      flitzis_decode_request_make (sample_rate, cancellable, func, user_data);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  return decode_bytes (&request, bytes, error);
}
