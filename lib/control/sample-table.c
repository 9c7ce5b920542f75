/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/sample-table.h"

#include "flitzis-error.h"
#include "flitzis-sample-private.h"
#include "rt/atomics.h"

#include <math.h>

void
flitzis_sample_table_init (FlitzisSampleTable *self, FlitzisMixer *mixer, guint64 memory_limit)
{
  self->mixer = mixer;
  self->slots = g_new0 (FlitzisSampleTableSlot, mixer->n_slots);
  g_queue_init (&self->pending_layers);
  self->released = g_ptr_array_new ();
  self->samples = g_hash_table_new (NULL, NULL);
  self->handle_samples = g_new0 (FlitzisSample *, mixer->max_handles);
  self->free_handles = g_new (FlitzisHandle *, mixer->max_handles);
  self->memory_limit = memory_limit;

  while (self->n_free_handles < mixer->max_handles)
    {
      self->free_handles[self->n_free_handles] = &mixer->handles[self->n_free_handles];
      self->n_free_handles++;
    }
}

void
flitzis_sample_table_clear (FlitzisSampleTable *self)
{
  g_hash_table_unref (self->samples);
  g_ptr_array_unref (self->released);
  g_queue_clear (&self->pending_layers);
  g_free (self->handle_samples);
  g_free (self->free_handles);
  g_free (self->slots);
}

static gsize
get_n_bytes (FlitzisSample *sample)
{
  return g_bytes_get_size (flitzis_sample_peek_held (sample));
}

/* A sample counts once, however often it is held. */
static void
hold (FlitzisSampleTable *self, FlitzisSample *sample)
{
  guint n_holds = GPOINTER_TO_UINT (g_hash_table_lookup (self->samples, sample));

  g_hash_table_insert (self->samples, g_object_ref (sample), GUINT_TO_POINTER (n_holds + 1));

  if (n_holds == 0)
    self->n_bytes_held += get_n_bytes (sample);
}

static void
let_go (FlitzisSampleTable *self, FlitzisSample *sample)
{
  guint n_holds = GPOINTER_TO_UINT (g_hash_table_lookup (self->samples, sample));

  if (n_holds > 1)
    {
      g_hash_table_insert (self->samples, sample, GUINT_TO_POINTER (n_holds - 1));
    }
  else
    {
      g_hash_table_remove (self->samples, sample);
      self->n_bytes_held -= get_n_bytes (sample);
    }

  g_ptr_array_add (self->released, sample);
}

/* A sample that is silent, or not measured yet, keeps a factor of 0, which the mixer ignores. The
 * mixer may read the factor meanwhile, so the peak is set first. */
static void
set_loudness (FlitzisHandle *handle, FlitzisSample *sample)
{
  FlitzisLoudness *loudness = flitzis_sample_peek_loudness (sample);
  double           integrated;

  if (loudness == NULL)
    return;

  integrated = flitzis_loudness_get_integrated (loudness);

  if (isinf (integrated))
    return;

  flitzis_set (handle->true_peak,
               (float) pow (10.0, flitzis_loudness_get_true_peak (loudness) / 20.0));
  atomic_store_explicit (&handle->loudness_gain, (float) pow (10.0, -integrated / 20.0),
                         memory_order_release);
}

/* The handle takes over the layer's reference to the sample. */
static FlitzisHandle *
handle_new (FlitzisSampleTable *self, FlitzisSample *sample)
{
  FlitzisHandle *handle = self->free_handles[--self->n_free_handles];
  GBytes        *held = flitzis_sample_peek_held (sample);
  guint          n_channels = flitzis_sample_get_n_channels (sample);
  guint64        length = flitzis_sample_get_n_frames (sample);

  self->handle_samples[handle - self->mixer->handles] = sample;
  *handle = (FlitzisHandle){
    .frames = g_bytes_get_data (held, NULL),
    .n_frames = g_bytes_get_size (held) / (n_channels * sizeof (float)),
    .sample_rate = flitzis_sample_get_sample_rate (sample),
    .n_channels = (guint16) n_channels,
    .is_streamed = flitzis_sample_peek_source (sample) != NULL,
    .length = length <= G_MAXUINT32 ? (guint32) length : 0,
  };
  set_loudness (handle, sample);

  return handle;
}

