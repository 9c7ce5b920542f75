/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <gio/gio.h>

/* Makes the stream of a file; of `bytes`, if the file has any. */
typedef GInputStream *(*StreamFileFunc) (GBytes *bytes);

/* A file without a path, which is known by its name alone and opens as what `open` makes. */
GFile *stream_file_new (const char    *basename,
                        StreamFileFunc open,
                        GBytes        *bytes);
