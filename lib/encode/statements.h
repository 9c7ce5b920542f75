/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/facts.h"

G_BEGIN_DECLS

/*
 * What a file says of its sound, as bytes of the file: title, artist, tempo, root note and loop.
 * The elements of GStreamer write the rest.
 */

GByteArray *flitzis_statements_make_wave (const FlitzisFacts *facts,
                                          guint               rate,
                                          guint64             n_frames);

GByteArray *flitzis_statements_make_aiff (const FlitzisFacts *facts);

/* A tag of ID3v2.4; empty if there is nothing to say. */
GByteArray *flitzis_statements_make_id3 (const FlitzisFacts *facts);

/* Comments of the form NAME=value, beside title and artist; ends with NULL. */
GStrv flitzis_statements_make_comments (const FlitzisFacts *facts);

/*
 * The first packet of an MP3: it is silent, and says how much of the file is delay and padding.
 * `packet` has the four bytes that begin a packet of the file. It has as many bytes as the second
 * function says, for any packet of the same rate.
 */
GByteArray *flitzis_statements_make_mp3_info (const guint8 *packet,
                                              guint         rate,
                                              guint64       n_packets,
                                              guint64       n_bytes,
                                              guint64       n_frames);
guint       flitzis_statements_get_mp3_info_size (guint rate);

G_END_DECLS
