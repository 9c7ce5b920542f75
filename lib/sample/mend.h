/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * NaN, denormals, infinities and values beyond 2^100 would spoil a mix. The first function sets
 * such values to 0 and returns their number; the second only counts them.
 */
gsize flitzis_mend_values (float *values,
                           gsize  n_values);
gsize flitzis_mend_count (const float *values,
                          gsize        n_values);

G_END_DECLS
