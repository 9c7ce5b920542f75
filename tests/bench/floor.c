/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "floor.h"

struct _BenchFloor
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (BenchFloor, bench_floor, G_TYPE_OBJECT)

static void
bench_floor_class_init (BenchFloorClass *klass)
{
}

static void
bench_floor_init (BenchFloor *self)
{
}

/**
 * bench_floor_call:
 * @self: an object
 * @id: a number
 * @value: another number
 * @error: return location for an error
 *
 * Does nothing.
 *
 * Returns: 1
 */
guint64
bench_floor_call (BenchFloor *self, guint id, double value, GError **error)
{
  return 1;
}
