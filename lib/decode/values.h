/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gst/audio/audio.h>

G_BEGIN_DECLS

/* Converts `n_values` of any format to floats. N-bit integers are divided by 2^(N - 1). */
void flitzis_values_to_float (const GstAudioFormatInfo *format,
                              gconstpointer             values,
                              float                    *out,
                              gsize                     n_values);

G_END_DECLS
