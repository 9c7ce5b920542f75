/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The functions that read the frames of a streamed sample from the file that is its source. */
typedef struct
{
  /* Opens the file at frame 0. Fails if it has another number of channels than before. */
  gpointer (*open) (gpointer      source,
                    GCancellable *cancellable,
                    GError      **error);

  /* Returns the number of frames, or -1 if it fails. 0 is the end. */
  gssize (*read) (gpointer reader,
                  float   *out,
                  gsize    n_frames,
                  GError **error);

  void (*close) (gpointer reader);
  void (*free_source) (gpointer source);
} FlitzisSourceFuncs;

/* The most frames that a pass gives at a time. */
#define FLITZIS_PASS_FRAMES 65536

/*
 * Reads all frames of a sample once, from the first to the last, a piece at a time. Of a streamed
 * sample, it holds only one piece. Only one thread may use a pass, but a sample may have several
 * passes at the same time.
 */
typedef struct _FlitzisPass FlitzisPass;

/* The frames stay in memory for as long as the pass. */
FlitzisPass *flitzis_pass_new_held (const float *values,
                                    guint64      n_frames,
                                    guint        n_channels);

/* The source must outlive the pass. The pass opens the file at its first read. */
FlitzisPass *flitzis_pass_new_streamed (const FlitzisSourceFuncs *funcs,
                                        gpointer                  source,
                                        guint                     n_channels,
                                        GCancellable             *cancellable);

void flitzis_pass_free (FlitzisPass *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisPass, flitzis_pass_free)

/* Gets the next frames, at most FLITZIS_PASS_FRAMES, which are valid until the next call. Returns
 * their number, 0 at the end, or -1 if the file cannot be read. */
gssize flitzis_pass_read (FlitzisPass  *self,
                          gsize         n_frames,
                          const float **frames,
                          GError      **error);

G_END_DECLS
