/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * What part of a load it takes to read what the file says of its sound: a title, an artist, a loop
 * and 4 cues. The header is read with these in the file and without them, in turns, and the
 * difference is compared to the load of 1 s of stereo. The fastest runs count.
 *
 * Each line is facts/FORMAT/flitzis and a share of 1.
 */

#include "decode/containers.h"
#include "decode/decode.h"
#include "decode/gstreamer.h"
#include "flitzis-cue-private.h"

#include <glib/gstdio.h>
#include <gst/base/gstbytewriter.h>

#define RATE 48000
#define N_CUES 4
#define N_READS 2000
#define N_LOADS 60

#define CHAPTER "[CHAPTER]\nTIMEBASE=1/1000\nSTART=%u\nEND=%u\ntitle=cue %u\n"

static const char *const formats[] = { "wav", "flac", "ogg", "mp3", "m4a" };

static GBytes *
encode (const char *folder, const char *format, gboolean is_tagged)
{
  g_autofree char *name = g_strdup_printf ("a.%s", format);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *chapters = g_build_filename (folder, "chapters", NULL);
  g_autoptr (GString) text = g_string_new (";FFMETADATA1\n");
  g_autoptr (GString) chaptered = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  const char *argv[] = { "ffmpeg", "-v", "error", "-y", "-bitexact", "-f", "lavfi", "-i",
                         "sine=440:duration=1:sample_rate=48000", "-i", chapters, "-map_metadata",
                         "1", "-map_chapters", "1", "-ac", "2", path, NULL };
  char       *contents;
  gsize       size;
  int         status;

  if (is_tagged)
    g_string_append (text, "title=A title\nartist=An artist\nLOOPSTART=1000\nLOOPLENGTH=2000\n");
  for (guint i = 0; is_tagged && i < N_CUES; i++)
    if (g_str_equal (format, "flac") || g_str_equal (format, "ogg"))
      g_string_append_printf (text, "CHAPTER%03u=00:00:00.%03u\nCHAPTER%03uNAME=cue %u\n", i,
                              50 * i, i, i);
    else
      g_string_append_printf (chaptered, CHAPTER, 50 * i, 50 * i + 50, i);
  g_string_append (text, chaptered->str);

  if (!g_file_set_contents (chapters, text->str, -1, &error) ||
      !g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                     &status, &error) ||
      !g_spawn_check_wait_status (status, &error) ||
      !g_file_get_contents (path, &contents, &size, &error))
    g_error ("%s", error->message);

  g_unlink (path);
  g_unlink (chapters);

  return g_bytes_new_take (contents, size);
}

static void
put_chunk (GstByteWriter *writer, const char *id, guint32 size)
{
  gst_byte_writer_put_data (writer, (const guint8 *) id, 4);
  gst_byte_writer_put_uint32_le (writer, size);
}

/* FFmpeg writes no loop and no cues into WAV. */
static GBytes *
add_chunks (GBytes *file)
{
  GstByteWriter *writer = gst_byte_writer_new ();
  GstBuffer     *buffer;
  GstMapInfo     map;
  GBytes        *added;

  gst_byte_writer_put_data (writer, g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  put_chunk (writer, "smpl", 60);
  for (guint i = 0; i < 15; i++)
    gst_byte_writer_put_uint32_le (writer, i == 7 ? 1 : i == 12 ? 2000
                                                                : 0);
  put_chunk (writer, "cue ", 4 + 24 * N_CUES);
  gst_byte_writer_put_uint32_le (writer, N_CUES);
  for (guint i = 0; i < 6 * N_CUES; i++)
    gst_byte_writer_put_uint32_le (writer, i % 6 == 0 ? i / 6 : 0);
  put_chunk (writer, "LIST", 4 + 20 * N_CUES);
  gst_byte_writer_put_data (writer, (const guint8 *) "adtl", 4);
  for (guint i = 0; i < N_CUES; i++)
    {
      put_chunk (writer, "labl", 12);
      gst_byte_writer_put_uint32_le (writer, i);
      gst_byte_writer_put_data (writer, (const guint8 *) "label 1", 8);
    }

  buffer = gst_byte_writer_free_and_get_buffer (writer);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  added = g_bytes_new (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  g_bytes_unref (file);

  return added;
}

static gint64
read_header (GBytes *file, guint *n_cues)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (file);
  g_autoptr (GListModel) cues = NULL;
  g_auto (FlitzisFacts) facts = { 0 };
  FlitzisHeader header;
  gint64        start = g_get_monotonic_time ();

  /* ten times, since the clock has microseconds */
  for (guint i = 0; i < 10; i++)
    {
      flitzis_facts_clear (&facts);
      facts = (FlitzisFacts){ 0 };
      g_clear_object (&cues);
      g_assert_true (flitzis_header_read (&header, &facts, stream, NULL, NULL));
      flitzis_facts_settle (&facts, RATE, RATE, RATE, RATE);
      cues = flitzis_cue_list_new (&facts);
    }
  *n_cues = g_list_model_get_n_items (cues);

  return g_get_monotonic_time () - start;
}

static gint64
load (GBytes *file)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (FlitzisSample) sample = flitzis_decode_bytes (file, RATE, NULL, NULL, NULL, NULL);

  g_assert_nonnull (sample);

  return g_get_monotonic_time () - start;
}

static void
measure (const char *folder, const char *format)
{
  g_autoptr (GBytes) plain = encode (folder, format, FALSE);
  g_autoptr (GBytes) tagged = encode (folder, format, TRUE);
  gint64 best_plain = G_MAXINT64, best_tagged = G_MAXINT64, best_load = G_MAXINT64;
  guint  n_cues;

  if (g_str_equal (format, "wav"))
    tagged = add_chunks (g_steal_pointer (&tagged));

  for (guint i = 0; i < N_READS; i++)
    {
      best_plain = MIN (best_plain, read_header (plain, &n_cues));
      g_assert_cmpuint (n_cues, ==, 0);
      best_tagged = MIN (best_tagged, read_header (tagged, &n_cues));
      g_assert_cmpuint (n_cues, ==, N_CUES);
    }

  for (guint i = 0; i < N_LOADS; i++)
    best_load = MIN (best_load, load (plain));

  g_print ("facts/%s/flitzis %.5f\n", format,
           MAX ((best_tagged - best_plain) / 10.0 / (double) best_load, 0.0));
}

int
main (int argc, char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("flitzis-bench-XXXXXX", NULL);

  g_assert_true (flitzis_gstreamer_init (NULL));
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    measure (folder, formats[i]);
  g_rmdir (folder);

  return 0;
}
