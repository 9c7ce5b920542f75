/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Reads the tags that iTunes writes into MP4, the title and the artist of QuickTime, and the
 * chapters as Nero stores them. The times of chapters count from the first frame that is heard, so
 * the encoder's delay is not part of them.
 */

#include "config.h"

#include "decode/fact-readers.h"

#include "decode/comments.h"

#include <string.h>

/* The contents of a box `data` begin with a type and a locale. */
#define DATA_HEAD_SIZE 8

#define CHPL_HEAD_SIZE 9
#define CHPL_TICKS 10000000 /* a second */

/* The text of QuickTime comes after its length and its language. */
#define TEXT_HEAD_SIZE 4

static char *
read_text (FlitzisReader *reader, const FlitzisBox *box, guint64 n_head)
{
  GstByteReader bytes;
  guint64       size = box->n_bytes - MIN (box->n_bytes, n_head);

  if (size == 0 || size > FLITZIS_FACTS_MAX_TEXT_BYTES ||
      !flitzis_box_get (box, reader, n_head, size, &bytes))
    return NULL;

  return flitzis_facts_make_text (bytes.data, size);
}

static char *
read_data (FlitzisReader *reader, const FlitzisBox *item)
{
  FlitzisBox data;

  return flitzis_box_find (&data, reader, item, "data") ? read_text (reader, &data, DATA_HEAD_SIZE)
                                                        : NULL;
}

static void
read_tempo (FlitzisFacts *self, FlitzisReader *reader, const FlitzisBox *item)
{
  FlitzisBox    data;
  GstByteReader bytes;

  if (flitzis_box_find (&data, reader, item, "data") &&
      flitzis_box_get (&data, reader, DATA_HEAD_SIZE, 2, &bytes))
    flitzis_facts_set_tempo (self, gst_byte_reader_get_uint16_be_unchecked (&bytes));
}

/* A field whose name a program has chosen. */
static void
read_pair (FlitzisComments *comments, FlitzisReader *reader, const FlitzisBox *item)
{
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  FlitzisBox       box;

  if (!flitzis_box_find (&box, reader, item, "name"))
    return;

  name = read_text (reader, &box, FLITZIS_BOX_VERSION_BYTES);
  text = read_data (reader, item);
  if (name != NULL && text != NULL)
    flitzis_comments_add (comments, name, text);
}

static void
read_items (FlitzisFacts *self, FlitzisReader *reader, const FlitzisBox *list)
{
  FlitzisComments comments = { .facts = self };
  FlitzisBox      item = { 0 };

  while (flitzis_box_next (&item, reader, list))
    {
      if (strcmp (item.type, "\251nam") == 0)
        flitzis_facts_take_title (self, read_data (reader, &item));
      else if (strcmp (item.type, "\251ART") == 0)
        flitzis_facts_take_artist (self, read_data (reader, &item));
      else if (strcmp (item.type, "tmpo") == 0)
        read_tempo (self, reader, &item);
      else if (strcmp (item.type, "----") == 0)
        read_pair (&comments, reader, &item);
    }

  flitzis_comments_finish (&comments);
}

/* The box `chpl` has a version, flags, the number of chapters, and for each a time, the length of
 * its name, and the name. */
static void
read_chapters (FlitzisFacts *self, FlitzisReader *reader, const FlitzisBox *box)
{
  guint64       offset = CHPL_HEAD_SIZE, time;
  guint         n_chapters, size;
  GstByteReader bytes;

  if (!flitzis_box_get (box, reader, 0, CHPL_HEAD_SIZE, &bytes))
    return;

  n_chapters = bytes.data[CHPL_HEAD_SIZE - 1];
  for (guint i = 0; i < n_chapters && flitzis_box_get (box, reader, offset, 9, &bytes); i++)
    {
      time = gst_byte_reader_get_uint64_be_unchecked (&bytes);
      size = gst_byte_reader_get_uint8_unchecked (&bytes);
      offset += 9;
      if (!flitzis_box_get (box, reader, offset, size, &bytes))
        return;

      flitzis_facts_take_cue (self, time, CHPL_TICKS, flitzis_facts_make_text (bytes.data, size));
      offset += size;
    }
}

static void
read_user_data (FlitzisFacts *self, FlitzisReader *reader, const FlitzisBox *user)
{
  FlitzisBox box = { 0 }, list;

  while (flitzis_box_next (&box, reader, user))
    {
      if (strcmp (box.type, "chpl") == 0)
        {
          read_chapters (self, reader, &box);
        }
      else if (strcmp (box.type, "\251nam") == 0)
        {
          flitzis_facts_take_title (self, read_text (reader, &box, TEXT_HEAD_SIZE));
        }
      else if (strcmp (box.type, "\251ART") == 0)
        {
          flitzis_facts_take_artist (self, read_text (reader, &box, TEXT_HEAD_SIZE));
        }
      else if (strcmp (box.type, "meta") == 0 && box.n_bytes > FLITZIS_BOX_VERSION_BYTES)
        {
          list = box;
          list.offset += FLITZIS_BOX_VERSION_BYTES;
          list.n_bytes -= FLITZIS_BOX_VERSION_BYTES;
          if (flitzis_box_find (&list, reader, &list, "ilst"))
            read_items (self, reader, &list);
        }
    }
}

void
flitzis_mp4_facts_read (FlitzisFacts *self, FlitzisReader *reader, const FlitzisBox *movie)
{
  FlitzisBox user = { 0 };

  while (flitzis_box_next (&user, reader, movie))
    if (strcmp (user.type, "udta") == 0)
      read_user_data (self, reader, &user);
}
