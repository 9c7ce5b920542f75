/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/control.h"
#include "control/fork.h"
#include "control/tempo.h"
#include "control/timeline.h"

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

struct _FlitzisControl
{
  gatomicrefcount ref_count;

  /* constant */
  FlitzisMixer    *mixer;
  FlitzisNotifier *notifier;
  FlitzisForkWatch fork_watch;

  GMutex mutex;

  /* any thread, under the mutex; first what each trigger uses */
  FlitzisState        state;
  FlitzisControlSlot *slots;
  guint64             next_voice;
  guint64             next_event;
  guint64             n_triggered;
  guint               n_voices; /* outstanding */
  FlitzisSteal        steal;
  GQueue              pending_slots;
  GPtrArray          *released; /* samples to let go of when the mutex is free */

  void (*wake) (gpointer data);
  gpointer wake_data;
  gboolean is_collecting;
  gboolean is_driven; /* an output is there */

  FlitzisTempo    tempo;
  FlitzisTimeline timeline;

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

/* control-time.c, under the mutex: the beats that have been rendered */
void flitzis_control_push_beats (FlitzisControl *self);

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

/* Under the mutex: a property of the engine or of a slot has changed. */
static inline void
flitzis_control_push_changed (FlitzisControl *self, const char *property)
{
  flitzis_notifier_push_changed (self->notifier, FLITZIS_NOTIFIER_ENGINE, property);
}

static inline void
flitzis_control_push_slot_changed (FlitzisControl *self, guint slot, const char *property)
{
  flitzis_notifier_push_changed (self->notifier, FLITZIS_NOTIFIER_SLOT (slot), property);
}

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
