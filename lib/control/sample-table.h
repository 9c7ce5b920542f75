/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-sample.h"
#include "rt/mixer-state.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The sample table: which sample is in which slot, which samples the mixer holds by which handles,
 * and what they cost. There is a handle for each sample that the mixer may hold and for each slot
 * whose newest sample waits to be sent.
 *
 * All under control's mutex. The table never drops a last reference: samples that are out of use
 * are taken out by `take_released`, to be let go of when the mutex is free.
 */

typedef struct
{
  FlitzisSample *sample; /* the newest published; NULL: empty */

  /* the newest handle, while it waits for room in the queue */
  FlitzisHandle *pending;
  gboolean       is_pending;
  gboolean       is_in_mixer; /* the last record sent held a handle */
} FlitzisSampleTableSlot;

typedef struct
{
  FlitzisMixer           *mixer;
  FlitzisSampleTableSlot *slots;
  GQueue                  pending_slots;
  GPtrArray              *released;

  GHashTable     *samples;        /* FlitzisSample -> number of its handles */
  FlitzisSample **handle_samples; /* of each of the mixer's handles */
  FlitzisHandle **free_handles;
  guint           n_free_handles;
  guint           n_handles;  /* in the mixer or a queue */
  guint           n_retiring; /* of them, no longer in a slot */
  guint64         n_bytes_held;
  guint64         memory_limit; /* bytes */
} FlitzisSampleTable;

void flitzis_sample_table_init (FlitzisSampleTable *self,
                                FlitzisMixer       *mixer,
                                guint64             memory_limit);
void flitzis_sample_table_clear (FlitzisSampleTable *self);

/* Whether `n_bytes` more fit beside `n_bytes_loading` of loads in flight; none count if `sample` is
 * held already. */
gboolean flitzis_sample_table_check_memory (FlitzisSampleTable *self,
                                            FlitzisSample      *sample,
                                            guint64             n_bytes,
                                            guint64             n_bytes_loading,
                                            GError            **error);

static inline FlitzisSample *
flitzis_sample_table_get (const FlitzisSampleTable *self, guint slot)
{
  return self->slots[slot].sample;
}

/* From here on the slot holds `sample`, or nothing. Cannot fail: if the queue has no room, the
 * newest sample waits here. FALSE if the slot was empty and stays so. */
gboolean flitzis_sample_table_publish (FlitzisSampleTable *self,
                                       guint               slot,
                                       FlitzisSample      *sample);

/* Slots whose newest sample waits for room in the queue. Triggers are refused meanwhile. */
static inline gboolean
flitzis_sample_table_has_pending (const FlitzisSampleTable *self)
{
  return self->pending_slots.length > 0;
}

/* Sends them, the slot that waited longest first, until the queue is full. */
void flitzis_sample_table_send_all_pending (FlitzisSampleTable *self);

static inline void
flitzis_sample_table_send_pending (FlitzisSampleTable *self)
{
  if (flitzis_sample_table_has_pending (self))
    flitzis_sample_table_send_all_pending (self);
}

/* The mixer has sent this handle back. */
void flitzis_sample_table_retire (FlitzisSampleTable *self,
                                  FlitzisHandle      *handle);

/* Whether a slot or the mixer holds it. */
static inline gboolean
flitzis_sample_table_holds (const FlitzisSampleTable *self, FlitzisSample *sample)
{
  return g_hash_table_contains (self->samples, sample);
}

/* It has been measured. */
void flitzis_sample_table_update_loudness (FlitzisSampleTable *self,
                                           FlitzisSample      *sample);

/* Whether the mixer has to send handles back, or slots wait. */
static inline gboolean
flitzis_sample_table_has_outstanding (const FlitzisSampleTable *self)
{
  return self->n_retiring > 0 || flitzis_sample_table_has_pending (self);
}

/* Samples that are out of use, one reference each; NULL if there are none. */
static inline GPtrArray *
flitzis_sample_table_take_released (FlitzisSampleTable *self)
{
  GPtrArray *released = self->released;

  if (released->len == 0)
    return NULL;

  self->released = g_ptr_array_new ();

  return released;
}

G_END_DECLS
