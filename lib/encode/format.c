/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "encode/format.h"

#include "flitzis-error.h"

/* WAV and AIFF have the size of all that follows the first 8 bytes in 32 bits. The headers take
 * less than 1024 of these bytes. */
#define MAX_CHUNKED_BYTES (G_MAXUINT32 - 1024)
#define MAX_FLAC_FRAMES ((G_GUINT64_CONSTANT (1) << 36) - 1)

/* Formats that have only some rates get this one in place of another. */
#define COMMON_RATE 48000

static const FlitzisFormat formats[] = {
  { ".wav", FLITZIS_FORMAT_WAVE, "wavenc", NULL, "good", FLITZIS_BIT_DEPTH_FLOAT32 },
  { ".aiff", FLITZIS_FORMAT_AIFF, "aiffmux", NULL, "bad", FLITZIS_BIT_DEPTH_INT24 },
  { ".aif", FLITZIS_FORMAT_AIFF, "aiffmux", NULL, "bad", FLITZIS_BIT_DEPTH_INT24 },
  { ".flac", FLITZIS_FORMAT_FLAC, "flacenc", NULL, "good", FLITZIS_BIT_DEPTH_INT24 },
  { ".ogg", FLITZIS_FORMAT_OGG, "vorbisenc", "oggmux", "base", FLITZIS_BIT_DEPTH_FLOAT32 },
  { ".oga", FLITZIS_FORMAT_OGG, "vorbisenc", "oggmux", "base", FLITZIS_BIT_DEPTH_FLOAT32 },
  { ".opus", FLITZIS_FORMAT_OPUS, "opusenc", "oggmux", "base", FLITZIS_BIT_DEPTH_INT16 },
  { ".mp3", FLITZIS_FORMAT_MP3, "lamemp3enc", "mpegaudioparse", "good", FLITZIS_BIT_DEPTH_INT16 },
};

const FlitzisFormat *
flitzis_format_find (const char *path, const char *name, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);
  g_autoptr (GString) endings = g_string_new (formats[0].ending);
  guint last = G_N_ELEMENTS (formats) - 1;

  for (guint i = 0; i <= last; i++)
    if (g_str_has_suffix (lower, formats[i].ending))
      return &formats[i];

  for (guint i = 1; i <= last; i++)
    g_string_append_printf (endings, "%s%s", i < last ? ", " : " or ", formats[i].ending);

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "Could not write “%s”: its name must end in %s", name, endings->str);

  return NULL;
}

gboolean
flitzis_format_choose_bit_depth (const FlitzisFormat *self,
                                 FlitzisBitDepth      bit_depth,
                                 FlitzisBitDepth     *chosen)
{
  gboolean is_lossless = self->kind == FLITZIS_FORMAT_WAVE || self->kind == FLITZIS_FORMAT_AIFF ||
                         self->kind == FLITZIS_FORMAT_FLAC;

  *chosen = self->bit_depth;
  if (!is_lossless || bit_depth == FLITZIS_BIT_DEPTH_AUTO)
    return TRUE;

  *chosen = bit_depth;

  return bit_depth != FLITZIS_BIT_DEPTH_FLOAT32 || self->kind == FLITZIS_FORMAT_WAVE;
}

guint
flitzis_format_choose_rate (const FlitzisFormat *self, guint rate)
{
  static const guint mp3_rates[] = { 8000, 11025, 12000, 16000, 22050,
                                     24000, 32000, 44100, 48000 };

  if (self->kind == FLITZIS_FORMAT_OPUS)
    return COMMON_RATE;

  if (self->kind != FLITZIS_FORMAT_MP3)
    return rate;

  for (guint i = 0; i < G_N_ELEMENTS (mp3_rates); i++)
    if (mp3_rates[i] == rate)
      return rate;

  return COMMON_RATE;
}

guint64
flitzis_format_get_max_frames (const FlitzisFormat *self,
                               gsize                n_frame_bytes,
                               gsize                n_other_bytes)
{
  switch (self->kind)
    {
    case FLITZIS_FORMAT_WAVE:
    case FLITZIS_FORMAT_AIFF:
      return (MAX_CHUNKED_BYTES - n_other_bytes) / n_frame_bytes;
    case FLITZIS_FORMAT_FLAC:
      return MAX_FLAC_FRAMES;
    default:
      return G_MAXUINT64;
    }
}
