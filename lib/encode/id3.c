/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * id3v2mux writes no fraction of a tempo, no loop and no chapters, so the tag is written here.
 * lib/decode/id3.c reads it, and names the sources.
 */

#include "config.h"

#include "encode/statements.h"

#include "encode/bytes.h"

#include <gst/gst.h>

#define UTF_8 3
#define MILLISECONDS 1000

/* Each byte holds seven bits. */
static void
add_size (GByteArray *self, guint32 size)
{
  for (int shift = 21; shift >= 0; shift -= 7)
    flitzis_bytes_add_8 (self, (size >> shift) & 0x7f);
}

static void
add_frame (GByteArray *self, const char *id, const GByteArray *contents)
{
  flitzis_bytes_add_text (self, id);
  add_size (self, contents->len);
  flitzis_bytes_add_16_be (self, 0); /* no flags */
  flitzis_bytes_add_bytes (self, contents);
}

/* `name` is NULL unless the frame is a TXXX. */
static void
add_text_frame (GByteArray *self, const char *id, const char *name, const char *text)
{
  g_autoptr (GByteArray) contents = g_byte_array_new ();

  flitzis_bytes_add_8 (contents, UTF_8);
  if (name != NULL)
    {
      flitzis_bytes_add_text (contents, name);
      flitzis_bytes_add_8 (contents, 0);
    }
  flitzis_bytes_add_text (contents, text);
  add_frame (self, id, contents);
}

/* Adds the tempo as a frame of its own, and the loop under the names that comments have. */
static void
add_comments (GByteArray *self, const FlitzisFacts *facts)
{
  FlitzisFacts without_cues = *facts;
  g_auto (GStrv) comments = NULL;

  without_cues.cues = NULL;
  comments = flitzis_statements_make_comments (&without_cues, 0);

  for (char **comment = comments; *comment != NULL; comment++)
    {
      g_auto (GStrv) pair = g_strsplit (*comment, "=", 2);

      if (strcmp (pair[0], "BPM") == 0)
        add_text_frame (self, "TBPM", NULL, pair[1]);
      else
        add_text_frame (self, "TXXX", pair[0], pair[1]);
    }
}

/* Rounds to the nearest millisecond that is not after the end of the sound, or else the chapter
 * would be ignored when the file is read. */
static guint32
get_milliseconds (guint64 frame, guint rate, guint64 n_frames)
{
  return (guint32) MIN (gst_util_uint64_scale_round (frame, MILLISECONDS, rate),
                        gst_util_uint64_scale (n_frames, MILLISECONDS, rate));
}

/* A chapter goes on to the next one, the last one to the end of the sound. */
static void
add_chapter (GByteArray *self, const GArray *cues, guint i, guint rate, guint64 n_frames)
{
  const FlitzisFactsCue *cue = &g_array_index (cues, FlitzisFactsCue, i);
  guint64                end = i + 1 < cues->len ? cue[1].position : n_frames;
  g_autofree char       *id = g_strdup_printf ("chp%u", i + 1);
  g_autoptr (GByteArray) contents = g_byte_array_new ();

  flitzis_bytes_add_text (contents, id);
  flitzis_bytes_add_8 (contents, 0);
  flitzis_bytes_add_32_be (contents, get_milliseconds (cue->position, rate, n_frames));
  flitzis_bytes_add_32_be (contents, get_milliseconds (end, rate, n_frames));
  flitzis_bytes_add_32_be (contents, G_MAXUINT32); /* no places in bytes */
  flitzis_bytes_add_32_be (contents, G_MAXUINT32);
  if (cue->label != NULL)
    add_text_frame (contents, "TIT2", NULL, cue->label);
  add_frame (self, "CHAP", contents);
}

GByteArray *
flitzis_statements_make_id3 (const FlitzisFacts *facts, guint rate, guint64 n_frames)
{
  GByteArray *tag = g_byte_array_new ();
  g_autoptr (GByteArray) frames = g_byte_array_new ();

  if (facts->title != NULL)
    add_text_frame (frames, "TIT2", NULL, facts->title);
  if (facts->artist != NULL)
    add_text_frame (frames, "TPE1", NULL, facts->artist);
  add_comments (frames, facts);
  for (guint i = 0; facts->cues != NULL && i < facts->cues->len; i++)
    add_chapter (frames, facts->cues, i, rate, n_frames);

  if (frames->len == 0)
    return tag;

  flitzis_bytes_add_text (tag, "ID3");
  flitzis_bytes_add_8 (tag, 4);     /* version 2.4 */
  flitzis_bytes_add_16_be (tag, 0); /* revision and flags */
  add_size (tag, frames->len);
  flitzis_bytes_add_bytes (tag, frames);

  return tag;
}
