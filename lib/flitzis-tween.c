/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-tween.h"

#include <math.h>

G_DEFINE_BOXED_TYPE (FlitzisTween, flitzis_tween, flitzis_tween_copy, flitzis_tween_free)

/**
 * flitzis_tween_new:
 *
 * Makes a tween that begins now and has no length yet.
 *
 * Returns: (transfer full): a tween
 */
FlitzisTween *
flitzis_tween_new (void)
{
  FlitzisTween *self = g_new (FlitzisTween, 1);

  *self = (FlitzisTween){
    .beat = NAN,
    .duration = -1.0,
    .beats = -1.0,
  };

  return self;
}

/**
 * flitzis_tween_copy:
 * @self: a tween
 *
 * Makes another tween with the same fields.
 *
 * Returns: (transfer full): the copy
 */
FlitzisTween *
flitzis_tween_copy (const FlitzisTween *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_memdup2 (self, sizeof *self);
}

/**
 * flitzis_tween_free:
 * @self: (transfer full): a tween
 *
 * Frees a tween. The moves that it started go on.
 */
void
flitzis_tween_free (FlitzisTween *self)
{
  g_free (self);
}
