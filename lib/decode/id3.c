/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Reads tags of ID3v2, versions 2.2 to 2.4 (id3.org, "ID3 tag version 2.4.0 - Native Frames", and
 * "ID3v2 Chapter Frame Addendum 1.0"). Pictures are skipped without reading them.
 */

#include "config.h"

#include "decode/fact-readers.h"

#include "decode/comments.h"

#include <math.h>
#include <string.h>

#define HEAD_SIZE 10
#define TAG_IS_UNSYNCHRONISED 0x80
#define TAG_HAS_EXTENSION 0x40

/* A tag with unsynchronisation is copied as a whole, and ignored if it is larger than this. */
#define MAX_CHANGED_SIZE (16 * 1024 * 1024)

#define MAX_FRAMES 65536

/* The second byte of a frame's flags, in versions 2.3 and 2.4. */
#define V3_IS_CODED 0xc0
#define V3_IS_GROUPED 0x20
#define V4_IS_CODED 0x0c
#define V4_IS_GROUPED 0x40
#define V4_IS_UNSYNCHRONISED 0x02
#define V4_HAS_LENGTH 0x01

#define MILLISECONDS 1000

typedef struct
{
  FlitzisReader  *reader;
  guint           version;
  guint64         end; /* of the tag, so no frame goes on beyond it */
  FlitzisComments comments;
} Tag;

typedef struct
{
  char     id[5]; /* of three characters in version 2.2 */
  guint64  offset;
  guint64  n_bytes;
  gboolean is_unsynchronised;
} Frame;

/* Each of the four bytes holds seven bits. */
static guint32
get_size (const guint8 *data)
{
  return (data[0] & 0x7f) << 21 | (data[1] & 0x7f) << 14 | (data[2] & 0x7f) << 7 | (data[3] & 0x7f);
}

/* Undoes unsynchronisation: the zero after each 0xff, which keeps old players from taking a tag for
 * MPEG frames. */
static gsize
synchronise (const guint8 *data, gsize size, guint8 *out)
{
  gsize n = 0;

  for (gsize i = 0; i < size; i++)
    {
      out[n++] = data[i];
      if (data[i] == 0xff && i + 1 < size && data[i + 1] == 0)
        i++;
    }

  return n;
}

/* Skips the bytes that stand before the contents if the flags say so. FALSE if the contents are
 * compressed or encrypted. */
static gboolean
apply_flags (Frame *self, guint version, guint8 flags)
{
  guint n_front = 0;

  if (version == 3)
    {
      if (flags & V3_IS_CODED)
        return FALSE;
      n_front = flags & V3_IS_GROUPED ? 1 : 0;
    }
  else if (version == 4)
    {
      if (flags & V4_IS_CODED)
        return FALSE;
      n_front = (flags & V4_IS_GROUPED ? 1 : 0) + (flags & V4_HAS_LENGTH ? 4 : 0);
      self->is_unsynchronised = (flags & V4_IS_UNSYNCHRONISED) != 0;
    }

  if (n_front > self->n_bytes)
    return FALSE;

  self->offset += n_front;
  self->n_bytes -= n_front;

  return TRUE;
}

/* Reads the head of the frame at `offset`, and moves `offset` to the next one. FALSE after the last
 * frame. */
static gboolean
next_frame (const Tag *tag, guint64 *offset, guint64 end, Frame *frame, gboolean *is_readable)
{
  guint         n_head = tag->version == 2 ? 6 : HEAD_SIZE;
  guint         n_id = tag->version == 2 ? 3 : 4;
  const guint8 *head;
  GstByteReader bytes;

  if (*offset + n_head > end || !flitzis_reader_get (tag->reader, *offset, n_head, &bytes) ||
      bytes.data[0] == 0)
    return FALSE;

  head = bytes.data;
  *frame = (Frame){ .offset = *offset + n_head };
  memcpy (frame->id, head, n_id);
  frame->n_bytes = tag->version == 2   ? GST_READ_UINT24_BE (head + 3)
                   : tag->version == 3 ? GST_READ_UINT32_BE (head + 4)
                                       : get_size (head + 4);
  if (frame->n_bytes > end - frame->offset)
    return FALSE;

  *offset = frame->offset + frame->n_bytes;
  *is_readable = apply_flags (frame, tag->version, tag->version == 2 ? 0 : head[9]);

  return TRUE;
}

