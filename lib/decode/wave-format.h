/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/header.h"
#include "decode/reader.h"

G_BEGIN_DECLS

/* The chunk of WAV and Wave64 that describes the coding of the frames. */
typedef struct
{
  guint16  format;
  guint    n_channels;
  guint    rate;
  guint    block_size;
  guint    n_bits;
  guint32  mask;
  gboolean is_extensible; /* the size of a value and its bits are stated separately */
  int      endianness;
} FlitzisWaveFormat;

/* Reads the `size` bytes from `offset` on. Returns FALSE, with the error set, if nothing can be
 * decoded. */
gboolean flitzis_wave_format_read (FlitzisWaveFormat *self,
                                   FlitzisReader     *reader,
                                   guint64            offset,
                                   guint64            size,
                                   int                endianness);

/*
 * Fills in the header for `n_stated` bytes of sound from `offset` on, or all bytes up to the end if
 * that is G_MAXUINT64. Formats that are neither PCM nor packets with headers need wavparse.
 * `is_demuxable` is TRUE if wavparse finds the same bytes.
 */
void flitzis_wave_format_use (const FlitzisWaveFormat *self,
                              gboolean                 is_demuxable,
                              FlitzisHeader           *header,
                              FlitzisReader           *reader,
                              guint64                  offset,
                              guint64                  n_stated);

G_END_DECLS
