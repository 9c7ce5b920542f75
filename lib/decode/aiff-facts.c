/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Reads the chunks of AIFF that describe the sound: MARK, INST, COMT, NAME and AUTH ("Audio
 * Interchange File Format", 1.3). A marker lies between two frames, and its position is the frame
 * after it. So a loop ends before the frame of its second marker.
 */

#include "config.h"

#include "decode/fact-readers.h"

#include <string.h>

#define MARKER_SIZE 7 /* without its name, but with the name's length */
#define COMMENT_SIZE 8

#define INST_SIZE 20
#define INST_FORWARD 1

typedef struct
{
  FlitzisReader *reader;
  FlitzisChunk   mark, inst, comt, name, auth, id3;
} Chunks;

/* The frames of the markers, and the comments that refer to them, both by the marker's number. */
typedef struct
{
  GHashTable *positions;
  GHashTable *texts;
} Markers;

static char *
get_text (const Chunks *chunks, const FlitzisChunk *chunk, guint64 offset, gsize size)
{
  const guint8 *text = NULL;

  if (size > 0 && size <= FLITZIS_FACTS_MAX_TEXT_BYTES)
    text = flitzis_chunk_get (chunk, chunks->reader, offset, size);

  return text != NULL ? flitzis_facts_make_text (text, size) : NULL;
}

static void
find_chunks (Chunks *self)
{
  struct
  {
    const char   *id;
    FlitzisChunk *place;
  } places[] = {
    { "MARK", &self->mark },
    { "INST", &self->inst },
    { "COMT", &self->comt },
    { "NAME", &self->name },
    { "AUTH", &self->auth },
    { "ID3 ", &self->id3 },
  };
  FlitzisChunk chunk = { 0 };

  while (flitzis_chunk_next (&chunk, self->reader, G_BIG_ENDIAN))
    for (guint i = 0; i < G_N_ELEMENTS (places); i++)
      if (strcmp (places[i].id, chunk.id) == 0 && places[i].place->offset == 0)
        *places[i].place = chunk;
}

/* Collects the comments that refer to a marker. They are the labels of markers without a name. */
static void
read_comments (const Chunks *chunks, Markers *markers)
{
  const guint8 *head = flitzis_chunk_get (&chunks->comt, chunks->reader, 0, 2);
  guint         n_comments = head != NULL ? GST_READ_UINT16_BE (head) : 0;
  guint64       offset = 2;

  for (guint i = 0; i < n_comments; i++)
    {
      const guint8 *comment =
          flitzis_chunk_get (&chunks->comt, chunks->reader, offset, COMMENT_SIZE);
      guint number, size;

      if (comment == NULL)
        return;

      number = GST_READ_UINT16_BE (comment + 4);
      size = GST_READ_UINT16_BE (comment + 6);
      if (number > 0)
        g_hash_table_insert (markers->texts, GUINT_TO_POINTER (number),
                             get_text (chunks, &chunks->comt, offset + COMMENT_SIZE, size));
      offset += COMMENT_SIZE + GST_ROUND_UP_2 (size);
    }
}

static void
read_markers (FlitzisFacts *self, const Chunks *chunks, Markers *markers)
{
  const guint8 *head = flitzis_chunk_get (&chunks->mark, chunks->reader, 0, 2);
  guint         n_markers = head != NULL ? GST_READ_UINT16_BE (head) : 0;
  guint64       offset = 2;

  for (guint i = 0; i < n_markers; i++)
    {
      const guint8 *marker = flitzis_chunk_get (&chunks->mark, chunks->reader, offset, MARKER_SIZE);
      gpointer      number;
      guint32       position;
      guint         size;
      char         *label;

      if (marker == NULL)
        return;

      number = GUINT_TO_POINTER (GST_READ_UINT16_BE (marker));
      position = GST_READ_UINT32_BE (marker + 2);
      size = marker[6];
      label = get_text (chunks, &chunks->mark, offset + MARKER_SIZE, size);
      if (label == NULL)
        label = g_strdup (g_hash_table_lookup (markers->texts, number));

      /* a position may be 0, which a look-up could not tell from a missing marker: add 1 */
      g_hash_table_insert (markers->positions, number, GSIZE_TO_POINTER ((gsize) position + 1));
      if (!flitzis_facts_take_cue (self, position, 0, label))
        return;

      /* the name is padded so that it and its length byte take an even number of bytes */
      offset += MARKER_SIZE - 1 + GST_ROUND_UP_2 (1 + size);
    }
}

/* Takes the sustain loop. The second loop of the chunk is for the release. */
static void
read_instrument (FlitzisFacts *self, const Chunks *chunks, const Markers *markers)
{
  const guint8 *inst = flitzis_chunk_get (&chunks->inst, chunks->reader, 0, INST_SIZE);
  gsize         start, end;
  guint         mode;

  if (inst == NULL)
    return;

  flitzis_facts_set_root_note (self, inst[0]);
  mode = GST_READ_UINT16_BE (inst + 8);
  if (mode == 0)
    return;

  if (mode != INST_FORWARD)
    {
      flitzis_facts_warn (self, "A loop was ignored: only those that play forwards are read");
      return;
    }

  start = GPOINTER_TO_SIZE (g_hash_table_lookup (
      markers->positions, GUINT_TO_POINTER (GST_READ_UINT16_BE (inst + 10))));
  end = GPOINTER_TO_SIZE (g_hash_table_lookup (
      markers->positions, GUINT_TO_POINTER (GST_READ_UINT16_BE (inst + 12))));
  if (start > 0 && end > 0)
    flitzis_facts_set_loop (self, start - 1, end - 1, 0, 0);
  else
    flitzis_facts_warn (self, "The loop was ignored: its markers are missing");
}

void
flitzis_aiff_facts_read (FlitzisFacts *self, FlitzisReader *reader)
{
  Chunks  chunks = { .reader = reader };
  Markers markers = { 0 };

  find_chunks (&chunks);
  if (chunks.mark.offset > 0 || chunks.inst.offset > 0)
    {
      markers.positions = g_hash_table_new (NULL, NULL);
      markers.texts = g_hash_table_new_full (NULL, NULL, NULL, g_free);
      read_comments (&chunks, &markers);
      read_markers (self, &chunks, &markers);
      read_instrument (self, &chunks, &markers);
      g_hash_table_unref (markers.positions);
      g_hash_table_unref (markers.texts);
    }

  flitzis_facts_take_title (self, get_text (&chunks, &chunks.name, 0, chunks.name.n_bytes));
  flitzis_facts_take_artist (self, get_text (&chunks, &chunks.auth, 0, chunks.auth.n_bytes));
  if (chunks.id3.offset > 0)
    flitzis_id3_read (self, reader, chunks.id3.offset);
}
