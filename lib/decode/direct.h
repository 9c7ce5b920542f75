/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/elements.h"

G_BEGIN_DECLS

/* Elements that are known beforehand, without a pipeline and without a thread of their own. */
typedef struct _FlitzisDirect FlitzisDirect;

/*
 * Links the elements of the stream's codec to `sink_pad`, which is active and takes raw audio. What
 * goes wrong later is told to `elements`, which must stay, as must its header. NULL where there is
 * no such element.
 */
FlitzisDirect *flitzis_direct_new (FlitzisElements *elements,
                                   GInputStream    *stream,
                                   GstPad          *sink_pad,
                                   GError         **error);

/* Decodes on the calling thread, until all of the stream has come or it cannot go on. */
void flitzis_direct_run (FlitzisDirect *self);

/* Ends that, from another thread, and waits until the elements have come back. */
void flitzis_direct_stop (FlitzisDirect *self);

/* Not while it runs. */
void flitzis_direct_free (FlitzisDirect *self);

G_END_DECLS
