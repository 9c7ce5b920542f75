/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/findings.h"

G_BEGIN_DECLS

/* A seekable stream of the part of another one that is to be decoded, with its patches: both as
 * the header of the findings has them, which get the first error of reading. The other stream must
 * not be read meanwhile. */
GInputStream *flitzis_substream_new (GInputStream    *base,
                                     FlitzisFindings *findings);

G_END_DECLS
