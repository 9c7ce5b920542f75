/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-pad.h"

G_BEGIN_DECLS

struct _FlitzisPadLayer
{
  GObject parent_instance;

  /* set by the reader of the kit, then constant */
  GFile *file; /* NULL only for an object that no reader made */
  double low;  /* velocity, 0 to 1 */
  double high; /* velocity, low to 1 */
  double gain; /* linear, 0 to 16 */
};

struct _FlitzisPad
{
  GObject parent_instance;

  /* set by the reader of the kit, then constant */
  guint      index;
  char      *name;
  int        note; /* MIDI, -1 unknown; so are the other two */
  int        low_note;
  int        high_note;
  gboolean   is_file_frames;
  GVariant  *settings; /* a{sv}, for flitzis_settings_set () */
  GPtrArray *layers;   /* of FlitzisPadLayer */
};

FlitzisPad *flitzis_pad_new (guint index);

FlitzisPadLayer *flitzis_pad_layer_new (GFile *file,
                                        double low,
                                        double high,
                                        double gain);

G_END_DECLS
