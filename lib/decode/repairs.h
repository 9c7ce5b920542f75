/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/elements.h"

G_BEGIN_DECLS

/* Watches what flows into a parser or decoder, and changes it where that is needed. */
void flitzis_repairs_watch (FlitzisElements *elements,
                            GstElement      *element);

/* The same for what a source gives. */
void flitzis_repairs_watch_source (FlitzisElements *elements,
                                   GstElement      *source);

G_END_DECLS
