/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Finds the container of a file by its first bytes, and calls the reader of that container. */

#include "config.h"

#include "decode/containers.h"

#include "decode/fact-readers.h"

#include <gst/base/gsttypefindhelper.h>
#include <string.h>

#define START_BYTES 16

/* The size of the beginning that GStreamer sees of a file of an unknown container. */
#define TYPEFIND_BYTES 16384

/* A tag of ID3v2: its head, and a foot that repeats it if a flag is set. */
#define ID3_HEAD_BYTES 10
#define ID3_HAS_FOOT 0x10

typedef struct
{
  const char *magic;
  guint       offset; /* of the magic */
  guint       n_bytes;
  const char *form; /* at byte 8, or NULL */
  void (*read) (FlitzisHeader *, FlitzisReader *);
} Kind;

static const Kind kinds[] = {
  { "RIFF", 0, 4, "WAVE", flitzis_riff_read },
  { "RIFX", 0, 4, "WAVE", flitzis_riff_read },
  { "RF64", 0, 4, "WAVE", flitzis_riff_read },
  { "BW64", 0, 4, "WAVE", flitzis_riff_read },
  { "riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00", 0, 16, NULL, flitzis_w64_read },
  { "FORM", 0, 4, "AIFF", flitzis_aiff_read },
  { "FORM", 0, 4, "AIFC", flitzis_aiff_read },
  { "caff", 0, 4, NULL, flitzis_caf_read },
  { ".snd", 0, 4, NULL, flitzis_au_read },
  { "OggS", 0, 4, NULL, flitzis_ogg_read },
  { "ftyp", 4, 4, NULL, flitzis_mp4_read },
  { "moov", 4, 4, NULL, flitzis_mp4_read },
  { "mdat", 4, 4, NULL, flitzis_mp4_read },
  { "wide", 4, 4, NULL, flitzis_mp4_read },
  { "free", 4, 4, NULL, flitzis_mp4_read },
  { "skip", 4, 4, NULL, flitzis_mp4_read },
  { "\x1a\x45\xdf\xa3", 0, 4, NULL, flitzis_matroska_read },
};

/* A file that breaks off before its form is recognised by its first word alone. */
static const Kind *
find_kind (const guint8 *start, gsize n_bytes)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (memcmp (start + kinds[i].offset, kinds[i].magic, kinds[i].n_bytes) == 0 &&
        (kinds[i].form == NULL || n_bytes < 12 || memcmp (start + 8, kinds[i].form, 4) == 0))
      return &kinds[i];

  return NULL;
}

/* Reads and skips the tags of ID3v2 at the beginning. MP3 files have them, and some FLAC files. The
 * size of a tag has 7 bits in each byte. */
static void
skip_tags (FlitzisHeader *self, FlitzisReader *reader)
{
  guint64       start = 0, tag;
  GstByteReader bytes;

  while (flitzis_reader_get (reader, self->offset, ID3_HEAD_BYTES, &bytes) &&
         memcmp (bytes.data, "ID3", 3) == 0)
    {
      const guint8 *head = bytes.data;

      tag = self->offset;
      start = tag + ID3_HEAD_BYTES;
      self->offset += ID3_HEAD_BYTES +
                      ((head[6] & 0x7f) << 21 | (head[7] & 0x7f) << 14 | (head[8] & 0x7f) << 7 |
                       (head[9] & 0x7f));
      if (head[5] & ID3_HAS_FOOT)
        self->offset += ID3_HEAD_BYTES;
      flitzis_id3_read (self->facts, reader, tag);
    }

  /* a tag with a wrong size */
  if (self->offset >= reader->n_bytes)
    self->offset = start;

  self->n_bytes = flitzis_reader_count (reader, self->offset);
}

/* Returns whether GStreamer recognises the file as something other than MPEG audio or FLAC. A part
 * of a video may look like these. */
