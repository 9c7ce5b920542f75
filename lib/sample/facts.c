/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "sample/facts.h"

#include <math.h>
#include <string.h>

/* More cues than any program shows, but few enough to take little memory. */
#define MAX_CUES 16384
#define MAX_WARNINGS 64

#define MAX_TEMPO 10000.0
#define MAX_ROOT_NOTE 127
#define MAX_GAIN_DB 200.0
#define MAX_PEAK 1e6

static void
clear_cue (gpointer data)
{
  FlitzisFactsCue *cue = data;

  g_free (cue->label);
}

void
flitzis_facts_clear (FlitzisFacts *self)
{
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->artist, g_free);
  g_clear_pointer (&self->cues, g_array_unref);
  g_clear_pointer (&self->warnings, g_ptr_array_unref);
}

char *
flitzis_facts_make_text (gconstpointer text, gsize n_bytes)
{
  const guint8 *bytes = text;
  GString      *made;

  n_bytes = strnlen (text, n_bytes);
  while (n_bytes > 0 && g_ascii_isspace (bytes[n_bytes - 1]))
    n_bytes--;
  while (n_bytes > 0 && g_ascii_isspace (bytes[0]))
    {
      bytes++;
      n_bytes--;
    }

  if (n_bytes == 0 || n_bytes > FLITZIS_FACTS_MAX_TEXT_BYTES)
    return NULL;

  if (g_utf8_validate ((const char *) bytes, (gssize) n_bytes, NULL))
    return g_strndup ((const char *) bytes, n_bytes);

  made = g_string_sized_new (2 * n_bytes);
  for (gsize i = 0; i < n_bytes; i++)
    g_string_append_unichar (made, bytes[i]);

  return g_string_free (made, FALSE);
}

static void
take_text (char **field, char *text)
{
  if (*field == NULL)
    *field = text;
  else
    g_free (text);
}

void
flitzis_facts_take_title (FlitzisFacts *self, char *title)
{
  take_text (&self->title, title);
}

void
flitzis_facts_take_artist (FlitzisFacts *self, char *artist)
{
  take_text (&self->artist, artist);
}

void
flitzis_facts_set_loop (FlitzisFacts *self, guint64 start, guint64 end, guint scale, guint count)
{
  if (self->has_loop)
    return;

  self->has_loop = TRUE;
  self->loop_start = start;
  self->loop_end = end;
  self->loop_scale = scale;
  self->loop_count = count;
}

void
flitzis_facts_set_tempo (FlitzisFacts *self, double tempo)
{
  /* files without a tempo often state 0 */
  if (self->tempo > 0.0 || tempo == 0.0)
    return;

  if (tempo > 0.0 && tempo <= MAX_TEMPO)
    self->tempo = tempo;
  else
    flitzis_facts_warn (self, "The tempo was ignored: %g beats a minute make no sense", tempo);
}

void
flitzis_facts_set_root_note (FlitzisFacts *self, guint root_note)
{
  if (self->has_root_note)
    return;

  self->has_root_note = root_note <= MAX_ROOT_NOTE;
  if (self->has_root_note)
    self->root_note = root_note;
  else
    flitzis_facts_warn (self, "The root note was ignored: %u is no note of MIDI", root_note);
}

void
flitzis_facts_set_track_gain (FlitzisFacts *self, double gain_db)
{
  if (self->track_gain != 0.0)
    return;

  if (fabs (gain_db) <= MAX_GAIN_DB)
    self->track_gain = gain_db;
  else
    flitzis_facts_warn (self, "The gain of the track was ignored: %g dB make no sense", gain_db);
}

void
flitzis_facts_set_track_peak (FlitzisFacts *self, double peak)
{
  if (self->track_peak != 0.0)
    return;

  if (peak >= 0.0 && peak <= MAX_PEAK)
    self->track_peak = peak;
  else
    flitzis_facts_warn (self, "The peak of the track was ignored: %g makes no sense", peak);
}

gboolean
flitzis_facts_take_cue (FlitzisFacts *self, guint64 position, guint scale, char *label)
{
  FlitzisFactsCue cue = { position, scale, label };

  if (self->cues == NULL)
    {
      self->cues = g_array_new (FALSE, FALSE, sizeof cue);
      g_array_set_clear_func (self->cues, clear_cue);
    }

  if (self->cues->len < MAX_CUES)
    {
      g_array_append_val (self->cues, cue);
      return TRUE;
    }

  g_free (label);
  flitzis_facts_warn (self, "Only the first %u cues were read", MAX_CUES);

  return FALSE;
}

