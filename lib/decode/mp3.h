/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The bytes of a packet that say what it is. */
#define FLITZIS_MP3_HEAD_SIZE 4

typedef struct
{
  guint n_frames;
  guint n_channels;
  guint rate;
  gsize size; /* in bytes; below that of its head where it does not say so */
} FlitzisMp3Packet;

/* FALSE where these bytes do not begin a packet of MPEG layer III. */
gboolean flitzis_mp3_read_packet (FlitzisMp3Packet *self, const guint8 *head);

/* Whether nothing that is left can begin a packet: tags, most of the time. */
gboolean flitzis_mp3_is_end (const guint8 *data, gsize size);

G_END_DECLS
