/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/diagnosis.h"

G_BEGIN_DECLS

/* Makes a seekable stream of the part of `base` that is to be decoded, with the patches applied.
 * Both come from the header in `diagnosis`, and `diagnosis` gets the first read error. Nothing else
 * may read `base` while the stream exists. */
GInputStream *flitzis_substream_new (GInputStream     *base,
                                     FlitzisDiagnosis *diagnosis);

G_END_DECLS