/* Converts text of encoding 1, UTF-16 with a byte order mark, or of encoding 2, UTF-16 without. */
static char *
convert_utf_16 (const guint8 *data, gsize size, gboolean is_marked)
{
  gsize                 n = size / 2;
  g_autofree gunichar2 *units = g_new (gunichar2, n + 1);
  g_autofree char      *text = NULL;
  gboolean              is_little = FALSE;

  if (is_marked && n > 0)
    {
      is_little = data[0] == 0xff && data[1] == 0xfe;
      if (is_little || (data[0] == 0xfe && data[1] == 0xff))
        {
          data += 2;
          n--;
        }
    }

  for (gsize i = 0; i < n; i++)
    units[i] = is_little ? GST_READ_UINT16_LE (data + 2 * i) : GST_READ_UINT16_BE (data + 2 * i);

  text = g_utf16_to_utf8 (units, (glong) n, NULL, NULL, NULL);

  return text != NULL ? flitzis_facts_make_text (text, strlen (text)) : NULL;
}

static char *
convert (guint8 encoding, const guint8 *data, gsize size)
{
  if (encoding == 1 || encoding == 2)
    return convert_utf_16 (data, size, encoding == 1);

  return flitzis_facts_make_text (data, size);
}

/* Returns the number of bytes before the zero that ends the text. */
static gsize
count_bytes (guint8 encoding, const guint8 *data, gsize size)
{
  gsize n;

  if (encoding != 1 && encoding != 2)
    return strnlen ((const char *) data, size);

  for (n = 0; n + 1 < size && (data[n] != 0 || data[n + 1] != 0); n += 2)
    ;

  return MIN (n, size);
}

/* Returns a copy of the frame's contents. NULL if they are too long or too short to be text. */
static guint8 *
read_contents (const Tag *tag, const Frame *frame, gsize *size)
{
  GstByteReader bytes;
  guint8       *data;

  if (frame->n_bytes < 2 || frame->n_bytes > FLITZIS_FACTS_MAX_TEXT_BYTES ||
      !flitzis_reader_get (tag->reader, frame->offset, frame->n_bytes, &bytes))
    return NULL;

  data = g_memdup2 (bytes.data, frame->n_bytes);
  *size = frame->n_bytes;
  if (frame->is_unsynchronised)
    *size = synchronise (bytes.data, frame->n_bytes, data);

  return data;
}

static char *
read_text (const Tag *tag, const Frame *frame)
{
  gsize              size;
  g_autofree guint8 *data = read_contents (tag, frame, &size);

  return data != NULL ? convert (data[0], data + 1, count_bytes (data[0], data + 1, size - 1))
                      : NULL;
}

/* TXXX: a name that a program has chosen, and a text. */
static void
read_pair (Tag *tag, const Frame *frame)
{
  gsize              size, n_name, n_zero;
  g_autofree guint8 *data = read_contents (tag, frame, &size);
  g_autofree char   *name = NULL;
  g_autofree char   *text = NULL;

  if (data == NULL)
    return;

  n_name = count_bytes (data[0], data + 1, size - 1);
  n_zero = data[0] == 1 || data[0] == 2 ? 2 : 1;
  if (1 + n_name + n_zero >= size)
    return;

  name = convert (data[0], data + 1, n_name);
  text = convert (data[0], data + 1 + n_name + n_zero, size - 1 - n_name - n_zero);
  if (name != NULL && text != NULL)
    flitzis_comments_add (&tag->comments, name, text);
}

/* CHAP: an identifier, the start and the end in milliseconds and in bytes, and more frames, such as
 * the title of the chapter. */
static void
read_chapter (Tag *tag, const Frame *chapter)
{
  guint64       end = chapter->offset + chapter->n_bytes, offset;
  gboolean      is_readable;
  GstByteReader bytes;
  guint32       start;
  gsize         n_name;
  char         *label = NULL;
  Frame         frame;

  if (!flitzis_reader_get (tag->reader, chapter->offset, MIN (chapter->n_bytes, 256), &bytes))
    return;

  n_name = strnlen ((const char *) bytes.data, bytes.size);
  if (!gst_byte_reader_skip (&bytes, n_name + 1) ||
      !gst_byte_reader_get_uint32_be (&bytes, &start))
    return;

  offset = chapter->offset + n_name + 1 + 16;
  while (label == NULL && next_frame (tag, &offset, end, &frame, &is_readable))
    if (is_readable && strcmp (frame.id, "TIT2") == 0)
      label = read_text (tag, &frame);

  flitzis_facts_take_cue (tag->comments.facts, start, MILLISECONDS, label);
}

