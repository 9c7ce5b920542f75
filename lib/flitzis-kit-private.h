/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-kit.h"

G_BEGIN_DECLS

struct _FlitzisKit
{
  GObject parent_instance;

  /* set by the constructors, then constant */
  GFile     *file; /* NULL only for an object that no constructor made */
  char      *name;
  GVariant  *settings; /* a{sv} */
  char     **warnings;
  GPtrArray *pads; /* of FlitzisPad */
};

G_END_DECLS
