/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"
#include "rt/mixer-state.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The time line: converts between frames and times of CLOCK_MONOTONIC. It knows the last report of
 * the driver's clock, which holds as long as the same stream plays. It also knows the delay of
 * timed triggers and the latency of the output.
 *
 * All calls are under control's mutex. An unknown time is -1.
 */

#define FLITZIS_N_TOLD 64

typedef struct
{
  gint64  question;
  gint64  answer;
  gint64  bound;   /* a later question gets no lower answer */
  guint64 stretch; /* in which the answer was given */
} FlitzisPair;

/* Earlier answers. Questions and answers ascend. */
typedef struct
{
  guint       n_pairs;
  FlitzisPair pairs[FLITZIS_N_TOLD + 1];
} FlitzisTold;

typedef struct
{
  FlitzisMixer        *mixer;
  FlitzisBlockTime     block; /* as it was last read */
  FlitzisBlockTime     steady;
  guint64              stretch; /* the number of this stretch of blocks without a gap */
  FlitzisTriggerTiming timing;
  gint64               trigger_delay; /* ns, -1 unknown */
  guint64              last_stamp;    /* frame */
  gint64               latency;       /* ns, -1 unknown */
  guint64              latency_quantum_ns, latency_run;
  FlitzisTold          times_told;
  FlitzisTold          frames_told;
} FlitzisTimeline;

void flitzis_timeline_init (FlitzisTimeline *self,
                            FlitzisMixer    *mixer);

/* Their answers never run backwards, as FlitzisEngine documents. */
gint64  flitzis_timeline_frame_to_time (FlitzisTimeline *self,
                                        guint64          frame);
guint64 flitzis_timeline_time_to_frame (FlitzisTimeline *self,
                                        gint64           time_ns);

/* Returns the time of a frame by the newest block alone. */
gint64 flitzis_timeline_estimate_time (FlitzisTimeline *self,
                                       guint64          frame);

/* Finds the frame at which a call made now takes effect. Returns FALSE unless triggers are
 * timed. */
gboolean flitzis_timeline_stamp (FlitzisTimeline *self,
                                 guint64         *frame);

/* Returns the present time, cheaply, to within some ms. */
guint64 flitzis_timeline_get_call_time (void);

/* Returns whether the blocks of the present stream have stopped coming: at the time of this call
 * the newest block is too old. */
gboolean flitzis_timeline_is_stalled (FlitzisTimeline *self,
                                      guint64          call_ns);

/* These return TRUE if the value has changed. The delay follows from the quantum of the stream. */
gboolean flitzis_timeline_set_timing (FlitzisTimeline     *self,
                                      FlitzisTriggerTiming timing);
gboolean flitzis_timeline_fix_trigger_delay (FlitzisTimeline *self);

/* The output sets its latency; returns TRUE if it has changed. The whole latency adds that of the
 * limiter. */
gboolean flitzis_timeline_set_latency (FlitzisTimeline *self,
                                       gint64           latency_ns);
gint64   flitzis_timeline_get_whole_latency (FlitzisTimeline *self);

/* Returns whether the graph's quantum has changed since the output last set the latency. */
gboolean flitzis_timeline_is_latency_old (FlitzisTimeline *self);

G_END_DECLS
