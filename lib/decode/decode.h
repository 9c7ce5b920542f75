/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/request.h"
#include "flitzis-sample.h"

G_BEGIN_DECLS

FlitzisSample *flitzis_decode_file (GFile            *file,
                                    guint             sample_rate,
                                    GCancellable     *cancellable,
                                    FlitzisDecodeFunc func,
                                    gpointer          user_data,
                                    GError          **error);

FlitzisSample *flitzis_decode_bytes (GBytes           *bytes,
                                     guint             sample_rate,
                                     GCancellable     *cancellable,
                                     FlitzisDecodeFunc func,
                                     gpointer          user_data,
                                     GError          **error);

G_END_DECLS
