/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * How long a trigger takes, whoever carries it out, while its sound is being played.
 *
 * Prints the median of a trigger, taken over short bursts, so that the clock does not count; what
 * 999 of 1000 triggers stay below; and that again while three other threads trigger a thousand
 * times a second each:
 *   trigger/c/NAME, trigger/c-p999/NAME, trigger/c-busy-p999/NAME   nanoseconds
 */
typedef void (*BenchTriggerFunc) (gpointer data,
                                  guint    n); /* counts the calls of a thread */

void bench_triggers (const char      *name,
                     BenchTriggerFunc trigger,
                     gpointer         data);

/* Returns the median alone. */
double bench_measure_trigger (BenchTriggerFunc trigger,
                              gpointer         data);

G_END_DECLS
