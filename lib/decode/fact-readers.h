/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/boxes.h"
#include "decode/chunks.h"
#include "sample/facts.h"

G_BEGIN_DECLS

/*
 * What files say of their sound, beside how it is coded: one function a format, each in a file of
 * its own. The readers of containers call them. None of them fails: what is broken is left out, and
 * what makes no sense is a warning.
 */

/* The chunks of AIFF. */
void flitzis_aiff_facts_read (FlitzisFacts  *self,
                              FlitzisReader *reader);

/* The block of FLAC that holds a cue sheet. */
void flitzis_cue_sheet_read (FlitzisFacts *self,
                             const guint8 *data,
                             gsize         size);

/* The tag of ID3v2 at `offset`, if there is one. */
void flitzis_id3_read (FlitzisFacts  *self,
                       FlitzisReader *reader,
                       guint64        offset);

/* The tags and chapters of a movie. */
void flitzis_mp4_facts_read (FlitzisFacts     *self,
                             FlitzisReader    *reader,
                             const FlitzisBox *movie);

/* The chunks of WAV. `data` is the one with the frames, and says its real size. */
void flitzis_wave_facts_read (FlitzisFacts       *self,
                              FlitzisReader      *reader,
                              const FlitzisChunk *data,
                              int                 endianness);

G_END_DECLS
