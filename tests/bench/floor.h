/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* The least that PyGObject can call: a method that does nothing, of two arguments and an error. */

G_DECLARE_FINAL_TYPE (BenchFloor, bench_floor, BENCH, FLOOR, GObject)

guint64 bench_floor_call (BenchFloor *self,
                          guint       id,
                          double      value,
                          GError    **error);

G_END_DECLS
