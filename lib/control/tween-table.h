/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "rt/mixer-state.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The tween table: counts the tweens that wait or move, and finds the properties that they have
 * moved.
 *
 * All calls are under control's mutex. To report properties, call begin_reading, then update each
 * property. An update returns TRUE if the property is to be reported.
 */
typedef struct
{
  FlitzisMixer *mixer;
  guint64       n_sent;
  guint32       n_ends_read; /* of the mixer */
  gboolean      is_interval; /* properties that still move are reported, too */
} FlitzisTweenTable;

void flitzis_tween_table_init (FlitzisTweenTable *self,
                               FlitzisMixer      *mixer);

/* Returns whether tweens wait or move. */
gboolean flitzis_tween_table_has_outstanding (FlitzisTweenTable *self);

/* Call it before a tween is sent. */
void flitzis_tween_table_count (FlitzisTweenTable *self);

/* Returns FALSE if there is nothing to report. Properties that move are reported once in each
 * interval; those whose move has ended, at once. */
gboolean flitzis_tween_table_begin_reading (FlitzisTweenTable *self,
                                            gboolean           is_interval);
gboolean flitzis_tween_table_update_engine (FlitzisTweenTable *self);
gboolean flitzis_tween_table_update_slot (FlitzisTweenTable    *self,
                                          guint                 slot,
                                          FlitzisMixerParameter parameter);

G_END_DECLS
