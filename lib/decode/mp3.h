/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/header.h"
#include "decode/reader.h"

G_BEGIN_DECLS

/* The table in the first packet of an MP3, if that packet is not sound. */
typedef struct
{
  gboolean is_xing;
  guint64  n_packets; /* that follow, or 0 */
  guint64  n_bytes;   /* of these and this packet, or 0 */
  gboolean has_tag;   /* it has LAME's tag, with the other fields */
  guint    n_delay;
  guint    n_padding;
} FlitzisMp3Info;

/* Sets the values of a file without such a packet. */
FlitzisMp3Info flitzis_mp3_info_default (void);

/* Reads the table from the packet of layer III at `offset`. Returns FALSE if the packet is
 * sound. */
gboolean flitzis_mp3_info_read (FlitzisMp3Info *self,
                                FlitzisReader  *reader,
                                guint64         offset,
                                gsize           size,
                                guint           version,
                                guint           n_channels);

/* Sets the number of frames of sound in `n_packets` packets of `n_packet_frames` frames each. */
void flitzis_mp3_info_apply (const FlitzisMp3Info *self,
                             FlitzisHeader        *header,
                             guint64               n_packets,
                             guint                 n_packet_frames);

G_END_DECLS
