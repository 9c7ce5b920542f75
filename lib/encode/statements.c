/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * GStreamer's elements write no loop into WAV and AIFF, no delay into MP3, and no fraction of a
 * tempo into ID3. The layouts are in lib/decode, which reads them: riff.c and
 * wave-facts.c, aiff-facts.c, id3.c, mp3.c.
 */

#include "config.h"

#include "encode/statements.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

/* The note of a file that must name one and knows none: middle C, as other programs write it. */
#define DEFAULT_ROOT_NOTE 60

/* LAME puts this many frames in front. */
#define MP3_ENCODER_DELAY 576
#define MP3_MAX_PADDING 4095

/* The packet with the table has 64 kbit/s: at each rate it is large enough. */
#define MP3_INFO_BIT_RATE 64000
#define MP3_FIRST_RATE_OF_VERSION_1 32000

static void
add_8 (GByteArray *self, guint8 value)
{
  g_byte_array_append (self, &value, 1);
}

static void
add_16_be (GByteArray *self, guint16 value)
{
  value = GUINT16_TO_BE (value);
  g_byte_array_append (self, (const guint8 *) &value, 2);
}

static void
add_16_le (GByteArray *self, guint16 value)
{
  value = GUINT16_TO_LE (value);
  g_byte_array_append (self, (const guint8 *) &value, 2);
}

static void
add_32_be (GByteArray *self, guint32 value)
{
  value = GUINT32_TO_BE (value);
  g_byte_array_append (self, (const guint8 *) &value, 4);
}

static void
add_32_le (GByteArray *self, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (self, (const guint8 *) &value, 4);
}

static void
add_float_le (GByteArray *self, float value)
{
  guint8 data[4];

  GST_WRITE_FLOAT_LE (data, value);
  g_byte_array_append (self, data, sizeof data);
}

static void
add_text (GByteArray *self, const char *text)
{
  g_byte_array_append (self, (const guint8 *) text, strlen (text));
}

static guint32
get_root_note (const FlitzisFacts *facts)
{
  return facts->has_root_note ? facts->root_note : DEFAULT_ROOT_NOTE;
}

static char *
format_tempo (double tempo)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.10g", tempo));
}

/* Text that ends with a zero, and an even number of bytes. */
static void
add_info (GByteArray *self, const char *id, const char *text)
{
  gsize size = strlen (text) + 1;

  add_text (self, id);
  add_32_le (self, (guint32) size);
  g_byte_array_append (self, (const guint8 *) text, (guint) size);
  if (size % 2 > 0)
    add_8 (self, 0);
}

static void
add_info_list (GByteArray *self, const FlitzisFacts *facts)
{
  g_autoptr (GByteArray) list = g_byte_array_new ();

  add_text (list, "INFO");
  if (facts->title != NULL)
    add_info (list, "INAM", facts->title);
  if (facts->artist != NULL)
    add_info (list, "IART", facts->artist);

  add_text (self, "LIST");
  add_32_le (self, list->len);
  g_byte_array_append (self, list->data, list->len);
}

GByteArray *
flitzis_statements_make_wave (const FlitzisFacts *facts, guint rate, guint64 n_frames)
{
  GByteArray *chunks = g_byte_array_new ();

  if (facts->has_loop || facts->has_root_note)
    {
      add_text (chunks, "smpl");
      add_32_le (chunks, 36 + (facts->has_loop ? 24 : 0));
      add_32_le (chunks, 0); /* manufacturer and product: any */
      add_32_le (chunks, 0);
      add_32_le (chunks, GST_SECOND / rate);
      add_32_le (chunks, get_root_note (facts));
      add_32_le (chunks, 0); /* nothing to add to the note, no time code */
      add_32_le (chunks, 0);
      add_32_le (chunks, 0);
      add_32_le (chunks, facts->has_loop ? 1 : 0);
      add_32_le (chunks, 0); /* no bytes after the loops */
    }

  if (facts->has_loop)
    {
      add_32_le (chunks, 0); /* no cue, forwards */
      add_32_le (chunks, 0);
      add_32_le (chunks, (guint32) facts->loop_start);
      add_32_le (chunks, (guint32) facts->loop_end - 1);
      add_32_le (chunks, 0);
      add_32_le (chunks, facts->loop_count);
    }

  if (facts->tempo > 0.0)
    {
      add_text (chunks, "acid");
      add_32_le (chunks, 24);
      add_32_le (chunks, 0); /* a loop, without a note of its own */
      add_16_le (chunks, (guint16) get_root_note (facts));
      add_16_le (chunks, 0x8000);
      add_float_le (chunks, 0.0f);
      add_32_le (chunks, (guint32) rint ((double) n_frames / rate * facts->tempo / 60.0));
      add_16_le (chunks, 4);
      add_16_le (chunks, 4);
      add_float_le (chunks, (float) facts->tempo);
    }

  if (facts->title != NULL || facts->artist != NULL)
    add_info_list (chunks, facts);

  return chunks;
}

