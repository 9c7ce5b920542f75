/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-pad-layer-private.h"
#include "flitzis-pad.h"

G_BEGIN_DECLS

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

G_END_DECLS
