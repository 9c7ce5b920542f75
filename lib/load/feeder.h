/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

G_BEGIN_DECLS

/* Writes the frames of a streamed voice into its ring, on a thread of its own, for as long as the
 * voice wants them. */
void flitzis_feeder_start (FlitzisFeed *feed);

G_END_DECLS
