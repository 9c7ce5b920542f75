/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Reads the chunks of WAV that describe the sound: "smpl", "inst", "acid", "cue ", the labels of
 * cues in the list "adtl", and the texts in the list "INFO". Microsoft's and IBM's "Multimedia
 * Programming Interface and Data Specifications 1.0" defines "cue " and the lists, Microsoft's "New
 * Multimedia Data Types and Data Techniques" defines "smpl" and "inst", and "acid" is not
 * documented. Some programs also put a tag of ID3v2 into a chunk.
 */

#include "config.h"

#include "decode/fact-readers.h"

#include <string.h>

#define SMPL_SIZE 36
#define SMPL_LOOP_SIZE 24
#define SMPL_FORWARD 0

#define CUE_SIZE 24
#define LTXT_SIZE 20

#define ACID_SIZE 24
#define ACID_HAS_ROOT 2

/* All chunks are found before one is read, since they come in any order. */
typedef struct
{
  FlitzisReader *reader;
  int            endianness;
  FlitzisChunk   smpl, inst, acid, cue, labels, info, id3;
} Chunks;

static guint16
get_16 (const Chunks *chunks, const guint8 *data)
{
  return chunks->endianness == G_BIG_ENDIAN ? GST_READ_UINT16_BE (data) : GST_READ_UINT16_LE (data);
}

static guint32
get_32 (const Chunks *chunks, const guint8 *data)
{
  return chunks->endianness == G_BIG_ENDIAN ? GST_READ_UINT32_BE (data) : GST_READ_UINT32_LE (data);
}

static float
get_float (const Chunks *chunks, const guint8 *data)
{
  return chunks->endianness == G_BIG_ENDIAN ? GST_READ_FLOAT_BE (data) : GST_READ_FLOAT_LE (data);
}

static char *
get_text (const Chunks *chunks, const FlitzisChunk *chunk, guint64 offset)
{
  gsize         size = chunk->n_bytes - MIN (chunk->n_bytes, offset);
  const guint8 *text = NULL;

  if (size > 0 && size <= FLITZIS_FACTS_MAX_TEXT_BYTES)
    text = flitzis_chunk_get (chunk, chunks->reader, offset, size);

  return text != NULL ? flitzis_facts_make_text (text, size) : NULL;
}

static void
note_list (Chunks *self, const FlitzisChunk *list)
{
  const guint8 *kind = flitzis_chunk_get (list, self->reader, 0, 4);

  if (kind == NULL)
    return;

  if (memcmp (kind, "adtl", 4) == 0 && self->labels.offset == 0)
    self->labels = *list;
  else if (memcmp (kind, "INFO", 4) == 0 && self->info.offset == 0)
    self->info = *list;
}

