/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "decode/boxes.h"

#include <string.h>

/* The largest number of boxes that are read in one parent. */
#define MAX_CHILDREN 65536

#define TYPE_LENGTH 4

FlitzisBox
flitzis_box_of_stream (const FlitzisReader *reader)
{
  return (FlitzisBox){ .n_bytes = reader->n_bytes };
}

gboolean
flitzis_box_next (FlitzisBox *self, FlitzisReader *reader, const FlitzisBox *parent)
{
  /* contents never begin at 0 */
  guint64       offset = self->offset > 0 ? self->offset + self->n_bytes : parent->offset;
  guint64       n_left = parent->offset + parent->n_bytes - offset;
  guint64       size, header_size = 8;
  guint32       short_size;
  const guint8 *type;
  GstByteReader bytes;

  if (n_left < header_size || !flitzis_reader_get (reader, offset, header_size, &bytes))
    return FALSE;

  short_size = gst_byte_reader_get_uint32_be_unchecked (&bytes);
  type = gst_byte_reader_get_data_unchecked (&bytes, TYPE_LENGTH);
  memcpy (self->type, type, TYPE_LENGTH);
  size = short_size;

  /* 0 means "to the end", and 1 means that the size follows in 64 bits */
  if (short_size == 0)
    size = n_left;
  if (short_size == 1)
    {
      header_size = 16;
      if (n_left < header_size || !flitzis_reader_get (reader, offset + 8, 8, &bytes))
        return FALSE;
      size = gst_byte_reader_get_uint64_be_unchecked (&bytes);
    }

  if (size < header_size)
    return FALSE;

  self->offset = offset + header_size;
  self->n_bytes = MIN (size, n_left) - header_size;
  self->is_cut = size > n_left;

  return TRUE;
}

gboolean
flitzis_box_find (FlitzisBox       *self,
                  FlitzisReader    *reader,
                  const FlitzisBox *parent,
                  const char       *path)
{
  FlitzisBox within = *parent;

  while (TRUE)
    {
      FlitzisBox child = { 0 };
      guint      n_children = 0;

      do
        {
          if (n_children++ == MAX_CHILDREN || !flitzis_box_next (&child, reader, &within))
            return FALSE;
        }
      while (strncmp (child.type, path, TYPE_LENGTH) != 0);

      if (path[TYPE_LENGTH] == '\0')
        {
          *self = child;
          return TRUE;
        }

      path += TYPE_LENGTH + 1;
      within = child;
    }
}

gboolean
flitzis_box_get (const FlitzisBox *self,
                 FlitzisReader    *reader,
                 guint64           offset,
                 gsize             size,
                 GstByteReader    *bytes)
{
  return offset <= self->n_bytes && size <= self->n_bytes - offset &&
         flitzis_reader_get (reader, self->offset + offset, size, bytes);
}
