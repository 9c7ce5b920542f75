/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/header.h"

G_BEGIN_DECLS

/*
 * Walks the pages of an Ogg file from its start and states whether all of its audio is there.
 * FALSE with an error where the stream cannot be read or it is cancelled.
 */
gboolean flitzis_ogg_read (FlitzisHeader *self,
                           GInputStream  *stream,
                           GCancellable  *cancellable,
                           GError       **error);

G_END_DECLS
