/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Finds the encoder's delay and padding of an MP3.
 *
 * The first packet of most MP3 files is silent and holds a table: "Xing" or "Info", flags, the
 * number of packets, of bytes, 100 seek points and a quality (each there if its flag is set), then
 * LAME's own: 9 characters naming the encoder and, 21 bytes in, delay and padding of 12 bits each.
 * Fraunhofer's encoders write another table: "VBRI", 10 bytes, the number of bytes and of packets.
 */

#include "config.h"

#include "decode/mp3.h"

#include <string.h>

/* The names of the table that most encoders put in the first packet. */
#define XING 0x58696e67u
#define INFO 0x496e666fu

#define HEAD_SIZE 4

/* The delay of a decoder of layer III, in frames, which LAME's tag does not include. */
#define DECODER_DELAY 529

/* The assumed delay of an encoder without a tag: that of LAME. */
#define ENCODER_DELAY 576

FlitzisMp3Info
flitzis_mp3_info_default (void)
{
  return (FlitzisMp3Info){ .n_delay = ENCODER_DELAY };
}

gboolean
flitzis_mp3_info_read (FlitzisMp3Info *self,
                       FlitzisReader  *reader,
                       guint64         offset,
                       gsize           size,
                       guint           version,
                       guint           n_channels)
{
  static const guint8 sizes[] = { 4, 4, 100, 4 };

  guint         side_size = version == 1 ? (n_channels == 1 ? 17 : 32) : (n_channels == 1 ? 9 : 17);
  GstByteReader bytes;
  const guint8 *name = NULL;
  guint32       kind, flags = 0;

  *self = flitzis_mp3_info_default ();
  if (!flitzis_reader_get (reader, offset, size, &bytes))
    return FALSE;

  if (size >= HEAD_SIZE + 32 + 18 && memcmp (bytes.data + HEAD_SIZE + 32, "VBRI", 4) == 0)
    {
      self->n_packets = GST_READ_UINT32_BE (bytes.data + HEAD_SIZE + 32 + 14);
      return TRUE;
    }

  if (!gst_byte_reader_skip (&bytes, HEAD_SIZE + side_size) ||
      !gst_byte_reader_get_uint32_be (&bytes, &kind) ||
      (kind != XING && kind != INFO))
    return FALSE;

  self->is_xing = TRUE;
  gst_byte_reader_get_uint32_be (&bytes, &flags);
  if (flags & 1 && gst_byte_reader_get_remaining (&bytes) >= 4)
    self->n_packets = gst_byte_reader_peek_uint32_be_unchecked (&bytes);
  for (guint bit = 0; bit < 4; bit++)
    {
      if (bit == 1 && flags & 2 && gst_byte_reader_get_remaining (&bytes) >= 4)
        self->n_bytes = gst_byte_reader_peek_uint32_be_unchecked (&bytes);
      if (flags & 1u << bit)
        gst_byte_reader_skip (&bytes, sizes[bit]);
    }

  if (gst_byte_reader_get_data (&bytes, 24, &name) &&
      (memcmp (name, "LAME", 4) == 0 || memcmp (name, "Lav", 3) == 0))
    {
      self->has_tag = TRUE;
      self->n_delay = name[21] << 4 | name[22] >> 4;
      self->n_padding = (name[22] & 0x0f) << 8 | name[23];
    }

  return TRUE;
}

/*
 * FFmpeg and mpg123 also cut off the stated delay in files that were joined or cut. The padding
 * only counts if the file has the stated number of packets.
 */
void
flitzis_mp3_info_apply (const FlitzisMp3Info *self,
                        FlitzisHeader        *header,
                        guint64               n_packets,
                        guint                 n_packet_frames)
{
  guint64 n_frames = n_packets * n_packet_frames;

  header->n_decoded_frames = n_frames;
  header->n_delay = self->n_delay + DECODER_DELAY;
  n_frames -= MIN (n_frames, header->n_delay);

  if (self->has_tag && (self->n_packets == 0 || self->n_packets == n_packets) &&
      self->n_padding >= DECODER_DELAY && self->n_padding - DECODER_DELAY < n_frames)
    {
      header->has_padding = TRUE;
      n_frames -= self->n_padding - DECODER_DELAY;
    }

  header->n_frames = n_frames;
}