/* An odd number of bytes is followed by one more, which does not count. */
static void
add_aiff_chunk (GByteArray *self, const char *id, const guint8 *data, gsize size)
{
  add_text (self, id);
  add_32_be (self, (guint32) size);
  g_byte_array_append (self, data, (guint) size);
  if (size % 2 > 0)
    add_8 (self, 0);
}

static void
add_marker (GByteArray *self, guint16 number, guint64 position, const char *name)
{
  add_16_be (self, number);
  add_32_be (self, (guint32) position);
  add_8 (self, (guint8) strlen (name));
  add_text (self, name);
  if (strlen (name) % 2 == 0)
    add_8 (self, 0);
}

static void
add_instrument (GByteArray *self, const FlitzisFacts *facts)
{
  add_8 (self, (guint8) get_root_note (facts));
  add_8 (self, 0);
  add_8 (self, 0); /* notes */
  add_8 (self, 127);
  add_8 (self, 1); /* velocities */
  add_8 (self, 127);
  add_16_be (self, 0);
  add_16_be (self, facts->has_loop ? 1 : 0); /* forwards, from marker 1 to 2 */
  add_16_be (self, facts->has_loop ? 1 : 0);
  add_16_be (self, facts->has_loop ? 2 : 0);
  add_16_be (self, 0);
  add_16_be (self, 0);
  add_16_be (self, 0);
}

GByteArray *
flitzis_statements_make_aiff (const FlitzisFacts *facts)
{
  GByteArray *chunks = g_byte_array_new ();

  if (facts->has_loop)
    {
      g_autoptr (GByteArray) markers = g_byte_array_new ();

      add_16_be (markers, 2);
      add_marker (markers, 1, facts->loop_start, "beg loop");
      add_marker (markers, 2, facts->loop_end, "end loop");
      add_aiff_chunk (chunks, "MARK", markers->data, markers->len);
    }

  if (facts->has_loop || facts->has_root_note)
    {
      g_autoptr (GByteArray) instrument = g_byte_array_new ();

      add_instrument (instrument, facts);
      add_aiff_chunk (chunks, "INST", instrument->data, instrument->len);
    }

  if (facts->title != NULL)
    add_aiff_chunk (chunks, "NAME", (const guint8 *) facts->title, strlen (facts->title));
  if (facts->artist != NULL)
    add_aiff_chunk (chunks, "AUTH", (const guint8 *) facts->artist, strlen (facts->artist));

  if (facts->tempo > 0.0)
    {
      g_autoptr (GByteArray) tag = flitzis_statements_make_id3 (facts);

      add_aiff_chunk (chunks, "ID3 ", tag->data, tag->len);
    }

  return chunks;
}

/* Seven bits a byte. */
static void
add_id3_size (GByteArray *self, guint32 size)
{
  for (int shift = 21; shift >= 0; shift -= 7)
    add_8 (self, (size >> shift) & 0x7f);
}

/* Text of UTF-8; `name` is NULL in a frame of a fixed meaning. */
static void
add_id3_frame (GByteArray *self, const char *id, const char *name, const char *text)
{
  gsize n_name = name != NULL ? strlen (name) + 1 : 0;

  add_text (self, id);
  add_id3_size (self, (guint32) (1 + n_name + strlen (text)));
  add_16_be (self, 0);
  add_8 (self, 3);
  if (name != NULL)
    g_byte_array_append (self, (const guint8 *) name, (guint) n_name);
  add_text (self, text);
}