static gboolean
is_something_else (FlitzisReader *reader)
{
  gsize                  size = MIN (reader->n_bytes, TYPEFIND_BYTES);
  GstTypeFindProbability probability = GST_TYPE_FIND_NONE;
  g_autoptr (GstCaps) caps = NULL;
  GstByteReader bytes;

  if (!flitzis_reader_get (reader, 0, size, &bytes))
    return FALSE;

  caps = gst_type_find_helper_for_data (NULL, bytes.data, size, &probability);

  return caps != NULL && probability >= GST_TYPE_FIND_LIKELY &&
         !gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/mpeg") &&
         !gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/x-flac");
}

static void
read_kind (FlitzisHeader *self, FlitzisReader *reader)
{
  guint8        start[START_BYTES] = { 0 };
  gsize         n_bytes = MIN (reader->n_bytes, START_BYTES);
  GstByteReader bytes;
  const Kind   *kind;
  gboolean      is_plain;

  if (!flitzis_reader_get (reader, 0, n_bytes, &bytes))
    return;

  memcpy (start, bytes.data, n_bytes);
  kind = find_kind (start, n_bytes);
  if (kind != NULL)
    {
      kind->read (self, reader);
      return;
    }

  skip_tags (self, reader);
  is_plain = self->offset > 0 || start[0] == 0xff || memcmp (start, "fLaC", 4) == 0;
  if ((is_plain || !is_something_else (reader)) &&
      (flitzis_flac_read (self, reader) || flitzis_mpeg_read (self, reader)))
    return;

  self->offset = 0;
  self->n_bytes = reader->n_bytes;
}

static gboolean
read_header (FlitzisHeader *self,
             FlitzisFacts  *facts,
             GInputStream  *stream,
             gboolean       is_brief,
             GCancellable  *cancellable,
             GError       **error)
{
  FlitzisReader reader;
  gboolean      is_read;

  memset (self, 0, sizeof *self);
  self->facts = facts;
  self->n_whole_frames = G_MAXUINT64;

  if (flitzis_reader_init (&reader, stream, cancellable))
    {
      self->n_bytes = reader.n_bytes;
      reader.is_brief = is_brief;
      read_kind (self, &reader);
    }

  is_read = reader.error == NULL;
  if (!is_read)
    g_propagate_error (error, g_steal_pointer (&reader.error));
  flitzis_reader_clear (&reader);

  return is_read;
}

gboolean
flitzis_header_read (FlitzisHeader *self,
                     FlitzisFacts  *facts,
                     GInputStream  *stream,
                     GCancellable  *cancellable,
                     GError       **error)
{
  return read_header (self, facts, stream, FALSE, cancellable, error);
}

gboolean
flitzis_header_read_briefly (FlitzisHeader *self,
                             FlitzisFacts  *facts,
                             GInputStream  *stream,
                             GCancellable  *cancellable,
                             GError       **error)
{
  return read_header (self, facts, stream, TRUE, cancellable, error);
}

gboolean
flitzis_header_shift (FlitzisHeader *self,
                      GInputStream  *stream,
                      guint64        n_decoded,
                      guint64        n_settle,
                      guint64       *first,
                      GCancellable  *cancellable)
{
  FlitzisReader reader;
  gboolean      is_found;

  /* each frame has the same number of bytes */
  if (self->codec >= FLITZIS_CODEC_PCM && self->codec <= FLITZIS_CODEC_MULAW)
    {
      guint64 n_bytes;

      *first = MIN (n_decoded, self->n_decoded_frames - 1);
      n_bytes = self->n_bytes / self->n_decoded_frames * *first;
      self->offset += n_bytes;
      self->n_bytes -= n_bytes;

      return TRUE;
    }

  if (self->codec != FLITZIS_CODEC_MP3)
    return FALSE;

  is_found = flitzis_reader_init (&reader, stream, cancellable) &&
             flitzis_mpeg_shift (self, &reader, n_decoded - MIN (n_decoded, n_settle), first) &&
             reader.error == NULL;
  flitzis_reader_clear (&reader);

  return is_found;
}
