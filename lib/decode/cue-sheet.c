/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Reads the cue sheet of FLAC (RFC 9639 8.7): the tracks of a CD, and points in each track, which
 * count from its start. */

#include "config.h"

#include "decode/fact-readers.h"

#define HEAD_SIZE (128 + 8 + 1 + 258)
#define TRACK_ID_SIZE (12 + 1 + 13)
#define POINT_END_SIZE 3

/* The numbers of the lead-out, which is not a track: it follows the last track of a CD, or of any
 * other medium. */
#define LEAD_OUT_OF_CD 170
#define LEAD_OUT 255

/* Point 0 is the pause before the track. The track itself begins at point 1. */
static gboolean
read_track (FlitzisFacts *self, GstByteReader *bytes)
{
  guint64 start, offset;
  guint8  track, n_points, point;

  if (!gst_byte_reader_get_uint64_be (bytes, &start) ||
      !gst_byte_reader_get_uint8 (bytes, &track) ||
      !gst_byte_reader_skip (bytes, TRACK_ID_SIZE) ||
      !gst_byte_reader_get_uint8 (bytes, &n_points))
    return FALSE;

  if (n_points == 0 && track != LEAD_OUT_OF_CD && track != LEAD_OUT)
    flitzis_facts_take_cue (self, start, 0, g_strdup_printf ("%u", track));

  for (guint i = 0; i < n_points; i++)
    {
      if (!gst_byte_reader_get_uint64_be (bytes, &offset) ||
          !gst_byte_reader_get_uint8 (bytes, &point) ||
          !gst_byte_reader_skip (bytes, POINT_END_SIZE))
        return FALSE;

      if (point > 0 && offset <= G_MAXUINT64 - start)
        flitzis_facts_take_cue (self, start + offset, 0,
                                point == 1 ? g_strdup_printf ("%u", track)
                                           : g_strdup_printf ("%u.%u", track, point));
    }

  return TRUE;
}

void
flitzis_cue_sheet_read (FlitzisFacts *self, const guint8 *data, gsize size)
{
  GstByteReader bytes;
  guint8        n_tracks;

  gst_byte_reader_init (&bytes, data, size);
  if (!gst_byte_reader_skip (&bytes, HEAD_SIZE) || !gst_byte_reader_get_uint8 (&bytes, &n_tracks))
    return;

  for (guint i = 0; i < n_tracks; i++)
    if (!read_track (self, &bytes))
      return;
}