GByteArray *
flitzis_statements_make_id3 (const FlitzisFacts *facts)
{
  GByteArray *tag = g_byte_array_new ();
  g_autoptr (GByteArray) frames = g_byte_array_new ();
  g_auto (GStrv) comments = flitzis_statements_make_comments (facts);

  if (facts->title != NULL)
    add_id3_frame (frames, "TIT2", NULL, facts->title);
  if (facts->artist != NULL)
    add_id3_frame (frames, "TPE1", NULL, facts->artist);

  for (char **comment = comments; *comment != NULL; comment++)
    {
      g_auto (GStrv) pair = g_strsplit (*comment, "=", 2);

      if (strcmp (pair[0], "BPM") == 0)
        add_id3_frame (frames, "TBPM", NULL, pair[1]);
      else
        add_id3_frame (frames, "TXXX", pair[0], pair[1]);
    }

  if (frames->len > 0)
    {
      add_text (tag, "ID3");
      add_8 (tag, 4);
      add_16_be (tag, 0);
      add_id3_size (tag, frames->len);
      g_byte_array_append (tag, frames->data, frames->len);
    }

  return tag;
}

GStrv
flitzis_statements_make_comments (const FlitzisFacts *facts)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (facts->tempo > 0.0)
    {
      g_autofree char *tempo = format_tempo (facts->tempo);
      g_autofree char *comment = g_strconcat ("BPM=", tempo, NULL);

      g_strv_builder_add (builder, comment);
    }

  if (facts->has_loop)
    {
      g_autofree char *start =
          g_strdup_printf ("LOOPSTART=%" G_GUINT64_FORMAT, facts->loop_start);
      g_autofree char *length =
          g_strdup_printf ("LOOPLENGTH=%" G_GUINT64_FORMAT, facts->loop_end - facts->loop_start);
      g_autofree char *count = g_strdup_printf ("LOOPCOUNT=%u", facts->loop_count);

      g_strv_builder_add (builder, start);
      g_strv_builder_add (builder, length);
      if (facts->loop_count > 0)
        g_strv_builder_add (builder, count);
    }

  return g_strv_builder_end (builder);
}

static gboolean
is_mp3_version_1 (guint rate)
{
  return rate >= MP3_FIRST_RATE_OF_VERSION_1;
}

guint
flitzis_statements_get_mp3_info_size (guint rate)
{
  return (is_mp3_version_1 (rate) ? 144 : 72) * MP3_INFO_BIT_RATE / rate;
}

GByteArray *
flitzis_statements_make_mp3_info (
    const guint8 *packet,
    guint         rate,
    guint64       n_packets,
    guint64       n_bytes,
    guint64       n_frames)
{
  guint       size = flitzis_statements_get_mp3_info_size (rate);
  guint       n_packet_frames = is_mp3_version_1 (rate) ? 1152 : 576;
  gboolean    is_mono = packet[3] >> 6 == 3;
  guint       side_size = is_mp3_version_1 (rate) ? (is_mono ? 17 : 32) : (is_mono ? 9 : 17);
  guint64     padding = n_packets * n_packet_frames - MP3_ENCODER_DELAY - n_frames;
  GByteArray *info = g_byte_array_new ();

  /* the same version, rate and channels at another bit rate, and no byte of padding */
  g_byte_array_append (info, packet, 2);
  add_8 (info, (is_mp3_version_1 (rate) ? 5 : 8) << 4 | (packet[2] & 0x0c));
  add_8 (info, packet[3]);
  g_byte_array_set_size (info, 4 + side_size);
  memset (info->data + 4, 0, side_size);

  add_text (info, "Xing");
  add_32_be (info, 3); /* the number of packets and of bytes are there */
  add_32_be (info, (guint32) n_packets);
  add_32_be (info, (guint32) MIN (n_bytes + size, G_MAXUINT32));
  add_text (info, "LAME");
  for (guint i = 4; i < 21; i++)
    add_8 (info, i < 9 ? ' ' : 0);
  padding = MIN (padding, MP3_MAX_PADDING);
  add_8 (info, MP3_ENCODER_DELAY >> 4);
  add_8 (info, (guint8) ((MP3_ENCODER_DELAY & 0x0f) << 4 | padding >> 8));
  add_8 (info, padding & 0xff);

  side_size = info->len;
  g_byte_array_set_size (info, size);
  memset (info->data + side_size, 0, size - side_size);

  return info;
}
