/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * aiffmux writes no markers and no instrument, so all statements are written here.
 * lib/decode/aiff-facts.c reads these chunks, and names their source.
 */

#include "config.h"

#include "encode/statements.h"

#include "encode/bytes.h"

#include <gst/gst.h>

#define MAX_MARKER_NAME 255

/* Markers for all cues, and for the ends of the loop. */
typedef struct
{
  GByteArray *bytes;
  guint16     n_markers;
} Markers;

/* Adds a chunk, and one more byte if the size is odd, which does not count. */
static void
add_chunk (GByteArray *self, const char *id, const guint8 *data, gsize size)
{
  flitzis_bytes_add_text (self, id);
  flitzis_bytes_add_32_be (self, (guint32) size);
  g_byte_array_append (self, data, (guint) size);
  if (size % 2 > 0)
    flitzis_bytes_add_8 (self, 0);
}

/* Returns the size of the longest beginning of `name` that a marker has room for. */
static gsize
get_name_size (const char *name)
{
  const char *end = name + MIN (strlen (name), MAX_MARKER_NAME);

  /* a character must not be cut */
  while (end > name && ((guchar) *end & 0xc0) == 0x80)
    end--;

  return end - name;
}

/* Returns the number of the new marker. */
static guint16
add_marker (Markers *self, guint64 position, const char *name)
{
  gsize size = get_name_size (name);

  flitzis_bytes_add_16_be (self->bytes, ++self->n_markers);
  flitzis_bytes_add_32_be (self->bytes, (guint32) position);
  flitzis_bytes_add_8 (self->bytes, (guint8) size);
  g_byte_array_append (self->bytes, (const guint8 *) name, (guint) size);
  if (size % 2 == 0)
    flitzis_bytes_add_8 (self->bytes, 0);

  return self->n_markers;
}

/* Returns the marker of the cue at `position`, or of a new one. Without this, a file that is loaded
 * and exported again and again would get two more cues each time. */
static guint16
find_marker (Markers *self, const FlitzisFacts *facts, guint64 position, const char *name)
{
  for (guint i = 0; facts->cues != NULL && i < facts->cues->len; i++)
    if (g_array_index (facts->cues, FlitzisFactsCue, i).position == position)
      return (guint16) (i + 1);

  return add_marker (self, position, name);
}

/* `loop_start` and `loop_end` are numbers of markers. */
static void
add_instrument (
    GByteArray         *self,
    const FlitzisFacts *facts,
    guint16             loop_start,
    guint16             loop_end)
{
  const guint8 velocities_and_notes[] = { 0, 127, 1, 127 };
  guint8       root_note =
      facts->has_root_note ? (guint8) facts->root_note : FLITZIS_STATEMENTS_ROOT_NOTE;
  g_autoptr (GByteArray) instrument = g_byte_array_new ();

  flitzis_bytes_add_8 (instrument, root_note);
  flitzis_bytes_add_8 (instrument, 0); /* no fraction of the note */
  g_byte_array_append (instrument, velocities_and_notes, sizeof velocities_and_notes);
  flitzis_bytes_add_16_be (instrument, 0);                       /* gain */
  flitzis_bytes_add_16_be (instrument, facts->has_loop ? 1 : 0); /* 1: forwards */
  flitzis_bytes_add_16_be (instrument, loop_start);
  flitzis_bytes_add_16_be (instrument, loop_end);
  flitzis_bytes_add_zeros (instrument, 6); /* no loop for the release */
  add_chunk (self, "INST", instrument->data, instrument->len);
}

/* AIFF has no chunk for a tempo, and other programs read titles and artists only from a tag. */
static void
add_tag (GByteArray *self, const FlitzisFacts *facts)
{
  const FlitzisFacts part = {
    .title = facts->title,
    .artist = facts->artist,
    .tempo = facts->tempo,
  };
  g_autoptr (GByteArray) tag = flitzis_statements_make_id3 (&part, 0, 0);

  if (tag->len > 0)
    add_chunk (self, "ID3 ", tag->data, tag->len);
}

GByteArray *
flitzis_statements_make_aiff (const FlitzisFacts *facts)
{
  GByteArray *chunks = g_byte_array_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Markers markers = { .bytes = bytes };
  guint16 loop_start = 0, loop_end = 0;

  flitzis_bytes_add_16_be (bytes, 0); /* the number of markers */

  for (guint i = 0; facts->cues != NULL && i < facts->cues->len; i++)
    {
      const FlitzisFactsCue *cue = &g_array_index (facts->cues, FlitzisFactsCue, i);

      add_marker (&markers, cue->position, cue->label != NULL ? cue->label : "");
    }

  if (facts->has_loop)
    {
      loop_start = find_marker (&markers, facts, facts->loop_start, "beg loop");
      loop_end = find_marker (&markers, facts, facts->loop_end, "end loop");
    }

  GST_WRITE_UINT16_BE (bytes->data, markers.n_markers);
  if (markers.n_markers > 0)
    add_chunk (chunks, "MARK", bytes->data, bytes->len);
  if (facts->has_loop || facts->has_root_note)
    add_instrument (chunks, facts, loop_start, loop_end);
  if (facts->title != NULL)
    add_chunk (chunks, "NAME", (const guint8 *) facts->title, strlen (facts->title));
  if (facts->artist != NULL)
    add_chunk (chunks, "AUTH", (const guint8 *) facts->artist, strlen (facts->artist));

  add_tag (chunks, facts);

  return chunks;
}