static void
note_chunk (Chunks *self, const FlitzisChunk *chunk)
{
  struct
  {
    const char   *id;
    FlitzisChunk *place;
  } places[] = {
    { "smpl", &self->smpl },
    { "inst", &self->inst },
    { "acid", &self->acid },
    { "cue ", &self->cue },
    { "id3 ", &self->id3 },
    { "ID3 ", &self->id3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (strcmp (places[i].id, chunk->id) == 0 && places[i].place->offset == 0)
      *places[i].place = *chunk;

  if (strcmp (chunk->id, "LIST") == 0)
    note_list (self, chunk);
}

/* Finds the chunks before the frames and those after them. */
static void
find_chunks (Chunks *self, const FlitzisChunk *data)
{
  FlitzisChunk chunk = { 0 };

  while (flitzis_chunk_next (&chunk, self->reader, self->endianness) &&
         strcmp (chunk.id, "data") != 0)
    note_chunk (self, &chunk);

  chunk = *data;
  while (flitzis_chunk_next (&chunk, self->reader, self->endianness))
    note_chunk (self, &chunk);
}

/* In "smpl", the end of a loop is its last frame; ours is the frame after it. */
static void
read_smpl (FlitzisFacts *self, const Chunks *chunks)
{
  const guint8 *head = flitzis_chunk_get (&chunks->smpl, chunks->reader, 0, SMPL_SIZE), *loop;
  guint32       n_loops;

  if (head == NULL)
    return;

  n_loops = get_32 (chunks, head + 28);
  flitzis_facts_set_root_note (self, get_32 (chunks, head + 12));

  for (guint32 i = 0; i < n_loops && !self->has_loop; i++)
    {
      loop = flitzis_chunk_get (&chunks->smpl, chunks->reader,
                                SMPL_SIZE + (guint64) i * SMPL_LOOP_SIZE, SMPL_LOOP_SIZE);
      if (loop == NULL)
        return;

      if (get_32 (chunks, loop + 4) == SMPL_FORWARD)
        flitzis_facts_set_loop (self, get_32 (chunks, loop + 8),
                                (guint64) get_32 (chunks, loop + 12) + 1, 0,
                                get_32 (chunks, loop + 20));
      else
        flitzis_facts_warn (self, "A loop was ignored: only those that play forwards are read");
    }
}

/* Returns the labels of cues, by the numbers of the cues. */
static GHashTable *
read_labels (const Chunks *chunks)
{
  GHashTable   *labels = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  guint64       end = chunks->labels.offset + chunks->labels.n_bytes;
  FlitzisChunk  part = { .offset = chunks->labels.offset + 4 };
  const guint8 *head;

  if (chunks->labels.offset == 0)
    return labels;

  while (flitzis_chunk_next (&part, chunks->reader, chunks->endianness) && part.offset < end)
    {
      gboolean is_label = strcmp (part.id, "labl") == 0;
      gpointer number;
      char    *label;

      if ((!is_label && strcmp (part.id, "ltxt") != 0) ||
          (head = flitzis_chunk_get (&part, chunks->reader, 0, 4)) == NULL)
        continue;

      number = GUINT_TO_POINTER (get_32 (chunks, head));
      label = get_text (chunks, &part, is_label ? 4 : LTXT_SIZE);
      if (label != NULL && (is_label || !g_hash_table_contains (labels, number)))
        g_hash_table_insert (labels, number, label);
      else
        g_free (label);
    }

  return labels;
}

static void
read_cues (FlitzisFacts *self, const Chunks *chunks)
{
  g_autoptr (GHashTable) labels = NULL;
  const guint8 *head = flitzis_chunk_get (&chunks->cue, chunks->reader, 0, 4), *cue;
  guint32       n_cues;

  if (head == NULL)
    return;

  n_cues = get_32 (chunks, head);
  labels = read_labels (chunks);

  for (guint32 i = 0; i < n_cues; i++)
    {
      gpointer label = NULL;

      cue = flitzis_chunk_get (&chunks->cue, chunks->reader, 4 + (guint64) i * CUE_SIZE, CUE_SIZE);
      if (cue == NULL)
        return;

      g_hash_table_steal_extended (labels, GUINT_TO_POINTER (get_32 (chunks, cue)), NULL, &label);
      if (!flitzis_facts_take_cue (self, get_32 (chunks, cue + 20), 0, label))
        return;
    }
}

static void
read_acid (FlitzisFacts *self, const Chunks *chunks)
{
  const guint8 *acid = flitzis_chunk_get (&chunks->acid, chunks->reader, 0, ACID_SIZE);

  if (acid == NULL)
    return;

  if (get_32 (chunks, acid) & ACID_HAS_ROOT)
    flitzis_facts_set_root_note (self, get_16 (chunks, acid + 4));
  flitzis_facts_set_tempo (self, get_float (chunks, acid + 20));
}

static void
read_info (FlitzisFacts *self, const Chunks *chunks)
{
  guint64      end = chunks->info.offset + chunks->info.n_bytes;
  FlitzisChunk part = { .offset = chunks->info.offset + 4 };

  if (chunks->info.offset == 0)
    return;

  while (flitzis_chunk_next (&part, chunks->reader, chunks->endianness) && part.offset < end)
    {
      if (strcmp (part.id, "INAM") == 0)
        flitzis_facts_take_title (self, get_text (chunks, &part, 0));
      else if (strcmp (part.id, "IART") == 0)
        flitzis_facts_take_artist (self, get_text (chunks, &part, 0));
    }
}

void
flitzis_wave_facts_read (FlitzisFacts       *self,
                         FlitzisReader      *reader,
                         const FlitzisChunk *data,
                         int                 endianness)
{
  Chunks        chunks = { .reader = reader, .endianness = endianness };
  const guint8 *note;

  find_chunks (&chunks, data);

  read_smpl (self, &chunks);
  note = flitzis_chunk_get (&chunks.inst, chunks.reader, 0, 1);
  if (note != NULL)
    flitzis_facts_set_root_note (self, *note);
  read_acid (self, &chunks);
  read_cues (self, &chunks);
  read_info (self, &chunks);
  if (chunks.id3.offset > 0)
    flitzis_id3_read (self, reader, chunks.id3.offset);
}
