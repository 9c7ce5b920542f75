/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/mp3.h"

gboolean
flitzis_mp3_read_packet (FlitzisMp3Packet *self, const guint8 *head)
{
  /* in 8000 bits a second */
  static const guint8 bit_rates[2][15] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20 },
    { 0, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40 },
  };
  static const guint16 rates[] = { 44100, 48000, 32000 };
  static const guint8  shifts[] = { 2, 0, 1, 0 };

  guint    version = head[1] >> 3 & 3; /* 2.5, reserved, 2, 1 */
  guint    bit_rate = head[2] >> 4;
  guint    rate = head[2] >> 2 & 3;
  gboolean is_mpeg1 = version == 3;

  if (head[0] != 0xff || (head[1] & 0xe6) != 0xe2 || version == 1 || bit_rate == 15 || rate == 3)
    return FALSE;

  self->n_frames = is_mpeg1 ? 1152 : 576;
  self->n_channels = head[3] >> 6 == 3 ? 1 : 2;
  self->rate = rates[rate] >> shifts[version];
  self->size = self->n_frames * bit_rates[is_mpeg1][bit_rate] * 1000 / self->rate +
               (head[2] >> 1 & 1);

  return TRUE;
}

gboolean
flitzis_mp3_is_end (const guint8 *data, gsize size)
{
  for (gsize i = 1; i < size; i++)
    if (data[i - 1] == 0xff && (data[i] & 0xe0) == 0xe0)
      return FALSE;

  return TRUE;
}
