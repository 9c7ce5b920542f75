/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"
#include "flitzis-slot.h"

G_BEGIN_DECLS

struct _FlitzisSlot
{
  GObject parent_instance;

  /* constant */
  FlitzisControl *control; /* NULL only for an object that no engine made */
  guint           index;
};

FlitzisSlot *flitzis_slot_new (FlitzisControl *control,
                               guint           index);

/* flitzis-slot-settings.c: the properties that can be set have the numbers from `first` on. */
void flitzis_slot_install_settings (GObjectClass *klass,
                                    guint         first);
void flitzis_slot_get_setting (FlitzisSlot *self,
                               guint        setting,
                               GValue      *value);
void flitzis_slot_set_setting (FlitzisSlot  *self,
                               guint         setting,
                               const GValue *value);

G_END_DECLS
