/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Takes tags and tables of contents from GStreamer's demuxers, for containers whose tags no reader
 * of ours reads. */

#include "config.h"

#include "decode/tags.h"

#include "decode/comments.h"

#include <string.h>

/* Enough for chapters that are parts of chapters, which are parts of an edition. */
#define MAX_DEPTH 4

gboolean
flitzis_tags_are_needed (const FlitzisHeader *header)
{
  return header->container == FLITZIS_CONTAINER_MATROSKA ||
         header->container == FLITZIS_CONTAINER_OTHER;
}

static char *
get_text (const GstTagList *tags, const char *tag)
{
  const char *text;

  return gst_tag_list_peek_string_index (tags, tag, 0, &text)
             ? flitzis_facts_make_text (text, strlen (text))
             : NULL;
}

/* Each comment is "NAME=text". */
static void
read_comments (FlitzisFacts *facts, const GstTagList *tags)
{
  FlitzisComments comments = { .facts = facts };
  guint           n = gst_tag_list_get_tag_size (tags, GST_TAG_EXTENDED_COMMENT);
  const char     *pair, *text;

  for (guint i = 0; i < n; i++)
    if (gst_tag_list_peek_string_index (tags, GST_TAG_EXTENDED_COMMENT, i, &pair) &&
        (text = strchr (pair, '=')) != NULL)
      {
        g_autofree char *name = g_strndup (pair, text - pair);

        flitzis_comments_add (&comments, name, text + 1);
      }

  flitzis_comments_finish (&comments);
}

static void
read_tags (FlitzisFacts *facts, const GstTagList *tags)
{
  double number;

  flitzis_facts_take_title (facts, get_text (tags, GST_TAG_TITLE));
  flitzis_facts_take_artist (facts, get_text (tags, GST_TAG_ARTIST));
  if (gst_tag_list_get_double (tags, GST_TAG_BEATS_PER_MINUTE, &number))
    flitzis_facts_set_tempo (facts, number);
  if (gst_tag_list_get_double (tags, GST_TAG_TRACK_GAIN, &number))
    flitzis_facts_set_track_gain (facts, number);
  if (gst_tag_list_get_double (tags, GST_TAG_TRACK_PEAK, &number))
    flitzis_facts_set_track_peak (facts, number);
  read_comments (facts, tags);
}

static void
read_entries (FlitzisFacts *facts, GList *entries, guint depth)
{
  for (GList *each = entries; each != NULL; each = each->next)
    {
      GstTocEntry *entry = each->data;
      GstTagList  *tags = gst_toc_entry_get_tags (entry);
      gint64       start, end;

      if (gst_toc_entry_get_entry_type (entry) == GST_TOC_ENTRY_TYPE_CHAPTER &&
          gst_toc_entry_get_start_stop_times (entry, &start, &end) && start >= 0)
        flitzis_facts_take_cue (facts, start, GST_SECOND,
                                tags != NULL ? get_text (tags, GST_TAG_TITLE) : NULL);

      if (depth < MAX_DEPTH)
        read_entries (facts, gst_toc_entry_get_sub_entries (entry), depth + 1);
    }
}

void
flitzis_tags_read (FlitzisFacts *facts, GstMessage *message)
{
  g_autoptr (GstTagList) tags = NULL;
  g_autoptr (GstToc) toc = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_TAG)
    {
      gst_message_parse_tag (message, &tags);
      read_tags (facts, tags);
    }
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_TOC && facts->cues == NULL)
    {
      gst_message_parse_toc (message, &toc, NULL);
      read_entries (facts, gst_toc_get_entries (toc), 0);
    }
}
