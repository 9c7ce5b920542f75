/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/diagnosis.h"

G_BEGIN_DECLS

/* A seekable stream of the part of `base` that is to be decoded, with the patches applied. The
 * header in `diagnosis` states both, and `diagnosis` gets the first read error. Nothing else may
 * read `base` meanwhile. */
GInputStream *flitzis_substream_new (GInputStream     *base,
                                     FlitzisDiagnosis *diagnosis);

G_END_DECLS
