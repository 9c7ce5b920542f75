/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * lamemp3enc does not write the table that states the encoder's delay, so players start late.
 * lib/decode/mp3.c reads this table, and names the sources.
 */

#include "config.h"

#include "encode/statements.h"

#include "encode/bytes.h"

/* LAME puts this many frames in front of the sound. */
#define ENCODER_DELAY 576

/* The delay and the padding have 12 bits each. */
#define MAX_PADDING 4095

/* At 64 kbit/s, a packet has room for the table at every rate. */
#define BIT_RATE 64000
#define BIT_RATE_INDEX_1 5
#define BIT_RATE_INDEX_2 8

#define FIRST_RATE_OF_VERSION_1 32000

#define HAS_PACKETS_AND_BYTES 3

static gboolean
is_version_1 (guint rate)
{
  return rate >= FIRST_RATE_OF_VERSION_1;
}

/* Returns the bytes between the head of a packet and the table. */
static guint
get_side_size (const guint8 *packet, guint rate)
{
  gboolean is_mono = packet[3] >> 6 == 3;

  if (is_version_1 (rate))
    return is_mono ? 17 : 32;

  return is_mono ? 9 : 17;
}

guint
flitzis_statements_get_mp3_info_size (guint rate)
{
  return (is_version_1 (rate) ? 144 : 72) * BIT_RATE / rate;
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
  guint       n_packet_frames = is_version_1 (rate) ? 1152 : 576;
  guint       bit_rate_index = is_version_1 (rate) ? BIT_RATE_INDEX_1 : BIT_RATE_INDEX_2;
  guint64     padding = n_packets * n_packet_frames - ENCODER_DELAY - n_frames;
  GByteArray *info = g_byte_array_new ();

  padding = MIN (padding, MAX_PADDING);

  /* the head is that of the other packets, but with this bit rate and no byte of padding */
  g_byte_array_append (info, packet, 2);
  flitzis_bytes_add_8 (info, (guint8) (bit_rate_index << 4 | (packet[2] & 0x0c)));
  flitzis_bytes_add_8 (info, packet[3]);
  flitzis_bytes_add_zeros (info, get_side_size (packet, rate));

  flitzis_bytes_add_text (info, "Xing");
  flitzis_bytes_add_32_be (info, HAS_PACKETS_AND_BYTES);
  flitzis_bytes_add_32_be (info, (guint32) n_packets);
  flitzis_bytes_add_32_be (info, (guint32) MIN (n_bytes + size, G_MAXUINT32));

  flitzis_bytes_add_text (info, "LAME     ");
  flitzis_bytes_add_zeros (info, 12); /* settings of the encoder */
  flitzis_bytes_add_8 (info, ENCODER_DELAY >> 4);
  flitzis_bytes_add_8 (info, (guint8) ((ENCODER_DELAY & 0x0f) << 4 | padding >> 8));
  flitzis_bytes_add_8 (info, padding & 0xff);
  flitzis_bytes_add_zeros (info, size - info->len);

  return info;
}
