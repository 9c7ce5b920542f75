/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-trigger.h"

#include <math.h>

G_DEFINE_BOXED_TYPE (FlitzisTrigger, flitzis_trigger, flitzis_trigger_copy, flitzis_trigger_free)

/**
 * flitzis_trigger_new:
 *
 * Makes a trigger that plays slot 0 now, at full velocity.
 *
 * Returns: (transfer full): a trigger
 */
FlitzisTrigger *
flitzis_trigger_new (void)
{
  FlitzisTrigger *self = g_new (FlitzisTrigger, 1);

  *self = (FlitzisTrigger){
    .velocity = 1.0,
    .gain = 1.0,
    .rate = 1.0,
    .fade_in = -1.0,
    .beat = NAN,
    .layer = -1,
  };

  return self;
}

/**
 * flitzis_trigger_copy:
 * @self: a trigger
 *
 * Makes another trigger with the same fields.
 *
 * Returns: (transfer full): the copy
 */
FlitzisTrigger *
flitzis_trigger_copy (const FlitzisTrigger *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_memdup2 (self, sizeof *self);
}

/**
 * flitzis_trigger_free:
 * @self: (transfer full): a trigger
 *
 * Frees a trigger. Voices that it started sound on.
 */
void
flitzis_trigger_free (FlitzisTrigger *self)
{
  g_free (self);
}
