/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/diagnosis.h"

G_BEGIN_DECLS

/* Watches what flows into a parser or decoder, and changes it where an element is known to get it
 * wrong. The diagnosis must stay for as long as the element does. */
void flitzis_repairs_add_probes (FlitzisDiagnosis *diagnosis,
                                 GstElement       *element);

G_END_DECLS
