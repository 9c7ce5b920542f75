/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/facts.h"

G_BEGIN_DECLS

/*
 * The statements of a file about its sound, as bytes of the file. All positions of the facts are
 * frames of the file. GStreamer's elements write the statements that are missing here.
 */

/* A file that must name a root note and has none names middle C, as in other programs. */
#define FLITZIS_STATEMENTS_ROOT_NOTE 60

/* The chunks that follow the sound of a WAV file. */
GByteArray *flitzis_statements_make_wave (const FlitzisFacts *facts,
                                          guint               rate,
                                          guint64             n_frames);

/* The chunks that follow the sound of an AIFF file. */
GByteArray *flitzis_statements_make_aiff (const FlitzisFacts *facts);

/* A tag of ID3v2.4; empty if there are no facts. */
GByteArray *flitzis_statements_make_id3 (const FlitzisFacts *facts,
                                         guint               rate,
                                         guint64             n_frames);

/* Comments of the form NAME=value for FLAC, Vorbis and Opus, except title and artist. */
GStrv flitzis_statements_make_comments (const FlitzisFacts *facts,
                                        guint               rate);

/*
 * The first packet of an MP3: it is silent, and has the lengths of the delay and of the padding.
 * `packet` are the four bytes that begin the next packet. The size depends only on the rate.
 */
GByteArray *flitzis_statements_make_mp3_info (const guint8 *packet,
                                              guint         rate,
                                              guint64       n_packets,
                                              guint64       n_bytes,
                                              guint64       n_frames);
guint       flitzis_statements_get_mp3_info_size (guint rate);

G_END_DECLS
