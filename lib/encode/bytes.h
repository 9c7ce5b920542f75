/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* Each appends a value to bytes that will be part of a file: `le` is little-endian, `be`
 * big-endian. */

static inline void
flitzis_bytes_add_8 (GByteArray *self, guint8 value)
{
  g_byte_array_append (self, &value, 1);
}

static inline void
flitzis_bytes_add_16_be (GByteArray *self, guint16 value)
{
  value = GUINT16_TO_BE (value);
  g_byte_array_append (self, (const guint8 *) &value, sizeof value);
}

static inline void
flitzis_bytes_add_16_le (GByteArray *self, guint16 value)
{
  value = GUINT16_TO_LE (value);
  g_byte_array_append (self, (const guint8 *) &value, sizeof value);
}

static inline void
flitzis_bytes_add_32_be (GByteArray *self, guint32 value)
{
  value = GUINT32_TO_BE (value);
  g_byte_array_append (self, (const guint8 *) &value, sizeof value);
}

static inline void
flitzis_bytes_add_32_le (GByteArray *self, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (self, (const guint8 *) &value, sizeof value);
}

/* Without the zero at its end. */
static inline void
flitzis_bytes_add_text (GByteArray *self, const char *text)
{
  g_byte_array_append (self, (const guint8 *) text, (guint) strlen (text));
}

static inline void
flitzis_bytes_add_bytes (GByteArray *self, const GByteArray *other)
{
  g_byte_array_append (self, other->data, other->len);
}

static inline void
flitzis_bytes_add_zeros (GByteArray *self, guint n)
{
  guint len = self->len;

  g_byte_array_set_size (self, len + n);
  memset (self->data + len, 0, n);
}

G_END_DECLS
