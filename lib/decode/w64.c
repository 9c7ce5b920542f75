/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Wave64 of Sony: RIFF with sizes of 64 bits. GUIDs begin with the characters that RIFF has. */

#include "config.h"

#include "decode/containers.h"
#include "decode/wave-format.h"
#include "flitzis-error.h"

#include <string.h>

#define GUID_SIZE 16
#define HEADER_SIZE 24
#define FIRST_CHUNK_OFFSET (HEADER_SIZE + GUID_SIZE)

#define MAX_CHUNKS 65536

/* No file is larger: writers use their largest number for an unknown size. */
#define MAX_SIZE ((guint64) 1 << 60)

static const guint8 guid_end[GUID_SIZE - 4] = { 0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1,
                                                0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a };

void
flitzis_w64_read (FlitzisHeader *self, FlitzisReader *reader)
{
  FlitzisWaveFormat format = { 0 };
  guint64           offset = FIRST_CHUNK_OFFSET;
  gboolean          has_format = FALSE;

  self->container = FLITZIS_CONTAINER_RIFF;

  for (guint i = 0; i < MAX_CHUNKS; i++)
    {
      GstByteReader bytes;
      const guint8 *guid;
      guint64       size;
      gboolean      has_common_guid;

      if (!flitzis_reader_get (reader, offset, HEADER_SIZE, &bytes))
        break;

      guid = gst_byte_reader_get_data_unchecked (&bytes, GUID_SIZE);
      size = gst_byte_reader_get_uint64_le_unchecked (&bytes);
      has_common_guid = memcmp (guid + 4, guid_end, sizeof guid_end) == 0;
      offset += HEADER_SIZE;

      if (has_common_guid && has_format && memcmp (guid, "data", 4) == 0)
        {
          gboolean is_unknown = size < HEADER_SIZE || size >= MAX_SIZE;

          flitzis_wave_format_use (&format, FALSE, self, reader, offset,
                                   is_unknown ? G_MAXUINT64 : size - HEADER_SIZE);
          return;
        }

      /* the size counts the header, and the next chunk begins at a multiple of 8 */
      if (size < HEADER_SIZE || size >= MAX_SIZE)
        break;

      size -= HEADER_SIZE;
      if (has_common_guid && !has_format && memcmp (guid, "fmt ", 4) == 0)
        {
          if (!flitzis_wave_format_read (&format, reader, offset, size, G_LITTLE_ENDIAN))
            return;
          has_format = TRUE;
        }
      offset = (offset + size + 7) & ~(guint64) 7;
    }

  flitzis_reader_fail (reader, FLITZIS_ENGINE_ERROR_CORRUPT,
                       has_format ? "it has no data chunk" : "its format is missing");
}
