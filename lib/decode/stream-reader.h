/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "sample/facts.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * A file or bytes that several readers read, each at its own place, at the rate `sample_rate`. It
 * remembers the file that the first reader opened: a later reader fails if the file was replaced or
 * changed since then. Reference-counted, for any thread.
 */
typedef struct _FlitzisStreamSource FlitzisStreamSource;

/* Exactly one of `file` and `bytes` is not NULL. */
FlitzisStreamSource *flitzis_stream_source_new (GFile  *file,
                                                GBytes *bytes,
                                                guint   sample_rate);
FlitzisStreamSource *flitzis_stream_source_ref (FlitzisStreamSource *self);
void                 flitzis_stream_source_unref (FlitzisStreamSource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisStreamSource, flitzis_stream_source_unref)

/*
 * Decodes a source piece by piece, and holds only a few buffers of it. Until the first seek, the
 * frames are the same as those of a sample in memory, to the bit. For PCM, FLAC, Vorbis and MP3
 * they are the same after a seek, too.
 *
 * One thread at a time uses a reader. Every function that takes an error may block on the disk. A
 * cancel is noticed within 20 ms.
 */
typedef struct _FlitzisStreamReader FlitzisStreamReader;

/* Opens the source and decodes its first frames. The next read begins at frame 0. */
FlitzisStreamReader *flitzis_stream_reader_new (FlitzisStreamSource *source,
                                                GCancellable        *cancellable,
                                                GError             **error);

guint flitzis_stream_reader_get_n_channels (FlitzisStreamReader *self);

/* Returns the rate of the file, in Hz. */
guint flitzis_stream_reader_get_source_rate (FlitzisStreamReader *self);

/* Returns the number of frames at the rate of the source, or -1 as long as it is unknown: some
 * files do not state it, and it is known once a read has reached the end. */
gint64 flitzis_stream_reader_get_length (FlitzisStreamReader *self);

/* Moves the statements of the file about its sound to `facts`, which must be empty. They are
 * settled. Statements after the end are kept if the length is unknown. Only the first reader of a
 * source has them. */
void flitzis_stream_reader_steal_facts (FlitzisStreamReader *self,
                                        FlitzisFacts        *facts);

/* Makes the next read begin at `frame`. A frame after the end counts as the end. It also works
 * after an error, and then tries again. */
gboolean flitzis_stream_reader_seek (FlitzisStreamReader *self,
                                     guint64              frame,
                                     GError             **error);

/* Returns the number of frames, or -1 if it fails. Fewer than `n_frames` come only at the end, or
 * before an error: the next read then fails, as do all reads until a seek. */
gssize flitzis_stream_reader_read (FlitzisStreamReader *self,
                                   float               *out,
                                   gsize                n_frames,
                                   GError             **error);

/* Waits at most 20 ms for a decoder that does not stop. */
void flitzis_stream_reader_free (FlitzisStreamReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisStreamReader, flitzis_stream_reader_free)

G_END_DECLS
