/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/header.h"
#include "decode/movie.h"
#include "decode/reader.h"

G_BEGIN_DECLS

/*
 * Reads the header; the position of the stream is undefined afterwards. A value that makes no sense
 * counts as "not stated": the decoder finds out whether the file is damaged. Returns FALSE if it is
 * cancelled, if the stream cannot be read, or if the header already shows that nothing can be
 * decoded. An UNSUPPORTED error names the format, and a CORRUPT error names the fault. `facts` must
 * be empty; the caller settles them when the length of the sound is known.
 */
gboolean flitzis_header_read (FlitzisHeader *self,
                              FlitzisFacts  *facts,
                              GInputStream  *stream,
                              GCancellable  *cancellable,
                              GError       **error);

/*
 * The same in a time that does not grow with the file, for the start of a stream. If the start and
 * the end of the file state the length, it is believed. Otherwise it is 0. Damage in the middle is
 * not found.
 */
gboolean flitzis_header_read_briefly (FlitzisHeader *self,
                                      FlitzisFacts  *facts,
                                      GInputStream  *stream,
                                      GCancellable  *cancellable,
                                      GError       **error);

/*
 * Finds a place from which on the part of the header can be decoded for itself, at or before the
 * frame `n_decoded` of the decoder, and before it by `n_settle` frames if these depend on each
 * other. Moves the start of the part there, and sets `first` to the number of the frame there.
 * Returns FALSE if the codec, or the file, has no such place.
 */
gboolean flitzis_header_shift (FlitzisHeader *self,
                               GInputStream  *stream,
                               guint64        n_decoded,
                               guint64        n_settle,
                               guint64       *first,
                               GCancellable  *cancellable);

/* For a file of MP3, whose packets must be walked. */
gboolean flitzis_mpeg_shift (FlitzisHeader *self,
                             FlitzisReader *reader,
                             guint64        n_decoded,
                             guint64       *first);

/*
 * One function for each container, each in a file of its name. It reads from the start of the
 * stream and fills in the header; `offset` and `n_bytes` span the whole stream when it is called.
 * It fails with flitzis_reader_fail ().
 */
void flitzis_riff_read (FlitzisHeader *self,
                        FlitzisReader *reader);
void flitzis_w64_read (FlitzisHeader *self,
                       FlitzisReader *reader);
void flitzis_aiff_read (FlitzisHeader *self,
                        FlitzisReader *reader);
void flitzis_caf_read (FlitzisHeader *self,
                       FlitzisReader *reader);
void flitzis_au_read (FlitzisHeader *self,
                      FlitzisReader *reader);
void flitzis_ogg_read (FlitzisHeader *self,
                       FlitzisReader *reader);
void flitzis_mp4_read (FlitzisHeader *self,
                       FlitzisReader *reader);
void flitzis_matroska_read (FlitzisHeader *self,
                            FlitzisReader *reader);

/* These formats may have tags or rubbish before them, and MPEG audio may be inside another
 * container. So the functions read only the part from `offset` on, and narrow it down. They return
 * FALSE for another format. */
gboolean flitzis_flac_read (FlitzisHeader *self,
                            FlitzisReader *reader);
gboolean flitzis_mpeg_read (FlitzisHeader *self,
                            FlitzisReader *reader);

/* PCM in QuickTime, if the chunks of the first audio track lie one after the other. Returns FALSE
 * for anything else, and for chunks with gaps. Fails if GStreamer would then play noise. */
gboolean flitzis_mov_pcm_read (FlitzisHeader      *self,
                               const FlitzisMovie *movie);

/* Returns the format of signed integers, or of floats, with `depth` bits in `width`; UNKNOWN if
 * GStreamer has none. */
GstAudioFormat flitzis_pcm_get_format (gboolean is_float,
                                       int      endianness,
                                       guint    width,
                                       guint    depth);

/* Converts a channel mask of WAV or Core Audio to GStreamer's; 0 if there is none. */
guint64 flitzis_pcm_get_mask (guint32 wave_mask);

/* Fills in the header for PCM. The frames are `n_stated` bytes from `offset` on, or all bytes up to
 * the end if that is G_MAXUINT64. Fails if no decoder takes the layout or the rate. */
void flitzis_pcm_set (FlitzisHeader    *self,
                      FlitzisReader    *reader,
                      FlitzisCodec      codec,
                      const FlitzisPcm *pcm,
                      guint64           offset,
                      guint64           n_stated);

G_END_DECLS
