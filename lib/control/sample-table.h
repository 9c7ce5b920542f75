/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-sample.h"
#include "rt/mixer-state.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The sample table: the samples of each slot and their layers, the samples that the mixer holds,
 * their handles, and their memory. There is a handle for each sample that the mixer may hold, and
 * for each layer whose newest sample waits to be sent.
 *
 * All calls are under control's mutex. The table never drops a last reference: `take_released`
 * returns the samples that are out of use, and its caller releases them after unlocking the mutex.
 */

typedef struct
{
  FlitzisSample       *sample; /* the newest published; NULL: empty */
  FlitzisVelocityRange range;
  guint                is_added : 1;    /* the layer is one that clear_layers removes */
  guint                is_pending : 1;  /* the newest waits for room in the queue */
  guint                is_in_mixer : 1; /* the last record sent held a handle */
} FlitzisSampleTableLayer;

typedef struct
{
  guint                   held;     /* layers that are not empty, one bit each */
  guint                   streamed; /* of these, the layers whose samples are streamed */
  FlitzisSampleTableLayer layers[FLITZIS_N_LAYERS];
} FlitzisSampleTableSlot;

typedef struct
{
  FlitzisMixer           *mixer;
  FlitzisSampleTableSlot *slots;
  GQueue                  pending_layers; /* slot * FLITZIS_N_LAYERS + layer */
  GPtrArray              *released;

  GHashTable     *samples;        /* FlitzisSample -> number of its handles and pending layers */
  FlitzisSample **handle_samples; /* of each of the mixer's handles */
  FlitzisHandle **free_handles;
  guint           n_free_handles;
  guint           n_retiring; /* handles in the mixer or a queue, but no longer in a layer */
  guint64         n_bytes_held;
  guint64         memory_limit; /* bytes */
} FlitzisSampleTable;

void flitzis_sample_table_init (FlitzisSampleTable *self,
                                FlitzisMixer       *mixer,
                                guint64             memory_limit);
void flitzis_sample_table_clear (FlitzisSampleTable *self);

/* Returns whether `n_bytes` more fit beside `n_bytes_loading` of loads in flight. They do not count
 * if the table holds `sample` already. */
gboolean flitzis_sample_table_check_memory (FlitzisSampleTable *self,
                                            FlitzisSample      *sample,
                                            guint64             n_bytes,
                                            guint64             n_bytes_loading,
                                            GError            **error);

static inline FlitzisSample *
flitzis_sample_table_get (const FlitzisSampleTable *self, guint slot, guint layer)
{
  return self->slots[slot].layers[layer].sample;
}

/* Returns whether a trigger plays a layer if it is applied now. `layer` is the layer to play, or
 * FLITZIS_ANY_LAYER. */
gboolean flitzis_sample_table_answers (const FlitzisSampleTable *self,
                                       guint                     slot,
                                       guint                     layer,
                                       FlitzisMixerVariation     variation,
                                       double                    velocity);

/* Puts `sample` into the layer, or empties the layer if it is NULL. This cannot fail: if the queue
 * has no room, the newest sample waits here. Returns FALSE if the layer was empty and stays
 * empty. */
gboolean flitzis_sample_table_publish (FlitzisSampleTable  *self,
                                       guint                slot,
                                       guint                layer,
                                       FlitzisSample       *sample,
                                       FlitzisVelocityRange range,
                                       gboolean             is_added);

/* Returns whether the newest sample of a layer waits for room in the queue. Triggers are then
 * refused. */
static inline gboolean
flitzis_sample_table_has_pending (const FlitzisSampleTable *self)
{
  return self->pending_layers.length > 0;
}

/* Sends the samples that wait, in the order in which they began to wait, until the queue is
 * full. */
void flitzis_sample_table_send_all_pending (FlitzisSampleTable *self);

static inline void
flitzis_sample_table_send_pending (FlitzisSampleTable *self)
{
  if (flitzis_sample_table_has_pending (self))
    flitzis_sample_table_send_all_pending (self);
}

/* Returns the sample of a handle that the mixer holds. */
FlitzisSample *flitzis_sample_table_get_handled (const FlitzisSampleTable *self,
                                                 const FlitzisHandle      *handle);

/* The mixer has sent this handle back. */
void flitzis_sample_table_retire (FlitzisSampleTable *self,
                                  FlitzisHandle      *handle);

/* Returns whether a layer or the mixer holds the sample. */
static inline gboolean
flitzis_sample_table_holds (const FlitzisSampleTable *self, FlitzisSample *sample)
{
  return g_hash_table_contains (self->samples, sample);
}

/* Gives the mixer the loudness of a sample that has been measured. */
void flitzis_sample_table_update_loudness (FlitzisSampleTable *self,
                                           FlitzisSample      *sample);

/* Returns whether the mixer has to send handles back, or layers wait. */
static inline gboolean
flitzis_sample_table_has_outstanding (const FlitzisSampleTable *self)
{
  return self->n_retiring > 0 || flitzis_sample_table_has_pending (self);
}

/* Returns the samples that are out of use, one reference each; NULL if there are none. */
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