static void
read_frame (Tag *tag, const Frame *frame)
{
  FlitzisFacts    *facts = tag->comments.facts;
  g_autofree char *tempo = NULL;

  if (strcmp (frame->id, "TIT2") == 0 || strcmp (frame->id, "TT2") == 0)
    flitzis_facts_take_title (facts, read_text (tag, frame));
  else if (strcmp (frame->id, "TPE1") == 0 || strcmp (frame->id, "TP1") == 0)
    flitzis_facts_take_artist (facts, read_text (tag, frame));
  else if (strcmp (frame->id, "TXXX") == 0 || strcmp (frame->id, "TXX") == 0)
    read_pair (tag, frame);
  else if (strcmp (frame->id, "CHAP") == 0)
    read_chapter (tag, frame);
  else if (strcmp (frame->id, "TBPM") == 0 || strcmp (frame->id, "TBP") == 0)
    {
      tempo = read_text (tag, frame);
      if (tempo != NULL)
        flitzis_comments_add (&tag->comments, "BPM", tempo);
    }
}

static void
read_frames (Tag *tag, guint64 offset)
{
  gboolean is_readable;
  Frame    frame;

  for (guint i = 0; i < MAX_FRAMES && next_frame (tag, &offset, tag->end, &frame, &is_readable);
       i++)
    if (is_readable)
      read_frame (tag, &frame);

  flitzis_comments_finish (&tag->comments);
}

/* The size of an extended header includes its own four bytes in version 2.4, but not in 2.3. */
static guint64
skip_extension (const Tag *tag, guint64 offset)
{
  GstByteReader bytes;

  if (!flitzis_reader_get (tag->reader, offset, 4, &bytes))
    return tag->end;

  return offset + (tag->version == 3 ? 4 + (guint64) GST_READ_UINT32_BE (bytes.data)
                                     : get_size (bytes.data));
}

/* Before version 2.4, unsynchronisation is applied to the whole tag, and the sizes of frames are
 * those from before. So the tag is restored before its frames are read. */
static void
read_changed (Tag *tag, guint64 offset, gboolean has_extension)
{
  gsize              size = tag->end - offset;
  g_autofree guint8 *data = NULL;
  FlitzisReader      memory = { 0 };
  GstByteReader      bytes;

  if (size > MAX_CHANGED_SIZE || !flitzis_reader_get (tag->reader, offset, size, &bytes))
    return;

  data = g_malloc (size);
  memory.n_bytes = memory.n_held = synchronise (bytes.data, size, data);
  memory.held = data;
  tag->reader = &memory;
  tag->end = memory.n_bytes;
  read_frames (tag, has_extension ? skip_extension (tag, 0) : 0);
}

void
flitzis_id3_read (FlitzisFacts *self, FlitzisReader *reader, guint64 offset)
{
  Tag           tag = { .reader = reader, .comments = { .facts = self } };
  gboolean      has_extension;
  guint8        flags;
  GstByteReader bytes;

  if (!flitzis_reader_get (reader, offset, HEAD_SIZE, &bytes) ||
      memcmp (bytes.data, "ID3", 3) != 0)
    return;

  tag.version = bytes.data[3];
  flags = bytes.data[5];
  tag.end = offset + HEAD_SIZE + get_size (bytes.data + 6);
  tag.end = MIN (tag.end, reader->n_bytes);
  if (tag.version < 2 || tag.version > 4)
    return;

  offset += HEAD_SIZE;
  has_extension = tag.version > 2 && flags & TAG_HAS_EXTENSION;
  if (tag.version < 4 && flags & TAG_IS_UNSYNCHRONISED)
    read_changed (&tag, offset, has_extension);
  else
    read_frames (&tag, has_extension ? skip_extension (&tag, offset) : offset);
}
