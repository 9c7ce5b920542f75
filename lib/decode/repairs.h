/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/diagnosis.h"

G_BEGIN_DECLS

/* Watches the data that flows into a parser or decoder, and changes it if an element is known to
 * mishandle it. The diagnosis must outlive the element. */
void flitzis_repairs_add_probes (FlitzisDiagnosis *diagnosis,
                                 GstElement       *element);

G_END_DECLS
