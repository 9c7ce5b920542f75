/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"
#include "rt/mixer-state.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The time line: when frames sound, by CLOCK_MONOTONIC. It knows what the callback last heard from
 * the driver's clock, and what follows from it while the same stream streams; the delay that timed
 * triggers get; and the latency of the output.
 *
 * All under control's mutex. A time is -1 where it is unknown.
 */

#define FLITZIS_N_TOLD 64

typedef struct
{
  gint64  question;
  gint64  answer;
  gint64  bound;   /* a later question gets no lower answer */
  guint64 stretch; /* when it was told */
} FlitzisPair;

/* Both questions and answers ascend. */
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
  guint64              stretch; /* of blocks without a gap: its number */
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

/* Answers that never run backwards, as FlitzisEngine promises them. */
gint64  flitzis_timeline_frame_to_time (FlitzisTimeline *self,
                                        guint64          frame);
guint64 flitzis_timeline_time_to_frame (FlitzisTimeline *self,
                                        gint64           time_ns);

/* The time of a frame by the newest block alone. */
gint64 flitzis_timeline_estimate_time (FlitzisTimeline *self,
                                       guint64          frame);

/* Finds the frame at which a verb called now takes effect. FALSE unless triggers are timed. */
gboolean flitzis_timeline_stamp (FlitzisTimeline *self,
                                 guint64         *frame);

/* The time of a call, which costs next to nothing and is good to some ms. */
guint64 flitzis_timeline_get_call_time (void);

/* Whether the blocks of the stream that streams have stopped coming: at this time of a call the
 * newest one began too long ago. */
gboolean flitzis_timeline_is_stalled (FlitzisTimeline *self,
                                      guint64          call_ns);

/* TRUE if the value has changed. The delay follows from the quantum of the stream. */
gboolean flitzis_timeline_set_timing (FlitzisTimeline     *self,
                                      FlitzisTriggerTiming timing);
gboolean flitzis_timeline_fix_trigger_delay (FlitzisTimeline *self);

/* The output sets its latency: TRUE if it has changed. The whole latency adds the limiter's. */
gboolean flitzis_timeline_set_latency (FlitzisTimeline *self,
                                       gint64           latency_ns);
gint64   flitzis_timeline_get_whole_latency (FlitzisTimeline *self);

/* Whether the graph runs at another quantum than when the output last set the latency. */
gboolean flitzis_timeline_is_latency_old (FlitzisTimeline *self);

G_END_DECLS
