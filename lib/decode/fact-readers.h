/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/boxes.h"
#include "decode/chunks.h"
#include "sample/facts.h"

G_BEGIN_DECLS

/*
 * These functions read what a file says of its sound beside the coding. Each format has one, in a
 * file of its own, and the readers of containers call them. None of them fails: they skip broken
 * data, and add a warning for values that make no sense.
 */

/* Reads the chunks of AIFF. */
void flitzis_aiff_facts_read (FlitzisFacts  *self,
                              FlitzisReader *reader);

/* Reads the contents of a FLAC block with a cue sheet. */
void flitzis_cue_sheet_read (FlitzisFacts *self,
                             const guint8 *data,
                             gsize         size);

/* Reads the tag of ID3v2 at `offset`, if there is one. */
void flitzis_id3_read (FlitzisFacts  *self,
                       FlitzisReader *reader,
                       guint64        offset);

/* Reads the tags and the chapters of a movie. */
void flitzis_mp4_facts_read (FlitzisFacts     *self,
                             FlitzisReader    *reader,
                             const FlitzisBox *movie);

/* Reads the chunks of WAV. `data` is the chunk of the frames, with its real size. */
void flitzis_wave_facts_read (FlitzisFacts       *self,
                              FlitzisReader      *reader,
                              const FlitzisChunk *data,
                              int                 endianness);

G_END_DECLS
