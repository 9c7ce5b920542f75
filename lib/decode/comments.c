/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Reads the comments of FLAC, Vorbis, Opus and Speex. The Vorbis comment specification, ReplayGain,
 * RFC 7845 5.2.1 (the gain of Opus) and the chapter extension define the names. Nobody defines the
 * names for loops: these are the ones that games use.
 */

#include "config.h"

#include "decode/comments.h"

#include <gst/base/gstbytereader.h>
#include <math.h>
#include <string.h>

/* ReplayGain aims at -18 LUFS. R128_TRACK_GAIN aims at -23 LUFS, and counts in 1/256 dB. */
#define R128_STEPS 256.0
#define R128_OFFSET_DB 5.0

#define MICROSECONDS 1000000

static gboolean
is_named (const char *name, const char *other)
{
  return g_ascii_strcasecmp (name, other) == 0;
}

/* LOOPSTART, LOOP_START and LOOP-START mean the same. */
static gboolean
is_loop_named (const char *name, const char *part)
{
  if (g_ascii_strncasecmp (name, "LOOP", 4) != 0)
    return FALSE;

  name += name[4] == '_' || name[4] == '-' ? 5 : 4;

  return g_ascii_strcasecmp (name, part) == 0;
}

static void
add_frames (FlitzisComments *self,
            const char      *name,
            const char      *text,
            gboolean        *has_value,
            guint64         *value)
{
  if (*has_value)
    return;

  *has_value = g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, value, NULL);
  if (!*has_value)
    flitzis_facts_warn (self->facts, "%s was ignored: it is no number of frames", name);
}

static void
add_count (FlitzisComments *self, const char *text)
{
  guint64 count;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &count, NULL))
    self->count = (guint) count;
  else
    flitzis_facts_warn (self->facts, "LOOPCOUNT was ignored: it is no number");
}

/* Parses a number, and ignores the rest of the text, as in "-6.2 dB". NaN if it is no number. */
static double
get_number (const char *text)
{
  char  *end;
  double number = g_ascii_strtod (text, &end);

  return end != text ? number : NAN;
}

/* Parses the time of "CHAPTER001=00:01:23.500", in seconds. NaN if it is no time. */
static double
get_seconds (const char *text)
{
  double seconds = 0.0;

  for (guint i = 0; i < 3; i++)
    {
      char  *end;
      double part = g_ascii_isdigit (*text) ? g_ascii_strtod (text, &end) : NAN;

      if (!isfinite (part) || *end != (i < 2 ? ':' : '\0'))
        return NAN;

      seconds = seconds * 60.0 + part;
      text = end + 1;
    }

  return seconds;
}

/* The time of a chapter comes before its name, and both have the same number. */
static void
add_chapter (FlitzisComments *self, const char *name, const char *text)
{
  GArray     *cues = self->facts->cues;
  const char *what = name + strspn (name, "0123456789");
  double      seconds;

  if (what == name)
    return;

  if (*what == '\0')
    {
      seconds = get_seconds (text);
      if (seconds < G_MAXINT32)
        flitzis_facts_take_cue (self->facts, (guint64) (seconds * MICROSECONDS + 0.5),
                                MICROSECONDS, NULL);
      else
        flitzis_facts_warn (self->facts, "CHAPTER%s was ignored: it is no time", name);
    }
  else if (is_named (what, "NAME") && cues != NULL)
    {
      FlitzisFactsCue *last = &g_array_index (cues, FlitzisFactsCue, cues->len - 1);

      if (last->label == NULL)
        last->label = flitzis_facts_make_text (text, strlen (text));
    }
}

void
flitzis_comments_add (FlitzisComments *self, const char *name, const char *text)
{
  if (is_named (name, "TITLE"))
    flitzis_facts_take_title (self->facts, flitzis_facts_make_text (text, strlen (text)));
  else if (is_named (name, "ARTIST"))
    flitzis_facts_take_artist (self->facts, flitzis_facts_make_text (text, strlen (text)));
  else if (is_named (name, "BPM") || is_named (name, "TEMPO"))
    flitzis_facts_set_tempo (self->facts, get_number (text));
  else if (is_named (name, "REPLAYGAIN_TRACK_GAIN"))
    flitzis_facts_set_track_gain (self->facts, get_number (text));
  else if (is_named (name, "REPLAYGAIN_TRACK_PEAK"))
    flitzis_facts_set_track_peak (self->facts, get_number (text));
  else if (is_named (name, "R128_TRACK_GAIN"))
    flitzis_facts_set_track_gain (self->facts, get_number (text) / R128_STEPS + R128_OFFSET_DB);
  else if (is_loop_named (name, "START"))
    add_frames (self, "LOOPSTART", text, &self->has_start, &self->start);
  else if (is_loop_named (name, "END"))
    add_frames (self, "LOOPEND", text, &self->has_end, &self->end);
  else if (is_loop_named (name, "LENGTH"))
    add_frames (self, "LOOPLENGTH", text, &self->has_length, &self->length);
  else if (is_loop_named (name, "COUNT"))
    add_count (self, text);
  else if (g_ascii_strncasecmp (name, "CHAPTER", 7) == 0)
    add_chapter (self, name + 7, text);
}

void
flitzis_comments_finish (FlitzisComments *self)
{
  guint64 end = FLITZIS_FACTS_END;

  if (!self->has_start && !self->has_end && !self->has_length)
    return;

  if (self->has_end)
    end = self->end;
  else if (self->has_length)
    end = self->start + self->length;

  flitzis_facts_set_loop (self->facts, self->start, end, self->scale, self->count);
}

void
flitzis_comments_read (FlitzisFacts *facts, guint scale, const guint8 *data, gsize size)
{
  FlitzisComments comments = { .facts = facts, .scale = scale };
  GstByteReader   bytes;
  const guint8   *pair;
  guint32         n_pairs, n_bytes;

  gst_byte_reader_init (&bytes, data, MIN (size, G_MAXUINT));
  if (!gst_byte_reader_get_uint32_le (&bytes, &n_bytes) ||
      !gst_byte_reader_skip (&bytes, n_bytes) ||
      !gst_byte_reader_get_uint32_le (&bytes, &n_pairs))
    return;

  for (guint32 i = 0; i < n_pairs; i++)
    {
      g_autofree char *name = NULL;
      char            *text;

      if (!gst_byte_reader_get_uint32_le (&bytes, &n_bytes) ||
          !gst_byte_reader_get_data (&bytes, n_bytes, &pair))
        break;

      /* pictures are encoded as text, so a comment may be long */
      if (n_bytes > FLITZIS_FACTS_MAX_TEXT_BYTES)
        continue;

      name = flitzis_facts_make_text (pair, n_bytes);
      text = name != NULL ? strchr (name, '=') : NULL;
      if (text == NULL)
        continue;

      *text++ = '\0';
      flitzis_comments_add (&comments, name, g_strstrip (text));
    }

  flitzis_comments_finish (&comments);
}
