/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/crc.h"

#include <gst/gst.h>

/*
 * Both checks are computed in 32 bits, the one of 16 bits in the upper half: its polynomial moved
 * up by 16 gives the same remainder. Eight bytes are read at a time, each with its own table
 * (Kounavis and Berry, "A Systematic Approach to Building High Performance Software-based CRC
 * Generators", 2005).
 */
typedef struct
{
  guint32 of[8][256];
} Tables;

static gpointer
make_tables (gpointer polynomial)
{
  Tables *tables = g_new (Tables, 1);

  for (guint i = 0; i < 256; i++)
    {
      guint32 value = i << 24;

      for (guint bit = 0; bit < 8; bit++)
        value = value << 1 ^ (value >> 31 ? GPOINTER_TO_UINT (polynomial) : 0);
      tables->of[0][i] = value;
    }

  for (guint i = 0; i < 256; i++)
    for (guint k = 1; k < 8; k++)
      {
        guint32 value = tables->of[k - 1][i];

        tables->of[k][i] = value << 8 ^ tables->of[0][value >> 24];
      }

  return tables;
}

static const Tables *
get_tables_16 (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_tables, GUINT_TO_POINTER (0x80050000u));
}

static const Tables *
get_tables_32 (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_tables, GUINT_TO_POINTER (0x04c11db7u));
}

static guint32
add (const Tables *tables, guint32 crc, const guint8 *data, gsize size)
{
  const guint32 (*of)[256] = tables->of;

  for (; size >= 8; size -= 8, data += 8)
    {
      crc ^= GST_READ_UINT32_BE (data);
      crc = of[7][crc >> 24] ^ of[6][crc >> 16 & 0xff] ^ of[5][crc >> 8 & 0xff] ^
            of[4][crc & 0xff] ^ of[3][data[4]] ^ of[2][data[5]] ^ of[1][data[6]] ^ of[0][data[7]];
    }

  for (; size > 0; size--, data++)
    crc = crc << 8 ^ of[0][crc >> 24 ^ *data];

  return crc;
}

guint32
flitzis_crc32 (guint32 crc, const guint8 *data, gsize size)
{
  return add (get_tables_32 (), crc, data, size);
}

guint16
flitzis_crc16 (guint16 crc, const guint8 *data, gsize size)
{
  return add (get_tables_16 (), (guint32) crc << 16, data, size) >> 16;
}
