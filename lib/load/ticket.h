/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

G_BEGIN_DECLS

/*
 * One load's right to publish to its slot, and the memory it has taken so far. A later load, unload
 * or set_sample of the slot takes the right away, and so does the end of the engine.
 */
typedef struct _FlitzisTicket FlitzisTicket;

/* `slot` was checked. With a range, which was checked, it is for a layer, and fails if all are
 * taken; without one it cannot fail. */
FlitzisTicket *flitzis_ticket_new (FlitzisControl             *control,
                                   guint                       slot,
                                   const FlitzisVelocityRange *range,
                                   GError                    **error);
void           flitzis_ticket_free (FlitzisTicket *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisTicket, flitzis_ticket_free)

/* `n_bytes` are decoded so far. Fails with CANCELLED when the right is gone, and with TOO_LARGE. */
gboolean flitzis_ticket_advance (FlitzisTicket *self,
                                 gsize          n_bytes,
                                 double         progress,
                                 GError       **error);
gboolean flitzis_ticket_publish (FlitzisTicket *self,
                                 FlitzisSample *sample,
                                 GError       **error);

G_END_DECLS
