/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "control/fork.h"
#include "control/level-table.h"
#include "control/load-table.h"
#include "control/notifier.h"
#include "control/sample-table.h"
#include "control/sink-table.h"
#include "control/tempo.h"
#include "control/timeline.h"
#include "control/tween-table.h"
#include "control/voice-accounts.h"
#include "control/waiting-events.h"
#include "flitzis-enums.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is known of the streamed sample of a slot. */
typedef struct
{
  guint64 n_frames; /* the length, found while it played; 0: not yet */
  GError *error;    /* the reason for which a voice had to end, or NULL */
} FlitzisSlotFeed;

/*
 * Shared by the files control*.c. They compose the parts, which know the mixer but not each other.
 * control.c defines everything that is declared here, and calls none of the other files.
 */
typedef struct _FlitzisControl FlitzisControl;

struct _FlitzisControl
{
  gatomicrefcount ref_count;

  /* constant */
  FlitzisMixer    *mixer;
  FlitzisNotifier *notifier;
  FlitzisForkWatch fork_watch;

  GMutex mutex;

  /* any thread, under the mutex; the fields that each trigger uses come first */
  FlitzisState         state;
  FlitzisSinkTable     sinks;
  FlitzisSteal         steal;
  FlitzisVoiceAccounts voices;
  FlitzisWaitingEvents events;
  FlitzisSampleTable   samples;
  FlitzisTempo         tempo;

  void (*wake) (gpointer data);
  gpointer wake_data;
  gboolean is_collecting;
  gboolean is_driven; /* there is an output */
  gboolean is_asleep; /* the output's stream is paused, since all is quiet */
  gboolean is_roused; /* the program wants the stream awake */

  /* the samples whose loudness is still to be measured; one thread measures them in this order */
  GQueue        to_measure;
  gboolean      is_measuring; /* the thread runs */
  guint64       n_to_measure; /* how many samples were ever queued */
  guint64       n_measured;   /* how many of them are done */
  GCond         measured;     /* signalled after each */
  GCancellable *measuring;    /* cancelled when the engine is disposed; constant */

  /* streamed voices */
  FlitzisFeedFunc  start_feed;     /* constant */
  guint32         *requests_seen;  /* of each ring */
  gboolean        *are_fed;        /* a feeder writes to this ring */
  FlitzisSlotFeed *slot_feeds;     /* of each slot */
  _Atomic guint    n_feed_changes; /* how often a feeder has written; written under the mutex */
  GCond            fed;            /* a feeder has written; only a render waits for it */
  GCond            room;           /* feeders may have room again, or are no longer wanted */

  FlitzisTimeline   timeline;
  FlitzisLoadTable  loads;
  FlitzisLevelTable levels;
  FlitzisTweenTable tweens;
  guint             n_playing_told;
  gboolean          is_closed;

  /* reports of the output, and its settings for when all is quiet */
  FlitzisOutput active_output;
  gboolean      is_realtime;
  double        idle_timeout; /* seconds; 0: never */
  guint         lead_in;      /* ms */
};

/* Unlocking releases the samples that were retired under the lock, and wakes the collector. */
void flitzis_control_lock (FlitzisControl *self);
void flitzis_control_unlock (FlitzisControl *self);

/* All functions below are called under the mutex. */

/* Sends pending samples, and applies all commands if no stream is streaming. */
void flitzis_control_settle (FlitzisControl *self);

/* Returns whether the stream may sleep: nothing sounds, nothing waits to sound, the clock stands
 * still, and the program has not asked for the stream. */
gboolean flitzis_control_check_quiet (FlitzisControl *self);

/* Reads the mixer's reports of ended voices and retired samples. */
void flitzis_control_read_reports (FlitzisControl *self);

/* Puts `sample` into the layer, or empties the layer if it is NULL. */
void flitzis_control_publish (FlitzisControl      *self,
                              guint                slot,
                              guint                layer,
                              FlitzisSample       *sample,
                              FlitzisVelocityRange range,
                              gboolean             is_added);

/* Empties all layers of the slot and ends the loads of these layers. With `only_added` it does so
 * only for the layers that were added. */
void flitzis_control_unload (FlitzisControl *self,
                             guint           slot,
                             gboolean        only_added);

/* Reports the properties of the slot that a load has changed. */
void flitzis_control_push_load_changes (FlitzisControl    *self,
                                        guint              slot,
                                        FlitzisLoadChanges changes);

/* If the slot has a target loudness, queues the samples of all its layers that were not measured
 * yet. */
void flitzis_control_measure_slot (FlitzisControl *self,
                                   guint           slot);

/* Waits until the samples that are queued now are measured. Unlocks the mutex meanwhile. A cancel
 * ends the wait if `measured` is signalled then. */
void flitzis_control_wait_for_loudness (FlitzisControl *self,
                                        GCancellable   *cancellable);

/* Reports the beats that have been rendered, or those before frame `end`. */
void flitzis_control_push_beats (FlitzisControl *self);
void flitzis_control_push_beats_before (FlitzisControl *self,
                                        guint64         end);

/* Reports that a property of the engine or of a slot has changed. */
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

G_END_DECLS
