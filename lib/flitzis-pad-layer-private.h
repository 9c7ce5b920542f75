/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-pad-layer.h"

G_BEGIN_DECLS

struct _FlitzisPadLayer
{
  GObject parent_instance;

  /* set by the reader of the kit, then constant */
  GFile *file; /* NULL only for an object that no reader made */
  double low;  /* velocity, 0 to 1 */
  double high; /* velocity, above low, to 1 */
  double gain; /* linear, 0 to 16 */
};

FlitzisPadLayer *flitzis_pad_layer_new (GFile *file,
                                        double low,
                                        double high,
                                        double gain);

G_END_DECLS