gboolean
flitzis_sample_table_check_memory (FlitzisSampleTable *self,
                                   FlitzisSample      *sample,
                                   guint64             n_bytes,
                                   guint64             n_bytes_loading,
                                   GError            **error)
{
  guint64 n_bytes_used = self->n_bytes_held + n_bytes_loading;

  if (sample != NULL && g_hash_table_contains (self->samples, sample))
    return TRUE;

  if (n_bytes_used <= self->memory_limit && n_bytes <= self->memory_limit - n_bytes_used)
    return TRUE;

  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
               "%" G_GUINT64_FORMAT " more bytes of audio would pass the memory limit: "
               "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " are in use",
               n_bytes, n_bytes_used, self->memory_limit);

  return FALSE;
}

void
flitzis_sample_table_send_all_pending (FlitzisSampleTable *self)
{
  FlitzisQueue *commands = &self->mixer->commands;

  while (flitzis_sample_table_has_pending (self))
    {
      guint                    place = GPOINTER_TO_UINT (g_queue_peek_head (&self->pending_layers));
      guint                    slot = place / FLITZIS_N_LAYERS, i = place % FLITZIS_N_LAYERS;
      FlitzisSampleTableLayer *layer = &self->slots[slot].layers[i];
      FlitzisCommand           command = {
                  .kind = FLITZIS_COMMAND_PUBLISH,
                  .slot = (guint16) slot,
                  .layer = (guint8) i,
                  .publish = { .range = layer->range },
      };

      if ((layer->sample != NULL && self->n_free_handles == 0) ||
          flitzis_queue_get_n_waiting (commands) == commands->capacity)
        return;

      if (layer->sample != NULL)
        command.publish.handle = handle_new (self, layer->sample);

      flitzis_queue_push (commands, &command);
      self->n_retiring += layer->is_in_mixer;
      layer->is_in_mixer = layer->sample != NULL;
      layer->is_pending = FALSE;
      g_queue_pop_head (&self->pending_layers);
    }
}

gboolean
flitzis_sample_table_answers (const FlitzisSampleTable *self,
                              guint                     id,
                              guint                     layer,
                              FlitzisMixerVariation     variation,
                              double                    velocity)
{
  const FlitzisSampleTableSlot *slot = &self->slots[id];

  if (layer != FLITZIS_ANY_LAYER)
    return slot->layers[layer].sample != NULL;

  for (guint i = 0; slot->held >> i != 0; i++)
    if (slot->layers[i].sample != NULL &&
        flitzis_velocity_range_holds (slot->layers[i].range, variation, velocity))
      return TRUE;

  return FALSE;
}

gboolean
flitzis_sample_table_publish (FlitzisSampleTable  *self,
                              guint                id,
                              guint                i,
                              FlitzisSample       *sample,
                              FlitzisVelocityRange range,
                              gboolean             is_added)
{
  FlitzisSampleTableSlot  *slot = &self->slots[id];
  FlitzisSampleTableLayer *layer = &slot->layers[i];
  guint                    place = id * FLITZIS_N_LAYERS + i;

  if (layer->sample == NULL && sample == NULL)
    return FALSE;

  /* a sample that was never sent has no handle, so no report of the mixer will release it */
  if (layer->sample != NULL && layer->is_pending)
    let_go (self, layer->sample);

  if (sample != NULL)
    hold (self, sample);

  layer->sample = sample;
  layer->range = range;
  layer->is_added = is_added != FALSE;
  slot->held &= ~(1u << i);
  slot->held |= sample != NULL ? 1u << i : 0;
  slot->streamed &= ~(1u << i);
  slot->streamed |= sample != NULL && flitzis_sample_peek_source (sample) != NULL ? 1u << i : 0;

  if (!layer->is_pending)
    g_queue_push_tail (&self->pending_layers, GUINT_TO_POINTER (place));

  layer->is_pending = TRUE;

  return TRUE;
}

/* A free handle may still point to the sample. That does no harm: handle_new sets all of it. */
void
flitzis_sample_table_update_loudness (FlitzisSampleTable *self, FlitzisSample *sample)
{
  for (guint i = 0; i < self->mixer->max_handles; i++)
    {
      if (self->handle_samples[i] == sample)
        set_loudness (&self->mixer->handles[i], sample);
    }
}

void
flitzis_sample_table_retire (FlitzisSampleTable *self, FlitzisHandle *handle)
{
  self->n_retiring--;
  self->free_handles[self->n_free_handles++] = handle;
  let_go (self, self->handle_samples[handle - self->mixer->handles]);
}

FlitzisSample *
flitzis_sample_table_get_handled (const FlitzisSampleTable *self, const FlitzisHandle *handle)
{
  return self->handle_samples[handle - self->mixer->handles];
}
