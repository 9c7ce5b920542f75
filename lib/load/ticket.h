/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

G_BEGIN_DECLS

/*
 * A load's right to publish a sample to its slot or layer, and the memory that the load has taken
 * so far. A later load, unload or set_sample of the slot takes the right away, and so does the end
 * of the engine.
 */
typedef struct _FlitzisTicket FlitzisTicket;

/*
 * Takes a place for a load. `slot` points to the number of a slot, or is NULL for the free slot
 * with the lowest number. `range` is NULL for the sample of the slot, or gives the velocities of a
 * new layer. The caller has checked both. Fails with FORKED, with BUSY if no slot is free, and with
 * TOO_LARGE if no layer is free.
 */
FlitzisTicket *flitzis_ticket_new (FlitzisControl             *control,
                                   const guint                *slot,
                                   const FlitzisVelocityRange *range,
                                   GError                    **error);
void           flitzis_ticket_free (FlitzisTicket *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisTicket, flitzis_ticket_free)

/* Constant. */
guint flitzis_ticket_get_slot (const FlitzisTicket *self);
guint flitzis_ticket_get_sample_rate (const FlitzisTicket *self); /* Hz, to decode to */

/* The settings as they are now; seconds. */
FlitzisStorage flitzis_ticket_get_storage (const FlitzisTicket *self);
double         flitzis_ticket_get_stream_threshold (const FlitzisTicket *self);

/* Reports that `n_bytes` are decoded so far. Fails with CANCELLED if the right is gone, and with
 * TOO_LARGE. */
gboolean flitzis_ticket_advance (FlitzisTicket *self,
                                 gsize          n_bytes,
                                 double         progress,
                                 GError       **error);
gboolean flitzis_ticket_publish (FlitzisTicket *self,
                                 FlitzisSample *sample,
                                 GError       **error);

G_END_DECLS
