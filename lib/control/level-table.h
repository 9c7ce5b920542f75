/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "rt/mixer-state.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The level table: the levels of the slots and of the output, as they were last reported.
 *
 * All calls are under control's mutex. To report new levels, call begin_reading or begin_dropping,
 * then update each slot, the left and the right channel. An update returns TRUE if the level has
 * changed.
 */
typedef struct
{
  FlitzisMixer *mixer;
  float        *slots;
  float         left, right;
  guint32       n_read;      /* intervals of the mixer */
  gboolean      is_dropping; /* levels are read as 0 */
  gboolean      is_sounding; /* a level is not 0 */
} FlitzisLevelTable;

void flitzis_level_table_init (FlitzisLevelTable *self,
                               FlitzisMixer      *mixer);
void flitzis_level_table_clear (FlitzisLevelTable *self);

/* Returns FALSE if the mixer has reported no levels since the last call. */
gboolean flitzis_level_table_begin_reading (FlitzisLevelTable *self);

/* Frames have stopped coming, so all levels are 0. */
void flitzis_level_table_begin_dropping (FlitzisLevelTable *self);

gboolean flitzis_level_table_update_slot (FlitzisLevelTable *self,
                                          guint              slot);
gboolean flitzis_level_table_update_left (FlitzisLevelTable *self);
gboolean flitzis_level_table_update_right (FlitzisLevelTable *self);

G_END_DECLS
