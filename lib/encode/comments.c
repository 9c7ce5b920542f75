/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* The comments of FLAC, Vorbis and Opus. lib/decode/comments.c reads them, and names sources. */

#include "config.h"

#include "encode/statements.h"

#include <gst/gst.h>

static void
take (GStrvBuilder *self, char *comment)
{
  g_strv_builder_add (self, comment);
  g_free (comment);
}

static void
add_tempo (GStrvBuilder *self, double tempo)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  take (self, g_strconcat ("BPM=", g_ascii_formatd (text, sizeof text, "%.10g", tempo), NULL));
}

static void
add_loop (GStrvBuilder *self, const FlitzisFacts *facts)
{
  take (self, g_strdup_printf ("LOOPSTART=%" G_GUINT64_FORMAT, facts->loop_start));
  take (self, g_strdup_printf ("LOOPLENGTH=%" G_GUINT64_FORMAT,
                               facts->loop_end - facts->loop_start));
  if (facts->loop_count > 0)
    take (self, g_strdup_printf ("LOOPCOUNT=%u", facts->loop_count));
}

/* The time is exact to the microsecond, which tells all frames apart. */
static void
add_chapter (GStrvBuilder *self, guint number, const FlitzisFactsCue *cue, guint rate)
{
  guint64 time = gst_util_uint64_scale_round (cue->position, G_USEC_PER_SEC, rate);
  guint64 seconds = time / G_USEC_PER_SEC;

  take (self, g_strdup_printf ("CHAPTER%03u=%02u:%02u:%02u.%06u", number, (guint) (seconds / 3600),
                               (guint) (seconds / 60 % 60), (guint) (seconds % 60),
                               (guint) (time % G_USEC_PER_SEC)));
  if (cue->label != NULL)
    take (self, g_strdup_printf ("CHAPTER%03uNAME=%s", number, cue->label));
}

GStrv
flitzis_statements_make_comments (const FlitzisFacts *facts, guint rate)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (facts->tempo > 0.0)
    add_tempo (builder, facts->tempo);
  if (facts->has_loop)
    add_loop (builder, facts);
  for (guint i = 0; facts->cues != NULL && i < facts->cues->len; i++)
    add_chapter (builder, i + 1, &g_array_index (facts->cues, FlitzisFactsCue, i), rate);

  return g_strv_builder_end (builder);
}
