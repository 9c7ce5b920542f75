/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/containers.h"

#include <string.h>

/* The tracks are searched up to here, and so is the header of Opus in one of them (RFC 7845,
 * 5.1). */
#define START_BYTES (64 * 1024)
#define OPUS_HEAD_BYTES 19

/* The descriptions of the tracks, before the data, contain the header of Opus unchanged. */
void
flitzis_matroska_read (FlitzisHeader *self, FlitzisReader *reader)
{
  gsize         size = MIN (reader->n_bytes, START_BYTES);
  GstByteReader bytes;
  const guint8 *head;

  self->container = FLITZIS_CONTAINER_MATROSKA;

  if (!flitzis_reader_get (reader, 0, size, &bytes))
    return;

  head = memmem (bytes.data, size, "OpusHead", 8);
  if (head != NULL && head + OPUS_HEAD_BYTES <= bytes.data + size)
    self->n_opus_delay = GST_READ_UINT16_LE (head + 10);
}
