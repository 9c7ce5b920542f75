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
#include "control/voice-accounts.h"
#include "control/waiting-events.h"
#include "flitzis-enums.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * What the files control*.c share: they compose the parts, which know the mixer and not each other.
 * control.c defines what is declared here, and calls no other of these files; control-loudness.c
 * defines what measures samples.
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

  /* any thread, under the mutex; first what each trigger uses */
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
  gboolean is_driven; /* an output is there */
  gboolean is_asleep; /* its stream is paused, since all is quiet */
  gboolean is_roused; /* the program wants it awake */

  /* samples to be measured, by one thread; `measured` is signalled when that has come to its end */
  GQueue        to_measure;
  gboolean      is_measuring;
  GCond         measured;
  GCancellable *measuring; /* cancelled when the owner goes; constant */

  FlitzisTimeline   timeline;
  FlitzisLoadTable  loads;
  FlitzisLevelTable levels;
  guint             n_playing_told;
  gboolean          is_closed;

  /* what the output reports, and what it shall do when all is quiet */
  FlitzisOutput active_output;
  gboolean      is_realtime;
  double        idle_timeout; /* seconds; 0: never */
  guint         lead_in;      /* ms */
};

/* Unlocking lets go of the samples that were retired meanwhile, and wakes the collector. */
void flitzis_control_lock (FlitzisControl *self);
void flitzis_control_unlock (FlitzisControl *self);

/* All below under the mutex. */

/* Carries out what can be carried out now. */
void flitzis_control_settle (FlitzisControl *self);

/* Whether the stream may sleep: nothing sounds, nothing waits to sound, the clock stands still, and
 * the program does not want otherwise. */
gboolean flitzis_control_check_quiet (FlitzisControl *self);

/* Learns what has ended. */
void flitzis_control_read_reports (FlitzisControl *self);

/* Lets the slot hold `sample` from here on, or nothing. */
void flitzis_control_publish (FlitzisControl *self,
                              guint           slot,
                              FlitzisSample  *sample);

/* Has the sample of the slot measured if the slot has a target and nobody has done it. */
void flitzis_control_measure_slot (FlitzisControl *self,
                                   guint           slot);

/* Returns when no sample waits to be measured. Lets go of the mutex meanwhile. */
void flitzis_control_wait_for_loudness (FlitzisControl *self);

/* Reports the beats that have been rendered; those before frame `end`. */
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
