/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * wavenc writes neither loops nor cues, and its list of tags lacks a byte of padding, so all of
 * them are written here. lib/decode/wave-facts.c reads these chunks, and names their sources.
 */

#include "config.h"

#include "encode/statements.h"

#include "encode/bytes.h"

#include <gst/gst.h>
#include <math.h>

static guint
count_cues (const FlitzisFacts *facts)
{
  return facts->cues != NULL ? facts->cues->len : 0;
}

static guint32
get_root_note (const FlitzisFacts *facts)
{
  return facts->has_root_note ? facts->root_note : FLITZIS_STATEMENTS_ROOT_NOTE;
}

/* Ends a chunk whose contents begin at `start`: fills in its size, and pads it to an even size. */
static void
end_chunk (GByteArray *self, guint start)
{
  GST_WRITE_UINT32_LE (self->data + start - 4, self->len - start);
  if (self->len % 2 > 0)
    flitzis_bytes_add_8 (self, 0);
}

/* Returns the place where the contents begin. */
static guint
begin_chunk (GByteArray *self, const char *id)
{
  flitzis_bytes_add_text (self, id);
  flitzis_bytes_add_32_le (self, 0); /* the size, which end_chunk () fills in */

  return self->len;
}

static void
add_smpl (GByteArray *self, const FlitzisFacts *facts, guint rate)
{
  guint start = begin_chunk (self, "smpl");

  flitzis_bytes_add_zeros (self, 8); /* manufacturer and product: any */
  flitzis_bytes_add_32_le (self, GST_SECOND / rate);
  flitzis_bytes_add_32_le (self, get_root_note (facts));
  flitzis_bytes_add_zeros (self, 12); /* no fraction of the note, no time code */
  flitzis_bytes_add_32_le (self, facts->has_loop ? 1 : 0);
  flitzis_bytes_add_32_le (self, 0); /* no bytes after the loops */

  if (facts->has_loop)
    {
      flitzis_bytes_add_zeros (self, 8); /* of no cue; forwards */
      flitzis_bytes_add_32_le (self, (guint32) facts->loop_start);
      flitzis_bytes_add_32_le (self, (guint32) facts->loop_end - 1);
      flitzis_bytes_add_32_le (self, 0);
      flitzis_bytes_add_32_le (self, facts->loop_count);
    }

  end_chunk (self, start);
}

static void
add_acid (GByteArray *self, const FlitzisFacts *facts, guint rate, guint64 n_frames)
{
  guint  start = begin_chunk (self, "acid");
  double n_beats = (double) n_frames / rate * facts->tempo / 60.0;
  guint8 tempo[4];

  flitzis_bytes_add_32_le (self, 0); /* a loop without a note of its own */
  flitzis_bytes_add_16_le (self, (guint16) get_root_note (facts));
  flitzis_bytes_add_16_le (self, 0x8000);
  flitzis_bytes_add_32_le (self, 0);
  flitzis_bytes_add_32_le (self, (guint32) MIN (rint (n_beats), G_MAXUINT32));
  flitzis_bytes_add_16_le (self, 4);
  flitzis_bytes_add_16_le (self, 4);
  GST_WRITE_FLOAT_LE (tempo, (float) facts->tempo);
  g_byte_array_append (self, tempo, sizeof tempo);
  end_chunk (self, start);
}

/* The cues have the numbers from 1 on. */
static void
add_cues (GByteArray *self, const FlitzisFacts *facts)
{
  guint start = begin_chunk (self, "cue ");

  flitzis_bytes_add_32_le (self, facts->cues->len);

  for (guint i = 0; i < facts->cues->len; i++)
    {
      guint32 frame = (guint32) g_array_index (facts->cues, FlitzisFactsCue, i).position;

      flitzis_bytes_add_32_le (self, i + 1);
      flitzis_bytes_add_32_le (self, frame);
      flitzis_bytes_add_text (self, "data");
      flitzis_bytes_add_zeros (self, 8); /* the chunk and the block begin at 0 */
      flitzis_bytes_add_32_le (self, frame);
    }

  end_chunk (self, start);
}

/* Adds a text that ends with a zero. */
static void
add_text_chunk (GByteArray *self, const char *id, guint number, const char *text)
{
  guint start = begin_chunk (self, id);

  if (number > 0)
    flitzis_bytes_add_32_le (self, number);
  flitzis_bytes_add_text (self, text);
  flitzis_bytes_add_8 (self, 0);
  end_chunk (self, start);
}

static void
add_labels (GByteArray *self, const FlitzisFacts *facts)
{
  guint start = begin_chunk (self, "LIST");

  flitzis_bytes_add_text (self, "adtl");

  for (guint i = 0; i < facts->cues->len; i++)
    {
      const char *label = g_array_index (facts->cues, FlitzisFactsCue, i).label;

      if (label != NULL)
        add_text_chunk (self, "labl", i + 1, label);
    }

  end_chunk (self, start);
}

static void
add_info (GByteArray *self, const FlitzisFacts *facts)
{
  guint start = begin_chunk (self, "LIST");

  flitzis_bytes_add_text (self, "INFO");
  if (facts->title != NULL)
    add_text_chunk (self, "INAM", 0, facts->title);
  if (facts->artist != NULL)
    add_text_chunk (self, "IART", 0, facts->artist);
  end_chunk (self, start);
}

GByteArray *
flitzis_statements_make_wave (const FlitzisFacts *facts, guint rate, guint64 n_frames)
{
  GByteArray *chunks = g_byte_array_new ();

  if (facts->has_loop || facts->has_root_note)
    add_smpl (chunks, facts, rate);
  if (facts->tempo > 0.0)
    add_acid (chunks, facts, rate, n_frames);
  if (count_cues (facts) > 0)
    {
      add_cues (chunks, facts);
      add_labels (chunks, facts);
    }
  if (facts->title != NULL || facts->artist != NULL)
    add_info (chunks, facts);

  return chunks;
}
