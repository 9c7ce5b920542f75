/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The values that the library allocates itself begin at a multiple of this many bytes. Zeros fill
 * up the last such block and one more, so that code which reads in vectors need not stop inside a
 * block.
 */
#define FLITZIS_PADDING_ALIGNMENT 64

/* How many bytes more to allocate for that. */
#define FLITZIS_PADDING_ROOM (3 * FLITZIS_PADDING_ALIGNMENT)

/* Where the values begin in memory from g_malloc. */
float *flitzis_padding_align (gpointer memory);

/* Wraps `memory` (taken), which holds `n_values` from there on, and sets the zeros after them. */
GBytes *flitzis_padding_wrap (gpointer memory,
                              gsize    n_values);

G_END_DECLS