/* A warning is listed only once. */
static gboolean
is_new (const GPtrArray *warnings, const char *warning)
{
  for (guint i = 0; i < warnings->len; i++)
    if (g_str_equal (warnings->pdata[i], warning))
      return FALSE;

  return TRUE;
}

void
flitzis_facts_warn (FlitzisFacts *self, const char *format, ...)
{
  g_autofree char *warning = NULL;
  va_list          arguments;

  if (self->warnings == NULL)
    self->warnings = g_ptr_array_new_with_free_func (g_free);

  va_start (arguments, format);
  warning = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  if (self->warnings->len < MAX_WARNINGS && is_new (self->warnings, warning))
    g_ptr_array_add (self->warnings, g_steal_pointer (&warning));
}

/* Returns `position` x `rate` / `scale`, rounded to the nearest number. Halves are rounded up, like
 * the length of a resampled sound. G_MAXUINT64 if the result is longer than any sample. */
static guint64
scale_position (guint64 position, guint scale, guint rate)
{
  guint64 whole = position / scale, rest = position % scale;

  if (whole > G_MAXUINT32)
    return G_MAXUINT64;

  return whole * rate + (2 * rest * rate + scale) / (2 * (guint64) scale);
}

/* The lengths of the sound before and after it was resampled. */
typedef struct
{
  guint   file_rate;
  guint64 n_file_frames;
  guint   rate;
  guint64 n_frames;
} Lengths;

/* Converts a position to a frame of the sample. FALSE if it lies after the end. */
static gboolean
to_frame (const Lengths *lengths, guint64 position, guint scale, guint64 *frame)
{
  if (scale == 0 && position > lengths->n_file_frames)
    return FALSE;

  *frame = scale_position (position, scale > 0 ? scale : lengths->file_rate, lengths->rate);

  return *frame <= lengths->n_frames;
}

static void
settle_loop (FlitzisFacts *self, const Lengths *lengths)
{
  guint64     start = self->loop_start, end = self->loop_end;
  const char *why = NULL;

  if (self->loop_end == FLITZIS_FACTS_END)
    end = lengths->n_frames;

  if (self->loop_start >= self->loop_end)
    why = "it ends before it begins";
  else if (!to_frame (lengths, self->loop_start, self->loop_scale, &start))
    why = "it begins after the end of the sound";
  else if (self->loop_end != FLITZIS_FACTS_END &&
           !to_frame (lengths, self->loop_end, self->loop_scale, &end))
    why = "it ends after the end of the sound";
  else if (start >= end)
    why = "no frame of the sample is in it";

  if (why == NULL)
    {
      self->loop_start = start;
      self->loop_end = end;
      return;
    }

  if (self->loop_end == FLITZIS_FACTS_END)
    flitzis_facts_warn (self, "The loop from %" G_GUINT64_FORMAT " on was ignored: %s",
                        self->loop_start, why);
  else
    flitzis_facts_warn (self,
                        "The loop from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                        " was ignored: %s",
                        self->loop_start, self->loop_end, why);
  self->has_loop = FALSE;
}

static int
compare_cues (gconstpointer a, gconstpointer b)
{
  const FlitzisFactsCue *one = a, *other = b;

  return (one->position > other->position) - (one->position < other->position);
}

static void
settle_cues (FlitzisFacts *self, const Lengths *lengths)
{
  guint n_kept = 0, n_dropped = 0;

  for (guint i = 0; i < self->cues->len; i++)
    {
      FlitzisFactsCue *cue = &g_array_index (self->cues, FlitzisFactsCue, i);
      FlitzisFactsCue  kept = { .label = cue->label };

      if (!to_frame (lengths, cue->position, cue->scale, &kept.position))
        {
          g_clear_pointer (&cue->label, g_free);
          n_dropped++;
          continue;
        }

      cue->label = NULL;
      g_array_index (self->cues, FlitzisFactsCue, n_kept++) = kept;
    }

  g_array_set_size (self->cues, n_kept);
  g_array_sort (self->cues, compare_cues);
  if (n_dropped > 0)
    flitzis_facts_warn (self, "Cues were ignored, since they lie after the end of the sound: %u",
                        n_dropped);
}

void
flitzis_facts_settle (FlitzisFacts *self,
                      guint         file_rate,
                      guint64       n_file_frames,
                      guint         rate,
                      guint64       n_frames)
{
  Lengths lengths = { file_rate, n_file_frames, rate, n_frames };

  if (self->has_loop)
    settle_loop (self, &lengths);

  if (!self->has_loop)
    self->loop_start = self->loop_end = self->loop_count = 0;
  self->loop_scale = 0;

  if (self->cues != NULL)
    settle_cues (self, &lengths);
}
