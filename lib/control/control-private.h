/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"

G_BEGIN_DECLS

typedef struct
{
  FlitzisSample *sample;   /* the newest published; NULL: empty */
  guint          n_voices; /* triggered and not yet known to have ended */

  /* the newest handle, while it waits for room in the queue */
  FlitzisHandle *pending;
  gboolean       is_pending;
  gboolean       is_in_mixer; /* the last record sent held a handle */

  /* the newest load, unload or set_sample wins */
  guint64  ticket;
  gboolean loading;
  double   load_progress; /* 0..1, -1 unknown */

  float level; /* as it was told */
} FlitzisControlSlot;

#define FLITZIS_N_TOLD 64

typedef struct
{
  gint64  question;
  gint64  answer;
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
} FlitzisControlTime;

typedef struct
{
  FlitzisTempoGrid grid;
  FlitzisGridPoint next; /* the beat to be told */
  gboolean         is_telling;
} FlitzisControlBeats;

struct _FlitzisControl
{
  gatomicrefcount ref_count;

  /* constant */
  FlitzisMixer    *mixer;
  FlitzisNotifier *notifier;

  GMutex mutex;

  /* any thread, under the mutex; first what each trigger uses */
  FlitzisState        state;
  FlitzisControlSlot *slots;
  guint64             next_voice;
  guint64             next_event;
  guint64             n_quantized; /* triggers sent that wait for a point of the grid, ever */
  guint64             n_triggered;
  guint               n_voices; /* outstanding */
  FlitzisSteal        steal;
  GQueue              pending_slots;
  GPtrArray          *released; /* samples to let go of when the mutex is free */

  void (*wake) (gpointer data);
  gpointer wake_data;
  gboolean is_collecting;
  gboolean is_driven; /* an output is there */

  FlitzisControlBeats beats;
  FlitzisControlTime  time;

  gboolean is_closed;
  guint64  n_rejected; /* here; the mixer counts its own */
  guint    n_playing_told;
  guint32  n_levels_read;
  float    level_left, level_right; /* as they were told */
  gboolean is_sounding;             /* a level is not 0 */

  GHashTable     *samples;        /* FlitzisSample -> number of its handles */
  FlitzisSample **handle_samples; /* of each of the mixer's handles */
  FlitzisHandle **free_handles;
  guint           n_free_handles;
  guint           n_handles;  /* in the mixer or a queue */
  guint           n_retiring; /* of them, no longer in a slot */
  guint64         n_bytes_held;
  guint64         n_bytes_loading;
  guint64         memory_limit;
};

/* Unlocking lets go of the samples that were retired meanwhile, and wakes the collector. */
void flitzis_control_lock (FlitzisControl *self);
void flitzis_control_unlock (FlitzisControl *self);

/* Under the mutex: carries out what can be carried out now. */
void flitzis_control_settle (FlitzisControl *self);

/* Under the mutex: learns what has ended. */
void flitzis_control_read_reports (FlitzisControl *self);

/* levels.c, under the mutex */
void flitzis_control_read_levels (FlitzisControl *self);
void flitzis_control_drop_levels (FlitzisControl *self);

/* time.c, under the mutex; the second: at which frame what is called now shall happen, if triggers
 * are timed. */
gint64   flitzis_control_estimate_time (FlitzisControl *self,
                                        guint64         frame);
gboolean flitzis_control_stamp (FlitzisControl *self,
                                guint64        *frame);
void     flitzis_control_fix_trigger_delay (FlitzisControl *self);
gboolean flitzis_control_is_latency_old (FlitzisControl *self);

/* That of the output, as it was told, and of the limiter. */
gint64 flitzis_control_get_whole_latency (FlitzisControl *self);

/* beats.c, under the mutex */
void     flitzis_control_init_beats (FlitzisControl *self);
void     flitzis_control_tell_beats (FlitzisControl *self);
gboolean flitzis_control_has_beats (FlitzisControl *self);

/* samples.c, under the mutex */
gboolean flitzis_control_check_memory (FlitzisControl *self,
                                       FlitzisSample  *sample,
                                       guint64         n_bytes,
                                       GError        **error);
void     flitzis_control_publish (FlitzisControl *self,
                                  guint           slot,
                                  FlitzisSample  *sample);
void     flitzis_control_retire (FlitzisControl *self,
                                 FlitzisHandle  *handle);
void     flitzis_control_send_all_pending (FlitzisControl *self);

static inline gboolean
flitzis_control_has_pending (FlitzisControl *self)
{
  return self->pending_slots.length > 0;
}

/* Sends what waits, the slot that waited longest first, as far as there is room. */
static inline void
flitzis_control_send_pending (FlitzisControl *self)
{
  if (flitzis_control_has_pending (self))
    flitzis_control_send_all_pending (self);
}

G_END_DECLS
