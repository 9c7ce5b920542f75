/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/header.h"
#include "decode/reader.h"

G_BEGIN_DECLS

/* What the first packet of an MP3 says if it is no sound. */
typedef struct
{
  gboolean is_xing;
  guint64  n_packets; /* that follow, or 0 */
  gboolean has_tag;   /* of LAME, with the rest */
  guint    n_delay;
  guint    n_padding;
} FlitzisMp3Info;

/* What holds without such a packet. */
FlitzisMp3Info flitzis_mp3_info_default (void);

/* Reads it from the packet of layer III at `offset`; FALSE if that packet is sound. */
gboolean flitzis_mp3_info_read (FlitzisMp3Info *self,
                                FlitzisReader  *reader,
                                guint64         offset,
                                gsize           size,
                                guint           version,
                                guint           n_channels);

/* Sets how much of `n_packets` packets, of `n_packet_frames` frames each, is sound. */
void flitzis_mp3_info_apply (const FlitzisMp3Info *self,
                             FlitzisHeader        *header,
                             guint64               n_packets,
                             guint                 n_packet_frames);

G_END_DECLS
