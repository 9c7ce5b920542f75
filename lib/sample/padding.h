/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Values that the library allocates begin at a multiple of this number of bytes. Zeros fill the
 * last block of this size and one more, so that code that reads vectors need not stop inside a
 * block.
 */
#define FLITZIS_PADDING_ALIGNMENT 64

/* The number of additional bytes to allocate for that. */
#define FLITZIS_PADDING_ROOM (3 * FLITZIS_PADDING_ALIGNMENT)

/* Returns the place of the values in memory from g_malloc. */
float *flitzis_padding_align (gpointer memory);

/* Takes and wraps `memory`, which holds `n_values` from that place on, and sets the zeros after
 * them. */
GBytes *flitzis_padding_wrap (gpointer memory,
                              gsize    n_values);

G_END_DECLS
